"""The article's text as the engine finds it: trafilatura, and readability where that finds too little.

Which of them, with which options and when, is measured: see docs/decisions/0010.
"""

from __future__ import annotations

import logging

from feedbot.sources.article.measures import letters_in
from feedbot.sources.encoding import strip_controls
from feedbot.sources.html import clean

_FEW_LETTERS = 200
_TWICE = 2


def extract(html: str, url: str, base: str, paragraph_letters: int) -> str:
    """The article's clean HTML, `""` if there seems to be none.

    `paragraph_letters` is how many stand in `<p>`; East Asian ones count as two, here and everywhere in this package.
    readability is asked only if the first finds less than 200 letters or less than half of what stands in paragraphs,
    and believed only if it finds twice as much.
    """
    found = clean(_trafilatura(html, url), base)
    letters = letters_in(found)
    if letters >= _FEW_LETTERS and letters * _TWICE >= paragraph_letters:
        return found
    other = clean(_readability(html, url), base)
    return other if letters_in(other) >= max(_TWICE * letters, 1) else found


def _trafilatura(html: str, url: str) -> str:
    import trafilatura  # noqa: PLC0415 - 0.3 s and 31 MB, only where article pages are read

    _hush("trafilatura")
    try:
        found = trafilatura.extract(
            html,
            url=url,
            output_format="html",
            favor_precision=True,
            include_comments=False,
            include_images=True,
            include_links=True,
            include_formatting=True,
            include_tables=True,
        )
    except Exception:  # noqa: BLE001 - whatever it stumbles over, there are other ways to read a page
        return ""
    return strip_controls(found or "")


def _readability(html: str, url: str) -> str:
    from readability import Document  # noqa: PLC0415 - seldom needed

    _hush("readability")
    try:
        return strip_controls(str(Document(html, url=url).summary(html_partial=True)))
    except Exception:  # noqa: BLE001 - it raises where it finds no article
        return ""


def _hush(name: str) -> None:
    """They log what they make of a page, which tells an admin nothing."""
    logging.getLogger(name).setLevel(logging.CRITICAL)
