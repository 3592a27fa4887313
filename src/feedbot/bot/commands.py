"""Commands: /start, /categories, /subscriptions, /latest, /pause, /resume, /help, and /approve for admins."""

from __future__ import annotations

import re

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message as TelegramMessage

from feedbot.bot.access import Doorkeeper
from feedbot.bot.answers import category_answer, latest_answers, subscription_answer
from feedbot.bot.command_list import COMMANDS
from feedbot.bot.context import BotContext, Speaker
from feedbot.locales import translator
from feedbot.render import menus
from feedbot.render.messages import Button, Message
from feedbot.render.telegram_html import quoted
from feedbot.services import subscribing

# What a link may carry; longer numbers name nothing that a database could hold.
_LINK = re.compile(r"[cs][0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


class Commands:
    """The handlers of commands, for messages and for channel posts alike."""

    def __init__(self, context: BotContext) -> None:
        self._context = context

    def router(self) -> Router:
        """A router with every command, and with the hint for whatever is none."""
        made = Router(name="commands")
        for observer in (made.message, made.channel_post):
            observer.register(self.start, CommandStart(ignore_case=True))
            for name, handler in (
                ("categories", self.categories),
                ("subscriptions", self.subscriptions),
                ("latest", self.latest),
                ("pause", self.pause),
                ("resume", self.resume),
                ("help", self.help),
                ("approve", self.approve),
            ):
                observer.register(handler, Command(name, ignore_case=True))
        # In a group other bots and people talk: what is no command there is nobody's to hear, and nothing to store.
        made.message.register(self.unknown, F.chat.type == "private")
        return made

    async def start(
        self, message: TelegramMessage, command: CommandObject, speaker: Speaker, keeper: Doorkeeper
    ) -> None:
        """Welcomes, or follows what a deep link names."""
        if command.args and _LINK.fullmatch(command.args):
            await _follow_link(self._context, message, speaker, keeper, command.args)
            return
        chosen = await subscribing.following(self._context.database, speaker.chat.id, speaker.thread_id)
        title = self._context.rules.site_title
        said = menus.welcome(title, language=speaker.language, followed=bool(chosen.subscriptions))
        await speaker.answer(self._context, said)

    async def categories(self, message: TelegramMessage, speaker: Speaker, keeper: Doorkeeper) -> None:
        """Shows the tree to choose from."""
        if await keeper.may_configure(speaker, message):
            await speaker.answer(self._context, await category_answer(self._context, speaker))

    async def subscriptions(self, _event: TelegramMessage, speaker: Speaker) -> None:
        """Lists what is followed."""
        await speaker.answer(self._context, await subscription_answer(self._context, speaker))

    async def latest(self, _event: TelegramMessage, speaker: Speaker) -> None:
        """Shows the newest articles."""
        for said in await latest_answers(self._context, speaker):
            await speaker.answer(self._context, said)

    async def pause(self, message: TelegramMessage, speaker: Speaker, keeper: Doorkeeper) -> None:
        """Keeps articles back."""
        if not await keeper.may_configure(speaker, message):
            return
        changed = await subscribing.pause(self._context.database, speaker.chat.id, self._context.now())
        _ = translator(speaker.language)
        text = _("Paused. New articles wait here until /resume.") if changed else _("It is paused already.")
        await speaker.answer(self._context, Message(quoted(text)))

    async def resume(self, message: TelegramMessage, speaker: Speaker, keeper: Doorkeeper) -> None:
        """Lets articles come again."""
        if await keeper.may_configure(speaker, message):
            await speaker.answer(self._context, await _resumed(self._context, speaker))
            self._context.wake()

    async def help(self, _event: TelegramMessage, speaker: Speaker) -> None:
        """Lists the commands."""
        said = menus.help_text(COMMANDS, language=speaker.language, in_group=speaker.is_group)
        await speaker.answer(self._context, said)

    async def approve(self, _event: TelegramMessage, command: CommandObject, speaker: Speaker) -> None:
        """Lets a stranger in, on an admin's word."""
        await speaker.answer(self._context, Message(quoted(await let_in(self._context, speaker, command.args or ""))))

    async def unknown(self, _event: TelegramMessage, speaker: Speaker) -> None:
        """Points to /help."""
        _ = translator(speaker.language)
        rows = ((Button(_("Choose categories"), data="b:0:0"), Button(_("Latest"), data="l:0")),)
        text = _("I do not understand that. /help lists what I do.")
        await speaker.answer(self._context, Message(quoted(text), buttons=rows))


async def let_in(context: BotContext, speaker: Speaker, number: str) -> str:
    """Lets a chat in on an admin's word; the sentence that says how it went."""
    _ = translator(speaker.language)
    if speaker.user is None or speaker.user.id not in context.rules.admins:
        return _("Only an admin of this bot can do that.")
    if not _NUMBER.fullmatch(number.strip()):
        return _("Say whom: /approve and the number that the person was given.")
    chat_id = int(number)
    guest = await subscribing.let_in(context.database, chat_id)
    if guest is None:
        return _("Nobody with the number {number} has written to this bot.", number=chat_id)
    welcome = menus.welcome(context.rules.site_title, language=guest.language, followed=False)
    await context.sender.send(chat_id, welcome)
    return _("{number} may use this bot now.", number=chat_id)


async def _follow_link(
    context: BotContext, message: TelegramMessage, speaker: Speaker, keeper: Doorkeeper, payload: str
) -> None:
    if not await keeper.may_configure(speaker, message):
        return
    number, where = int(payload[1:]), (speaker.chat.id, speaker.thread_id)
    label: str | None
    if payload[0] == "c":
        node, is_new = await subscribing.follow_category(context.database, *where, number, context.now())
        label = node.path if node else None
    else:
        label, is_new = await subscribing.follow_source(context.database, *where, number, context.now())
    if label is None:
        _ = translator(speaker.language)
        gone = Message(quoted(_("What this link leads to is gone. Choose from what there is:")))
        menu = await category_answer(context, speaker)
        await speaker.answer(context, Message(f"{gone.text}\n\n{menu.text}", buttons=menu.buttons))
        return
    category_id = number if payload[0] == "c" else None
    said = menus.now_following(label, is_new=is_new, category_id=category_id, language=speaker.language)
    await speaker.answer(context, said)


async def _resumed(context: BotContext, speaker: Speaker) -> Message:
    waited, dropped = await subscribing.resume(
        context.database, speaker.chat.id, context.rules.backlog_hours, context.now()
    )
    _ = translator(speaker.language)
    lines = [_("New articles come again.")]
    if waited:
        lines.append(
            _.plural("{count} article that waited comes now.", "{count} articles that waited come now.", waited)
        )
    if dropped:
        lines.append(
            _.plural(
                "{count} older article was left out; /latest shows it.",
                "{count} older articles were left out; /latest shows the newest.",
                dropped,
            )
        )
    return Message(quoted("\n".join(lines)))
