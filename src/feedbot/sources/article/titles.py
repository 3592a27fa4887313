"""The article's title, without the name of its site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from feedbot.domain.completeness import letters
from feedbot.sources.article.document import Document, text_of
from feedbot.sources.html_walk import ancestors

# What stands between a title and what the site puts behind it in `<title>`.
_SEPARATOR = re.compile(
    r"\s+[-–—―|｜·•»«:：/\\]{1,2}\s+|\s*[|｜_＿»]+\s*|\s*(?:-{2,3}|——|--)\s*|\s+[-–—]\s*|(?<=[^\W\d_a-zA-Z])[-－](?=\S)"
)
_SITE_WORDS = re.compile(
    r"网|報|报社|日报|晚报|早报|在线|门户|频道|论坛|博客|政府|新闻|资讯|电视台|委员会|新聞|ニュース|뉴스|news\b"
    r"|blog\b|\.(?:com|org|net|cn|de|fr|ru)\b|magazine|times\b|zeitung|journal",
    re.IGNORECASE,
)
_LONGEST = 300
_HEADINGS = ("h1", "h2", "h3")
_SET_OFF = (
    "h1, h2, h3, font[size='4'], font[size='5'], font[size='6'], b, strong, center, [class*=title], [class*=Title], "
    ".bt, .tit"
)
_FEW, _FEW_IN_H1 = 14, 4
_HOME_PATHS = frozenset({"", "index.html", "index.php", "index.htm", "default.asp"})
# Of the whole `<title>`: a heading that it ends in and that is shorter is the name of the site.


def find(document: Document, named: Sequence[str], site: str) -> str:
    """The title: the heading that the page's own `<title>` begins with, else what its data (`named`) calls it."""
    full = text_of(document.tree.css_first("title"))[:_LONGEST]
    known = [text for text in named if text]
    heading = _heading(document, [*known, full])
    if heading:
        return heading
    if known:
        return _without_topic(known[0], full) or without_site(known[0], site)
    shown = _shown(document, full)
    return shown or _emphasised(document, full) or without_site(full, site)


def _without_topic(name: str, full: str) -> str:
    """The title where the data puts its topic before it: `Weather: A storm comes`; `""` if it does not."""
    said = _letters(name)
    heads = [full[:end].strip() for end, _ in reversed(list(_cuts(full)))]
    return next((head for head in heads if said.endswith(_letters(head)) and len(_letters(head)) > len(said) // 2), "")


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
    """The heading with which a name of the article begins or ends; a lone `<h1>` that says more than the name does."""
    texts = [_letters(text) for text in known if text]
    headings = {
        tag: [text_of(node).rstrip(" #¶") for node in document.tree.css(tag) if not _leads_home(node)]
        for tag in _HEADINGS
    }
    for fits in (str.startswith, str.endswith):
        for tag in _HEADINGS:
            found = [
                text for text in headings[tag] if (said := _letters(text)) and any(fits(one, said) for one in texts)
            ]
            if found:
                return max(found, key=len)
    alone = [text for text in headings["h1"] if text]
    if len(alone) != 1:
        return ""
    said = _letters(alone[0])
    return alone[0] if not texts or any(one in said for one in texts[:-1] if one) else ""


def _leads_home(node: LexborNode) -> bool:
    """Whether a heading is the site's own name: it links to the home page."""
    link = node.css_first("a[href]")
    address = (link.attributes.get("href") or "") if link is not None else "#"
    return not address.startswith("#") and urlsplit(address).path.strip("./") in _HOME_PATHS


def _emphasised(document: Document, full: str) -> str:
    """The first line that is set off as titles are, on a page whose `<title>` only names the site."""
    body = document.tree.body
    if body is None:
        return ""
    names = {_letters(full), *(_letters(part) for part in _SEPARATOR.split(full))}
    for node in body.css(_SET_OFF):
        text = text_of(node)
        is_link = node.css_first("a") is not None or any(outer.tag == "a" for outer in ancestors(node))
        fewest = _FEW_IN_H1 if node.tag == "h1" else _FEW
        if fewest <= letters(text) <= _LONGEST and not is_link and _letters(text) not in names:
            return text
    return ""


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
