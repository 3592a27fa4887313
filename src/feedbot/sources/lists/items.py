"""One repeated block of a page, and what in it makes it look like an article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from feedbot.sources.lists.noise import words
from feedbot.sources.lists.outline import Element, Link, Outline, Text, units
from feedbot.sources.times.calendar import Calendar

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TITLE_NAMES = "title headline heading tit ttl bt biaoti titulo titre titel hd name"
TITLE_WORDS = frozenset(_TITLE_NAMES.split())
_LEAST_CARD_TITLE = 10
_CARD = 120
_AROUND_DATE = 26
_MOST_FORM = 60
_MOST_PARTS = 4
_LONGEST_APART = 24
_MAX_DATE = 48
_MAX_TITLE = 220
_LEAST_TITLE = 5
_DIGIT = re.compile(r"\d")
# Cheap marks of a date, so that only what may be one is read as one.
_DATE_LIKE = re.compile(
    r"(?<!\d)\d{4}\s*(?:[-/.]|年)\s*\d{1,2}(?!\d)|(?<![\d.])\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(?:19|20)?\d{2}(?![\d.])|"
    r"(?<![\d.])\d{1,2}[-/]\d{1,2}(?![\d.])|\d{1,2}\s*月\s*\d{1,2}|"
    r"\b\d{1,2}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?\d{4}|"
    r"[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{4}년|\d{1,2}월\s*\d{1,2}|"
    r"\d+\s*(?:分钟|小时|天|分鐘|小時|周|個月|个月|分|時間|日|시간|일)\s*(?:前|전)|刚刚|昨天|前天|今天|"
    r"\b(?:yesterday|today|ago|gestern|heute|hier|ayer|hoy|вчера|сегодня)\b|"
    r"\bvor\s+\d|\bil y a\b|\bhace\s+\d|назад|منذ|أمس|اليوم|令和|平成",
    re.IGNORECASE,
)
_NUMERIC_ID = re.compile(r"\d{3,}|\d{4}[/-]\d{1,2}")
_LONG_SLUG = re.compile(r"[a-z0-9%]+(?:[-_][a-z0-9%]+){3,}", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:s?html?|pdf|aspx?|jsp|php\?.*\d)\b", re.IGNORECASE)
_LISTING = re.compile(
    r"/(?:tags?|category|categories|author|authors|users?|profile|people|topics?|login|register|search)/|[?&]mod=space\b",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Item:
    """A block: its element, and for one that goes on in the elements behind it, where it ends."""

    page: Outline
    element: Element
    texts_until: int
    links_until: int
    images_until: int
    end: int

    @classmethod
    def of(cls, page: Outline, element: Element) -> Item:
        """The block that is just the element."""
        return cls(page, element, element.text_end, element.link_end, element.image_end, element.end)

    @classmethod
    def until(cls, page: Outline, element: Element, last: Element) -> Item:
        """The block from the element to its sibling `last`."""
        return cls(page, element, last.text_end, last.link_end, last.image_end, last.end)

    @property
    def goes_on(self) -> bool:
        """Whether the block reaches into the elements behind its own."""
        return self.end > self.element.end

    @property
    def texts(self) -> list[Text]:
        """The texts in the block."""
        return self.page.texts[self.element.text_start : self.texts_until]

    @property
    def links(self) -> list[Link]:
        """The links in the block."""
        return self.page.links[self.element.link_start : self.links_until]

    @property
    def elements(self) -> list[Element]:
        """The elements of the block, itself first."""
        return self.page.elements[self.element.index : self.end]

    @property
    def has_image(self) -> bool:
        """Whether a picture is in it."""
        return self.images_until > self.element.image_start

    @cached_property
    def heading(self) -> Element | None:
        """The element that is set as its title: a heading, or one whose class says so."""
        named = None
        for element in self.elements[:60]:
            if element.tag in HEADINGS and self._is_title(element):
                return element
            if named is None and element is not self.element and is_title_named(element) and self._is_title(element):
                named = element
        return named

    def _is_title(self, element: Element) -> bool:
        text = self.page.text_of(element)
        return units(text) >= _LEAST_TITLE and len(text) <= _MAX_TITLE

    @cached_property
    def primary(self) -> Link | None:
        """The link to the article."""
        links = self.links
        if not links:
            return None
        heading = self.heading
        if heading is not None:
            inside = [link for link in links if _is_within(link.element, heading) or _is_within(heading, link.element)]
            if inside:
                return inside[0]
        best = max(links, key=lambda link: min(link.units, 60) * (0.5 if _LISTING.search(link.url) else 1))
        if heading is not None and best.units < units(self.page.text_of(heading)) * 0.6:
            return next((link for link in links if is_article_address(link.url)), links[0])
        return best

    @cached_property
    def title(self) -> str:
        """What the title seems to be, whole where the link's `title` has more of it; `""` if there is none."""
        shown, link = self._shown_title, self.primary
        start = shown.rstrip(" .…")
        whole = " ".join((link.element.node.attributes.get("title") or "").split()) if link else ""
        is_cut = len(start) < len(shown) or whole[len(start) :].strip(" .")
        return whole if start and is_cut and whole.startswith(start) else shown

    @property
    def _shown_title(self) -> str:
        link, heading = self.primary, self.heading
        if link is None:
            return ""
        if heading is not None and (
            _is_within(heading, link.element)
            or _is_within(link.element, heading)
            or link.units < units(self.page.text_of(heading)) * 0.6
        ):
            inner = self.page.text_of(link.element) if _is_within(link.element, heading) else ""
            return inner or self.page.text_of(heading)
        texts = [text for text in self.texts if text.link is not None and text.link.url == link.url]
        own = [text for text in texts if text.link is link]
        if is_card(own):
            return next((text.text for text in own if text.units >= _LEAST_CARD_TITLE and not is_date(text.text)), "")
        if own:
            return self.page.text_of(link.element)
        attributes = link.element.node.attributes
        pictures = self.page.images[link.element.image_start : link.element.image_end]
        return (attributes.get("title") or next((p.node.attributes.get("alt") or "" for p in pictures), "")).strip()

    @cached_property
    def headlines(self) -> frozenset[str]:
        """The addresses of the articles that the block seems to name."""
        link = self.primary
        if link is None:
            return frozenset()
        least = max(14, min(link.units, 40) * 0.5)
        return frozenset(other.url for other in self.links if other.units >= least) | {link.url}

    @cached_property
    def form(self) -> frozenset[str]:
        """The tags in it, each with its parent's: alike in blocks that one template made."""
        inside = self.elements[1:_MOST_FORM]
        return frozenset(f"{element.parent.tag if element.parent else ''} {element.tag}" for element in inside)

    @cached_property
    def has_date(self) -> bool:
        """Whether a date is printed in it."""
        texts = self.texts[:80]
        return (
            any(is_date(text.text) for text in texts)
            or any(element.tag == "time" for element in self.elements[:60])
            or any(is_date_apart(self.page, element) for element in self.elements[:60])
        )

    @cached_property
    def prose(self) -> int:
        """How much it says beside its title, date and other links, in units."""
        return sum(
            text.units
            for text in self.texts
            if (text.link is None or text.link is self.primary) and text.text != self.title and not is_date(text.text)
        )


def is_front_page(url: str) -> bool:
    """Whether the address is that of a whole site."""
    return url.partition("://")[2].partition("/")[2].strip("./") == ""


def is_card(texts: list[Text]) -> bool:
    """Whether a link is drawn around a whole block, judged by the texts in it."""
    return len({text.parent.index for text in texts}) > 1 and (
        sum(text.units for text in texts) > _CARD or any(is_date(text.text) for text in texts)
    )


def is_title_named(element: Element) -> bool:
    """Whether the element's class, or its part in a schema, says that it is a title."""
    if (element.node.attributes.get("itemprop") or "") == "headline":
        return True
    return any(not words(name).isdisjoint(TITLE_WORDS) for name in element.classes)


def is_date(text: str) -> bool:
    """Whether the text is a date, or little more than one."""
    if len(text) > _MAX_DATE:
        return False
    match = _DATE_LIKE.search(text)
    return match is not None and len(text) - len(match[0]) <= _AROUND_DATE


def is_date_apart(page: Outline, element: Element) -> bool:
    """Whether the element sets a date in parts: the day big, month and year small."""
    texts = page.texts[element.text_start : element.text_end]
    if (
        not 1 < len(texts) <= _MOST_PARTS
        or sum(len(text.text) for text in texts) > _LONGEST_APART
        or not all(map(_part_of_date, texts))
    ):
        return False
    text = page.text_of(element)
    return bool(Calendar().read_apart(text) or (is_date(text) and Calendar().read_one(text)))


def _part_of_date(text: Text) -> bool:
    return bool(_DIGIT.search(text.text)) or text.units <= _LEAST_CARD_TITLE


def is_article_address(url: str) -> bool:
    """Whether the address looks like that of one article: a number, a date, or a long slug."""
    _, _, path = url.partition("://")
    _, _, path = path.partition("/")
    return bool(_NUMERIC_ID.search(path) or _LONG_SLUG.search(path) or _PAGE.search(path)) and not _LISTING.search(url)


def _is_within(inner: Element, outer: Element) -> bool:
    return outer.index <= inner.index < outer.end
