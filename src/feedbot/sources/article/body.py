"""The article's body on its page."""

from __future__ import annotations

from feedbot.sources.article import containers, edges, engine, locating, noise
from feedbot.sources.article.document import Document
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.measures import letters_of
from feedbot.sources.encoding import strip_controls
from feedbot.sources.html import clean, to_text


def find(document: Document, facts: Facts, timezone: str) -> str:
    """The article's clean HTML, `""` if the page has none. Takes the page's tree apart."""
    noise.prune(document.tree)
    named = containers.find(document.tree)
    if named:
        # The inside only: some sites show the body's own element by script.
        html = clean("".join(f"<div>{node.inner_html or ''}</div>" for node in named), document.base)
    else:
        html = _by_engine(document)
    return edges.trim(html, title=facts.title, author=facts.author, timezone=timezone)


def _by_engine(document: Document) -> str:
    tree = document.tree
    if document.is_heavy or tree.body is None:
        return ""
    told = sum(letters_of(node) for node in tree.body.css("p"))
    found = engine.extract(strip_controls(tree.html or ""), document.url, document.base, told)
    located = locating.locate(tree, found)
    if located is None:
        return found
    html = clean(f"<div>{located.inner_html or ''}</div>", document.base)
    # What the page has in that place is believed if it is the engine's text and what belongs to it, not another.
    mine, theirs = engine.count_letters(to_text(html)), engine.count_letters(to_text(found))
    return html if theirs * 0.8 <= mine <= theirs * 2.5 else found
