"""Whether a list's entry is the whole article, or a teaser for the page that has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import unescape
from itertools import islice
from urllib.parse import urldefrag, urlsplit

from feedbot.domain.article import Draft
from feedbot.domain.summary import is_cut

# In letters, of which one of Chinese, Japanese or Korean counts as two.
SHORT = 500
FULL = 1500
_SOME_WORDS = 80
_JUDGED_BY = 30  # drafts
_LONGEST_READ = 20_000
_TAIL = 200
_TAIL_CHARACTERS = 3000
_TAG = re.compile(r"<[^<>]*>")
_NOT_SAID = re.compile(r"[\W_]+")
_ELLIPSIS = re.compile(r"(?:…|\.{3})[\s”’\"]*\Z")
_ASKS_FOR_MORE = re.compile(
    r"(?:\[\s*(?:…|\.{3})\s*\]"
    r"|(?:read|see|view|learn) (?:(?:the )?(?:full|whole|entire) |the rest of this |on )?"
    r"(?:more|story|article|post|entry|text)|(?:continue|keep) reading"
    r"|(?:点击)?(?:阅读|閱讀|查看)(?:全文|原文|更多|详情)|全文(?:阅读|閱讀)?|>>\s*(?:详细|更多|全文)"
    r"|weiterlesen|mehr lesen|lire la suite|en savoir plus|leer más|seguir leyendo|читать (?:далее|дальше|полностью)"
    r"|続きを読む|続きは|더\s?보기|기사 전문|[اإ]قرأ المزيد|المزيد)[\s)）\]】»›→>.。…]*\Z",
    re.IGNORECASE,
)
_FIRST_APPEARED = re.compile(
    r"The post .{1,300} (?:first )?appeared (?:first )?on .{1,200}\Z", re.IGNORECASE | re.DOTALL
)
_FILE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|avif|svg|mp3|m4a|ogg|opus|wav|mp4|m4v|webm|mov|avi|mkv|zip|gz|bz2|xz|7z|rar|tar|exe|dmg"
    r"|apk|deb|rpm|docx?|xlsx?|pptx?|odt|ods|epub|csv|ics|torrent)\Z",
    re.IGNORECASE,
)
_PLAYED = ("audio/", "video/")


def letters(text: str) -> int:
    """How many letters and digits a text has; of Chinese, Japanese and Korean each counts as two.

    >>> letters("东西 ab.")
    6
    """
    return sum(1 + (character > "\u2e7f") for character in text if character.isalnum())


def marked(drafts: Sequence[Draft], *, full_text: str, home_url: str = "") -> tuple[Draft, ...]:
    """The drafts of one list, `is_complete` as their source's `full_text` wants it.

    `auto` takes a draft for a teaser if nothing but its page has the text; `always` and `never` say so of all. A draft
    without a page of its own (a file, or a place on the list's `home_url`) is complete in any case; one that its
    parser left incomplete stays so but for `never`, and one without a title (of a sitemap) always: it says nothing.
    """
    if full_text == "never":
        return tuple(replace(draft, is_complete=bool(draft.title)) for draft in drafts)
    whole = full_text == "auto" and _has_whole_texts(drafts)
    host = _host(home_url)
    return tuple(
        replace(draft, is_complete=False)
        if draft.is_complete
        and has_page(draft, home_url)
        and (full_text == "always" or is_teaser(draft, host, whole=whole))
        else draft
        for draft in drafts
    )


def has_page(draft: Draft, home_url: str = "") -> bool:
    """Whether the draft's address may lead to a page with its text: not to a file, nor merely to the list's home."""
    url, fragment = urldefrag(draft.url)
    is_home = bool(fragment) and url.rstrip("/") == urldefrag(home_url).url.rstrip("/")
    return bool(url) and not is_home and not _FILE.search(urlsplit(url).path)


def is_teaser(draft: Draft, host: str = "", *, whole: bool = False) -> bool:
    """Whether the draft has less than its article says.

    `host` is the list's own; `whole` says that the list's other drafts have whole texts, so that a short one is merely
    a short article.
    """
    body, summary = plain(draft.body_html), draft.summary.strip()
    text = body or summary
    if _is_cut_off(draft.body_html):
        return True
    if any(file.mime_type.startswith(_PLAYED) for file in draft.attachments) and text:
        return False  # what is heard or seen is the article, and this are its notes
    if not body:
        return not _is_status(draft.title, summary) or draft.summary_is_cut
    if summary and _said(body) == _said(summary) and draft.summary_is_cut:
        return True
    if letters(body) >= SHORT or whole or _is_status(draft.title, text):
        return False
    # A link to somebody else with own words to it: these words are the article.
    is_comment = bool(host) and _host(draft.url) != host and letters(body) >= _SOME_WORDS
    return not is_comment


def plain(html: str) -> str:
    """The text of sanitised HTML, as far as judging it needs."""
    return " ".join(unescape(_TAG.sub(" ", html[:_LONGEST_READ])).split()) if html else ""


def _has_whole_texts(drafts: Iterable[Draft]) -> bool:
    """Whether the list gives whole texts: one that is long and not cut off tells, since teasers are cut to a length."""
    bodies = (draft.body_html for draft in islice(drafts, _JUDGED_BY))
    return any(letters(plain(body)) >= FULL and not _is_cut_off(body) for body in bodies)


def _is_cut_off(html: str) -> bool:
    """Whether the text ends in an invitation to read on; mere dots may be the author's where the text is long."""
    tail = _FIRST_APPEARED.sub("", plain(html[-_TAIL_CHARACTERS:])).rstrip()[-_TAIL:]
    if _ASKS_FOR_MORE.search(tail):
        return True
    return bool(_ELLIPSIS.search(tail)) and letters(plain(html)) < FULL


def _is_status(title: str, text: str) -> bool:
    """Whether the title is only the text's beginning, as of posts that have no title."""
    start, said = _said(title), _said(text)
    return bool(start) and len(said) > len(start) and said.startswith(start) and is_cut(title)


def _said(text: str) -> str:
    return _NOT_SAID.sub("", text).lower()


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
