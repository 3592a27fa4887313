"""Sites for tests of finding: what a pasted address leads to, in the forms that exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from misbehaving import MisbehavingServer, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DATA = Path(__file__).parent.parent / "data"
TITLES = (
    "The ferry has a new timetable for the winter",
    "A longer bridge reaches the other side now",
    "The library opens on Sundays from next month",
    "Harbour dredging begins, and boats must wait",
    "Town hall counts the votes of the by-election",
    "The market moves to the square by the church",
    "A school gets a roof that makes electricity",
    "Rain fills the reservoir to its highest mark",
)


def page(body: str, *, head: str = "", title: str = "News - Harbour town") -> bytes:
    return answer(
        200,
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body>{body}</body></html>'.encode(),
        "Content-Type: text/html; charset=utf-8",
    )


def bare_list(path: str = "/news/") -> str:
    """A list as a small site writes it: links with dates, among menus and a sidebar."""
    rows = "".join(
        f'<li><a href="{path}{number}">{title}</a> <span class="date">2026-11-{20 - number:02} 10:00</span></li>'
        for number, title in enumerate(TITLES)
    )
    menu = "".join(f'<a href="/{word}">{word.title()}</a>' for word in ("home", "about", "contact", "imprint"))
    return f'<nav>{menu}</nav><main><h1>News</h1><ul class="news">{rows}</ul></main><footer>{menu}</footer>'


def rss(
    origin: str, *, path: str = "/news/", title: str = "Harbour town", zone: timedelta = timedelta(), body: str = ""
) -> bytes:
    """An RSS feed with the same articles as `bare_list`."""
    items = "".join(
        f"<item><title>{name}</title><link>{origin}{path}{number}</link><guid>{number}</guid>"
        f"<pubDate>{_rfc822(NOW - timedelta(days=4 + number), zone)}</pubDate>"
        f"<description>{body or 'Short.'}</description></item>"
        for number, name in enumerate(TITLES)
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    return answer(200, feed.encode(), "Content-Type: application/rss+xml")


def serve_list_with_feed(server: MisbehavingServer, *, zone: timedelta = timedelta(hours=8)) -> None:
    """A list at `/`, and a feed of the same articles that it announces."""
    link = '<link rel="alternate" type="application/rss+xml" href="/feed" title="All news">'
    server.routes["/"] = page(bare_list(), head=link)
    server.routes["/feed"] = rss(server.origin, zone=zone)


def serve_portal(server: MisbehavingServer) -> None:
    """A list of a Discuz! portal at `/portal.php`."""
    body = (DATA / "discuz" / "list.html").read_bytes()
    server.routes["/portal.php"] = answer(200, body, "Content-Type: text/html; charset=utf-8")


def serve_articles(server: MisbehavingServer) -> None:
    """The pages of the articles of `bare_list`."""
    for number, title in enumerate(TITLES):
        text = "".join(f"<p>{title}, as everybody heard on day {day}, and nobody minds.</p>" for day in range(12))
        server.routes[f"/news/{number}"] = page(f"<article><h1>{title}</h1>{text}</article>", title=title)


def _rfc822(moment: datetime, zone: timedelta) -> str:
    text = format_datetime((moment + zone).replace(tzinfo=None))
    minutes = int(zone.total_seconds()) // 60
    return text.replace("-0000", f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}")
