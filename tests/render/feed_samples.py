"""Articles and views for the tests of the feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from feedbot.domain.article import Article, Attachment, Image, Reaction
from feedbot.render.feeds import FeedView, Origin

SEEN = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
NOW = datetime(2026, 3, 5, tzinfo=UTC)
SELF = "https://news.example/feeds/category/%E5%9F%8E%E4%BA%8B.rss"

ANYUAN = Origin(
    id="tag:news.example,2026:source/anyuan",
    title="安源区政府",
    feed_url="https://news.example/feeds/source/anyuan.rss",
    home_url="https://portal.example/list?catid=8",
)


def article(number: int = 1, **changes: Any) -> Article:
    """A plain article, whose fields `changes` replaces."""
    plain = Article(
        id=number,
        key=number.to_bytes(16, "big"),
        revision=1,
        source_id="anyuan",
        source_title="安源区政府",
        source_url="https://portal.example/list?catid=8",
        url=f"https://portal.example/article/{number}",
        title=f"第{number}条新闻",
        published=datetime(2026, 3, 4, 1, number % 60, tzinfo=UTC),
        summary="安源区今天召开会议。",
        body_html="<p>安源区今天召开会议。</p><p>会议在三楼举行。</p>",
        categories=("城事资讯/安源区政府",),
        first_seen=SEEN,
        changed=SEEN,
    )
    return replace(plain, **changes)


def rich_article() -> Article:
    """An article that has everything an article can have."""
    return article(
        7,
        title="Q&A: <b>新桥</b> opens — 1 < 2",
        author="张三",
        origin="萍乡日报",
        comment_count=12,
        summary="A & B say 1 < 2.",
        body_html='<p>A &amp; B say 1 &lt; 2.</p><p><a href="https://portal.example/x">more</a>'
        '<img src="https://portal.example/1.jpg" alt="bridge"></p>',
        images=(Image("https://portal.example/1.jpg", "bridge"), Image("https://portal.example/图 2.jpg")),
        attachments=(
            Attachment("https://portal.example/plan.pdf", "plan.pdf", "application/pdf", 1234),
            Attachment("https://portal.example/附件.doc", "附件.doc"),
        ),
        tags=("桥", "traffic"),
        categories=("城事资讯/安源区政府", "交通"),
        reactions=(Reaction("鲜花", 3),),
        language="zh_TW",
        changed=datetime(2026, 3, 4, 22, tzinfo=UTC),
        revision=2,
    )


def view(**changes: Any) -> FeedView:
    """The view of a merged feed, whose fields `changes` replaces."""
    plain = FeedView(
        id="tag:news.example,2026:feeds/category/%E5%9F%8E%E4%BA%8B",
        title="城事资讯",
        description="新闻 from the town",
        self_url=SELF,
        home_url="https://news.example/category/%E5%9F%8E%E4%BA%8B",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        language="zh_CN",
        author="Town news",
        icon_url="https://news.example/icon.png",
        ttl_minutes=15,
        generator_version="1.0",
        origins={"anyuan": ANYUAN},
    )
    return replace(plain, **changes)
