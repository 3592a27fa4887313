"""A source is added to a file that keeps everything else as it is, and only if the loader takes the result."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from configurations import Directory
from feedbot.config import files, writing
from feedbot.config.sources import SourceSettings
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import ConfigurationError, Refused
from feedbot.settings import Site

TOWN = DeclaredSource(
    id="town-hall",
    title="安源区政府: news",
    url="https://town.example/portal.php?mod=list&catid=8",
    type="page",
    options=SourceOptions(
        categories=("城事资讯/安源区政府",),
        interval=7200,
        timezone="Asia/Shanghai",
        language="zh-CN",
        select={"list": "li.news", "title": "h3 > a"},
        cookies={"sid": "env:TOWN_SESSION"},
        auth={"username": "ann", "password": "file:/run/secrets/town"},
        category_rules=({"category": "Health", "words": ["医院"], "in": "title"},),
        pages=3,
    ),
)
BLOCK = """\
  - id: town-hall
    title: '安源区政府: news'
    url: https://town.example/portal.php?mod=list&catid=8
    type: page
    categories: [城事资讯/安源区政府]
    category_rules:
      - category: Health
        words: [医院]
        in: title
    interval: 2h
    timezone: Asia/Shanghai
    language: zh-CN
    select:
      list: li.news
      title: h3 > a
    pages: 3
    cookies:
      sid: env:TOWN_SESSION
    auth:
      username: ann
      password: file:/run/secrets/town
"""
FEED = {"id": "blog", "title": "Blog", "url": "https://blog.example/feed"}
FEED_BLOCK = "  - id: blog\n    title: Blog\n    url: https://blog.example/feed\n"


def save(directory: Directory, source: DeclaredSource = TOWN, name: str = "town.yaml") -> str:
    return writing.save(directory.path, name, source, Site())


def test_a_new_file_has_the_source_as_an_admin_would_write_it(directory: Directory) -> None:
    assert save(directory) == "config/sources/town.yaml:5"
    text = Path("config/sources/town.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema/sources.schema.json\n")
    assert text.endswith(f"\nsources:\n{BLOCK}")
    (loaded,) = directory.load().declared_sources()
    assert loaded == TOWN


def test_what_the_sites_settings_say_already_is_left_out() -> None:
    entry = writing.entry_of(TOWN, Site(timezone="Asia/Shanghai", language="zh-CN"))
    assert "timezone" not in entry
    assert "language" not in entry


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"sources:\n{FEED_BLOCK}"),
        ("# only a comment\n", f"# only a comment\nsources:\n{FEED_BLOCK}"),
        ("sources:\n", f"sources:\n{FEED_BLOCK}"),
        ("sources:", f"sources:\n{FEED_BLOCK}"),
        ("sources: []\n", f"sources:\n{FEED_BLOCK}"),
        (
            "sources: []  # none yet\n\n# see the examples\n",
            f"sources:  # none yet\n{FEED_BLOCK}\n# see the examples\n",
        ),
        ("sources:  # mine\n", f"sources:  # mine\n{FEED_BLOCK}"),
        (
            "# head\nsources:\n  # the first\n  - id: a   # its id\n    title: A\n\n# the end\n",
            f"# head\nsources:\n  # the first\n  - id: a   # its id\n    title: A\n{FEED_BLOCK}\n# the end\n",
        ),
        (
            "sources:\n- id: a\n  title: A",
            "sources:\n- id: a\n  title: A\n- id: blog\n  title: Blog\n  url: https://blog.example/feed\n",
        ),
        (
            "sources:\n    - {id: a, title: A}  # short\n",
            (
                "sources:\n    - {id: a, title: A}  # short\n    - id: blog\n      title: Blog\n"
                "      url: https://blog.example/feed\n"
            ),
        ),
        (
            "sources: [{id: a, title: A}]\n",
            "sources: [{id: a, title: A}, {id: blog, title: Blog, url: 'https://blog.example/feed'}]\n",
        ),
        ("{sources: []}\n", "{sources: [{id: blog, title: Blog, url: 'https://blog.example/feed'}]}\n"),
        (
            "sources:\n  - id: a\n    title: |\n      two\n      lines\n\n\n",
            f"sources:\n  - id: a\n    title: |\n      two\n      lines\n{FEED_BLOCK}\n\n",
        ),
        (
            "sources:\n  - id: a\n    select:\n      list: li\n      # date\n      date: time\n# done\n",
            f"sources:\n  - id: a\n    select:\n      list: li\n      # date\n      date: time\n{FEED_BLOCK}# done\n",
        ),
        (
            "\ufeffsources:\r\n  - id: a\r\n    title: A\r\n",
            "\ufeffsources:\r\n  - id: a\r\n    title: A\r\n" + FEED_BLOCK.replace("\n", "\r\n"),
        ),
    ],
)
def test_everything_that_stands_in_the_file_stays(before: str, after: str) -> None:
    assert writing.added(before, FEED) == after


@pytest.mark.parametrize("text", ["- a\n", "feeds: []\n", "just words\n", "sources: [\n"])
def test_what_is_no_file_of_sources_is_not_touched(text: str) -> None:
    with pytest.raises(Refused):
        writing.added(text, FEED)


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40).filter(str.strip)


@settings(max_examples=150, deadline=None)
@given(title=_TEXTS, selector=_TEXTS, word=_TEXTS, comment=_TEXTS, number=st.integers(0, 3))
def test_whatever_a_source_is_called_it_is_read_back_as_it_was(
    title: str, selector: str, word: str, comment: str, number: int
) -> None:
    entry = {**FEED, "title": title, "select": {"list": selector}, "include": [word], "headers": {"X-A": "no"}}
    text = f"# {comment}\nsources:\n" + "".join(f"  - id: s{each}  # {comment}\n" for each in range(number))
    document = files.parse(writing.added(text, entry), file="a.yaml")
    assert document.faults == []
    assert document.data["sources"][-1] == entry
    assert [one["id"] for one in document.data["sources"]] == [*(f"s{each}" for each in range(number)), "blog"]


def test_a_second_source_stands_behind_the_first(directory: Directory) -> None:
    save(directory)
    other = DeclaredSource(id="blog", title="Blog", url="https://blog.example/feed", type="feed")
    assert save(directory, other) == "config/sources/town.yaml:26"
    assert [source.id for source in directory.load().sources] == ["town-hall", "blog"]


def test_a_source_that_the_loader_refuses_changes_nothing(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - {id: town-hall, title: A, url: https://a.example/}\n")
    with pytest.raises(ConfigurationError, match=r"id: town-hall is already declared in config/sources/a\.yaml:2"):
        save(directory)
    assert not Path("config/sources/town.yaml").exists()
    assert [path.name for path in Path("config/sources").iterdir()] == ["a.yaml"]


def test_the_file_keeps_its_rights_and_a_link_stays_one(directory: Directory) -> None:
    real = directory.write("real.yaml", "sources: []\n")
    real.chmod(0o640)
    link = directory.path / "sources" / "town.yaml"
    link.parent.mkdir()
    link.symlink_to("../real.yaml")
    save(directory)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "town-hall" in real.read_text("utf-8")


@pytest.mark.parametrize("name", ["../feedbot.yaml", "a/b.yaml", ".hidden.yaml", "town.txt", "", "/etc/passwd"])
def test_a_name_that_is_no_file_of_sources_is_refused(directory: Directory, name: str) -> None:
    with pytest.raises(Refused, match="no name of a file of sources"):
        save(directory, name=name)


def test_a_folder_that_cannot_be_written_names_the_way_out(directory: Directory) -> None:
    (directory.path / "sources").write_text("")
    with pytest.raises(Refused, match="cannot be read: Not a directory"):
        save(directory)


def test_exported_sources_are_a_file_without_the_secrets_themselves() -> None:
    options = SourceOptions(
        headers={"X-Key": "sealed:gAAAA", "Accept-Language": "zh"},
        cookies={"sid": "env:TOWN_SESSION", "old": "hush"},
        auth={"username": "ann", "password": "sealed:gAAAA"},
        proxy="sealed:gAAAA",
    )
    source = DeclaredSource(id="town", title="Town", url="https://town.example/", options=options)
    entries, left_out = writing.exported([source], Site())
    assert left_out == {"town": ["headers.X-Key", "cookies.old", "auth.password", "proxy"]}
    text = writing.as_yaml(entries, left_out)
    assert text == (
        "sources:\n"
        "  # Left out, since they are secret: headers.X-Key, cookies.old, auth.password, proxy. "
        "Write them as env:NAME.\n"
        "  - id: town\n    title: Town\n    url: https://town.example/\n    headers:\n      Accept-Language: zh\n"
        "    cookies:\n      sid: env:TOWN_SESSION\n"
    )
    (entry,) = yaml.safe_load(text)["sources"]
    assert SourceSettings.model_validate(entry).declared(Site()).options.cookies == {"sid": "env:TOWN_SESSION"}


def test_no_sources_are_an_empty_file() -> None:
    assert writing.as_yaml([]) == "sources: []\n"
