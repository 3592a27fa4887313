"""The catalogues: every text that the code says exists in every language, with the same blanks to fill."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import feedbot
from feedbot.locales import CHINESE, known_language, translator

SOURCE = Path(feedbot.__file__).parent
IN_TEMPLATE = re.compile(r'''\b_(?:\.plural)?\(\s*"([^"]+)"''')
CATALOGUES = sorted((SOURCE / "locales").rglob("*.po"))


def said_texts() -> Iterator[tuple[str, str]]:
    """Each text given to a translator (named `_`, or just made), and where."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            if isinstance(called, ast.Call):
                called = called.func
                is_call = isinstance(called, ast.Name) and called.id == "translator"
            else:
                is_call = isinstance(called, ast.Name) and called.id == "_"
            is_plural = isinstance(called, ast.Attribute) and called.attr == "plural"
            text = node.args[0]
            if (is_call or is_plural) and isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value, f"{file.relative_to(SOURCE)}:{node.lineno}"


def written_texts() -> Iterator[tuple[str, str]]:
    """Each text given to `_` in a page template, and where."""
    for file in sorted(SOURCE.rglob("*.html")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            for text in IN_TEMPLATE.findall(line):
                yield text, f"{file.relative_to(SOURCE)}:{number}"


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("texts", [said_texts, written_texts])
def test_every_text_of_the_code_and_the_pages_is_there_in_chinese(
    texts: Callable[[], Iterator[tuple[str, str]]],
) -> None:
    catalogue, found = translator(CHINESE).catalogue, dict(texts())
    assert found
    assert {text: place for text, place in found.items() if text not in catalogue} == {}


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.name)
def test_translations_keep_the_blanks_and_name_each_text_once(file: Path) -> None:
    with file.open("rb") as stream:
        messages = [message for message in read_po(stream, locale=CHINESE, abort_invalid=True) if message.id]
    assert messages
    for message in messages:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert not message.fuzzy, message.id
        assert all(strings), message.id
        for text in strings:
            assert blanks(text) <= set().union(*map(blanks, ids)), message.id


def test_no_text_has_two_translations() -> None:
    seen: dict[str, str] = {}
    for file in CATALOGUES:
        with file.open("rb") as stream:
            for message in read_po(stream, locale=CHINESE):
                if message.id:
                    text = message.id if isinstance(message.id, str) else message.id[0]
                    assert seen.setdefault(text, str(message.string)) == str(message.string), text


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh_CN"),
        ("zh-hans", "zh_CN"),
        ("zh-Hans-CN", "zh_CN"),
        ("zh-CN", "zh_CN"),
        ("zh_CN", "zh_CN"),
        ("zh-hant", "en"),
        ("zh-tw", "en"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_language_tag_finds_its_catalogue_and_any_other_english(tag: str | None, language: str) -> None:
    assert known_language(tag) == language


def test_texts_are_said_in_the_language_with_their_values() -> None:
    assert translator("zh")("from {origin}", origin="{萍乡}日报") == "来自 {萍乡}日报"
    assert translator("fr")("from {origin}", origin="Pingxiang Daily") == "from Pingxiang Daily"


def test_a_text_without_a_translation_is_said_in_english() -> None:
    assert translator("zh")("never written {number}", number=3) == "never written 3"


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [("en", 1, "1 new article"), ("en", 0, "0 new articles"), ("en", 7, "7 new articles"), ("zh", 7, "7 篇新文章")],
)
def test_counts_take_the_plural_form_of_the_language(language: str, count: int, said: str) -> None:
    assert translator(language).plural("{count} new article", "{count} new articles", count) == said
