"""What an attacker writes into an article, and the promise that none of it comes out."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from feedbot.sources.html import clean, to_text

BASE = "https://news.example/a/"
ALLOWED = {
    **dict.fromkeys(("b", "blockquote", "br", "code", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6"), ()),
    **dict.fromkeys(
        ("hr", "i", "li", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "thead", "tr", "u", "ul"), ()
    ),
    "a": ("href",),
    "img": ("src", "alt", "width", "height"),
    "ol": ("start",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
}
ADDRESS = {
    "href": re.compile(r"(?:https?://[a-z0-9.\[\]:_-]+/|mailto:.|tel:.)[!-~]*", re.IGNORECASE),
    "src": re.compile(r"https?://[a-z0-9.\[\]:_-]+/[!-~]*", re.IGNORECASE),
}

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script/x>alert(1)</script >",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script>alert(1)",
    "</script><script>alert(1)</script>",
    "<script\x00>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<script\x0c>alert(1)</script>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><foreignObject><iframe onload=alert(1)></foreignObject></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>x</math>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<img src=x onerror=alert(1)>",
    "<img src=x\nonerror\n=\nalert(1)>",
    "<img src='x'onerror='alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    '<img src="x" "onerror=alert(1)">',
    '<img alt="<img src=x onerror=alert(1)>" src=x>',
    "<img alt='\"><script>alert(1)</script>' src=x>",
    "<img src=javascript:alert(1)>",
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    "<img lowsrc=javascript:alert(1) dynsrc=javascript:alert(1)>",
    "<img srcset='x onerror=alert(1), javascript:alert(1) 2x'>",
    "<img src=x zoomfile='javascript:alert(1)' file='\" onerror=alert(1) x=\"'>",
    "<img class=emoji alt='🚗<script>alert(1)</script>' src=x>",
    "<image src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java&#x09;script:alert(1)'>x</a>",
    "<a href='java\x00script:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='&#106&#97&#118&#97&#115&#99&#114&#105&#112&#116&#58alert(1)'>x</a>",
    "<a href='&#x6A;avascript&colon;alert(1)'>x</a>",
    "<a href='javascript&#00058alert(1)'>x</a>",
    "<a href='jav&Tab;ascript&NewLine;:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='blob:https://x/y'>x</a><a href='file:///etc/passwd'>y</a>",
    "<a href='https://x.example/\" onmouseover=\"alert(1)'>x</a>",
    "<a href=\"https://x.example/'><script>alert(1)</script>\">x</a>",
    "<a href='//javascript:alert(1)'>x</a>",
    "<a href='https://x.example\\@evil.example'>x</a>",
    "<a style='x:expression(alert(1))' href=/>x</a>",
    "<a href='mailto:x\"onclick=alert(1)'>x</a>",
    "<a href='tel:<script>'>x</a>",
    "<a onclick=alert(1) ONFOCUS=alert(1) autofocus tabindex=1 href=/x>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<style>@import'javascript:alert(1)';</style>x",
    "<style><!--</style><script>alert(1)</script>",
    "<link rel=stylesheet href=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'><a href=x>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src='https://x.example/' title='<script>alert(1)</script>'></iframe>",
    "<iframe></iframe><script>alert(1)</script>",
    "<object data=javascript:alert(1)></object>",
    "<object><param name=src value=javascript:alert(1)></object>",
    "<embed src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<applet code=x><param></applet>",
    "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1) src=x onloadstart=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<form action=javascript:alert(1)><input type=submit formaction=javascript:alert(1)></form>",
    "<button onclick=alert(1)>x</button><isindex action=javascript:alert(1)>",
    "<input onfocus=alert(1) autofocus><select onchange=alert(1)><option>x</select>",
    "<textarea></textarea><script>alert(1)</script>",
    "<textarea><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp><script>alert(1)</script>",
    "<noembed><img src=x onerror=alert(1)></noembed>",
    "<plaintext><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<select><template><style><!--</style><img src=x onerror=alert(1)>-->",
    "<body onload=alert(1)>x",
    "<html onclick=alert(1)><head onclick=alert(1)>x",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<table background=javascript:alert(1)><tr><td background=javascript:alert(1) onclick=x>a<td>b</table>",
    "<table><tr><td colspan='2\" onclick=\"x'>a<td>b</table>",
    "<ol start='1\" onclick=\"x'><li>a</ol>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<keygen autofocus onfocus=alert(1)><bgsound src=javascript:alert(1)><layer src=x>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<!DOCTYPE x [<!ENTITY x '<script>'>]>&x;<script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><?php echo '<script>alert(1)</script>' ?>",
    "<%<script>alert(1)</script>%>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "<p>&amp;lt;script&amp;gt;</p>",
    "<b <script>alert(1)</script>>x",
    "<a\thref='javascript:alert(1)'\t>x</a",
    "<div/onclick=alert(1)/hidden><div hidden><script>alert(1)</script></div>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<custom-el onclick=alert(1) is=script>x</custom-el>",
    "\ufeff<script>alert(1)</script>\ufffe\uffff",
    "＜script＞alert(1)＜/script＞",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
]  # fmt: skip


def assert_harmless(html: str) -> None:
    """Parsed as a browser does, the HTML has only what articles need, in XML's characters."""
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", html)
    for node in LexborHTMLParser(f"<body>{html}").css("body *"):
        assert node.tag in ALLOWED
        for name, value in node.attributes.items():
            assert name in ALLOWED[node.tag]
            assert name not in ADDRESS or ADDRESS[name].fullmatch(value or "")


def test_the_list_of_attacks_is_long() -> None:
    assert len(set(ATTACKS)) >= 60


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "wrapped", ["{}", "<p>a{}b</p>", "<table><tr><td>{}<td>y</table>", "<pre>{}</pre>", "<a href='/x'>{}"]
)
def test_nothing_of_an_attack_comes_out(attack: str, wrapped: str) -> None:
    once = clean(wrapped.format(attack), BASE)
    assert_harmless(once)
    assert clean(once, BASE) == once


def test_a_hostile_base_address_makes_no_address() -> None:
    assert clean("<a href='x'>x</a><img src='y'>", "javascript:alert(1)//") == "<p>x</p>"


_NAMES = (
    "a b i em strong u s sub sup code p div span font h1 h3 ul ol li dl dt blockquote pre table tbody thead tr td th "
    "caption br hr img figure figcaption script style iframe svg math template select noscript form button video o:p"
)
_TAGS = st.sampled_from(_NAMES.split())
_WRITTEN = (
    "| href='/x'| href=javascript:x| src=a.png| src=\"b.png\" alt=\"&quot;<\"| style='display:none'|| hidden| onclick=x"
    "| colspan=2| class=jammer| title=t data-src=c.jpg| width=1| /| '| \"| start=4"
)
_ATTRIBUTES = st.sampled_from(_WRITTEN.split("|"))
_START = st.builds("<{}{}>".format, _TAGS, _ATTRIBUTES)
_END = st.builds("</{}>".format, _TAGS)
_TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "x",
            " ",
            "\n",
            "&nbsp;",
            "　",
            "　　",
            "<",
            "&",
            "&lt;",
            "<!--",
            "-->",
            "\xa0 ",
            "\ufeff",
            "&#1;",
            "]]>",
            "\r",
        ]
    ),
)
_SOUP = st.lists(st.one_of(_START, _END, _TEXT), max_size=30).map("".join)


@settings(max_examples=400, deadline=None)
@given(_SOUP)
def test_any_soup_of_tags_comes_out_harmless_and_settled(soup: str) -> None:
    once = clean(soup, BASE)
    assert_harmless(once)
    assert clean(once, BASE) == once


@settings(max_examples=200, deadline=None)
@given(_SOUP)
def test_cleaning_loses_and_invents_no_letter_that_people_see(soup: str) -> None:
    without_players = re.sub("(?i)</?(?:iframe|video)[^>]*>", "", soup)
    assert letters(clean(without_players, BASE)) == letters(without_players)


def letters(html: str) -> Counter[str]:
    return Counter(letter for letter in to_text(html) if letter not in "\u200b\ufeff" and not letter.isspace())
