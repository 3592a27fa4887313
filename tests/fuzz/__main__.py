"""`python -m fuzz [TARGET ...]` fuzzes for FUZZ_SECONDS (60); `python -m fuzz TARGET SEED` runs one input again.

The exit code is 1 if anything was found, 2 for wrong usage.
"""

from __future__ import annotations

import faulthandler
import os
import secrets
import sys
import time
import warnings

from fuzz.fuzzing import Finding, check, until
from fuzz.targets import LIMITS, TARGETS

# One that takes so many times what it may is shown where it is, and all ends.
_HANGS = 5


def main(arguments: list[str]) -> int:
    """The exit code."""
    warnings.simplefilter("error")
    if len(arguments) == 2 and arguments[0] in TARGETS and arguments[1].isdecimal():
        finding = check(arguments[0], int(arguments[1]))
        _say(_shown(finding) if finding else "nothing found")
        return 1 if finding else 0
    if unknown := [name for name in arguments if name not in TARGETS]:
        sys.stderr.write(f"There is no target {unknown[0]!r}; there are {', '.join(TARGETS)}.\n")
        return 2
    return _fuzz(arguments or list(TARGETS))


def _fuzz(targets: list[str]) -> int:
    seconds = float(os.environ.get("FUZZ_SECONDS", "60"))
    first_seed = secrets.randbelow(10**9)
    _say(f"Fuzzing for {seconds:g} s from seed {first_seed} on ...")
    findings = 0
    for finding in until(targets, time.monotonic() + seconds, first_seed, _say, _expect_an_end):
        findings += 1
        _say(_shown(finding))
    _say(f"{findings or 'Nothing'} found.")
    return 1 if findings else 0


def _expect_an_end(target: str) -> None:
    """Shows where an input hangs, and ends; the last line before says near which seed."""
    faulthandler.dump_traceback_later(_HANGS * LIMITS[target] + _HANGS, exit=True)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _shown(finding: Finding) -> str:
    return f"FOUND {finding.target} {finding.seed}: {finding.text}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
