"""Templates speak every language too: their texts are in the catalogues like those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.nodes import Call, Const, Getattr, Name, Output

import feedbot
from feedbot.locales import CHINESE, translator

TEMPLATES = sorted((Path(feedbot.__file__).parent / "web" / "templates").glob("*.html"))


def texts(template: Path) -> list[str]:
    """Each text that the template gives to `_` or `_.plural`."""
    tree = Environment(autoescape=True).parse(template.read_text("utf-8"))
    found = []
    for call in tree.find_all(Call):
        named = call.node
        is_text = isinstance(named, Name) and named.name == "_"
        is_plural = isinstance(named, Getattr) and isinstance(named.node, Name) and named.node.name == "_"
        if (is_text or is_plural) and call.args and isinstance(call.args[0], Const):
            found.append(str(call.args[0].value))
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_text_of_a_template_is_there_in_chinese(template: Path) -> None:
    catalogue = translator(CHINESE).catalogue
    assert [text for text in texts(template) if text not in catalogue] == []


def test_the_templates_say_something_at_all() -> None:
    assert sum(len(texts(template)) for template in TEMPLATES) > 30


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_no_words_stand_in_a_template_without_a_translation(template: Path) -> None:
    """What stands between tags is markup, a sign, or the name of a format."""
    tree = Environment(autoescape=True).parse(template.read_text("utf-8"))
    said = "".join(
        str(getattr(node, "data", "")) if hasattr(node, "data") else "\x00"
        for output in tree.find_all(Output)
        for node in output.nodes
    )
    outside = "".join(part.rpartition(">")[2] for part in said.split("<"))
    words = {word for word in outside.replace("\x00", " ").split() if word.isalpha()}
    layouts = {"reading", "columns"}
    assert words - layouts <= {"RSS", "Atom", "OPML"}
