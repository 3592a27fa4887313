"""The Bot API's methods that answer at once; getUpdates and the webhooks are in `updates`."""

from __future__ import annotations

from feedbot.sandbox.methods import chats, messages, profile
from feedbot.sandbox.methods.call import Handler

HANDLERS: dict[str, Handler] = {
    name.lower(): handler for name, handler in (messages.METHODS | chats.METHODS | profile.METHODS).items()
}
