"""Faults that a test or a person at the page asks for: they hit the next matching calls."""

from __future__ import annotations

from dataclasses import dataclass

from feedbot.sandbox.model import Injected, Json


@dataclass(slots=True)
class Fault:
    """An injected fault, for one chat or all (`chat_id` None), one method or all, for `times` more calls."""

    chat_id: int | None
    method: str | None
    injected: Injected
    times: int

    def to_json(self) -> Json:
        """How the page lists it."""
        return {
            "chat_id": self.chat_id,
            "method": self.method,
            "status": self.injected.status,
            "description": self.injected.description,
            "drop": self.injected.drop,
            "times": self.times,
        }


# A fault without a method hits what writes into the chat, not the polling that keeps the bot alive.
UNTOUCHED = frozenset({"getupdates", "getme", "setwebhook", "deletewebhook", "getwebhookinfo"})


class Faults:
    """The faults that wait."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, chat_id: int | None, method: str | None, injected: Injected, times: int) -> None:
        """Adds a fault for the next `times` matching calls."""
        if times > 0:
            self.waiting.append(Fault(chat_id, method.lower() if method else None, injected, times))

    def take(self, chat_id: int | None, method: str) -> Injected | None:
        """The first fault that matches the call; it is counted as used."""
        for fault in self.waiting:
            if fault.chat_id not in {None, chat_id} or not _is_for(fault, method):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault.injected
        return None

    def clear(self) -> None:
        """Takes all faults away."""
        self.waiting.clear()


def _is_for(fault: Fault, method: str) -> bool:
    return fault.method == method if fault.method else method not in UNTOUCHED
