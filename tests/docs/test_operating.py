"""Every command, address, metric and chat command is named in the documents, and what they name exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer
from prometheus_client import CollectorRegistry
from starlette.routing import Mount, Route

from feedbot.app import composing
from feedbot.bot.command_list import COMMANDS
from feedbot.cli.main import app as command_line
from feedbot.render.feeds import Format
from feedbot.render.links import SitePresentation
from feedbot.services.polling import Poller
from feedbot.services.publishing import OPML_PATH, Publication, Publisher
from feedbot.settings import Settings
from feedbot.storage.database import Database
from feedbot.web.app import Check, create_app
from feedbot.web.metrics import HEALTHS
from feedbot.web.process_metrics import ProcessMetrics
from feedbot.web.site import site_app

ROOT = Path(__file__).resolve().parents[2]
OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")
TELEGRAM = (ROOT / "docs/telegram.md").read_text("utf-8")
SITE = SitePresentation(
    title="News", description="", base_url="http://127.0.0.1:8080", language="en", timezone="UTC", sandbox=True
)


def chapter(name: str) -> str:
    return OPERATING.split(f"\n## {name}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """What stands in code font in the first column of the chapter's table, in its order."""
    return [
        name for row in re.findall(r"^\| (`.*?) \|", text, flags=re.MULTILINE) for name in re.findall("`(.+?)`", row)
    ]


def commands() -> Iterator[str]:
    def below(command: Any, name: str) -> Iterator[str]:
        for part, inner in getattr(command, "commands", {}).items():
            yield from below(inner, f"{name} {part}")
        if not hasattr(command, "commands"):
            yield name

    yield from below(typer.main.get_command(command_line), "feedbot")


async def ready() -> tuple[Check, ...]:
    return ()


def as_written(path: str) -> str:
    """`/category/{path:path}` as the document writes it: `/category/<path>`."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", r"<\1>", path)


def test_every_command_is_named_in_the_reference_and_every_named_command_exists() -> None:
    reference = (ROOT / "docs/commands.md").read_text("utf-8")
    headings = [heading.rstrip("`") for heading in re.findall(r"^## `(.+)$", reference, flags=re.MULTILINE)]
    existing = list(commands())

    assert [name for name in existing if not any(f"{heading} ".startswith(f"{name} ") for heading in headings)] == []
    assert set(first_cells(chapter("Commands"))) <= set(existing)


async def test_every_address_is_named_and_no_other(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    site = site_app(db=database, site=SITE, readiness=ready, registry=CollectorRegistry())
    await database.close()
    expected = {as_written(route.path) for route in site.routes if isinstance(route, Route)}
    assert not [route for route in site.routes if isinstance(route, Mount)]
    expected |= {OPML_PATH, "/sandbox", "/websub/<token>"}
    expected |= {
        f"/feeds/{name}.{form}" for name in ("all", "category/<path>", "source/<id>") for form in get_args(Format)
    }

    assert set(first_cells(chapter("Addresses"))) == expected


async def test_every_metric_is_named_and_no_other(sqlite_url: str) -> None:
    registry = CollectorRegistry()
    database = Database(sqlite_url)
    ProcessMetrics(registry, dict)
    publisher = Publisher(database, Publication(site=SITE))
    create_app(db=database, publisher=publisher, site=SITE, readiness=ready, registry=registry)
    await database.close()
    found = {family.name + ("_total" if family.type == "counter" else "") for family in registry.collect()}

    named = [name for name in first_cells(chapter("Metrics")) if name.startswith("feedbot_")]
    assert sorted(named) == sorted(found)


def test_the_values_of_metric_labels_are_named() -> None:
    rows = dict(re.findall(r"^\| `(feedbot_\w+)` \| `\w+`: (.*?) \|", chapter("Metrics"), flags=re.MULTILINE))
    named = {name: tuple(re.findall(r"`(\w+)`", values)) for name, values in rows.items()}

    assert named["feedbot_sources"] == HEALTHS
    assert named["feedbot_polls_total"] == tuple(outcomes())
    assert set(named["feedbot_deliveries_total"]) == set(events())


def outcomes() -> list[str]:
    """The outcomes that a poller counts."""
    poller = Poller(None, None, composing.rhythm(Settings()), owner="docs")  # type: ignore[arg-type]  # only counts
    return list(poller.counts)


def events() -> list[str]:
    """The events that a deliverer counts, as its docstring lists them."""
    from feedbot.services.delivering import Deliverer  # noqa: PLC0415 - beside what it is read for

    listed = (Deliverer.__doc__ or "").split("numbers since the start:")[1].replace("repeats`\n", "repeats`")
    return re.findall(r"`(\w+)`", listed)


def test_what_waits_for_a_restart_is_named() -> None:
    [row] = re.findall(r"^\| a saved change does nothing \| (.*) \|$", OPERATING, flags=re.MULTILINE)
    before = Settings.model_validate({"telegram": {"token": "1:" + "a" * 35}})
    after = Settings.model_validate(
        {
            "site": {"title": "Other"},
            "database": {"url": "sqlite:///other.db"},
            "engine": {"workers": 9},
            "web": {"port": 9},
            "telegram": {
                "token": "2:" + "a" * 35,
                "api_url": "http://127.0.0.1:1",
                "mode": "off",
                "pacing": {"per_second": 1},
            },
        }
    )

    waiting = composing.needs_restart(before, after)

    assert set(waiting) - {"telegram.token"} == set(re.findall(r"`([\w.]+)`", row))
    assert "the token" in row


def test_every_chat_command_is_named_and_no_other() -> None:
    table = TELEGRAM.split("\n## Commands\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| `/(\w+)", table, flags=re.MULTILINE)

    assert sorted(named) == sorted([*(name for name, _ in COMMANDS), "approve"])


def test_every_link_between_the_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    links = [
        (path, target)
        for path in documents
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
        if "://" not in target
    ]

    assert [(str(path), target) for path, target in links if not (path.parent / target).exists()] == []
    assert len(links) > 10
