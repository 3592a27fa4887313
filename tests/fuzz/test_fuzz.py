"""A few fuzzed inputs of each kind on every run; `make fuzz` goes on for as long as it is told to."""

from __future__ import annotations

import pytest

from fuzz.fuzzing import check
from fuzz.targets import TARGETS

QUICK = {"articles": 3, "types": 4, "lists": 4, "html": 6, "selectors": 6, "feed": 8}


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_fails_takes_long_or_gives_two_results(target: str) -> None:
    findings = [check(target, seed) for seed in range(QUICK.get(target, 30))]
    assert [finding for finding in findings if finding] == []
