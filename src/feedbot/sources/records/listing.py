"""The objects of a JSON value as the articles of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from feedbot.domain.article import Draft
from feedbot.errors import EmptyList, NotParseable
from feedbot.sources.drafting import MAX_ITEMS, drafted, each_once
from feedbot.sources.feed_item import Feed, Html, Item, Media
from feedbot.sources.feed_values import unique
from feedbot.sources.html import absolute, one_line
from feedbot.sources.records import fields
from feedbot.sources.records.expressions import Reading
from feedbot.sources.records.guess import guess, plain_keys, unwrapped, usual
from feedbot.sources.spec import Listing, ParseOptions

_NEXT = ("next", "next_page_url", "nextPageUrl", "next_url", "nextPage")


def listing(said: Any, site: Feed, options: ParseOptions) -> Listing:
    """The articles that `options.select` finds in a JSON value, in its order; what it does not name is guessed.

    Raises:
        NotParseable: an expression is wrong, or the articles have no address or no title.
        EmptyList: there is no article.
    """
    reading = Reading(options.select, site.url)
    items = _items(said, reading, options.select, site.url)
    drafts = [made for item in items[:MAX_ITEMS] if (made := _draft(item, reading, site, options))]
    if not drafts:
        raise NotParseable(
            f"None of the {len(items)} entries of the list has a title and an address. Name them: select.title, and"
            " select.link with an expression or with a template such as https://example.org/a/{id}.",
            url=site.url,
        )
    language = options.language or site.language
    return Listing(each_once(drafts), site.title, site.home_url, language, next_url=_next(said, reading, site.url))


def _items(said: Any, reading: Reading, select: Mapping[str, str], url: str) -> list[Any]:
    if "list" not in reading:
        found = guess(said, needs_link="link" not in reading)
        if found is None:
            text = "No array in this JSON looks like articles. Name it: select.list with a JMESPath expression."
            raise NotParseable(text, url=url)
        return list(found.items)
    items = reading.value("list", said)
    if items is None or not isinstance(items, list | Mapping):
        what = "nothing" if items is None else "a single value"
        raise NotParseable(f"select.list finds {what} in this JSON: {select['list']!r}.", url=url)
    if not items:
        raise EmptyList(f"The list of articles is empty: {select['list']!r}.", url=url)
    if isinstance(items, list):
        return items
    # An object holds the articles by their names, or it is the only one.
    return list(items.values()) if all(isinstance(one, Mapping) for one in items.values()) else [items]


def _draft(item: Any, reading: Reading, site: Feed, options: ParseOptions) -> Draft | None:
    said = _Said(item, reading)
    title = one_line(fields.text(said["title"]))
    link = absolute(fields.address(said["link"]), site.home_url or site.url)
    if not (title and link):
        return None
    made = Item(
        guid=fields.text(said["id"]),
        urls=(link,),
        title=title,
        published=fields.date(said["date"]),
        updated=fields.date(said["updated"]),
        author=", ".join(unique(fields.names(said["author"]))),
        origin=one_line(fields.text(said["origin"])),
        tags=unique(fields.tags(said["tags"])),
        content=Html(fields.html(said["body"]), link),
        description=Html(fields.html(said["summary"]), link),
        media=tuple(_pictures(said["image"], site.url)),
    )
    return drafted(made, site, options, tuple(fields.names(said["category"])))


class _Said:
    """The fields of one object: what the source's expressions find, else what stands under the usual name."""

    def __init__(self, item: Any, reading: Reading) -> None:
        self._item = item
        self._reading = reading
        self._record = unwrapped(item)[1] if isinstance(item, Mapping) else {}
        self._keys = plain_keys(self._record)

    def __getitem__(self, name: str) -> Any:
        if name in self._reading:
            return self._reading.value(name, self._item)
        key = usual(name, self._record, self._keys)
        return self._record.get(key) if key else None


def _pictures(value: Any, base_url: str) -> Iterator[Media]:
    for found in fields.addresses(value):
        url = absolute(found, base_url)
        if url:
            yield Media(url, "image")


def _next(said: Any, reading: Reading, url: str) -> str:
    """The address of the list's next page, other than this one."""
    if "next" in reading:
        found = fields.address(reading.value("next", said))
    else:
        holders = [said, *(said.get(key) for key in ("links", "paging", "pagination", "meta"))] if _is(said) else []
        values = (holder.get(key) for holder in holders if _is(holder) for key in _NEXT)
        found = next((value for value in values if isinstance(value, str) and "/" in value), "")
    address = absolute(found, url) if found else ""
    return address if address != url else ""


def _is(value: Any) -> bool:
    return isinstance(value, Mapping)
