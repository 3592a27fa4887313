"""Running sandboxes as fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.stage import Stage, opened


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A stage without flood limits."""
    async with opened(limits=False) as one:
        yield one


@pytest.fixture
async def strict() -> AsyncIterator[Stage]:
    """A stage with flood limits."""
    async with opened(limits=True) as one:
        yield one
