"""How many pages the browser may read: by the minute, and by the hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

from feedbot.errors import BrowserFailed
from feedbot.fetching.model import BrowserLimits
from feedbot.fetching.urls import shown

PATIENCE = 60.0  # seconds that a page waits for the budget before it is refused


class PageBudget:
    """Counts the pages of the last hour. `clock` gives seconds and `sleep` waits for some."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._taken: deque[float] = deque()

    async def take(self, limits: BrowserLimits, url: str) -> None:
        """Counts a page; waits for up to a minute until it may be read, and raises BrowserFailed for more."""
        while (wait := self._wait(limits)) > 0:
            if wait > PATIENCE:
                raise BrowserFailed(
                    f"The browser has read its {limits.pages_per_hour} pages of this hour and rests. It goes on by "
                    "itself: raise fetch.browser.pages_per_hour if your sources need more.",
                    url=shown(url),
                    retry_after=wait,
                )
            await self._sleep(wait)
        self._taken.append(self._clock())

    def _wait(self, limits: BrowserLimits) -> float:
        now = self._clock()
        while self._taken and self._taken[0] <= now - 3600:
            self._taken.popleft()
        wait = 0.0
        for span, most in ((60.0, limits.pages_per_minute), (3600.0, limits.pages_per_hour)):
            if len(self._taken) >= most:
                wait = max(wait, self._taken[-most] + span - now)
        return wait
