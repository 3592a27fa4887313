"""Source type `changelog`: a changelog in Markdown, an article for each release.

## 1.2.0 - 2026-11-02
- The ferry leaves on the half hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from feedbot.domain.article import Draft
from feedbot.errors import EmptyList
from feedbot.sources.encoding import decode
from feedbot.sources.html import clean
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec
from feedbot.sources.times import parse_published

_HEADING = re.compile(
    r"^## +\[?(?P<version>v?\d[\w.+-]{0,40})\]?[ \t]*(?:[-(–][ \t]*(?P<date>[^)\n]{1,40}))?[^\n]*$", re.MULTILINE
)


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """An article for each release that has a heading with its version, as the page lists them."""
    text = decode(page.body, declared=page.charset, override=options.encoding)
    drafts = tuple(_releases(text, page.url, options))
    if not drafts:
        raise EmptyList("This changelog has no heading such as `## 1.2.0 - 2026-11-02`.", url=page.url)
    return Listing(drafts, home_url=page.url)


def recognises(page: Page) -> bool:
    """Whether a source without `type` that has this page is a changelog: two releases with dates are proof enough."""
    if b"<html" in page.body[:2048].lower():
        return False
    text = decode(page.body, declared=page.charset)
    return sum(1 for heading in _HEADING.finditer(text) if heading["date"]) > 1


def find(page: Page, _options: ParseOptions) -> Sequence[Lead]:
    """The pasted page itself, if it is a changelog."""
    return (Lead(page.url, "changelog", "This is a changelog in Markdown.", 0.9),) if recognises(page) else ()


def _releases(text: str, url: str, options: ParseOptions) -> Iterator[Draft]:
    headings = list(_HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        said = text[heading.end() : following.start() if following else len(text)]
        lines = (line.strip().lstrip("-* ") for line in said.splitlines() if line.strip())
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        yield Draft(
            guid=heading["version"],
            url=f"{url}#{heading['version']}",
            title=heading["version"],
            published=parse_published(heading["date"] or "", timezone=options.timezone),
            # Whatever a source type makes of a page must be sanitised: it is shown in browsers and in Telegram.
            body_html=clean(f"<ul>{items}</ul>", url) if items else "",
        )


SPEC = SourceSpec(
    name="changelog",
    summary="A changelog in Markdown; each release is an article.",
    parse_list=parse_list,
    recognises=recognises,
    find=find,
)
