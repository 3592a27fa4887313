"""What every test gets: a clean environment, and the databases as fixtures."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["databases"]

KEPT = ("FEEDBOT_PORTAL_PAGES", "FEEDBOT_CHROMIUM", "FEEDBOT_TEST_")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests leaks into them."""
    for name in list(os.environ):
        if name.startswith("FEEDBOT_") and not name.startswith(KEPT):
            monkeypatch.delenv(name)
