"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from feedbot.errors import NotParseable
from feedbot.sources.encoding import strip_controls
from feedbot.sources.feed_item import Feed, Html, Item, Media, draft
from feedbot.sources.feed_prolog import MAX_ITEMS
from feedbot.sources.feed_values import language, mime_type, plain_html, size, unique
from feedbot.sources.html import absolute
from feedbot.sources.spec import Listing, ParseOptions

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")


def is_json_feed(text: str) -> bool:
    """Whether a text begins as a JSON Feed does."""
    head = text[:4096].lstrip()
    return head.startswith("{") and bool(_VERSION.search(head.replace("\\/", "/")))


def parse_json(text: str, url: str, options: ParseOptions) -> Listing:
    """The listing of a JSON Feed; values of a wrong type are passed over.

    Raises:
        NotParseable: the text is no JSON, or JSON of another kind.
    """
    said = _loaded(text, url)
    items = said.get("items")
    if not isinstance(items, list):
        raise NotParseable("This is JSON, but no JSON Feed: it has no list `items`.", url=url)
    feed = Feed(
        url,
        title=_line(said, "title"),
        home_url=absolute(_text(said, "home_page_url"), url),
        language=language(_text(said, "language")),
        author=_author(said),
    )
    drafts = (draft(_item(item, url), feed, options) for item in items[:MAX_ITEMS] if isinstance(item, dict))
    return Listing(
        tuple(found for found in drafts if found),
        feed.title,
        feed.home_url,
        feed.language,
        hub_url=_hub(said, url),
        topic_url=absolute(_text(said, "feed_url"), url),
        next_url=absolute(_text(said, "next_url"), url),
    )


def _hub(said: dict[str, Any], url: str) -> str:
    """The first hub that speaks WebSub."""
    hubs = (hub for hub in _list(said, "hubs") if isinstance(hub, dict) and _text(hub, "type").lower() == "websub")
    return next((found for hub in hubs if (found := absolute(_text(hub, "url"), url))), "")


def _loaded(text: str, url: str) -> dict[str, Any]:
    try:
        said = _clean(json.loads(text))
    except (ValueError, RecursionError) as error:
        reason = (
            f"{error}" if isinstance(error, json.JSONDecodeError) else "it is nested too deep or has absurd numbers"
        )
        raise NotParseable(f"The feed begins like JSON, but cannot be read: {reason}.", url=url) from error
    if not isinstance(said, dict):
        raise NotParseable("This is JSON, but no JSON Feed.", url=url)
    return said


def _clean(value: Any) -> Any:
    """The value without what JSON can escape and neither a database nor XML can hold: NUL, lone surrogates."""
    if isinstance(value, str):
        return strip_controls(value)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return {key: _clean(one) for key, one in value.items()} if isinstance(value, dict) else value


def _item(said: dict[str, Any], url: str) -> Item:
    html, text = _text(said, "content_html"), _text(said, "content_text")
    return Item(
        guid=_identifier(said.get("id")),
        urls=(_text(said, "url"), _text(said, "external_url")),
        title=_line(said, "title"),
        published=_identifier(said.get("date_published")),  # some write Unix seconds
        updated=_identifier(said.get("date_modified")),
        author=_author(said),
        language=_text(said, "language"),
        tags=unique(tag for tag in _list(said, "tags") if isinstance(tag, str)),
        content=Html(html or plain_html(text), absolute(_text(said, "url"), url) or url),
        description=Html(plain_html(_text(said, "summary")), url),
        media=tuple(_media(said, url)),
    )


def _identifier(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value).strip() if isinstance(value, str) or is_number else ""


def _text(said: dict[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _line(said: dict[str, Any], key: str) -> str:
    return " ".join(_text(said, key).split())


def _list(said: dict[str, Any], key: str) -> list[Any]:
    value = said.get(key)
    return value if isinstance(value, list) else []


def _author(said: dict[str, Any]) -> str:
    """The names of all authors; version 1.0 had a single `author`."""
    people = [*_list(said, "authors"), said.get("author")]
    names = (_line(person, "name") for person in people if isinstance(person, dict))
    return ", ".join(dict.fromkeys(name for name in names if name))


def _media(said: dict[str, Any], url: str) -> Iterator[Media]:
    for key in ("image", "banner_image"):
        address = absolute(_text(said, key), url)
        if address:
            yield Media(address, "image")
    for file in _list(said, "attachments"):
        address = absolute(_text(file, "url"), url) if isinstance(file, dict) else ""
        if address:
            kind = mime_type(address, _text(file, "mime_type"))
            is_image = kind.startswith("image/")
            length = size(file.get("size_in_bytes", ""))
            yield Media(address, "image" if is_image else "file", kind, _line(file, "title"), length)
