"""A new article as a Telegram message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from feedbot.domain import categories
from feedbot.domain.abstracts import Translated
from feedbot.domain.article import Article
from feedbot.domain.stories import Elsewhere
from feedbot.domain.summary import article_summary
from feedbot.domain.texts import truncate, utf16_length
from feedbot.locales import Translator, known_language, translator
from feedbot.render.telegram_html import MAX_UNITS, is_button_link, is_link, link, plain, quoted, time_text

MAX_TITLE = 300
MAX_CATEGORY = 200
MAX_NAME = 100
MAX_ALSO = 5
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: opens `url`, or sends `data` (at most 64 bytes) back to the bot."""

    text: str
    url: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `text` in Telegram's HTML, `preview_url` the page or picture shown above it, rows of buttons."""

    text: str
    preview_url: str | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()


def article_message(
    article: Article,
    *,
    followed: str,
    language: str,
    timezone: str,
    article_page_url: str | None,
    summary_chars: int,
    body_text: str,
    also_at: Sequence[Elsewhere] = (),
    translated: Translated | None = None,
) -> Message:
    """The article for a chat that follows the category `followed`; never longer than Telegram takes.

    `timezone` (IANA name) is the chat's; `article_page_url` is feedbot's own page of the article, if the outside can
    reach it; `body_text` is the body without markup, for a summary where the source gives none; `also_at` are other
    sources that have the same story; `translated` is title and summary in the chat's language, by a machine.
    """
    _ = translator(language)
    title = truncate(plain(translated.title), MAX_TITLE) if translated else title_text(article, _)
    head = [f"<b>{link(article.url, title)}</b>"]
    shown = category_text(article, followed)
    if shown:
        head.append(quoted(f"📂 {shown}"))
    head.append(quoted(_origin_text(article, _, timezone)))
    text, tail = "\n".join(head), _also_text(also_at, _)
    room = MAX_UNITS - utf16_length(visible(text)) - utf16_length(visible(tail)) - 4
    if translated:
        tail = "\n".join(filter(None, (quoted(f"🌐 {_('Translated by a machine')}"), tail)))
        room -= MAX_NAME
    summary = truncate(plain(translated.summary), room) if translated else ""
    if summary := summary or _summary(article, summary_chars, room, body_text):
        text = f"{text}\n\n{quoted(summary)}"
    if tail:
        text = f"{text}\n\n{tail}"
    return Message(text, _preview_url(article), _buttons(article, _, article_page_url))


def bare_message(article: Article) -> Message:
    """Title and address only: what is sent when nothing better can be made of an article."""
    title, address = truncate(plain(article.title), MAX_TITLE), truncate(plain(article.url), MAX_UNITS // 2)
    return Message(quoted("\n".join(filter(None, (title, address)))) or "…")


def as_plain(message: Message) -> Message:
    """The same words without markup, preview and buttons: what is sent when Telegram refuses the message."""
    addresses = [button.url for row in message.buttons for button in row if button.url]
    text = visible(message.text)
    with_address = "\n".join((text, *addresses[:1]))
    return Message(quoted(with_address if utf16_length(with_address) <= MAX_UNITS else text))


def visible(html: str) -> str:
    """What a reader sees of a message's HTML."""
    return unescape(_TAG.sub("", html))


def title_text(article: Article, _: Translator, most: int = MAX_TITLE) -> str:
    """The title in one line of at most `most` UTF-16 units."""
    return truncate(plain(article.title), most) or _("Untitled article")


def category_text(article: Article, followed: str) -> str:
    """The article's own category below the followed one, written as a path for reading: `城事资讯 › 安源区政府`."""
    below = (path for path in article.categories if path == followed or followed in categories.ancestors(path))
    path = next(below, followed or next(iter(article.categories), ""))
    return truncate(" › ".join(plain(name) for name in path.split(categories.SEPARATOR) if plain(name)), MAX_CATEGORY)


def source_text(article: Article) -> str:
    """Where the article was found, as people know it."""
    return truncate(plain(article.source_title or article.site), MAX_NAME)


def _summary(article: Article, most: int, room: int, body_text: str) -> str:
    """Whole sentences of at most `most` characters and `room` UTF-16 units, of which an emoji takes two."""
    said = plain(article_summary(article, min(most, room), body_text=body_text))
    if utf16_length(said) <= room:
        return said
    return truncate(plain(article_summary(article, min(most, room // 2), body_text=body_text)), room)


def _origin_text(article: Article, _: Translator, timezone: str) -> str:
    source, origin = source_text(article), truncate(plain(article.origin), MAX_NAME)
    parts = [source] if source else []
    if origin and origin != source:
        parts.append(_("from {origin}", origin=origin))
    parts.append(time_text(article.date, timezone, known_language(_.language)))
    return " · ".join(parts)


def _also_text(also_at: Sequence[Elsewhere], _: Translator) -> str:
    """The other sources of the same story, each a link; at most five of them."""
    named = [link(one.url, truncate(plain(one.source_title), MAX_NAME)) for one in also_at[:MAX_ALSO]]
    if not named:
        return ""
    more = f" +{len(also_at) - MAX_ALSO}" if len(also_at) > MAX_ALSO else ""
    return "🔁 " + _("Also at {sources}", sources=", ".join(named) + more)


def _preview_url(article: Article) -> str | None:
    addresses = (*(image.url for image in article.images), article.url)
    return next((url for url in addresses if is_link(url)), None)


def _buttons(article: Article, _: Translator, article_page_url: str | None) -> tuple[tuple[Button, ...], ...]:
    wanted = ((_("Read"), article.url), (_("Full text"), article_page_url))
    row = tuple(Button(text, url=url) for text, url in wanted if url and is_button_link(url))
    return (row,) if row else ()
