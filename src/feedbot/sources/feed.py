"""Source type `feed`: RSS 0.9x, 1.0 and 2.0, RDF, Atom and JSON Feed, as tolerant as feed readers are."""

from __future__ import annotations

from collections.abc import Sequence

from feedbot.errors import FetchError, NotParseable, SiteRefused
from feedbot.sources import article, feed_links
from feedbot.sources.encoding import decode, strip_controls
from feedbot.sources.feed_json import is_json_feed, parse_json
from feedbot.sources.feed_prolog import has_feed_root
from feedbot.sources.feed_xml import parse_xml
from feedbot.sources.html import absolute, one_line, parse
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec
from feedbot.sources.truncation import is_truncated

_HEAD_BYTES = 16_384
_SHOWN = 60
_FEED_TYPES = ("rss", "atom", "feed+json")
_FEED_LINKS = ", ".join(f'link[rel~="alternate"][type*="{kind}"]' for kind in _FEED_TYPES)


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The feed's items in their order, and what the feed says of itself. A feed without items is a listing of none.

    Raises:
        NotParseable: this is no feed, half of one, or one that declares dangerous entities; the text says what came.
        SiteRefused: the site answers with a page that bears a message.
    """
    text = strip_controls(decode(page.body, declared=page.charset, override=options.encoding)).lstrip()
    if text.startswith("{"):
        return parse_json(text, page.url, options)
    if has_feed_root(text):
        if is_truncated(text, "feed"):
            raise NotParseable("The feed ends in the middle: the rest of it did not arrive.", url=page.url)
        return parse_xml(text, page.url, options)
    raise _not_a_feed(text, page.url)


def recognises(page: Page) -> bool:
    """Whether a page begins as a feed does; its media type is not believed."""
    head = decode(page.body[:_HEAD_BYTES], declared=page.charset).lstrip()
    return is_json_feed(head) or has_feed_root(head)


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The page itself if it is a feed, else the feeds that it announces, links or is known to have, the best first."""
    if recognises(page):
        return (Lead(page.url, "feed", "This address is a feed.", 1.0),)
    return feed_links.find(page, options)


def _not_a_feed(text: str, url: str) -> FetchError:
    if not text:
        return NotParseable("The answer is empty.", url=url)
    if "<html" not in text[:_HEAD_BYTES].lower() and "<!doctype html" not in text[:_HEAD_BYTES].lower():
        shown = " ".join(text[:_SHOWN].split())
        return NotParseable(f"This is neither RSS, Atom nor JSON Feed. It begins with: {shown}", url=url)
    page = parse(text)
    message = page.css_first("#messagetext")  # how Discuz! says that it is closed
    if message is not None:
        said = " ".join(message.text(separator=" ").split())
        return SiteRefused(f"The site answers with a message instead of the feed: {said[:200]}", url=url)
    titles = page.css("title")
    title = f" (“{one_line(titles[0].text())[:_SHOWN]}”)" if titles else ""
    announced = [absolute(link.attributes.get("href") or "", url) for link in page.css(_FEED_LINKS)]
    remedy = f" It announces a feed: use {announced[0]} as the address." if announced and announced[0] else ""
    return NotParseable(f"This is a web page{title}, not a feed.{remedy}", url=url)


SPEC = SourceSpec(
    name="feed",
    summary="RSS, Atom or JSON Feed of any version.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    find=find,
    tells_edits=True,
)
