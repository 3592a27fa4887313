"""What a page's microdata says of its article (schema.org, HTML `itemprop`)."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.article.document import Document, text_of
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.names import one_author
from feedbot.sources.feed_values import language, unique
from feedbot.sources.times.calendar import Calendar

_SCOPES = '[itemscope][itemtype$="Article"], [itemscope][itemtype$="Posting"], [itemscope][itemtype$="Report"]'
_MAX_AUTHORS = 6


def read(document: Document, calendar: Calendar) -> Facts:
    """What the properties inside the first article say, or of the page if no article is marked."""
    scope: LexborHTMLParser | LexborNode = document.tree
    marked = document.tree.css_first(_SCOPES)
    if marked is not None:
        scope = marked
    picture = _node(scope, "image")
    return Facts(
        title=_value(_node(scope, "headline")),
        published=calendar.read_one(_value(_node(scope, "datePublished"))),
        updated=calendar.read_one(_value(_node(scope, "dateModified"))),
        author=", ".join(unique(map(one_author, _authors(scope)))[:_MAX_AUTHORS]),
        image=document.absolute(_address(picture)),
        language=language(_value(_node(scope, "inLanguage"))),
        section=unique([_value(_node(scope, "articleSection"))]),
    )


def _node(scope: LexborHTMLParser | LexborNode, name: str) -> LexborNode | None:
    return scope.css_first(f'[itemprop~="{name}"]')


def _value(node: LexborNode | None) -> str:
    if node is None:
        return ""
    attributes = node.attributes
    return next(filter(None, (attributes.get(name) for name in ("content", "datetime"))), None) or text_of(node)


def _address(node: LexborNode | None) -> str:
    if node is None:
        return ""
    for candidate in (node, *node.css('[itemprop="url"], [itemprop="contentUrl"], img')):
        for name in ("content", "src", "href"):
            if url := candidate.attributes.get(name):
                return url
    return ""


def _authors(scope: LexborHTMLParser | LexborNode) -> list[str]:
    found = []
    for node in scope.css('[itemprop~="author"]'):
        name = node.css_first('[itemprop~="name"]')
        found.append(_value(name if name is not None else node))
    return found
