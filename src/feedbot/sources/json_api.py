"""Source type `json`: any API that answers with JSON, read by JMESPath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feedbot.errors import NotParseable
from feedbot.sources import article, records
from feedbot.sources.feed_item import Feed
from feedbot.sources.feed_json import is_json_feed
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

_NAME = "json"


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles of the answer in its order, each address once; what `select` does not name is guessed.

    Raises:
        NotParseable: this is no JSON, an expression is wrong, or nothing in it is an article.
        EmptyList: the array of articles is empty.
    """
    said = records.load(page, options)
    return records.listing(said, Feed(page.url, language=options.language), options)


def recognises(_page: Page) -> bool:
    """False: what in an answer is an article, only its admin knows."""
    return False


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The pasted address itself, if it answers with JSON that has an array which looks like articles."""
    try:
        said = records.load(page, options)
    except NotParseable:
        return ()
    found = records.guess(said)
    if found is None or is_json_feed(page.body[:4096].decode("utf-8", "replace")):
        return ()
    where = "The answer is an array" if found.select["list"] == "@" else f"The array {found.select['list']}"
    reason = f"{where} of {len(found.items)} objects that look like articles."
    return (Lead(page.url, _NAME, reason, found.confidence, found.select),)


def check(select: Mapping[str, str]) -> Sequence[str]:
    """What is wrong with the expressions, a sentence each."""
    return records.faults(select, records.OPTIONS)


SPEC = SourceSpec(
    name=_NAME,
    summary="Any API that answers with JSON, read by JMESPath expressions.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    options=records.OPTIONS,
    find=find,
    check=check,
)
