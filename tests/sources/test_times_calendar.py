"""One way to read a date: the source's zone and language, what the page says of itself, and the day of the visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain.article import Draft
from feedbot.sources import article, page, sitemap
from feedbot.sources.spec import Page, ParseOptions
from feedbot.sources.times.calendar import Calendar

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://town.example/n/the-ferry-is-late"
MARKUP = {
    "meta": '<meta property="article:published_time" content="{}">',
    "json-ld": '<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{}"}}</script>',
    "microdata": '<i itemprop="datePublished" content="{}"></i>',
    "text": "<p class=date>{}</p>",
    "selector": "<p id=when>{}</p>",
}


def read(name: str, date: str, *, language: str | None = None, declared: str = "", now: datetime | None = NOW) -> Draft:
    """The article of a page that has this date in the markup `name`."""
    told = MARKUP[name].format(date)
    head, body = (told, "") if told.startswith(("<meta", "<script")) else ("", told)
    text = "<p>The ferry across the river is late today, and nobody knows when the next one comes.</p>" * 4
    html = (
        f'<html lang="{declared}"><head><title>The ferry</title>{head}</head>'
        f"<body><h1>The ferry</h1>{body}<article>{text}</article></body></html>"
    )
    select = {"article_date": "#when"} if name == "selector" else {}
    options = ParseOptions(timezone="Europe/Berlin", language=language, now=now, select=select)
    return article.read([Page(html.encode(), URL, "text/html")], Draft(url=URL, title=""), options).draft


@pytest.mark.parametrize("name", MARKUP)
def test_an_age_on_an_article_page_counts_from_the_visit(name: str) -> None:
    assert read(name, "vor 3 Stunden", declared="de").published == NOW - timedelta(hours=3)
    assert read(name, "vor 3 Stunden", declared="de", now=None).published is None


@pytest.mark.parametrize("name", MARKUP)
def test_a_date_in_the_future_is_not_believed_of_an_article_page(name: str) -> None:
    assert read(name, "2026-11-27T08:00:00Z").published is None
    assert read(name, "2026-11-24T08:00:00Z").published == NOW - timedelta(hours=4)


@pytest.mark.parametrize("name", MARKUP)
def test_the_order_of_day_and_month_is_that_of_the_page_or_of_the_admin(name: str) -> None:
    may, june = datetime(2026, 5, 6, 12, 30, tzinfo=UTC), datetime(2026, 6, 5, 12, 30, tzinfo=UTC)
    assert read(name, "6/5/2026 14:30", declared="en-GB").published == may
    assert read(name, "6/5/2026 14:30", declared="en-US").published == june
    assert read(name, "6/5/2026 14:30", declared="en-US", language="de").published == may
    assert read(name, "6/5/2026 14:30", declared="en-US", language="en").published == june


def test_what_a_page_says_of_its_language_counts_where_the_admin_says_no_other() -> None:
    german, anything = ParseOptions(language="de"), ParseOptions(timezone="Asia/Tokyo", now=NOW)
    assert german.calendar("en-US") == Calendar("UTC", "de")
    assert german.calendar("de_CH") == Calendar("UTC", "de_CH")
    assert anything.calendar("ja") == Calendar("Asia/Tokyo", "ja", NOW)
    assert anything.calendar() == anything.calendar("") == Calendar("Asia/Tokyo", None, NOW)


def test_a_selected_date_of_a_web_page_is_read_as_those_of_its_list() -> None:
    html = "<html lang=de><body><p id=when>vor 3 Stunden</p><article>Text</article></body></html>"
    options = ParseOptions(now=NOW, select={"list": "li", "body": "article", "article_date": "#when"})
    told = page.parse_article([Page(html.encode(), URL)], Draft(url=URL, title="A"), options).draft
    assert told.published == NOW - timedelta(hours=3)


def test_an_address_that_a_sitemap_dates_in_the_future_is_not_the_newest() -> None:
    entries = "".join(
        f"<url><loc>https://town.example/n/{number}</loc><lastmod>{date}</lastmod></url>"
        for number, date in ((1001, "2026-11-23"), (1002, "2031-01-01"), (1003, "2026-11-24"))
    )
    listing = sitemap.parse_list(Page(f"<urlset>{entries}</urlset>".encode(), URL), ParseOptions(now=NOW))
    assert [draft.url[-4:] for draft in listing.drafts] == ["1003", "1001", "1002"]
