"""The language of a page, which its template may state wrongly."""

from __future__ import annotations

from feedbot.sources.article.document import Document

_SAMPLE = 4000
_SURE = 0.5
_FEW = 40
# Scripts that one language writes, or nearly so, and the languages that are believed of a page in them.
_SCRIPTS = (
    ("ja", frozenset({"ja"}), ((0x3040, 0x30FF),), 0.12),
    ("ko", frozenset({"ko"}), ((0xAC00, 0xD7A3),), _SURE),
    ("zh", frozenset({"zh", "ja", "yue"}), ((0x4E00, 0x9FFF), (0x3400, 0x4DBF)), _SURE),
    ("ru", frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"}), ((0x0400, 0x04FF),), _SURE),
    ("ar", frozenset({"ar", "fa", "ur", "ps", "ug", "ckb"}), ((0x0600, 0x06FF),), _SURE),
)


def find(stated: str | None, document: Document) -> str | None:
    """The language that the page states, unless its letters belong to another script; then that of the script."""
    body = document.tree.body
    sample = "".join(filter(str.isalpha, body.text(separator="")[:_SAMPLE])) if body is not None else ""
    if len(sample) < _FEW:
        return stated
    for language, believed, ranges, share in _SCRIPTS:
        count = sum(1 for letter in sample if any(first <= ord(letter) <= last for first, last in ranges))
        if count >= share * len(sample):
            return stated if stated and stated.partition("-")[0].lower() in believed else language
    return stated
