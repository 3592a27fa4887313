"""Bytes of a page to text, whatever the page or its server claims about them.

The order of belief: what the admin says, byte order mark, XML prolog, HTTP header, `<meta>`, strict UTF-8, a guess.
Labels mean what they mean in the WHATWG Encoding Standard: `gb2312` and `gbk` are read as gb18030, `iso-8859-1` as
windows-1252. A claim is believed only if the bytes bear it out, so a server that lies is survived.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from feedbot.sources.plausible import oddness

# How far a declaration may stand from the start: browsers look at 1024 bytes, but real heads are longer.
_HEAD_BYTES = 4096
_PROLOG = re.compile(rb"""\A\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:+-]{1,40})""")
_META = re.compile(rb"""<meta\b[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w.:+-]{1,40})""", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,39}", re.ASCII)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_ILLEGAL_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# XML without a byte order mark shows UTF-16 by where the zeros of `<?` are (XML 1.0, appendix F).
_BARE_UTF16 = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))

# Where the WHATWG label means another encoding than Python's codec of the same name.
_WHATWG = {
    "gb18030": "gb2312 gbk gb_2312 gb_2312-80 gb2312-80 chinese csgb2312 csiso58gb231280 iso-ir-58 x-gbk cp936 ms936 "
    "windows-936 euc-cn euccn hz-gb-2312 gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis windows-31j ms932",
    "cp949": "euc-kr euckr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 cseuckr csksc56011987 windows-949",
    "cp1252": "ascii us-ascii iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 cp819 ibm819 x-cp1252",
    "cp1254": "iso-8859-9 iso8859-9 iso_8859-9 iso88599 latin5 l5 x-cp1254",
    "cp874": "tis-620 iso-8859-11 iso8859-11 dos-874",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "utf-16-le": "utf-16 utf-16le utf16 ucs-2 unicode csunicode iso-10646-ucs-2",
    "utf-16-be": "utf-16be unicodefffe",
    "iso8859-8": "iso-8859-8-i csiso88598i logical",
    "mac_roman": "macintosh mac x-mac-roman csmacintosh",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
}
_CODEC_BY_LABEL = {label: codec for codec, labels in _WHATWG.items() for label in labels.split()}
# Other labels are looked up in Python's registry, which also has codecs that are no character encoding.
_TRUSTED_CODEC = re.compile(r"iso8859-\d+|cp125\d|cp866|koi8-[ru]|euc_jp|iso2022_jp")

# Servers send iso-8859-1 unasked and any bytes fit it, so it is believed after every other claim.
_SERVER_DEFAULT = "cp1252"
# GBK text can be valid UTF-8 by chance ("联通" was famous for it), but not for this many characters.
_SURE_CHARACTERS = 8
_FEW_ERRORS = 3
# By fewer letters with accents than these the languages of Latin script are not told apart.
_FEW_LETTERS = 40
_BEYOND_LATIN = re.compile(r"[\u0250-\u1dff\u2e80-\uffef]")
# What no word has in it, but the words of other encodings seem to have.
_IN_A_WORD = re.compile("[^\\W\\d_][\ufffd\x80-\x9f¡-©«-±´-¹»-¿×÷‚ƒ„†‡ˆ‰‹•˜™›][^\\W\\d_]")
_SAMPLE_BYTES = 200_000
_FEW_ERRORS_SHARE = 0.02
# Old sites cut each title of a list inside a character. Text of another encoding has far more errors than these.
_CLAIMED_ERRORS_SHARE = 0.25
# Of the bytes at even or at odd places in the head of UTF-16 at least one in this many is zero: the markup.
_WIDE_SHARE = 8
# Texts in a false encoding are odd by more than the first; in their own they are less than this part as odd.
_ODD, _MUCH_LESS = 0.35, 0.4
# What the guesser takes any even number of bytes for.
_WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]


def decode(body: bytes, *, declared: str | None = None, override: str | None = None) -> str:
    """The text of `body`, without a byte order mark; never raises, undecodable bytes become U+FFFD.

    `declared` is the charset of the HTTP header, `override` what the admin says (believed without a check). Unknown
    labels are passed over.
    """
    return _decoded(body, declared, override).lstrip("\ufeff")


def _decoded(body: bytes, declared: str | None, override: str | None) -> str:
    forced = codec_for(override) or _by_mark(body) or _by_form(body)
    if forced:
        return body.decode(forced, "replace")
    as_utf8 = _strictly(body, "utf-8")
    if as_utf8 is not None and _is_surely_utf8(as_utf8):
        return as_utf8
    if as_utf8 is None and _is_nearly_utf8(lenient := body.decode("utf-8", "replace")):
        return lenient
    claims = tuple(sorted(dict.fromkeys(_claims(body, declared)), key=_SERVER_DEFAULT.__eq__))
    for codec in claims:
        text = as_utf8 if codec == "utf-8" else _strictly(body, codec)
        if text is not None:
            return text if codec == "utf-8" else _unless_odd(text, body, claims)
    return as_utf8 if as_utf8 is not None else _best_effort(body, claims)


def codec_for(label: str | None) -> str | None:
    """The Python codec for a charset label as the web means it (WHATWG), None if there is no such encoding.

    >>> codec_for("GB2312")
    'gb18030'
    """
    known = (label or "").strip().strip("\"'").lower()
    if not _LABEL.fullmatch(known):
        return None
    if known in _CODEC_BY_LABEL:
        return _CODEC_BY_LABEL[known]
    try:
        name = codecs.lookup(known).name
    except (LookupError, ValueError):
        return None
    return name if _TRUSTED_CODEC.fullmatch(name) else None


def strip_controls(text: str) -> str:
    """The text without the characters that XML 1.0 forbids: control characters, lone surrogates, U+FFFE and U+FFFF."""
    return _ILLEGAL_IN_XML.sub("", text)


def _by_mark(body: bytes) -> str | None:
    return next((codec for mark, codec in (*_BOMS, *_BARE_UTF16) if body.startswith(mark)), None)


def _by_form(body: bytes) -> str | None:
    """UTF-16 without a mark, by the zeros of its markup; ISO-2022-JP, by its escapes, which no other text has."""
    head = body[:_HEAD_BYTES]
    if b"\x1b$" in body and body.isascii():
        return "iso2022_jp" if _strictly(body, "iso2022_jp") is not None else None
    zeros = head[::2].count(0), head[1::2].count(0)
    if max(zeros) * _WIDE_SHARE < len(head) or min(zeros) * _WIDE_SHARE > max(zeros):
        return None
    codec = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if not any(sign.encode(codec) in head for sign in "<{"):
        return None
    return codec if _strictly(body[: len(body) // 2 * 2], codec) is not None else None


def _unless_odd(text: str, body: bytes, claims: tuple[str, ...]) -> str:
    """The text by its claim, unless it looks as no text does and a guess at its bytes looks right.

    Most bytes are something in GB 18030 and any are something in windows-1252, so that these can be claimed of all.
    """
    if oddness(text) < _ODD:
        return text
    guesses = [found for found in (_strictly(body, codec) for codec in claims[1:]) if found is not None]
    guessed = _guess(body)
    likely = min([*guesses, *([guessed] if guessed is not None else [])], key=oddness, default=text)
    return likely if oddness(likely) < _MUCH_LESS * oddness(text) else text


def _claims(body: bytes, declared: str | None) -> Iterator[str]:
    head = body[:_HEAD_BYTES]
    prolog, meta = _PROLOG.search(head), _META.search(head)
    if prolog:
        yield from _readable_claim(prolog[1])
    codec = codec_for(declared)
    if codec:
        yield codec
    if meta:
        yield from _readable_claim(meta[1])


def _readable_claim(label: bytes) -> Iterator[str]:
    # A declaration that could be read as ASCII is not UTF-16, whatever it says (WHATWG HTML, 13.2.3.2).
    codec = codec_for(label.decode("ascii", "replace"))
    if codec:
        yield "utf-8" if codec.startswith("utf-16") else codec


def _is_surely_utf8(text: str) -> bool:
    if "\0" in text:  # UTF-16 without a mark
        return False
    return sum(1 for _, _ in zip(_NON_ASCII.finditer(text), range(_SURE_CHARACTERS), strict=False)) == _SURE_CHARACTERS


def _is_nearly_utf8(text: str) -> bool:
    """Whether a few bytes of a long UTF-8 text are broken. In other encodings next to none of the characters fit."""
    errors = text.count("\ufffd")
    return errors <= _FEW_ERRORS_SHARE * sum(1 for _ in _NON_ASCII.finditer(text))


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _best_effort(body: bytes, claims: tuple[str, ...]) -> str:
    """A page with a few broken bytes (a cut character, say) keeps its encoding; else the bytes are guessed at."""
    tried = [(codec, body.decode(codec, "replace")) for codec in dict.fromkeys((*claims, "utf-8"))]
    mendable = [
        text
        for codec, text in tried
        if _is_mostly_right(text, is_claimed=codec in claims) and (codec == "utf-8" or oddness(text) < _ODD)
    ]
    if mendable:
        return min(mendable, key=lambda text: text.count("\ufffd"))
    guess = _guess(body)
    return guess if guess is not None else tried[0][1]


def _is_mostly_right(text: str, *, is_claimed: bool) -> bool:
    errors = text.count("\ufffd")
    characters = sum(1 for _ in _NON_ASCII.finditer(text))
    share = _CLAIMED_ERRORS_SHARE if is_claimed else _FEW_ERRORS_SHARE
    return errors <= characters * share or (is_claimed and errors <= _FEW_ERRORS)


def _guess(body: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415  # seldom needed, and slow to import

    for sample in _samples(body):
        matches = from_bytes(sample, cp_exclusion=None if b"\0" in sample else _WIDE)
        best = matches.best()
        if best is None:
            continue
        # Of encodings that fit equally well, the web's own default is the likeliest (WHATWG HTML, 13.2.3.2).
        as_good = (match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence))
        if any(_SERVER_DEFAULT in match.could_be_from_charset for match in as_good) or _may_be_western(sample, best):
            return body.decode(_SERVER_DEFAULT, "replace")
        return body.decode(codec_for(best.encoding.replace("_", "-")) or best.encoding, "replace")
    return None


def _may_be_western(sample: bytes, best: Any) -> bool:
    """Whether a short text of Latin letters is no less sensible in the web's own default than in what was guessed."""
    text = sample.decode(_SERVER_DEFAULT, "replace")
    is_latin = not _BEYOND_LATIN.search(str(best))
    return is_latin and len(_NON_ASCII.findall(text)) < _FEW_LETTERS and not _IN_A_WORD.search(text)


def _samples(body: bytes) -> Iterator[bytes]:
    """What to guess by: everything, and if something in it is broken, the parts that may be whole."""
    yield body[:_SAMPLE_BYTES]
    yield body[: min(len(body), _SAMPLE_BYTES) - 1]
    middle = max(body.find(end, len(body) // 2) for end in (b"<", b"\n"))
    if middle > 0:
        yield body[:middle][:_SAMPLE_BYTES]
        yield body[middle:][:_SAMPLE_BYTES]
