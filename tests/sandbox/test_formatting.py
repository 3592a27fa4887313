"""Text is stored cleaned, trimmed and with orderly entities."""

# ruff: noqa: E501 - the cases are a table

from __future__ import annotations

import json
from typing import Any

import pytest
from tdjson import td_execute

from feedbot.sandbox.entities import parse_html
from feedbot.sandbox.formatting import found_entities, slice_utf16, stored

CLEANED = [
    "a\tb", "a\rb\r\nc", "a\x0bb\x0cc", "a\x01b\x1fc", "a\u2028b\u202ec", "x\u0333y\u030az\u033f", "a\u200bb", "a\x7fb",
]  # fmt: skip


FOUND = [
    "</script>", "a</b", "/x.", "(/start)", "/start,", '"/a"', "/a/b", "/a@bot", "/a@b", "/a@bot_x.", "/" + "x" * 65, "/文",
    "文/start", "@abc", "@abcd", "@_abc", "x@abcd", "文@abcd", "@abcd文", "#1", "#a1", "#文", "a#b", "##b", "#b#c",
    "#b@abcdef", "$USD", "https://a.com.", "https://a.com)", "(https://a.com/x_(y))", "http://a.com/文字。", "a.com",
    "https://a.com，x", "example.org/x", "x.y", "http://localhost/x", "http://127.0.0.1:8080/x", "见https://a.com", "/a-b",
    "https://a.com/?a=b&c=d#e", "HTTPS://A.COM", "ftp://a.com", "+12025550123", "t.me/abc", "www.a.com", "https://a.com/x…",
    "😀 /start@feedbot_sandbox_bot now", "#a-b",
]  # fmt: skip


def tdlib(request: dict[str, object]) -> Any:
    td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    return json.loads(td_execute(json.dumps(request).encode()) or b"{}")


@pytest.mark.parametrize("text", FOUND)
def test_entities_are_found_where_tdlib_finds_them(text: str) -> None:
    expected = [
        (one["offset"], one["length"], one["type"]["@type"].removeprefix("textEntityType").lower())
        for one in tdlib({"@type": "getTextEntities", "text": text})["entities"]
    ]
    found = [(one["offset"], one["length"], one["type"].replace("_", "")) for one in found_entities(text)]
    assert found == expected


def keys(html: str) -> tuple[str, list[tuple[int, int, str]]]:
    formatted = stored(*parse_html(html), find=False)
    return formatted.text, [(one["offset"], one["length"], one["type"]) for one in formatted.entities]


@pytest.mark.parametrize("text", CLEANED)
def test_control_characters_go_where_tdlib_lets_them_go(text: str) -> None:
    request: dict[str, object] = {
        "@type": "parseMarkdown",
        "text": {"@type": "formattedText", "text": text, "entities": []},
    }
    assert stored(text, []).text == tdlib(request)["text"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("  x  ", ("x", [])),
        ("\n\n <b>x</b> \n", ("x", [(0, 1, "bold")])),
        ("<b> x</b>", (" x", [(0, 2, "bold")])),
        ("<b>x \n</b>", ("x", [(0, 1, "bold")])),
        ("x<b>  </b>", ("x", [])),
        ("   ", ("", [])),
        ("\r<b>a\rb</b>", ("ab", [(0, 2, "bold")])),
        ("<b>a</b><b>b</b>", ("ab", [(0, 2, "bold")])),
        ("<b>a<i>b</i>c</b>", ("abc", [(0, 3, "bold"), (1, 1, "italic")])),
        ("<code>a<b>b</b></code>", ("ab", [(0, 2, "code")])),
        ("<b>x<code>y</code>z</b>", ("xyz", [(0, 1, "bold"), (1, 1, "code"), (2, 1, "bold")])),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>", ("abc", [(0, 3, "blockquote")])),
        ("<a href='http://a.com'>x<a href='http://b.com'>y</a></a>", ("xy", [(0, 2, "text_link")])),
        ("<blockquote><code>x</code></blockquote>", ("x", [(0, 1, "blockquote"), (0, 1, "code")])),
    ],
)
def test_entities_are_trimmed_and_made_orderly(html: str, expected: object) -> None:
    assert keys(html) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("/start", ["/start"]),
        ("😀 /latest@feedbot_sandbox_bot now", ["/latest@feedbot_sandbox_bot"]),
        ("a/b /c/d", []),
        ("/x-y", ["/x"]),
        ("see https://a.com/x?y=1, then @somebody and #news!", ["https://a.com/x?y=1", "@somebody", "#news"]),
        ("见 https://a.com/文.", ["https://a.com/文"]),
        ("mail@a.com #1", ["mail@a.com"]),
        ("no sign", []),
    ],
)
def test_commands_addresses_mentions_and_hashtags_are_found(text: str, parts: list[str]) -> None:
    assert [slice_utf16(text, one["offset"], one["length"]) for one in found_entities(text)] == parts


def test_nothing_is_found_inside_code_or_a_link() -> None:
    assert stored(*parse_html("<code>/start</code> <a href='http://a.com'>@somebody</a>")).entities == [
        {"offset": 0, "length": 6, "type": "code"},
        {"offset": 7, "length": 9, "type": "text_link", "url": "http://a.com/"},
    ]
