"""The article's title, without the name of its site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from feedbot.sources.article.document import Document, text_of

# What stands between a title and what the site puts behind it in `<title>`.
_SEPARATOR = re.compile(
    r"\s+[-–—―|｜·•»«:：/\\]{1,2}\s+|\s*[|｜_＿»]+\s*|\s*(?:-{2,3}|——|--)\s*|\s+[-–—]\s*|(?<=[^\W\d_a-zA-Z])[-－](?=\S)"
)
_SITE_WORDS = re.compile(
    r"网|報|报社|日报|晚报|早报|在线|门户|频道|论坛|博客|政府|新闻|资讯|电视台|委员会|新聞|ニュース|뉴스|news\b|blog\b|\.(?:com|org|net|cn|de|fr|ru)\b|magazine|times\b|zeitung|journal",
    re.IGNORECASE,
)
_LONGEST = 300
_LOGO = ("header", "nav", "footer")


def find(document: Document, named: Sequence[str], site: str) -> str:
    """The title: the heading that the page's own `<title>` begins with, else what its data (`named`) calls it."""
    full = text_of(document.tree.css_first("title"))[:_LONGEST]
    printed = full or next(filter(None, named), "")
    heading = _heading(document, [*named, full])
    if heading:
        return heading
    for text in named:
        if text:
            return without_site(text, site)
    return _shown(document, printed) or without_site(printed, site)


def without_site(title: str, site: str) -> str:
    """The title without what a site appends to it: its name, and the names of its sections before that."""
    parts = list(_cuts(title))
    if not parts:
        return title
    site_letters = _letters(site)
    for end, start in parts:
        tail = _letters(title[start:])
        if site_letters and (tail == site_letters or site_letters in tail):
            return title[:end].strip()
    end, start = parts[-1]
    if _SITE_WORDS.search(title[start:]) or "_" in title[end:start]:
        # Portals write `title_section_site`.
        first_end, first_start = parts[0]
        return title[: first_end if "_" in title[first_end:first_start] else end].strip()
    return title


def _cuts(title: str) -> Iterator[tuple[int, int]]:
    """Where the title may end: (end of the head, start of the rest), the first first."""
    for match in _SEPARATOR.finditer(title):
        if match.start() > 0 and match.end() < len(title):
            yield match.start(), match.end()


def _heading(document: Document, known: Sequence[str]) -> str:
    """The `<h1>`, or another heading, with which a name of the article begins; a lone `<h1>` if there is no name."""
    texts = [_letters(text) for text in known if text]
    for tag in ("h1", "h2", "h3"):
        found = [text_of(node) for node in document.tree.css(tag)]
        matching = [
            text for text in found if (letters := _letters(text)) and any(one.startswith(letters) for one in texts)
        ]
        if matching:
            return max(matching, key=len)
    alone = [text for text in (text_of(node) for node in document.tree.css("h1")) if text]
    return alone[0] if len(alone) == 1 and not texts else ""


def _shown(document: Document, title: str) -> str:
    """The beginning of `<title>`, as far as it stands alone somewhere on the page."""
    heads = [title[:end].strip() for end, _ in reversed(list(_cuts(title)))]
    if not heads or document.tree.body is None:
        return ""
    wanted = {_letters(head): head for head in heads}
    for node in document.tree.body.css("td, div, p, font, span, strong, b, center"):
        if node.child is not None and len(node.text(deep=False)) <= _LONGEST:
            found = wanted.get(_letters(node.text(deep=False)))
            if found:
                return found
    return ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
