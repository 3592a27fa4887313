"""The stories: templates from `data/stories.yaml` with changing places, numbers and dates, and the seed story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from feedbot.sandbox.portal import categories
from feedbot.sandbox.portal.categories import Category
from feedbot.sandbox.portal.writing import Dice, Slots, cut_summary

REACTIONS = ("鲜花", "握手", "雷人", "路过", "鸡蛋")
SEED_NUMBER = 1
_PUBLISHERS = ("admin", "城事小编", "夜班编辑")
_SETTLE = timedelta(minutes=10)
# Coprime with any even number of templates and near the golden section: neighbours come from different categories.
_STRIDE = 39


@dataclass(frozen=True, slots=True)
class StoryImage:
    """A picture; `index` counts from 1 within the story."""

    index: int
    alt: str


@dataclass(frozen=True, slots=True)
class StoryFile:
    """An attachment; `id` is what its address carries."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reader wrote; `quoted` is the remark that it answers."""

    reader: str
    text: str
    date: datetime
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One page of a story; `title` is empty where the story has a single page."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as the portal's editors entered it. `reactions` and `comments` are what it ends up with."""

    number: int
    title: str
    published: datetime
    category: Category
    publisher: str
    writer: str
    origin: str
    summary: str
    pages: tuple[StoryPage, ...]
    images: tuple[StoryImage, ...] = ()
    files: tuple[StoryFile, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    reactions: tuple[int, ...] = (0, 0, 0, 0, 0)
    comments: tuple[Comment, ...] = ()
    highlighted: bool = False

    def reactions_at(self, now: datetime) -> tuple[tuple[str, int], ...]:
        """Name and count of each reaction at `now`: they grow for ten minutes, then stay."""
        age = min(_SETTLE, max(timedelta(0), now - self.published))
        return tuple(
            (name, int(final * (age / _SETTLE))) for name, final in zip(REACTIONS, self.reactions, strict=True)
        )

    def comments_at(self, now: datetime) -> tuple[Comment, ...]:
        """The comments written by `now`, newest first."""
        return tuple(sorted((one for one in self.comments if one.date <= now), key=lambda one: one.date, reverse=True))


@cache
def _library() -> tuple[dict[str, Any], tuple[tuple[str, dict[str, Any]], ...]]:
    text = (files("feedbot.sandbox.portal") / "data" / "stories.yaml").read_text("utf-8")
    library: dict[str, Any] = yaml.safe_load(text)
    templates = tuple((name, one) for name in categories.BY_NAME for one in library.get(name, ()))
    return library, templates


@cache
def _seed() -> dict[str, Any]:
    seed: dict[str, Any] = yaml.safe_load((files("feedbot.sandbox.portal") / "data" / "seed.yaml").read_text("utf-8"))
    return seed


def seed_date() -> datetime:
    """The date that the seed story has carried since it was written."""
    return datetime.fromisoformat(_seed()["date"])


def template_count() -> int:
    """How many story templates there are."""
    return len(_library()[1])


def category_of(number: int) -> Category:
    """The category of a story, without writing it."""
    if number == SEED_NUMBER:
        return categories.BY_NAME[_seed()["category"]]
    return categories.BY_NAME[_library()[1][_template_index(number)][0]]


def write_story(number: int, published: datetime) -> Story:
    """The story with this number: the same number and date always give the same story."""
    return _seed_story(published) if number == SEED_NUMBER else _invented_story(number, published)


def _template_index(number: int) -> int:
    return number * _STRIDE % template_count()


def _seed_story(published: datetime) -> Story:
    seed = _seed()
    return Story(
        number=SEED_NUMBER,
        title=seed["title"],
        published=published,
        category=category_of(SEED_NUMBER),
        publisher=seed["publisher"],
        writer="",
        origin=seed["origin"],
        summary=seed["summary"],
        pages=(StoryPage("", tuple(seed["paragraphs"])),),
    )


def _invented_story(number: int, published: datetime) -> Story:
    library, templates = _library()
    index = _template_index(number)
    template = templates[index][1]
    # A template meets every place once before a place comes back; then the title is counted.
    meeting = number // len(templates)
    places = library["places"]
    dice = Dice(number)
    slots = Slots(place=places[(meeting + index * 7) % len(places)], published=published, dice=dice)
    title = slots.fill(template["title"]) + (f"（{meeting // len(places) + 1}）" if meeting >= len(places) else "")
    pages = _pages(template, slots)
    return Story(
        number=number,
        title=title,
        published=published,
        category=category_of(number),
        publisher=dice.pick(_PUBLISHERS),
        writer=template.get("writer") or (dice.pick(library["writers"]) if dice.happens(3) else ""),
        origin=template.get("origin", ""),
        summary="" if template.get("no_summary") else cut_summary("".join(pages[0].paragraphs)),
        pages=pages,
        images=tuple(StoryImage(at, alt) for at, alt in enumerate(template.get("images", ()), 1)),
        files=tuple(StoryFile(number * 10 + at, name) for at, name in enumerate(template.get("files", ()), 1)),
        table=tuple(map(tuple, template.get("table", ()))),
        reactions=tuple(dice.between(0, 30) if dice.happens(2) else 0 for _ in REACTIONS),
        comments=_comments(library, published, dice),
        highlighted=dice.happens(9),
    )


def _pages(template: dict[str, Any], slots: Slots) -> tuple[StoryPage, ...]:
    parts = template.get("pages") or [{"title": "", "body": template["body"]}]
    return tuple(
        StoryPage(part["title"], tuple(slots.fill(line) for line in part["body"].splitlines() if line))
        for part in parts
    )


def _comments(library: dict[str, Any], published: datetime, dice: Dice) -> tuple[Comment, ...]:
    if not dice.happens(2):
        return ()
    comments: list[Comment] = []
    for position in range(dice.between(1, 6)):
        quoted = comments[-1].text if comments and dice.happens(4) else ""
        date = published + timedelta(seconds=90 * (position + 1))
        comments.append(Comment(dice.pick(library["readers"]), dice.pick(library["remarks"]), date, quoted))
    return tuple(comments)
