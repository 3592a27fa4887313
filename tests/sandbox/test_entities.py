"""The HTML parser gives TDLib's verdict, text and entities: compared with TDLib itself."""

# ruff: noqa: E501 - the cases are a table

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tdjson import td_execute

from feedbot.sandbox.entities import HtmlRefused, parse_html, utf16_length

KINDS = {
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}
DETAILS = ("url", "language", "user_id", "custom_emoji_id", "unix_time")

TAGS = ["a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "pre", "code", "blockquote"]
STRANGE = ["p", "br", "br/", "div", "h1", "ul", "li", "img", "script", "table", "hr/", "font", "B/", "ABBR", "q", "文"]
URLS = [
    "http://a.com", "https://a.com", "HTTP://A.COM/Path", "a.com", "a.com/x?y=z#f", "http://a.com:8080/x",
    "http://a.com:0/x", "http://a.com:65536", "http://a.com:x", "http://localhost/x", "http://localhost:8080",
    "http://127.0.0.1:8080/article/1", "http://[::1]/x", "http://[::1]:80", "http://[zz]/", "[::1]", "ftp://a.com",
    "javascript:alert(1)", "mailto:x@y.z", "tel:+123", "tg://user?id=123", "tg:user?id=5", "tg://user?id=0",
    "tg://user?id=-5", "tg://user?id=x", "tg://user?x=1&amp;id=77", "TG://USER?ID=9", "tg://user/?id=6",
    "tg://resolve?domain=x", "tg:resolve", "tg://a.b", "ton://transfer/x", "tonsite://x.ton", "http://例え.jp/パス",
    "http://a b.com", "http://a.com/a b", "http://a.com/ ", " http://a.com", "//a.com", "/x", "?x", "#x", ".", "..",
    "a.", "http://user:pass@a.com/", "http://us er@a.com/", "http://a.com/%20", "http://a%41.com", "http://a%zz.com",
    "http://a_b.com", "http://a.com?x", "http://a.com#x", "http://", "http:///x", "x:y@z.w", "http://a.com:0080/",
    "http://a.com:-1/", "", " ", "\t", "http://&quot;.com", "http://a.com/&quot;&amp;&lt;&gt;",
]  # fmt: skip
HANDMADE = [
    "", "plain", "<", ">", "&", "a < b", "a > b", "a & b", "1 <2", "<>", "</>", "< b>x</b>", "<b", "<b ", "<b x", "<b x=",
    "<b x=y", "<b x='y", "<b x='y'", "<b x='y'>", "<b>x", "x</b>", "<b>x</i>", "<b>x</>", "<b>x</b >", "<b>x</b y>",
    "<b>x</b", "<b>x</", "<b>x<", "<b>x</B>", "<B>x</b>", "<b><i>x</b></i>", "<b><i>x</i></b>", "<b></b>", "<b> </b>",
    "<b>\n</b>", "<b x>y</b>", "<b x=1>y</b>", "<b x=1.a-b>y</b>", "<b x=a_b>y</b>", "<b =x>y</b>", "<b 'x'>y</b>",
    "<b/>", "<b />x</b>", "<b x/>y</b>", "<a href=http://a.com>x</a>", "<a href=a.com>x</a>", "<a href='a.com>x</a>",
    "<a>a.com</a>", "<a>plain</a>", "<a href>x.com</a>", "<a href=''>x.com</a>", "<a hreF='a.com'>x</a>",
    "<a href='a.com' href='b.com'>x</a>", "<a href='a.com'></a>", "<a href='a.com'><b>x</b></a>",
    "<span>x</span>", "<span class='x'>y</span>", "<span class='tg-spoiler'>x</span>", "<span class=tg-spoiler>x</span>",
    "<span class='tg-other'>x</span>", "<SPAN CLASS='tg-spoiler'>x</SPAN>", "<tg-emoji>x</tg-emoji>",
    "<tg-emoji emoji-id='5'>x</tg-emoji>", "<tg-emoji emoji-id='0'>x</tg-emoji>", "<tg-emoji emoji-id='-5'>x</tg-emoji>",
    "<tg-emoji emoji-id='x'>x</tg-emoji>", "<tg-emoji emoji-id=''></tg-emoji>", "<tg-time>x</tg-time>",
    "<tg-emoji emoji-id='9223372036854775807'>x</tg-emoji>", "<tg-emoji emoji-id='9223372036854775808'>x</tg-emoji>",
    "<tg-time unix=1>x</tg-time>", "<tg-time unix='0'>x</tg-time>", "<tg-time unix='x'>x</tg-time>",
    *(f"<tg-time unix='5' format='{form}'>x</tg-time>" for form in ("r", "R", "wDT", "dt", "x", "rd", "r ", "")),
    "<tg-time unix='x' format='x'>y</tg-time>", "<tg-time unix='5x'>x</tg-time>", "<tg-time unix='05'>x</tg-time>",
    "<tg-time unix='4294967301'>x</tg-time>", "<tg-time unix='+5'>x</tg-time>", "<tg-time unix='5' format='x'></tg-time>",
    "<tg-time unix='-4294967291'>x</tg-time>", "<tg-time unix='99999999999999999999'>x</tg-time>",
    "<tg-time unix='2147483647'>x</tg-time>", "<tg-time unix='2147483648'>x</tg-time>", "<tg-time unix='-1'>x</tg-time>",
    "<pre>x</pre>", "<code>x</code>", "<pre><code>x</code></pre>", "<pre><code class='language-py'>x</code></pre>",
    "<code class='language-py'><pre>x</pre></code>", "<pre><code class='language-'>x</code></pre>",
    "<pre><code class='py'>x</code></pre>", "<pre>a<code class='language-py'>x</code></pre>",
    "<code class='language-py'>x</code>", "<pre><b>x</b></pre>", "<code><code class='language-c'>x</code></code>",
    "<blockquote>x</blockquote>", "<blockquote expandable>x</blockquote>", "<blockquote expandable=''>x</blockquote>",
    "<blockquote expandable='0'>x</blockquote>", "<blockquote expandable x>y</blockquote>", "<blockquote x>y</blockquote>",
    "<blockquote>a<blockquote>b</blockquote></blockquote>", "<b><blockquote expandable>x</blockquote>y</b>",
    "&lt;b&gt;", "&amp;amp;", "&quot;", "&apos;", "&nbsp;", "&lt", "&lt;;", "&LT;", "&ltx;", "&#65;", "&#x41;", "&#X41;",
    "&#65", "&#;", "&#x;", "&#0;", "&#10;", "&#1114110;", "&#1114111;", "&#1114112;", "&#xD800;", "&#xD83D;&#xDE00;",
    "&#128512;", "&#x1F600;", "&#99999999;", "&#4294967361;", "&#0000065;", "&#00000065;", "&#000000065;", "&;", "&&", "&",
    "😀<b>😀</b>😀", "文<b>字</b>", "é<i>é</i>", "e\u0301<b>x</b>", "👨‍👩‍👧<b>x</b>", "\r\n<b>x</b>\r\n", "<b>x</b>\0", "a\u2028b",
    "<b\tx>y</b>", "<b\nx>y</b>", "<b\vx>y</b>", "<b\fx>y</b>", "<b>x</b\n>", "<b\u00a0>x</b>", "<文>x</文>", "<b>x</文>",
    "<!-- x -->", "<!DOCTYPE html>", "<![CDATA[x]]>", "<?xml?>", "<b>&lt;/b&gt;</b>", "<a href='&lt;'>x</a>",
    "<a href='http://a.com/?a=1&b=2'>x</a>", "<a href='http://a.com/?a=1&amp;b=2'>x</a>", "<i>a</i><i>b</i>",
    "<u>a<s>b</s>c</u>", "<b>1</b><strong>2</strong>", "<b><b>x</b></b>", "<b>x<i></i></b>", "<tg-spoiler>x</tg-spoiler>",
]  # fmt: skip
CASES = [
    *HANDMADE,
    *(f"<{tag}>x</{tag}>" for tag in TAGS),
    *(f"<b>é😀</b><{tag}>x</{tag}>" for tag in STRANGE),
    *(f'<a href="{url}">m</a>' for url in URLS),
]  # fmt: skip
PIECES = [
    *(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), "</>", "<", "</", ">", "/", "=", "'", '"', " ", "\n",
    "<span class='tg-spoiler'>", "</span>", "<blockquote expandable>", "<a href='", '<a href="http://x.org/">', "https://",
    "http://", "tg:", "//user?id=7", "b@c.d", ":8080", "[::1]", "%41", "x", "é", "文", "😀", "&lt;", "&#65;", "&amp", "&#x1F600;",
    "&#xD800;", '<code class="language-py">', "<tg-emoji emoji-id='", "<tg-time unix=", " format=", "5", "</tg-emoji>", "</tg-time>", "class",
]  # fmt: skip


def tdlib(text: str) -> Any:
    """What TDLib says: the refusal, or text and entities."""
    mode = {"@type": "textParseModeHTML"}
    request = {"@type": "parseTextEntities", "text": text, "parse_mode": mode}
    answer = json.loads(_quiet()(json.dumps(request).encode()) or b"{}")
    if answer["@type"] == "error":
        return answer["message"]
    return answer["text"], [_tdlib_entity(entity) for entity in answer["entities"]]


@cache
def _quiet() -> Any:
    td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    return td_execute


def _tdlib_entity(entity: Any) -> tuple[int, int, str, str]:
    name = entity["type"]["@type"].removeprefix("textEntityType")
    detail = next((str(entity["type"][key]) for key in DETAILS if entity["type"].get(key)), "")
    return entity["offset"], entity["length"], KINDS.get(name, name.lower()), detail


def ours(text: str) -> Any:
    try:
        formatted = parse_html(text)
    except HtmlRefused as refused:
        return f"Can't parse entities: {refused}"
    return formatted.text, [
        (
            entity["offset"],
            entity["length"],
            entity["type"],
            next((str(entity[key]) for key in DETAILS if entity.get(key)), ""),
        )
        for entity in formatted.entities
    ]


def test_there_are_at_least_150_cases() -> None:
    assert len(set(CASES)) >= 150


@pytest.mark.parametrize("text", dict.fromkeys(CASES))
def test_every_case_is_read_as_tdlib_reads_it(text: str) -> None:
    assert ours(text) == tdlib(text)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_tag_soup_is_read_as_tdlib_reads_it(text: str) -> None:
    assert ours(text) == tdlib(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_text_is_read_as_tdlib_reads_it(text: str) -> None:
    assert ours(text) == tdlib(text)


def test_the_refusal_names_the_byte_and_not_the_character() -> None:
    with pytest.raises(HtmlRefused) as refused:
        parse_html("安源😀<p>")
    assert str(refused.value) == 'Unsupported start tag "p" at byte offset 10'


def test_offsets_are_utf16_units() -> None:
    assert parse_html("😀文<b>😀</b>").entities == [{"offset": 3, "length": 2, "type": "bold"}]


def test_length_is_counted_in_utf16_units() -> None:
    assert [utf16_length(text) for text in ("", "ab", "文字", "😀", "é")] == [0, 2, 2, 2, 1]
