"""What was called: a bounded list and counters, for tests and benchmarks."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One API call; `at` is in seconds of the sandbox's monotonic clock, `status` 0 if the connection was broken."""

    at: float
    method: str
    chat_id: int | None
    status: int


@dataclass(slots=True)
class Calls:
    """The last calls and the counts of all: `total`, `by_method`, `by_status`."""

    recent: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    by_method: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many calls there were."""
        return self.by_status.total()

    @property
    def flooded(self) -> int:
        """How many calls were answered with 429."""
        return self.by_status[429]

    def add(self, record: CallRecord) -> None:
        """Counts a call."""
        self.recent.append(record)
        self.by_method[record.method] += 1
        self.by_status[record.status] += 1

    def of(self, method: str, chat_id: int | None = None) -> list[CallRecord]:
        """The kept calls of a method, of one chat if given."""
        return [one for one in self.recent if one.method == method and (chat_id is None or one.chat_id == chat_id)]

    def clear(self) -> None:
        """Forgets everything."""
        self.recent.clear()
        self.by_method.clear()
        self.by_status.clear()
