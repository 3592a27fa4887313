"""Whether a page is an empty shell: what a server sends where a script in the browser makes the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.encoding import decode
from feedbot.sources.html import parse
from feedbot.sources.spec import Page

_LARGEST = 3_000_000  # bytes; a shell is small but for what its scripts bring along
_LITTLE_TEXT = 200  # letters of a page that says next to nothing
_SOME_TEXT = 1500  # letters of menus and footers around a place that is still empty
_FEW_LINKS = 5
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script)\b", re.IGNORECASE)
# Where the frameworks of today put their pages.
_MOUNTS = (
    "#root, #app, #__next, #__nuxt, #___gatsby, #svelte, #q-app, #main-app, #app-root, #react-root, #vue-app, "
    "#mount, #container-root, app-root, [data-reactroot], [ng-app], [ng-version], [data-v-app], [q\\:container]"
)
_ASKS_FOR_SCRIPTS = re.compile(
    r"(?:enable|turn on|activate|requires?|needs?|without|aktivier\w*|activer|activez|habilit\w*|abilit\w*|включите"
    r"|启用|开启|打开|啟用|開啟|有効).{0,60}?java\s*script"
    r"|java\s*script.{0,60}?(?:enable|required|disabled|aktivier\w*|activ\w*|habilit\w*|включ\w*|启用|开启|啟用|開啟|有効)",
    re.IGNORECASE | re.DOTALL,
)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "head", "title", "iframe", "-comment"})


def is_empty_shell(page: Page) -> bool:
    """Whether the page has scripts and next to nothing else, so that only a browser could show what is on it.

    True for a page with almost no text and links that has an empty mount of a framework, or asks for JavaScript, or
    has no text at all; and for one with some text around such an empty mount. False for everything without scripts,
    and for what is no HTML.
    """
    if len(page.body) > _LARGEST or not _HTML.search(page.body[:4096]):
        return False
    tree = parse(decode(page.body, declared=page.charset))
    if tree.body is None or tree.css_first("script") is None:
        return False
    letters, links = _seen(tree.body)
    if letters > _SOME_TEXT:
        return False
    has_mount = _has_empty_mount(tree)
    if letters > _LITTLE_TEXT or links >= _FEW_LINKS:
        return has_mount
    return has_mount or not letters or _asks_for_scripts(tree)


def _seen(body: LexborNode) -> tuple[int, int]:
    """How many letters of text a person sees without scripts, and how many links."""
    letters = links = 0
    for node in _walk(body):
        if node.tag == "-text":
            letters += sum(map(str.isalnum, node.text_content or ""))
            if letters > _SOME_TEXT:
                break
        elif node.tag == "a" and node.attributes.get("href"):
            links += 1
    return letters, links


def _has_empty_mount(tree: LexborHTMLParser) -> bool:
    for mount in tree.css(_MOUNTS)[:10]:
        if not any(node.tag == "-text" and (node.text_content or "").strip() for node in _walk(mount)):
            return True
    return False


def _asks_for_scripts(tree: LexborHTMLParser) -> bool:
    told = [node.text() for node in tree.css("noscript")[:10]]
    if tree.body is not None:
        told.append("".join(node.text_content or "" for node in _walk(tree.body) if node.tag == "-text"))
    return any(_ASKS_FOR_SCRIPTS.search(text[:2000]) for text in told)


def _walk(top: LexborNode) -> Iterator[LexborNode]:
    """The nodes below that a person sees, in order; deep nesting costs no recursion."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node is not top:
            if node.tag in _UNSEEN:
                continue
            yield node
        child = node.last_child
        while child is not None:
            waiting.append(child)
            child = child.prev
