"""The element that has the article's text, where its name says so: schema.org, and what widespread systems call it."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.article.measures import letters_of, link_share
from feedbot.sources.html_walk import is_inside

# In the order of how sure they are.
_KNOWN = (
    '[itemprop~="articleBody"]',
    "td#article_content",  # Discuz! X portal
    "#js_content.rich_media_content",  # a messenger's public accounts
    "#UCAP-CONTENT",  # Chinese government sites
    ".TRS_Editor",  # TRS WCM
    ".v_news_content",  # VSB, universities
    "#vsb_content",
    "#article-view-content-div",  # ndsoft, Korean papers
    ".wp-block-post-content",
    ".gh-content",  # Ghost
    ".td-post-content",
    ".tdb_single_content",
    ".field--name-body",  # Drupal
    ".body.markup",  # Substack
    ".entry-content",  # WordPress, hAtom
    ".e-content",  # microformats2
    ".post-content",
    ".article-content",
    ".article-body",
    ".article__body",
    ".article__content",
    ".articleBody",
    ".articlebody",
    ".article_content",
    ".article_body",
    ".article-text",
    ".articleText",
    ".story-body",
    ".story-content",
    ".post-body",
    ".entry-body",
    ".news-text",
    ".news-content",
    ".news_content",
    ".newsContent",
    ".detail-content",
    ".art_content",
    ".art-content",
    "#artibody",
    "#articleContent",
    "#article-content",
    "#article-body",
    "#articleBody",
    "#story-text",
    "#endText",
    "#Zoom",
    "#zoom",
    "#detailContent",
)
# A question and its answers are one text (schema.org QAPage).
_QUESTION_TEXTS = '[itemtype$="/Question"] [itemprop~="text"]'
_MOST_ANSWERS = 20
# Two sentences: some articles are no longer.
_ENOUGH = 60
_SHARE = 0.4
_LINKS = 0.5


def find(tree: LexborHTMLParser) -> list[LexborNode]:
    """The elements with the text, mostly one; none where no name is known or several parts have it."""
    body = tree.body
    if body is None:
        return []
    if answers := body.css(_QUESTION_TEXTS)[:_MOST_ANSWERS]:
        return _outermost(answers)
    told = sum(letters_of(node) for node in body.css("p"))
    for selector in _KNOWN:
        found = _outermost(body.css(selector))
        if found and _is_one_text(found) and _is_enough(found, told):
            return found
    return []


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    known = {node.mem_id for node in nodes}
    return [node for node in nodes if not is_inside(node, known)]


def _is_one_text(nodes: list[LexborNode]) -> bool:
    """Whether they are one element, or parts beside each other: not the teasers of several articles."""
    parents = {node.parent.mem_id for node in nodes if node.parent is not None}
    return len(nodes) == 1 or (len(parents) == 1 and all(node.css_first("h1, h2 a") is None for node in nodes))


def _is_enough(nodes: list[LexborNode], told: int) -> bool:
    letters = sum(map(letters_of, nodes))
    return letters >= _ENOUGH and letters >= told * _SHARE and all(link_share(node) < _LINKS for node in nodes)
