"""Buttons. Their data says all that is needed (see `feedbot.render.menus`), so they work for ever."""

from __future__ import annotations

import re

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from feedbot.bot.access import Doorkeeper
from feedbot.bot.answers import category_answer, latest_answers, subscription_answer
from feedbot.bot.commands import let_in
from feedbot.bot.context import BotContext, Speaker
from feedbot.locales import translator
from feedbot.render.messages import Message
from feedbot.services import subscribing

_DATA = re.compile(r"([a-z]{1,2})((?::-?[0-9]{1,18}){1,3})")
_NUMBERS = {"b": 2, "f": 3, "n": 3, "m": 1, "uc": 2, "us": 2, "l": 1, "in": 1}


def parse(data: str | None) -> tuple[str, tuple[int, ...]] | None:
    """What a button says, as (action, numbers); None if it is not one of ours."""
    match = _DATA.fullmatch(data or "")
    if match is None:
        return None
    numbers = tuple(int(number) for number in match[2].split(":")[1:])
    return (match[1], numbers) if _NUMBERS.get(match[1]) == len(numbers) else None


def router(context: BotContext) -> Router:
    """The handler of every button."""
    made = Router(name="buttons")

    async def press(query: CallbackQuery, speaker: Speaker, keeper: Doorkeeper) -> None:
        pressed = parse(query.data)
        if pressed is None:
            await query.answer(translator(speaker.language)("This button is too old. /categories has new ones."))
            return
        action, numbers = pressed
        if action == "in":
            await query.answer(await let_in(context, speaker, str(numbers[0])), show_alert=True)
            return
        # Whatever the bot says in a channel is a post to all its readers: only who may post may ask for it.
        is_open_to_all = action == "l" and speaker.chat.kind != "channel"
        if not is_open_to_all and not await keeper.may_configure(speaker, query):
            return
        if action == "l":
            await query.answer()
            for said in await latest_answers(context, speaker, numbers[0]):
                await speaker.answer(context, said)
            return
        toast, menu = await _act(context, speaker, action, numbers)
        # The menu first: who sees the toast sees the ✓ as well.
        await _show(context, query, speaker, menu)
        await query.answer(toast)

    made.callback_query.register(press)
    return made


async def _act(
    context: BotContext, speaker: Speaker, action: str, numbers: tuple[int, ...]
) -> tuple[str | None, Message]:
    """Does what the button says; the words for it, and the menu as it is afterwards."""
    _ = translator(speaker.language)
    database, where = context.database, (speaker.chat.id, speaker.thread_id)
    toast = None
    if action == "f":
        node, _is_new = await subscribing.follow_category(database, *where, numbers[0], context.now())
        toast = _("You now follow {name}.", name=node.name) if node else _("This category is gone.")
    elif action in {"n", "uc"}:
        await subscribing.unfollow_category(database, *where, numbers[0])
        toast = _("You no longer follow it.")
    elif action == "us":
        await subscribing.unfollow_source(database, *where, numbers[0])
        toast = _("You no longer follow it.")
    if action in {"b", "f", "n"}:
        return toast, await category_answer(context, speaker, *numbers[-2:])
    return toast, await subscription_answer(context, speaker, numbers[-1])


async def _show(context: BotContext, query: CallbackQuery, speaker: Speaker, menu: Message) -> None:
    """In the place of the menu that was pressed; as a new message where that one is no menu or out of reach."""
    pressed = query.message
    if isinstance(pressed, TelegramMessage) and _is_menu(pressed):
        await context.sender.edit(speaker.chat.id, pressed.message_id, menu)
    else:
        await speaker.answer(context, menu)


def _is_menu(message: TelegramMessage) -> bool:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    said = [button.callback_data for row in rows for button in row if button.callback_data]
    menus = [data for data in said if data.partition(":")[0] in {"f", "n", "uc", "us"} or data.startswith("b:")]
    return len(menus) > 1 or (bool(menus) and len(said) == len(menus))
