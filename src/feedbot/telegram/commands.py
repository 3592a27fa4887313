"""The command menu that Telegram shows to people, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from feedbot.telegram.failures import as_send_error
from feedbot.telegram.sender import Sender

Commands = Sequence[tuple[str, str]]


async def register_commands(
    sender: Sender,
    everyone: Mapping[str, Commands],
    *,
    admins: Mapping[str, Commands] | None = None,
    admin_ids: Sequence[int] = (),
) -> None:
    """Sets the menus: `everyone` and `admins` map a language to its commands, each a name and what it does.

    Languages are `en`, which everybody without an own one gets, and `zh_CN` and the like, of which Telegram takes the
    two letters. In groups only administrators see the menu, since only they configure. Admins see both lists.

    Raises:
        SendError: Telegram could not be asked, or refuses a command.
    """
    try:
        for language, commands in everyone.items():
            for scope in (BotCommandScopeAllPrivateChats(), BotCommandScopeAllChatAdministrators()):
                await sender.bot.set_my_commands(_menu(commands), scope=scope, language_code=_code(language))
        await sender.bot.delete_my_commands(scope=BotCommandScopeAllGroupChats())
        for admin_id in admin_ids:
            for language, commands in (admins or {}).items():
                menu = _menu((*everyone.get(language, ()), *commands))
                scope_of_one = BotCommandScopeChat(chat_id=admin_id)
                await sender.bot.set_my_commands(menu, scope=scope_of_one, language_code=_code(language))
    except Exception as error:
        raise as_send_error(error, token=sender.bot.token) from error


def _menu(commands: Commands) -> list[BotCommand]:
    return [BotCommand(command=name, description=description) for name, description in commands]


def _code(language: str) -> str | None:
    """Two letters (ISO 639-1); none for English, so that it is what every other language falls back to."""
    return None if language.startswith("en") else language[:2]
