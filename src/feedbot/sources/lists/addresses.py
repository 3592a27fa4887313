"""The addresses of a page's links, quickly: a list may have twenty thousand of them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from feedbot.sources.html import absolute

# Nothing in these has to be encoded, joined or folded, so that putting them together is all there is to do.
_PLAIN = r"[A-Za-z0-9_~!$'()*+,=@-]|/(?!/)|\.(?![./?]|\Z)"
_QUERY = r"(?:\?[A-Za-z0-9/_~!$'()*+,=@:.?&-]+)?"
_FROM_ROOT = re.compile(rf"/(?!/)(?:{_PLAIN})*{_QUERY}")
_FROM_HERE = re.compile(rf"[A-Za-z0-9_](?:{_PLAIN})*{_QUERY}")
_WHOLE = re.compile(rf"https?://(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{{2,}}/(?:{_PLAIN})*{_QUERY}")
_MAX = 2000


class Addresses:
    """What links of one page lead to; `base` is what relative ones start from."""

    def __init__(self, base: str, page_url: str) -> None:
        self._base = base
        self._page = page_url.partition("#")[0]
        parts = urlsplit(base)
        self._root = absolute("/", base).rstrip("/")
        self._here = absolute(parts.path.rpartition("/")[0] + "/", base)

    def absolute(self, href: str) -> str:
        """As `html.absolute` reads it on this page."""
        if len(href) <= _MAX:
            if _FROM_ROOT.fullmatch(href) and self._root:
                return self._root + href
            if _FROM_HERE.fullmatch(href) and self._here:
                return self._here + href
            if _WHOLE.fullmatch(href):
                return href
        return absolute(href, self._base)

    def elsewhere(self, href: str) -> str:
        """The address on another page, with its fragment; `""` for a place on this page and for what is none."""
        url = self.absolute(href.strip()) if href and not href.lstrip().startswith("#") else ""
        return "" if url.partition("#")[0] == self._page else url
