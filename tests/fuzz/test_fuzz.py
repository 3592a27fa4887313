"""A few fuzzed inputs of each kind on every run; `make fuzz` goes on for as long as it is told to."""

from __future__ import annotations

import pytest

from fuzz.fuzzing import check
from fuzz.targets import TARGETS

QUICK = {"articles": 2, "types": 3, "lists": 3, "html": 4, "selectors": 2, "repairs": 10}


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_fails_takes_long_or_gives_two_results(target: str) -> None:
    findings = [check(target, seed) for seed in range(QUICK.get(target, 12))]
    assert [finding for finding in findings if finding] == []
