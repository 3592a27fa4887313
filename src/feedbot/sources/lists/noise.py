"""Which parts of a page are no part of its list: navigation, side boxes, pagers, footers, advertisements."""

from __future__ import annotations

import re
from functools import lru_cache

from feedbot.sources.lists.outline import Element, Outline

_TAGS = {"nav": 0.1, "footer": 0.1, "aside": 0.25, "form": 0.4, "header": 0.5}
_ROLES = {"navigation": 0.1, "contentinfo": 0.1, "complementary": 0.25, "banner": 0.3, "search": 0.2, "menu": 0.1}
_NAVIGATION_NAMES = (
    "nav navbar navi navigation menu menus submenu topmenu mainmenu megamenu dropdown breadcrumb breadcrumbs crumb "
    "crumbs crumbtrail bread pagination pager pages paging paginator pagenav pagenavi footer foot colophon "
    "topbar toolbar sitemap skip lang langs language languages login topnav subnav sitenav"
)
_NAVIGATION = frozenset(_NAVIGATION_NAMES.split())
_BESIDE_NAMES = (
    "sidebar side aside secondary widget widgets hot hots popular mostread mostviewed trending rank ranking ranks "
    "top10 recommend recommended recommendation recommendations recommends related tagcloud tags cloud friend friends "
    "friendlink friendlinks flink partner partners sponsor sponsors sponsored comment comments share sharing social "
    "socials ad ads adv advert advertisement banner banners promotions cookie consent newsletter "
    "subscribe copyright links rightbar leftbar paihang tuijian"
)
_BESIDE = frozenset(_BESIDE_NAMES.split())
# These say it only as the whole name.
_SHORT = frozenset({"pg", "pgs", "ft", "sd", "nv", "hd", "toptb"})
_WITH_OR_WITHOUT = re.compile(r"(?:no|has|with|without|is)[-_]|.*[-_](?:with|without|no|has)[-_]", re.IGNORECASE)
_ADVERTS_NAMES = "ad ads adv advert advertisement advertorial sponsor sponsored promoted adsbygoogle"
_ADVERTS = frozenset(_ADVERTS_NAMES.split())
_WORDS = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])|\d+")
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "legend", "caption", "strong"})
_BOX_TITLE = re.compile(
    r"热门|排行|热点|点击(?:榜|量)|最热|推荐|相关|猜你|友情链接|友情連結|热评|熱門|推薦|相關|随机|最近评论|最新评论|标签|网站地图|"
    r"人気|ランキング|関連|おすすめ|인기|많이 본|관련|추천|"
    r"\bmost[ -](?:read|viewed|popular|commented|shared)|\bpopular\b|"
    r"\btrending\b|\brelated\b|\brecommended\b|\byou (?:may|might)\b|"
    r"\bquick ?links\b|\brecent (?:comments|posts)\b|\barchives?\b|\btags?\b|\bcategories\b|\bfollow us\b|\bsponsor|"
    r"\beditors?['’]s? picks?\b|"
    r"meistgelesen|beliebt|das könnte|ähnliche|verwandte|schlagwör|"
    r"les plus (?:lus|vus|partagés)|à lire aussi|sur le même|articles liés|"
    r"lo más (?:leído|visto)|más leíd|te puede interesar|relacionad|"
    r"самое (?:читаемое|популярное)|популярн|читайте также|по теме|похожие|"
    r"الأكثر|ذات صلة|قد يهمك|مواضيع",
    re.IGNORECASE,
)
_MAX_BOX_TITLE = 40
_WRAPPER = 0.6
_MOST_TEXT = 0.75


@lru_cache(maxsize=4096)
def words(name: str) -> frozenset[str]:
    """The words that a class or id is made of, small: `navMain-list` gives nav, main, list."""
    return frozenset(word.lower() for word in _WORDS.findall(name)) | {name.lower()}


def is_advert(page: Outline, element: Element) -> bool:
    """Whether the element calls itself an advertisement, or its links say that they are paid for."""
    links = page.links_of(element)
    if links and all(link.is_paid for link in links):
        return True
    return any(not words(name).isdisjoint(_ADVERTS) for name in (*element.classes, element.ident))


class Noise:
    """How likely each element is a part of the page's own list, judged once per element."""

    def __init__(self, page: Outline) -> None:
        self._page = page
        self._total = max(1, len(page.links))
        self._known: dict[int, float] = {}

    def factor(self, element: Element) -> float:
        """From 0 (surely beside the list) to 1 (nothing speaks against it)."""
        chain: list[Element] = []
        walker: Element | None = element
        while walker is not None and walker.index not in self._known:
            chain.append(walker)
            walker = walker.parent
        factor = self._known[walker.index] if walker is not None else 1.0
        for part in reversed(chain):
            factor *= self._own(part)
            self._known[part.index] = factor
        return factor

    def _own(self, element: Element) -> float:
        if element.tag in {"html", "body", "main", "a"}:
            return 1.0
        factor = 1.0 if element.tag == "header" and self._is_inside(element) else _TAGS.get(element.tag, 1.0)
        factor = min(factor, _ROLES.get(element.role, 1.0))
        if not self._is_wrapper(element):
            names = _words_of(element)
            if names & _NAVIGATION or not _SHORT.isdisjoint((*element.classes, element.ident)):
                factor = min(factor, 0.15)
            elif names & _BESIDE:
                factor = min(factor, 0.3)
            if factor == 1.0 and _BOX_TITLE.search(self._box_title(element)):
                factor = 0.25
        return factor

    def _is_wrapper(self, element: Element) -> bool:
        """Whether most of the page is in the element, whose name then says nothing of what is in it."""
        page = self._page
        texts = page.size_of(element) / max(1, page.size)
        return (element.link_end - element.link_start) / self._total >= _WRAPPER or texts >= _MOST_TEXT

    @staticmethod
    def _is_inside(element: Element) -> bool:
        """Whether a header is that of a block and not that of the page."""
        return any(around.tag in {"article", "section", "li", "main"} for around in element.ancestors())

    def _box_title(self, element: Element) -> str:
        """The heading of a box: its first text if that is short and stands in a heading, else the heading before it."""
        page = self._page
        if element.text_start < element.text_end and element.link_end - element.link_start > 1:
            first = page.texts[element.text_start]
            holder: Element | None = first.parent
            while holder is not None and holder is not element:
                if _names_a_box(holder) and len(first.text) <= _MAX_BOX_TITLE:
                    return first.text
                holder = holder.parent
        parent = element.parent
        if parent is None:
            return ""
        place = next((i for i, child in enumerate(parent.children[:40]) if child is element), 0)
        before = parent.children[place - 1] if place else None
        if before is not None and _names_a_box(before):
            text = page.text_of(before)
            return text if len(text) <= _MAX_BOX_TITLE else ""
        return ""


def _words_of(element: Element) -> frozenset[str]:
    if not element.classes and not element.ident:
        return frozenset()
    names = (name for name in (*element.classes, element.ident) if name and not _WITH_OR_WITHOUT.match(name))
    return frozenset[str]().union(*map(words, names))


def _names_a_box(element: Element) -> bool:
    if element.tag in _HEADING_TAGS:
        return True
    names = frozenset[str]().union(*(words(name) for name in element.classes if name))
    return not names.isdisjoint({"title", "heading", "head", "hd", "tit", "caption", "header", "bt"})
