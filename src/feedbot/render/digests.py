"""Many new articles as few messages: grouped by category, split only between articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from feedbot.domain.article import Article
from feedbot.domain.stories import Elsewhere
from feedbot.domain.texts import truncate, utf16_length
from feedbot.locales import translator
from feedbot.render.messages import MAX_ALSO, MAX_NAME, Message, category_text, source_text, title_text, visible
from feedbot.render.telegram_html import MAX_BYTES, MAX_ENTITIES, MAX_UNITS, link, plain, quoted

MAX_LINE_TITLE = 200
_HEAD_UNITS = 100


@dataclass(frozen=True, slots=True)
class DigestPart:
    """One message of a digest, and the ids of the articles that it carries, in their order."""

    message: Message
    article_ids: tuple[int, ...]


@dataclass(slots=True)
class _Page:
    """A message that is being filled, with what it has used up."""

    lines: list[str] = field(default_factory=list)
    article_ids: list[int] = field(default_factory=list)
    units: int = _HEAD_UNITS
    size: int = _HEAD_UNITS
    entities: int = 1

    def takes(self, lines: Sequence[str]) -> bool:
        units, size = _cost(lines)
        fits = self.units + units <= MAX_UNITS and self.size + size <= MAX_BYTES
        return fits and self.entities + len(lines) <= MAX_ENTITIES

    def add(self, lines: Sequence[str], article_id: int) -> None:
        units, size = _cost(lines)
        self.lines.extend(lines)
        self.article_ids.append(article_id)
        self.units += units
        self.size += size
        self.entities += len(lines)


def digest_messages(
    articles: Iterable[tuple[Article, str]],
    *,
    language: str,
    heading: str | None = None,
    also_at: Mapping[int, Sequence[Elsewhere]] = MappingProxyType({}),
    titles: Mapping[int, str] = MappingProxyType({}),
) -> tuple[DigestPart, ...]:
    """The articles, each with the category path that its chat follows, grouped by category in order of appearance.

    `also_at` has the other sources of a story by the article's id, `titles` translated ones. Each message is within
    Telegram's limits and stands for itself, with its own count (or `heading` in its place) and category names; an
    article's line is never split.
    """
    groups: dict[str, list[Article]] = {}
    for one, followed in articles:
        article = replace(one, title=titles.get(one.id, one.title))
        groups.setdefault(category_text(article, followed), []).append(article)
    pages = _fill(groups, language, also_at)
    return tuple(
        DigestPart(
            Message("\n".join((_head(language, len(page.article_ids), heading), *page.lines))), tuple(page.article_ids)
        )
        for page in pages
    )


def _fill(groups: dict[str, list[Article]], language: str, also_at: Mapping[int, Sequence[Elsewhere]]) -> list[_Page]:
    pages = [_Page()]
    for shown, articles in groups.items():
        heading = f"\n<b>📂 {quoted(shown)}</b>" if shown else ""
        is_open = False
        for article in articles:
            line = _line(article, shown, language, also_at.get(article.id, ()))
            lines = [line] if is_open or not heading else [heading, line]
            if not pages[-1].takes(lines):
                pages.append(_Page())
                lines = [heading, line] if heading else [line]
            pages[-1].add(lines, article.id)
            is_open = True
    return [page for page in pages if page.lines]


def _line(article: Article, shown: str, language: str, also_at: Sequence[Elsewhere]) -> str:
    title = link(article.url, title_text(article, translator(language), MAX_LINE_TITLE))
    source = source_text(article)
    named = [source] if source and (source not in shown or also_at) else []
    # Names only: each link takes one of the entities that a message may have.
    named += [truncate(plain(one.source_title), MAX_NAME) for one in also_at[:MAX_ALSO]]
    return f"• {title} — {quoted(', '.join(named))}" if named else f"• {title}"


def _head(language: str, count: int, heading: str | None) -> str:
    said = heading or translator(language).plural("{count} new article", "{count} new articles", count)
    return f"<b>🗞 {quoted(said)}</b>"


def _cost(lines: Sequence[str]) -> tuple[int, int]:
    text = "\n".join(lines)
    return utf16_length(visible(text)) + 1, len(text.encode()) + 1
