"""The only door to the Bot API: sends, edits, and says what went wrong in feedbot's own errors.

Importing this package does not import aiogram, which costs seconds of CPU: `connect` does, off the event loop.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedbot.telegram.sender import Sender

OFFICIAL_API = "https://api.telegram.org"


async def connect(token: str, api_url: str = OFFICIAL_API) -> Sender:
    """What sends as this bot through the Bot API server at `api_url`; no request is made yet.

    Raises:
        TokenRefused: the token has not the form of one.
    """
    module = await asyncio.to_thread(import_module, "feedbot.telegram.sender")
    sender: Sender = module.Sender(token, api_url)
    return sender
