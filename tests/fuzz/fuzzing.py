"""One fuzzed input after the other: what fails, takes too long, or comes out differently the second time."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fuzz.targets import LIMITS, TARGETS

_QUIET_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that must not do what it does: `python -m fuzz TARGET SEED` runs it again."""

    target: str
    seed: int
    text: str


def check(target: str, seed: int) -> Finding | None:
    """Runs the input number `seed` of a target; None if all is as it must be."""
    run = TARGETS[target]
    started = time.thread_time()
    try:
        first = repr(run(random.Random(seed)))
        seconds = time.thread_time() - started
        if seconds > LIMITS[target]:
            return Finding(target, seed, f"took {seconds:.1f} s")
        if repr(run(random.Random(seed))) != first:
            return Finding(target, seed, "gave another result the second time")
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return Finding(target, seed, traceback.format_exc(limit=-8))
    return None


def until(
    targets: Sequence[str],
    deadline: float,
    first_seed: int,
    say: Callable[[str], None],
    begin: Callable[[str], None],
) -> Iterator[Finding]:
    """Goes through the targets in turn until `time.monotonic()` is at `deadline`; `begin` hears of each one first."""
    seed, said = first_seed, time.monotonic()
    while time.monotonic() < deadline:
        for target in targets:
            begin(target)
            finding = check(target, seed)
            if finding:
                yield finding
        seed += 1
        if time.monotonic() - said > _QUIET_SECONDS:
            said = time.monotonic()
            say(f"{seed - first_seed} inputs for each target, now at {seed}, {deadline - said:.0f} s to go")
