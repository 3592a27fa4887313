"""What a language model is asked, and what of its answer counts."""

from __future__ import annotations

import pytest

from feedbot.domain.abstracts import (
    Translated,
    ask_for_abstract,
    ask_for_translation,
    is_foreign,
    needs_abstract,
    question_key,
    taken_abstract,
    taken_translation,
)
from feedbot.domain.article import Content

BODY = "The council decided to build a bridge. " * 20


@pytest.mark.parametrize(
    ("summary", "body", "needed"),
    [
        ("", BODY, True),
        ("A bridge, at last.", BODY, False),
        ("Click here to read more.", BODY, True),
        ("", "Too short to be worth it.", False),
    ],
)
def test_only_a_long_article_without_a_summary_of_its_own_is_summed_up(summary: str, body: str, needed: bool) -> None:  # noqa: FBT001
    assert needs_abstract(Content(url="https://a.example/", title="A bridge", summary=summary), body) is needed


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("The council builds a bridge.", "The council builds a bridge."),
        ("  **Summary:** The council builds a bridge.\n", "The council builds a bridge."),
        ("Here is the summary: The council builds a bridge.", "The council builds a bridge."),
        ("摘要：市里要修桥。", "市里要修桥。"),
        ('"The council builds a bridge."', "The council builds a bridge."),
        ("```text\nThe council\nbuilds a bridge.\n```", "The council builds a bridge."),
        ("One short sentence. " + "And a very long one that does not fit at all. " * 9, "One short sentence."),
        (
            "<think>\nThey want a summary. It is long.\n</think>\n\nThe council builds a bridge.",
            "The council builds a bridge.",
        ),
        ("<think>They want a summary. I have no", ""),
        ("The council\x00 builds\ud800 a\x1b bridge.", "The council builds a bridge."),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_summary_is_taken_as_one_line_that_ends_at_a_sentence(answer: str, taken: str) -> None:
    assert taken_abstract(answer, 50) == taken


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ('{"title": "Ein Steg", "summary": "Kurz."}', Translated("Ein Steg", "Kurz.")),
        ('Sure!\n```json\n{"title": "Ein\\nSteg", "summary": null}\n```', Translated("Ein Steg", "")),
        ('<think>{"title"?}</think>{"title": "Ein Steg", "summary": "Kurz."}', Translated("Ein Steg", "Kurz.")),
        ('{"title": "Ein\\u0000 Steg\\ud800", "summary": "Ku\\u0000rz."}', Translated("Ein Steg", "Kurz.")),
        ('{"title": "\\u0000"}', None),
        ('{"title": ' * 3000 + "}" * 3000, None),
        ('{"title": ""}', None),
        ('{"title": 5}', None),
        ("[1]", None),
        ("no", None),
        ('{"title": "x"', None),
    ],
)
def test_a_translation_is_taken_only_in_the_form_that_was_asked_for(answer: str, taken: Translated | None) -> None:
    assert taken_translation(answer, 100) == taken


def test_a_question_is_the_same_question_only_if_all_of_it_is() -> None:
    story = Content(url="https://a.example/", title="A bridge")
    keys = {
        question_key("m", "summary", ask_for_abstract(story, BODY, 100)),
        question_key("m", "summary", ask_for_abstract(story, BODY, 200)),
        question_key("m", "summary", ask_for_abstract(story, BODY + "x", 100)),
        question_key("other", "summary", ask_for_abstract(story, BODY, 100)),
        question_key("m", "translation", ask_for_translation("A bridge", "", "de")),
        question_key("m", "translation", ask_for_translation("A bridge", "", "fr")),
    }
    assert len(keys) == 6


@pytest.mark.parametrize(
    ("content", "chat", "foreign"),
    [
        ("en", "de", True),
        ("en-GB", "en", False),
        ("zh_CN", "zh-hans", False),
        (None, "de", False),
        ("ja", "zh-hans", True),
    ],
)
def test_only_a_text_in_another_language_is_translated(content: str | None, chat: str, foreign: bool) -> None:  # noqa: FBT001
    assert is_foreign(content, chat) is foreign
