"""The sample portal's HTML and RSS: own markup with the ids and classes of a Discuz! X portal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from feedbot.sandbox.portal import categories
from feedbot.sandbox.portal.categories import Category
from feedbot.sandbox.portal.stories import Story, StoryImage

STORIES_PER_PAGE = 15
_INDENT = "\u3000\u3000"


@dataclass(frozen=True, slots=True)
class Site:
    """What every page needs: the portal's name, its absolute root (with a slash at the end), time and charset."""

    title: str
    root: str
    now: datetime
    charset: str


@dataclass(frozen=True, slots=True)
class Pager:
    """Page `current` of `last`, both from 1; `address` is what `&page=N` is added to."""

    current: int
    last: int
    address: str


def index_page(site: Site, blocks: Sequence[tuple[Category, Sequence[Story]]]) -> str:
    """The portal's front page: a block of latest stories for each category."""
    return _render("index.html", site=site, blocks=blocks)


def list_page(site: Site, category: Category, stories: Sequence[Story], pager: Pager) -> str:
    """A category's list; without stories, the same page with an empty list, as the real one answers."""
    return _render(
        "list.html", site=site, category=category, stories=stories, pager=pager, children=categories.children(category)
    )


def article_page(site: Site, story: Story, page: int, neighbours: tuple[Story | None, Story | None]) -> str:
    """A story's page; past its last page the body is empty, as the real one answers."""
    return _render(
        "article.html",
        site=site,
        story=story,
        page=page,
        body=_body(story, page),
        pager=Pager(page, len(story.pages), f"portal.php?mod=view&aid={story.number}"),
        neighbours=neighbours,
        reactions=story.reactions_at(site.now),
        comments=story.comments_at(site.now),
        views=_views(story, site.now),
        related=() if story.number == 1 else categories.siblings(story.category),
    )


def message_page(site: Site, text: str) -> str:
    """The portal's way to say that something is not there."""
    return _render("message.html", site=site, text=text)


def rss_feed(site: Site, category: Category | None, stories: Sequence[Story]) -> str:
    """The portal's own RSS 2.0 with the latest stories (no guid, summaries only, as the real one)."""
    return _render("rss.xml", site=site, category=category, stories=stories)


def site_time(moment: datetime) -> str:
    """`2026-11-5 08:00`: month and day without a leading zero, in the site's zone."""
    return f"{moment.year}-{moment.month}-{moment.day} {moment:%H:%M}"


def image_address(story: Story, image: StoryImage, *, thumbnail: bool = False) -> str:
    """The picture's address, relative to the site's root."""
    folder = f"data/attachment/portal/{story.published:%Y%m/%d}"
    return f"{folder}/{story.number:06}{image.index}.png{'.thumb.jpg' if thumbnail else ''}"


def _views(story: Story, now: datetime) -> int:
    age = max(0.0, (now - story.published).total_seconds())
    return 1 + int(age // 7) % 5000 + story.number % 40


def _body(story: Story, page: int) -> Markup:
    if page > len(story.pages):
        return Markup()
    part = story.pages[page - 1]
    title = Markup('<div class="vm_pagetitle xw1">{}</div>').format(part.title) if part.title else Markup()
    pieces = [_paragraph(story, text) for text in part.paragraphs]
    if page == 1:
        pieces[1:1] = [_picture(story, image) for image in story.images]
        pieces.extend([_table(story), *_links(story)])
    return title + Markup("\n").join(pieces)


def _paragraph(story: Story, text: str) -> Markup:
    """The habits of several editors: paragraphs, divisions with spans, and bare text with line breaks."""
    if story.number % 5 == 3:  # noqa: PLR2004 - one editor in five
        return Markup('<div><span style="font-size:16px">&nbsp; &nbsp; &nbsp; &nbsp;{}</span></div>').format(text)
    if story.number % 5 == 4 and len(story.pages) == 1:  # noqa: PLR2004 - and another
        return Markup("{}<br /><br />").format(_INDENT + text)
    return Markup("<p>{}</p>").format(_INDENT + text)


def _picture(story: Story, image: StoryImage) -> Markup:
    address = image_address(story, image)
    if len(story.images) == 1:
        return Markup('<p style="text-align:center;"><img src="{}" alt="{}" width="600" /></p>').format(
            address, image.alt
        )
    return Markup(
        '<p align="center"><a href="{}" target="_blank"><img src="{}" alt="{}"></a></p>'
        '<p style="text-align:center;"><font color="#808080">图{}：{}。</font></p>'
    ).format(address, image_address(story, image, thumbnail=True), image.alt, image.index, image.alt)


def _table(story: Story) -> Markup:
    rows = [
        Markup("<tr>{}</tr>").format(Markup().join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in story.table
    ]
    return Markup('<table border="1">{}</table>').format(Markup().join(rows)) if rows else Markup()


def _links(story: Story) -> list[Markup]:
    link = Markup('<p><a href="portal.php?mod=attachment&amp;id={}">{}</a></p>')
    return [link.format(file.id, file.name) for file in story.files]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("feedbot.sandbox.portal", "templates"),
        autoescape=select_autoescape(("html", "xml")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["site_time"] = site_time
    environment.filters["rfc822"] = lambda moment: format_datetime(moment.astimezone(UTC))
    environment.globals["image_address"] = image_address
    return environment


def _render(name: str, **context: object) -> str:
    return _environment().get_template(name).render(context)
