"""An empty shell is told from a page that has something to read, without a browser."""

from __future__ import annotations

import time

import pytest

from feedbot.sources.shell import is_empty_shell
from feedbot.sources.spec import Page

STORY = "The council met on Monday and agreed on a new bridge over the river. " * 5
MENU = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("news", "town", "sport", "shop", "jobs", "us"))

SHELLS = {
    "React": '<div id="root"></div><script src="/static/js/main.js"></script>',
    "a page that tells": "<noscript>You need to enable JavaScript to run this app.</noscript><script src=a></script>",
    "a page that tells in Chinese": "<noscript><b>请开启 JavaScript 后继续。</b></noscript><script src=a></script>",
    "Angular": "<app-root></app-root><script src=main.js type=module></script>",
    "a spinner": '<div id="app"><svg><title>Loading</title></svg></div><script src=a.js></script>',
    "a menu around nothing": f"<ul>{MENU}</ul><div id=app></div><footer>{STORY}</footer><script src=a></script>",
    "nothing but a script": "<script>document.write('<p>' + text)</script>",
    "a word in German": "<p>Bitte aktivieren Sie JavaScript in Ihrem Browser.</p><script src=a></script>",
    "state for a script": f'<div id="__next"></div><script type="application/json">{{"a": "{STORY}"}}</script>',
}

PAGES = {
    "no script": '<div id="root"></div>',
    "an article": f"<div id=root><article>{STORY}</article></div><script src=a></script>",
    "a short page": "<p>We are closed today. Come back tomorrow.</p><script src=stats.js></script>",
    "a list of links": f"<ul>{MENU}</ul><script src=a></script>",
    "a rendered app": f'<div id="app"><ul>{MENU}</ul></div><script src=a></script>',
    "much text around an empty mount": f"<div id=app></div><p>{STORY * 6}</p><script src=a></script>",
    "a word about scripts": f"<p>{STORY}</p><p>Enable JavaScript for comments.</p><script src=a></script>",
}


def page(body: str) -> Page:
    return Page(
        f"<!doctype html><html><head><title>Town</title></head><body>{body}</body></html>".encode(), "https://a/"
    )


@pytest.mark.parametrize("case", SHELLS)
def test_a_shell_is(case: str) -> None:
    assert is_empty_shell(page(SHELLS[case]))


@pytest.mark.parametrize("case", PAGES)
def test_no_shell_is(case: str) -> None:
    assert not is_empty_shell(page(PAGES[case]))


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n", b'<?xml version="1.0"?><rss/>', b'{"a": 1}', b"plain text"])
def test_what_is_no_html_is_no_shell(body: bytes) -> None:
    assert not is_empty_shell(Page(body, "https://a.example/"))


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 200_000 + "<script></script>",
        "<div id=root></div>" * 50_000 + "<script></script>",
        "<noscript>" + "enable " * 100_000 + "</noscript><script></script>",
    ],
)
def test_a_hostile_page_costs_little(body: str) -> None:
    start = time.process_time()
    is_empty_shell(page(body))
    assert time.process_time() - start < 5
