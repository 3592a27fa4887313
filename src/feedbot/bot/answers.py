"""The answers that commands and buttons share, made from what the chat follows."""

from __future__ import annotations

from feedbot.bot.context import BotContext, Speaker
from feedbot.locales import translator
from feedbot.render import digests, menus
from feedbot.render.messages import Button, Message
from feedbot.services import subscribing
from feedbot.services.subscribing import Following


async def category_answer(context: BotContext, speaker: Speaker, parent: int = 0, page: int = 0) -> Message:
    """The category menu as it stands now."""
    chosen = await _chosen(context, speaker)
    nodes = [menus.Node(node.id, node.name, node.path, node.parent_id, node.articles) for node in chosen.tree]
    return menus.category_menu(nodes, chosen.category_ids, parent=parent, page=page, language=speaker.language)


async def subscription_answer(context: BotContext, speaker: Speaker, page: int = 0) -> Message:
    """What the chat follows, as it stands now."""
    chosen = await _chosen(context, speaker)
    followed = [menus.Followed(one.label, one.category_id, one.source_number) for one in chosen.subscriptions]
    return menus.subscription_menu(followed, page=page, state=speaker.chat.state, language=speaker.language)


async def latest_answers(context: BotContext, speaker: Speaker, category_id: int = 0) -> list[Message]:
    """The latest articles of a category (0: of all that the chat follows, else of everything)."""
    chosen = await _chosen(context, speaker)
    found = await subscribing.latest(context.database, category_id or None, chosen)
    _ = translator(speaker.language)
    choose = ((Button(_("Choose categories"), data="b:0:0"),),)
    if not found:
        return [Message(_("There are no articles yet."), buttons=choose)]
    parts = digests.digest_messages(found, language=speaker.language, heading=_("Latest articles"))
    return [part.message for part in parts]


async def _chosen(context: BotContext, speaker: Speaker) -> Following:
    return await subscribing.following(context.database, speaker.chat.id, speaker.thread_id)
