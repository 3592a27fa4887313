"""The article's body on its page."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from feedbot.domain.completeness import letters
from feedbot.domain.summary import is_cut
from feedbot.sources.article import containers, edges, engine, lines, locating, noise
from feedbot.sources.article.document import Document
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.measures import letters_in, letters_of
from feedbot.sources.encoding import strip_controls
from feedbot.sources.feed_values import plain_html
from feedbot.sources.html import clean
from feedbot.sources.html_walk import ancestors
from feedbot.sources.times.calendar import Calendar

# The page's own elements are believed if they have about as much text as the engine found there.
_LEAST, _MOST = 0.8, 2.5
_WHOLE_TEXT = 300


def find(document: Document, facts: Facts, calendar: Calendar) -> str:
    """The article's clean HTML, `""` if the page has none. Takes the page's tree apart."""
    title = _title_node(document, facts.title)
    noise.prune(document.tree)
    named = containers.find(document.tree)
    if named:
        # The inside only: some sites show the body's own element by script.
        html = clean("".join(f"<div>{node.inner_html or ''}</div>" for node in named), document.base)
    else:
        html = _by_engine(document, title)
    trimmed = edges.trim(html, title=facts.title, author=facts.author, calendar=calendar)
    return _or_data(trimmed, facts.text, document.base)


def _title_node(document: Document, title: str) -> LexborNode | None:
    """The element that shows the title, a heading if there is one."""
    body, wanted = document.tree.body, lines.plain(title)
    if body is None or not wanted:
        return None
    headings = [node for node in body.css("h1, h2, h3") if lines.plain(node.text()) == wanted]
    if headings:
        return headings[0]
    return next((node for node, parts in lines.own_texts(body) if lines.plain("".join(parts)) == wanted), None)


def _by_engine(document: Document, title: LexborNode | None) -> str:
    tree = document.tree
    if document.is_heavy or tree.body is None:
        return ""
    if title is not None and any(outer.mem_id == tree.body.mem_id for outer in ancestors(title)):
        noise.prune_before(title, tree.body)
    noise.prune_link_lists(tree)
    told = sum(letters_of(node) for node in tree.body.css("p"))
    found = engine.extract(strip_controls(tree.html or ""), document.url, document.base, told)
    located = locating.locate(tree, found)
    if located is None:
        return found
    html = clean(f"<div>{located.inner_html or ''}</div>", document.base)
    mine, theirs = letters_in(html), letters_in(found)
    return html if theirs * _LEAST <= mine <= theirs * _MOST else found


def _or_data(html: str, text: str, base: str) -> str:
    """The text of the page's data instead, where that is clearly whole and the page itself shows hardly anything."""
    said = letters(text)
    if said < _WHOLE_TEXT or is_cut(text) or said < 2 * letters_in(html):
        return html
    marked = clean(text, base) if "</p>" in text.lower() else plain_html(text.replace("\r", "").replace("\n", "\n\n"))
    return clean(marked, base)
