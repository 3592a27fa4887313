"""docs/sources.md is complete, and its worked examples give what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedbot.config.load import load
from feedbot.domain.article import Draft
from feedbot.sources import registry
from feedbot.sources.spec import Page, ParseOptions

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/sources.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def chapter(name: str) -> str:
    """What stands below the heading of a source type."""
    return TEXT.split(f"\n## `{name}`\n")[1].split("\n## ")[0]


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def rows(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^\| `(\w+)` \| (.*) \|$", text, flags=re.MULTILINE)


def as_documented(draft: Draft) -> dict[str, Any]:
    """The draft's fields that the examples show, in their words; empty ones are left out."""
    assert draft.published is not None
    shown = {
        "title": draft.title,
        "url": draft.url,
        "published": f"{draft.published:%Y-%m-%d %H:%M UTC}",
        "author": draft.author,
        "summary": draft.summary,
        "body": draft.body_html,
    }
    return {key: value for key, value in shown.items() if value}


def options_of(example: str) -> ParseOptions:
    source = yaml.safe_load(example)["sources"][0]
    return ParseOptions(timezone=source.get("timezone", "UTC"), select=source.get("select", {}))


def page(text: str, url: str) -> Page:
    return Page(text.encode(), url)


def test_every_source_type_is_in_the_table_with_its_own_sentence_and_has_a_chapter() -> None:
    table = dict(rows(TEXT.split("\n## Types\n")[1].split("\n## ")[0]))

    assert {name: table.get(name) for name in registry.SPECS} == {
        name: spec.summary for name, spec in registry.SPECS.items()
    }
    assert [name for name in registry.SPECS if f"\n## `{name}`\n" not in TEXT] == []


@pytest.mark.parametrize("name", sorted(registry.SPECS))
def test_the_select_keys_of_every_type_are_listed_with_their_sentences(name: str) -> None:
    assert dict(rows(chapter(name))) == dict(registry.get(name).options)


@pytest.mark.parametrize("name", sorted(registry.SPECS))
def test_the_worked_example_of_every_type_is_of_that_type_and_has_no_fault(name: str, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources/example.yaml").write_text(blocks(chapter(name), "yaml")[0], "utf-8")

    configuration = load(tmp_path, {})

    assert [source.type for source in configuration.sources] == [name]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("feed", "xml"),
        ("jsonld", "html"),
        ("microdata", "html"),
        ("hfeed", "html"),
        ("wordpress", "json"),
        ("sitemap", "xml"),
        ("state", "html"),
        ("json", "json"),
    ],
)
def test_the_example_of_a_type_gives_the_article_that_is_shown(name: str, kind: str) -> None:
    example, article = blocks(chapter(name), "yaml")
    [answer] = blocks(chapter(name), kind)
    url = yaml.safe_load(example)["sources"][0]["url"]

    listing = registry.get(name).parse_list(page(answer, url), options_of(example))

    assert [as_documented(draft) for draft in listing.drafts] == [yaml.safe_load(article)]


def test_the_example_of_a_page_gives_the_article_that_is_shown() -> None:
    text = chapter("page").partition("### Found by selectors")[2]
    example, article = blocks(text, "yaml")
    listed, own = blocks(text, "html")
    spec, options = registry.get("page"), options_of(example)
    assert spec.parse_article

    [draft] = spec.parse_list(page(listed, "https://harbour.example.org/news/"), options).drafts
    read = spec.parse_article([page(own, draft.url)], draft, options)

    assert (as_documented(read.draft), read.next_url) == (yaml.safe_load(article), None)


def test_the_configuration_in_the_readme_has_no_fault_and_sources_of_several_types(tmp_path: Path) -> None:
    (tmp_path / "config/sources").mkdir(parents=True)
    for name, text in re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, "utf-8")

    configuration = load(tmp_path / "config", {"FEEDBOT_TELEGRAM__TOKEN": "123456789:" + "A" * 35})

    assert {"feed", "page", "discuz"} <= {source.type for source in configuration.sources}
    assert configuration.settings.telegram.mode == "polling"
    assert configuration.settings.telegram.admins
