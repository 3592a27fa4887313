"""Whether Telegram can be reached: what a person must know when it cannot, said once."""

from __future__ import annotations

import structlog

from feedbot.domain.pacing import Outage
from feedbot.errors import OutcomeUnknown, SendError, TelegramDown, TokenRefused

log = structlog.get_logger(__name__)


class Reachability:
    """Learns from each send. `alarm` says why nothing can be sent at all, None while all is well."""

    def __init__(self) -> None:
        self._outage = Outage()
        self.alarm: str | None = None

    @property
    def is_well(self) -> bool:
        """Whether the last send got an answer."""
        return self._outage.failures == 0

    def failed(self, error: SendError, at: float) -> float | None:
        """The time before which nothing should be sent, if the server itself fails; logs the beginning of an outage."""
        match error:
            case TelegramDown() | OutcomeUnknown():
                return self._no_answer(error.reason, at)
            case TokenRefused():
                self.alarm = f"Telegram refuses the bot's token: {error.reason}"
                log.error("token_refused", reason=error.reason, remedy="set telegram.token to the one of @BotFather")
            case _:
                self.answered()
        return None

    def answered(self) -> None:
        """The server answered, whatever it said; logs the end of an outage."""
        if self._outage.answered():
            log.info("telegram_back")
        self.alarm = None

    def _no_answer(self, reason: str, at: float) -> float:
        was_on = self._outage.is_on
        stopped_until = self._outage.failed(at)
        if self._outage.is_on:
            self.alarm = f"Telegram cannot be reached: {reason}"
            if not was_on:
                log.error("telegram_down", reason=reason, next_try_seconds=round(stopped_until - at))
        return stopped_until
