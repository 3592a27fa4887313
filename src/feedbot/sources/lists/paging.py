"""Where a list goes on with older articles."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.html import absolute

_RELATED = "link[rel~=next][href], a[rel~=next][href]"
_MAX_TEXT = 40
# The words of a button, whole: "next" within a headline is none.
_NEXT = re.compile(
    r"[\s<>«»‹›←→⟵⟶|\[\]()【】▶>➜]*(?:"
    r"下一页|下页|后一页|下一頁|下頁|後一頁|下一页\s*>>?|加载更多|查看更多|更多文章|"
    r"次(?:の\d*件?|のページ)?(?:へ)?|次ページ|もっと見る|다음|다음\s*페이지|더\s*보기|"
    r"next(?:\s+page)?(?:\s+posts)?|older(?:\s+(?:posts|entries|articles|news|stories|items))?|load\s+more(?:\s+\w+)?|show\s+more|more\s+(?:posts|news|articles|stories)|"
    r"nächste(?:\s+seite)?|weiter|ältere(?:\s+\w+)?|mehr\s+laden|"
    r"(?:page\s+)?suivante?|suivant|articles\s+plus\s+anciens|voir\s+plus|charger\s+plus|"
    r"siguiente(?:\s+página)?|página\s+siguiente|más\s+antiguos|cargar\s+más|ver\s+más|"
    r"следующая(?:\s+страница)?|далее|вперёд|вперед|ещё|показать\s+ещё|загрузить\s+ещё|"
    r"التالي|الصفحة\s+التالية|المزيد|"
    r"próxima(?:\s+página)?|seguinte|successiva|pagina\s+successiva|volgende(?:\s+pagina)?|następna(?:\s+strona)?|sonraki"
    r")[\s<>«»‹›←→⟵⟶|\[\]()【】▶>➜…]*",
    re.IGNORECASE,
)
_CLASSES = (
    "a.next[href], a.nxt[href], .next > a[href], .nav-previous > a[href], a.next-page[href], "
    ".pager__item--next > a[href], .pagination-next > a[href], a.load-more[href], [data-next-url]"
)


def next_page(tree: LexborHTMLParser, page_url: str, base_url: str) -> str:
    """The address of the next page of the list, as `rel=next`, the button's words or its class tell; `""` without one.

    Only a page of the same site counts, and never the page itself.
    """
    return next((url for url in _candidates(tree, base_url) if _is_further(url, page_url)), "")


def _candidates(tree: LexborHTMLParser, base_url: str) -> list[str]:
    nodes = [*tree.css(_RELATED), *(node for node in tree.css("a[href]") if _reads_next(node)), *tree.css(_CLASSES)]
    found = (node.attributes.get("data-next-url") or node.attributes.get("href") or "" for node in nodes)
    return [absolute(href, base_url).partition("#")[0] for href in found if not href.lstrip().startswith("#")]


def _reads_next(node: LexborNode) -> bool:
    attributes = node.attributes
    labels = (node.text(), attributes.get("aria-label") or "", attributes.get("title") or "")
    return any(_NEXT.fullmatch(" ".join(label.split())) for label in labels if 0 < len(label.strip()) <= _MAX_TEXT)


def _is_further(url: str, page_url: str) -> bool:
    host, own = (re.match(r"https?://(?:www\.)?([^/?#]+)", address) for address in (url, page_url))
    return bool(host and own and host[1] == own[1] and url != page_url.partition("#")[0])
