"""What stands on an article page and is no part of the article, taken out of its tree.

Names of classes and ids tell most of it: the parts of pages are called the same on very many sites. No name is believed
of a part that holds much of the page's text, since bodies too are called `content-with-sidebar` or `shareable`.
"""

from __future__ import annotations

import re
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.article.measures import letters_of, link_share
from feedbot.sources.html_walk import ancestors

_NEVER = (
    "script, style, template, nav, button, select, textarea, input, dialog, svg, canvas, menu, amp-ad, amp-sidebar, "
    "amp-social-share, object[type*=flash]"
)
_SELDOM = "header, footer, aside, form"
_ROLES = (
    "[role=navigation], [role=banner], [role=contentinfo], [role=complementary], [role=dialog], [role=alertdialog], "
    "[role=search], [role=menu], [role=toolbar], [hidden], [aria-hidden=true]"
)
_WORDS = (
    "ad ads advert adverts advertisement advertising adsbygoogle adslot adbox admanager sponsor sponsored sponsors "
    "promo "
    "promos promotion promoted publicidad publicite werbung anzeige gg guanggao share shares sharing sharebar sharebox "
    "sharedaddy bshare jiathis addthis addtoany social socials sns fenxiang teilen partager "
    "newsletter signup subscribe subscription subscribebox paywall paywalled regwall cookie cookies consent gdpr "
    "didomi "
    "related relateds relate relates recommend recommended recommends recommendation recommendations recirculation "
    "onward "
    "yarpp relatedposts outbrain taboola readalso readmore mostread popular trending hot hotnews rank ranking "
    "comment comments commentlist comentarios commentaires kommentare disqus reactions pinglun breadcrumb breadcrumbs "
    "crumb crumbs location fildariane prenext prevnext nextprev pagenav postnav pager toc tableofcontents tocbox "
    "sommaire "
    "sidebar sidenav side rail widget widgets menu nav navbar navigation topbar navi topnav footer foot copyright "
    "qrcode qr "
    "toolbar tools jump affiliate disclosure taglist posttags tagcloud authorbox autorenbox authorbio aboutauthor bio "
    "popup modal overlay lightbox masthead skip skiplink print printer printing outlink onwardjourney speechify claps "
    "bookmark livefeed ticker app appdownload openapp kgsignupcard pullquote videopromo editlink mistake"
)
_PAIRS = (
    "read also|read more|read next|also read|lire aussi|most read|more from|more on|you may|may like|do not miss|jump "
    "to|"
    "written by|about author|author box|author bio|author info box|edit section|table of contents|post navigation|"
    "entry footer|article footer|node meta|user info|share box|share bar|share tools|inline news|inline topics|sign up|"
    "ad slot|ad unit|ad container|app download|live feed|video promo|next story|next page|page nav|prev next|"
    "article tools|post tags|tag list|tags links|entities list|hash link|header anchor|line numbers|screen reader|"
    "visually hidden|sr only|floating player|signup card|copy button|corrections box|story tools|utility bar"
)
_NOISE_WORDS = frozenset(_WORDS.split())
_NOISE_PAIRS = frozenset(pair.replace(" ", "-") for pair in _PAIRS.split("|"))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARTS = re.compile(r"[^a-z0-9]+")
_BODY_PARTS = frozenset({"body", "html", "main", "article"})
# Of the page's letters: what holds more of them is not taken away for its name.
_MUCH = 0.35
_MOSTLY_LINKS = 0.4
_ALL_LINKS = 0.75
_FEW_LINKS = 4
_AN_ARTICLE = 300
_SOME = 0.2
_CAPTION = 200
_FAINT = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# What has one of these inside is around the article, whatever it is called.
_ARTICLE_PARTS = 'h1, [itemprop~="articleBody"], [itemprop~="headline"]'
_GUTTER = "td.gutter, td.lineno, td.linenos, .hljs-ln-numbers, td.blob-num"


def prune(tree: LexborHTMLParser) -> None:
    """Takes out of the tree what is no part of an article, whichever one the page has."""
    body = tree.body
    if body is None:
        return
    _remove(body, f"{_NEVER}, {_GUTTER}")
    total = letters_of(body)
    for node in body.css(f"{_SELDOM}, {_ROLES}"):
        if letters_of(node) <= total * _MUCH:
            node.decompose(recursive=True)
    for node in body.css("[style*=display]"):
        if _FAINT.search(node.attributes.get("style") or "") and letters_of(node) <= total * _MUCH:
            node.decompose(recursive=True)
    for node in body.css("[class], [id]"):
        if node.tag not in _BODY_PARTS and is_named_as_noise(node) and _is_small(node, total):
            node.decompose(recursive=True)


def prune_link_lists(tree: LexborHTMLParser) -> None:
    """Takes out the blocks that are lists of links, on a page where no name tells which part is the article."""
    body = tree.body
    if body is None:
        return
    for node in body.css("ul, ol, dl, table, div, td, section"):
        links = node.css("a")
        if len(links) < _FEW_LINKS or node.css_first("pre") is not None:
            continue
        if link_share(node) > _ALL_LINKS:
            node.decompose(recursive=True)


def prune_before(node: LexborNode, body: LexborNode) -> None:
    """Takes out what stands before the title, if there is an article's worth of text behind it.

    Nobody reads an article before its title: what is there are tickers, menus and live feeds. Pictures stay.
    """
    outer = [node, *ancestors(node)]
    earlier = []
    for inner, around in pairwise(outer):
        for child in around.iter():
            if child.mem_id == inner.mem_id:
                break
            earlier.append(child)
        if around.mem_id == body.mem_id:
            break
    left = letters_of(body) - sum(map(letters_of, earlier)) - letters_of(node)
    if left < _AN_ARTICLE or left < letters_of(body) * _SOME:
        return
    for child in earlier:
        if child.tag not in {"figure", "picture", "img", "tr", "td"} and (
            child.css_first("img") is None or letters_of(child) > _CAPTION
        ):
            child.decompose(recursive=True)


def is_named_as_noise(node: LexborNode) -> bool:
    """Whether a class or the id of the element calls it by what is no part of an article."""
    attributes = node.attributes
    names = [*(attributes.get("class") or "").split(), attributes.get("id") or ""]
    return any(_is_noise(name) for name in names if name)


def _is_noise(name: str) -> bool:
    parts = [part for part in _PARTS.split(_CAMEL.sub("-", name).lower()) if part]
    # `has-sidebar` and `no-comments` describe what is around.
    if not parts or parts[0] in {"has", "no", "with", "is", "single", "js", "theme", "page"}:
        return False
    return not _NOISE_WORDS.isdisjoint(parts) or any(f"{a}-{b}" in _NOISE_PAIRS for a, b in pairwise(parts))


def _is_small(node: LexborNode, total: int) -> bool:
    if node.css_first(_ARTICLE_PARTS) is not None:
        return False
    letters = letters_of(node)
    return letters <= total * _MUCH or (link_share(node) > _MOSTLY_LINKS)


def _remove(scope: LexborNode, selector: str) -> None:
    for node in scope.css(selector):
        node.decompose(recursive=True)
