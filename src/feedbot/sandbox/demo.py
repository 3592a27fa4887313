"""The first person of a new sandbox, so that the chat page has somebody to act as."""

from __future__ import annotations

from feedbot.sandbox.server import SandboxTelegram

NAMES = {"zh": "你"}


def seed_demo(telegram: SandboxTelegram, language: str) -> int:
    """The id of the first private chat; a sandbox without one gets a person named "You" in that language."""
    for chat in telegram.chats:
        if chat.type == "private":
            return chat.id
    user = telegram.add_user(NAMES.get(language[:2].lower(), "You"), language, "you")
    return telegram.private_chat(user).id
