"""Feeds at addresses that platforms are known for: a page or an address of each platform, in its form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feedbot.sources import feed
from feedbot.sources.html_document import read
from feedbot.sources.platforms import PLATFORMS
from feedbot.sources.spec import Page, ParseOptions

DOCS = (Path(__file__).resolve().parents[2] / "docs/sources.md").read_text("utf-8")
EMPTY = "<html><head></head><body></body></html>"
CHANNEL = "UCabcdefghijklmnopqrstuv"
YOUTUBE = "https://www.youtube.com/feeds/videos.xml"


def by(generator: str, more: str = "") -> str:
    return f"<html><head><meta name='generator' content='{generator}'>{more}</head><body></body></html>"


MASTODON = '<html><body><div id="mastodon"></div></html>'
DISCUZ = f"<html><head>{{}}<script>var STYLEID = '1', discuz_uid = '0';</script></head><body></body></html>"  # noqa: F541
CASES = [
    ("WordPress", "https://w.example/news/", by("WordPress 6.6"), ["https://w.example/feed/"]),
    (
        "WordPress",
        "https://w.example/category/town/",
        "<html><body class='archive category category-3'><img src='/wp-content/a.png'></body></html>",
        ["https://w.example/category/town/feed/", "https://w.example/feed/"],
    ),
    (
        "WordPress", "https://w.example/?cat=7", by("WordPress"),
        ["https://w.example/?feed=rss2&cat=7", "https://w.example/feed/"],
    ),
    (
        "Discuz!", "https://d.example/portal.php?mod=list&catid=8", DISCUZ.format(""),
        [
            "https://d.example/portal.php?mod=rss&catid=8", "https://d.example/portal.php?mod=rss",
            "https://d.example/forum.php?mod=rss",
        ],
    ),
    (
        "Discuz!", "https://d.example/bbs/forum-12-1.html", DISCUZ.format("<base href='https://d.example/bbs/'>"),
        [
            "https://d.example/bbs/forum.php?mod=rss&fid=12", "https://d.example/bbs/forum.php?mod=rss",
            "https://d.example/bbs/portal.php?mod=rss",
        ],
    ),
    (
        "Discuz!", "https://d.example/news/town/",
        DISCUZ.format("<base href='https://d.example/'><link rel=canonical href='/portal.php?mod=list&catid=5'>"),
        [
            "https://d.example/portal.php?mod=rss&catid=5", "https://d.example/portal.php?mod=rss",
            "https://d.example/forum.php?mod=rss",
        ],
    ),
    ("Ghost", "https://g.example/tag/town/", by("Ghost 5.8"), ["https://g.example/tag/town/rss/", "https://g.example/rss/"]),
    (
        "Blogger", "https://b.blogspot.com/search/label/town", EMPTY,
        ["https://b.blogspot.com/feeds/posts/default/-/town", "https://b.blogspot.com/feeds/posts/default"],
    ),
    ("Blogger", "https://b.example/2026/11/", by("blogger"), ["https://b.example/feeds/posts/default"]),
    ("Tumblr", "https://t.tumblr.com/tagged/sea", EMPTY, ["https://t.tumblr.com/tagged/sea/rss", "https://t.tumblr.com/rss"]),
    ("Tumblr", "https://www.tumblr.com/harbour", EMPTY, ["https://harbour.tumblr.com/rss"]),
    ("Hugo", "https://h.example/posts/", by("Hugo 0.120"), ["https://h.example/posts/index.xml", "https://h.example/index.xml"]),
    (
        "Jekyll and other static generators", "https://j.example/", by("Jekyll v4"),
        ["https://j.example/feed.xml", "https://j.example/atom.xml", "https://j.example/rss.xml"],
    ),
    ("Hexo, Zola, Typecho, Halo, Z-Blog", "https://x.example/", by("Hexo 7"), ["https://x.example/atom.xml"]),
    ("Hexo, Zola, Typecho, Halo, Z-Blog", "https://x.example/", by("Typecho 1.2"), ["https://x.example/feed/"]),
    (
        "Drupal", "https://dr.example/taxonomy/term/12", by("Drupal 10"),
        ["https://dr.example/taxonomy/term/12/feed", "https://dr.example/rss.xml"],
    ),
    (
        "Joomla", "https://jo.example/news?x=1", by("Joomla! - Open Source Content Management"),
        ["https://jo.example/news?x=1&format=feed&type=rss"],
    ),
    ("TYPO3", "https://ty.example/news/", by("TYPO3 CMS"), ["https://ty.example/news/?type=9818", "https://ty.example/rss.xml"]),
    (
        "Movable Type", "https://mt.example/blog/", by("Movable Type Pro"),
        ["https://mt.example/blog/atom.xml", "https://mt.example/atom.xml"],
    ),
    (
        "Squarespace", "https://sq.example/blog", "<html><script src='//static1.squarespace.com/x.js'></script></html>",
        ["https://sq.example/blog?format=rss"],
    ),
    (
        "Shopify", "https://sh.example/blogs/news/one", "<html><img src='//cdn.shopify.com/x.png'></html>",
        ["https://sh.example/blogs/news.atom"],
    ),
    ("Wix", "https://wx.example/", by("Wix.com Website Builder"), ["https://wx.example/blog-feed.xml"]),
    ("Mastodon and Pixelfed", "https://m.example/@ann", MASTODON, ["https://m.example/@ann.rss"]),
    ("Mastodon and Pixelfed", "https://m.example/@ann@else.example", MASTODON, []),
    ("Mastodon and Pixelfed", "https://m.example/tags/sea", MASTODON, ["https://m.example/tags/sea.rss"]),
    (
        "Mastodon and Pixelfed", "https://p.example/ann",
        "<html><head><title>Pixelfed</title><link rel=me type=application/activity+json href=/ann>",
        ["https://p.example/users/ann.atom"],
    ),
    (
        "Lemmy", "https://l.example/c/town", '<html><head><meta name="Description" content="Lemmy"></head></html>',
        ["https://l.example/feeds/c/town.xml?sort=New"],
    ),
    (
        "PeerTube", "https://v.example/c/harbour/videos",
        "<html><head><meta property='og:platform' content='PeerTube'></head></html>",
        ["https://v.example/feeds/videos.xml?videoChannelName=harbour"],
    ),
    (
        "Gitea and Forgejo", "https://codeberg.org/ann/tool", EMPTY,
        [
            "https://codeberg.org/ann/tool/releases.rss", "https://codeberg.org/ann/tool/tags.rss",
            "https://codeberg.org/ann/tool.rss",
        ],
    ),
    (
        "Discourse", "https://di.example/c/help/town/12", by("Discourse 3.2"),
        ["https://di.example/c/help/town/12.rss", "https://di.example/latest.rss"],
    ),
    (
        "phpBB", "https://ph.example/board/viewforum.php?f=4", '<html><body id="phpbb"></body></html>',
        [
            "https://ph.example/board/app.php/feed/forum/4", "https://ph.example/board/app.php/feed",
            "https://ph.example/board/feed.php",
        ],
    ),
    (
        "XenForo", "https://xf.example/forums/town.7/", '<html id="XF"></html>',
        ["https://xf.example/forums/town.7/index.rss", "https://xf.example/forums/-/index.rss"],
    ),
    ("vBulletin", "https://vb.example/f/forumdisplay.php?f=1", by("vBulletin 4.2"), ["https://vb.example/f/external.php?type=RSS2"]),
    (
        "MediaWiki", "https://wi.example/wiki/Town",
        by("MediaWiki 1.41", "<link rel=EditURI href='//wi.example/w/api.php?action=rsd'>"),
        [
            "https://wi.example/w/index.php?title=Special:RecentChanges&feed=atom",
            "https://wi.example/w/index.php?title=Town&action=history&feed=atom",
        ],
    ),
    ("YouTube", f"https://www.youtube.com/channel/{CHANNEL}/videos", EMPTY, [f"{YOUTUBE}?channel_id={CHANNEL}"]),
    (
        "YouTube", "https://www.youtube.com/@harbour", f'<html>"externalId":"{CHANNEL}"</html>',
        [f"{YOUTUBE}?channel_id={CHANNEL}"],
    ),
    ("YouTube", "https://m.youtube.com/playlist?list=PLx-1", EMPTY, [f"{YOUTUBE}?playlist_id=PLx-1"]),
    ("YouTube", "https://www.youtube.com/user/harbour", EMPTY, [f"{YOUTUBE}?user=harbour"]),
    ("GitHub", "https://github.com/ann", EMPTY, ["https://github.com/ann.atom"]),
    (
        "GitHub", "https://github.com/ann/tool/releases", EMPTY,
        [f"https://github.com/ann/tool/{what}.atom" for what in ("releases", "tags", "commits")],
    ),
    (
        "GitHub", "https://github.com/ann/tool/commits/dev/2", EMPTY,
        [f"https://github.com/ann/tool/{what}.atom" for what in ("commits/dev/2", "releases", "tags")],
    ),
    (
        "GitHub", "https://github.com/ann/tool/tags", EMPTY,
        [f"https://github.com/ann/tool/{what}.atom" for what in ("tags", "releases", "commits")],
    ),
    ("GitHub", "https://github.com/features", EMPTY, []),
    (
        "GitLab", "https://gitlab.com/group/sub/tool/-/tags", EMPTY,
        [
            "https://gitlab.com/group/sub/tool/-/releases.atom", "https://gitlab.com/group/sub/tool/-/tags?format=atom",
            "https://gitlab.com/group/sub/tool.atom",
        ],
    ),
    ("Reddit", "https://old.reddit.com/r/town/new/", EMPTY, ["https://www.reddit.com/r/town/new/.rss"]),
    ("Reddit", "https://www.reddit.com/user/ann", EMPTY, ["https://www.reddit.com/user/ann/.rss"]),
    (
        "Reddit", "https://www.reddit.com/r/town/comments/abc/title/", EMPTY,
        ["https://www.reddit.com/r/town/.rss", "https://www.reddit.com/r/town/comments/abc/.rss"],
    ),
    ("Medium", "https://medium.com/@ann/a-story-123", EMPTY, ["https://medium.com/feed/@ann"]),
    ("Medium", "https://medium.com/the-town", EMPTY, ["https://medium.com/feed/the-town"]),
    ("Medium", "https://medium.com/tag/sea/latest", EMPTY, ["https://medium.com/feed/tag/sea"]),
    (
        "Medium", "https://blog.m.example/x",
        "<html><head><meta property='al:ios:app_name' content='Medium'></head></html>",
        ["https://blog.m.example/feed"],
    ),
    ("Substack", "https://ann.substack.com/p/story", EMPTY, ["https://ann.substack.com/feed"]),
    ("Substack", "https://letter.example/", "<html><img src='https://substackcdn.com/x'></html>", ["https://letter.example/feed"]),
    ("Bluesky", "https://bsky.app/profile/ann.example", EMPTY, ["https://bsky.app/profile/ann.example/rss"]),
    ("Video and audio sites", "https://www.dailymotion.com/harbour", EMPTY, ["https://www.dailymotion.com/rss/user/harbour"]),
    ("Video and audio sites", "https://vimeo.com/harbour", EMPTY, ["https://vimeo.com/harbour/videos/rss"]),
    ("Video and audio sites", "https://vimeo.com/12345", EMPTY, []),
    ("Video and audio sites", "https://odysee.com/@harbour:1/film", EMPTY, ["https://odysee.com/$/rss/@harbour:1"]),
    ("Video and audio sites", "https://www.ximalaya.com/album/123", EMPTY, ["https://www.ximalaya.com/album/123.xml"]),
    (
        "Video and audio sites", "https://soundcloud.com/ann", "<html><meta content='soundcloud://users:42'></html>",
        ["https://feeds.soundcloud.com/users/soundcloud:users:42/sounds.rss"],
    ),
    (
        "SourceForge", "https://sourceforge.net/projects/tool/files/", EMPTY,
        [
            "https://sourceforge.net/projects/tool/rss?path=/", "https://sourceforge.net/p/tool/news/feed.rss",
            "https://sourceforge.net/p/tool/activity/feed",
        ],
    ),
    ("Package registries", "https://pypi.org/project/feedbot/", EMPTY, ["https://pypi.org/rss/project/feedbot/releases.xml"]),
    ("Package registries", "https://rubygems.org/gems/rake", EMPTY, ["https://rubygems.org/gems/rake/versions.atom"]),
    ("Package registries", "https://packagist.org/packages/a/b", EMPTY, ["https://packagist.org/feeds/package.a/b.rss"]),
    ("Package registries", "https://crates.io/crates/rand", EMPTY, ["https://static.crates.io/rss/crates/rand.xml"]),
    ("Steam", "https://store.steampowered.com/app/440/x/", EMPTY, ["https://store.steampowered.com/feeds/news/app/440/"]),
    ("arXiv", "https://arxiv.org/list/cs.AI/recent", EMPTY, ["https://rss.arxiv.org/atom/cs.AI"]),
    (
        "Stack Exchange", "https://stackoverflow.com/questions/tagged/rss", EMPTY,
        ["https://stackoverflow.com/feeds/tag/rss", "https://stackoverflow.com/feeds"],
    ),
    ("Writers' places", "https://dev.to/ann/story", EMPTY, ["https://dev.to/feed/ann"]),
    ("Writers' places", "https://www.cnblogs.com/ann/p/1.html", EMPTY, ["https://www.cnblogs.com/ann/rss"]),
    ("Hosts of blogs and podcasts", "https://ann.tistory.com/7", EMPTY, ["https://ann.tistory.com/rss"]),
    ("Hosts of blogs and podcasts", "https://talk.podbean.com/", EMPTY, ["https://feed.podbean.com/talk/feed.xml"]),
    ("Hosts of blogs and podcasts", "https://www.buzzsprout.com/123/episodes", EMPTY, ["https://feeds.buzzsprout.com/123.rss"]),
    (
        "Apple Podcasts", "https://podcasts.apple.com/us/podcast/talk/id1",
        r'<html><script>{"feedUrl":"https:\/\/talk.example\/feed.xml"}</script></html>', ["https://talk.example/feed.xml"],
    ),
    ("Boards", "https://news.ycombinator.com/newest", EMPTY, ["https://news.ycombinator.com/rss"]),
    ("Boards", "https://lobste.rs/t/web", EMPTY, ["https://lobste.rs/t/web.rss"]),
    ("Boards", "https://www.v2ex.com/go/python", EMPTY, ["https://www.v2ex.com/feed/python.xml"]),
]  # fmt: skip


def leads(url: str, html: str) -> list[tuple[str, str]]:
    found = feed.find(Page(html.encode(), url), ParseOptions())
    return [(lead.url, lead.reason.partition(":")[0]) for lead in found]


@pytest.mark.parametrize(("name", "url", "html", "expected"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_a_page_leads_to_the_feeds_of_its_platform_the_nearest_first(
    name: str, url: str, html: str, expected: list[str]
) -> None:
    assert leads(url, html) == [(found, name) for found in expected]


def test_every_platform_is_tried() -> None:
    assert {platform.name for platform in PLATFORMS} == {case[0] for case in CASES}


def test_every_platform_stands_in_the_documents_with_what_it_is_known_by() -> None:
    table = DOCS.split("\n### Platforms\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!platform |---)(.*?) \| (.*?) \| (.*) \|$", table, flags=re.MULTILINE)
    assert rows == [(one.name, one.known_by, one.addresses) for one in PLATFORMS]


def test_a_page_that_only_speaks_of_platforms_leads_nowhere() -> None:
    html = (
        "<html><head><title>WordPress, Ghost, Hugo and Discuz! compared</title><meta name=description content='"
        "Mastodon, Lemmy and PeerTube'></head><body><p>XenForo, phpBB and vBulletin; Joomla.</p></body></html>"
    )
    assert leads("https://news.example/@ann", html) == []
    assert leads("https://news.example/c/town/7", html) == []


@pytest.mark.parametrize(
    "url", ["https://github.com/", "https://medium.com/", "https://www.reddit.com/r/", "http://[::1]/"]
)
def test_an_address_of_nothing_leads_nowhere(url: str) -> None:
    document = read(Page(EMPTY.encode(), url), ParseOptions())
    assert document is not None
    assert [address for platform in PLATFORMS for address in platform.find(document)] == []


def test_large_pages_are_looked_at_in_time() -> None:
    html = by("WordPress Discuz! Ghost Blogger Hugo Drupal Joomla Movable Type Discourse MediaWiki vBulletin") + (
        "powered by <a " * 50_000 + '"externalId"' * 50_000 + "/channel/UC" * 50_000
    )
    assert leads("https://www.youtube.com/watch?v=1", html)
