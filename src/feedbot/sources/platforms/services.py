"""Services with one host: what their pages are of stands in the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote

from feedbot.sources.html_document import Document
from feedbot.sources.platforms.model import USUAL, Address, Platform, is_at, path_parts

_CHANNEL = re.compile(
    r"""(?:"(?:externalId|channelId|browseId)"\s{0,5}:\s{0,5}"|/channel/|"(?:channelId|identifier)" content=")"""
    r"(UC[\w-]{22})"
)
_YOUTUBE_FEED = "https://www.youtube.com/feeds/videos.xml"
_GITHUB_OWN = frozenset({
    "about", "blog", "collections", "customer-stories", "dashboard", "events", "explore", "features", "issues", "join",
    "login", "marketplace", "new", "notifications", "orgs", "pricing", "pulls", "search", "security", "settings",
    "site", "sponsors", "topics", "trending",
})  # fmt: skip
_MEDIUM_OWN = frozenset({"m", "tag", "topic", "search", "me", "about", "p", "policy", "membership", "jobs-at-medium"})
_REDDIT_SORTS = frozenset({"new", "hot", "top", "rising", "controversial"})
_STEAM_APP = re.compile(r"/(?:app|news/app|ogg)/(\d{1,10})")
_ARXIV = re.compile(r"/list/([a-z-]{2,20}(?:\.[A-Za-z-]{2,4})?)")
_SOUNDCLOUD = re.compile(r"soundcloud(?:://|:)users:(\d{1,12})")
_VIDEO_ID = re.compile(r"[\w-]{1,100}")
_PODCAST_FEED = re.compile(r"""\\?"feedUrl\\?"\s{0,5}:\s{0,5}\\?"(https?:[^"\s]{1,500}?)\\?\"""")
_ALBUM = re.compile(r"/album/(\d{1,12})")
_NOT_A_NAME = frozenset({"", "search", "login", "explore", "about", "help", "tags", "tag", "topics", "settings"})


def youtube(document: Document) -> Iterator[Address]:
    """Channel by its id in the address or in the page (a handle's page names it), playlist by its id."""
    if not is_at(document, "youtube.com", "youtu.be"):
        return
    parts = path_parts(document)
    playlist = next(iter(parse_qs(document.parts.query).get("list", ())), "")
    if playlist and _VIDEO_ID.fullmatch(playlist):
        yield Address(
            f"{_YOUTUBE_FEED}?playlist_id={playlist}", "the playlist", USUAL if parts[:1] == ["watch"] else 0.9
        )
    if len(parts) > 1 and parts[0] == "channel":
        yield Address(f"{_YOUTUBE_FEED}?channel_id={quote(parts[1])}", "the channel", 0.95)
        return
    found = _CHANNEL.search(document.text)
    if found:
        yield Address(f"{_YOUTUBE_FEED}?channel_id={found[1]}", "the channel")
    elif len(parts) > 1 and parts[0] == "user":
        yield Address(f"{_YOUTUBE_FEED}?user={quote(parts[1])}", "the user's channel", USUAL)


def github(document: Document) -> Iterator[Address]:
    """Releases, tags and commits of a repository, or a user's activity."""
    parts = path_parts(document)
    if document.host not in {"github.com", "www.github.com"} or not parts or parts[0] in _GITHUB_OWN:
        return
    if len(parts) == 1:
        yield Address(f"https://github.com/{parts[0]}.atom", "what the user does")
        return
    base = f"https://github.com/{parts[0]}/{parts[1]}"
    shown = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - owner, repository, page
    branch = "/".join(parts[3:]) if shown in {"commits", "tree"} else ""
    commits = f"{base}/commits/{branch}.atom" if branch else f"{base}/commits.atom"
    ranked = {"tags": 0.9} if shown == "tags" else {"commits": 0.9} if shown == "commits" else {"releases": 0.9}
    yield Address(f"{base}/releases.atom", "the releases", ranked.get("releases", USUAL))
    yield Address(f"{base}/tags.atom", "the tags", ranked.get("tags", 0.7))
    yield Address(commits, "the commits", ranked.get("commits", 0.65))
    if shown in {"discussions", "wiki"}:
        yield Address(f"{base}/{shown}.atom", f"the {shown}", 0.92)


def gitlab(document: Document) -> Iterator[Address]:
    """Tags, commits and activity of a project, on any GitLab."""
    if not (
        is_at(document, "gitlab.com") or document.meta("og:site_name") == "GitLab" or "gon.gitlab_url" in document.text
    ):
        return
    path = document.parts.path.partition("/-/")[0].strip("/")
    if not path or path.startswith("-"):
        return
    if "/" in path:
        yield Address(document.at(f"/{path}/-/tags?format=atom"), "the tags", USUAL)
        yield Address(document.at(f"/{path}/-/releases.atom"), "the releases", 0.78)
    yield Address(document.at(f"/{path}.atom"), "what happens there", 0.7)


def reddit(document: Document) -> Iterator[Address]:
    """A subreddit, a user or a thread: its own address with `.rss`."""
    parts = path_parts(document)
    if not is_at(document, "reddit.com"):
        return
    if not parts:
        yield Address("https://www.reddit.com/.rss", "the front page")
    elif parts[0] in {"r", "user", "u"} and len(parts) > 1:
        base = f"https://www.reddit.com/{'/'.join(parts[:2])}"
        sort = parts[2] if len(parts) > 2 and parts[2] in _REDDIT_SORTS else ""  # noqa: PLR2004
        what = "the subreddit" if parts[0] == "r" else "the user"
        if "comments" in parts and len(parts) > 3:  # noqa: PLR2004
            yield Address(f"{base}/comments/{parts[3]}/.rss", "the thread", USUAL)
        yield Address(f"{base}/{sort}/.rss" if sort else f"{base}/.rss", what)


def medium(document: Document) -> Iterator[Address]:
    """A user, a publication, a tag, or a publication on a domain of its own."""
    parts = path_parts(document)
    if document.host in {"medium.com", "www.medium.com"}:
        if len(parts) > 1 and parts[0] in {"tag", "tagged"}:
            yield Address(f"https://medium.com/feed/tag/{parts[1]}", "the tag")
        elif parts and parts[0] not in _MEDIUM_OWN:
            what = "the user" if parts[0].startswith("@") else "the publication"
            yield Address(f"https://medium.com/feed/{parts[0]}", what)
    elif document.host.endswith(".medium.com") or document.meta("al:ios:app_name").lower() == "medium":
        yield Address(document.at("/feed"), "the publication", USUAL)


def substack(document: Document) -> Iterator[Address]:
    """A newsletter, on its own domain too."""
    if document.host.endswith(".substack.com") or "substackcdn.com" in document.text:
        yield Address(document.at("/feed"), "the newsletter")


def bluesky(document: Document) -> Iterator[Address]:
    """A profile."""
    parts = path_parts(document)
    if document.host == "bsky.app" and len(parts) > 1 and parts[0] == "profile":
        yield Address(f"https://bsky.app/profile/{parts[1]}/rss", "the profile")


def bilibili_like(document: Document) -> Iterator[Address]:
    """Video and audio sites whose feeds are public: Dailymotion, Vimeo, Odysee, Ximalaya, SoundCloud."""
    parts = path_parts(document)
    if is_at(document, "dailymotion.com") and parts and parts[0] not in _NOT_A_NAME | {"video", "playlist"}:
        yield Address(f"https://www.dailymotion.com/rss/user/{parts[-1]}", "the channel", USUAL)
    if document.host in {"vimeo.com", "www.vimeo.com"} and parts and not parts[0].isdigit():
        yield Address(f"https://vimeo.com/{'/'.join(parts[:2])}/videos/rss", "the videos", USUAL)
    if document.host in {"odysee.com", "www.odysee.com"} and parts and parts[0].startswith("@"):
        yield Address(f"https://odysee.com/$/rss/{parts[0]}", "the channel")
    album = _ALBUM.search(document.parts.path)
    if is_at(document, "ximalaya.com") and album:
        yield Address(f"https://www.ximalaya.com/album/{album[1]}.xml", "the album", USUAL)
    user = _SOUNDCLOUD.search(document.text) if is_at(document, "soundcloud.com") else None
    if user:
        yield Address(f"https://feeds.soundcloud.com/users/soundcloud:users:{user[1]}/sounds.rss", "the user", USUAL)


def sourceforge(document: Document) -> Iterator[Address]:
    """Files and news of a project."""
    parts = path_parts(document)
    if is_at(document, "sourceforge.net") and len(parts) > 1 and parts[0] in {"projects", "p"}:
        yield Address(f"https://sourceforge.net/projects/{parts[1]}/rss?path=/", "the files")
        yield Address(f"https://sourceforge.net/p/{parts[1]}/news/feed.rss", "the news", USUAL)
        yield Address(f"https://sourceforge.net/p/{parts[1]}/activity/feed", "what happens there", 0.65)


def packages(document: Document) -> Iterator[Address]:
    """Releases of a package: PyPI, RubyGems, Packagist, crates.io."""
    parts = path_parts(document)
    if document.host == "pypi.org" and len(parts) > 1 and parts[0] == "project":
        yield Address(f"https://pypi.org/rss/project/{parts[1]}/releases.xml", "the releases")
    if document.host == "rubygems.org" and len(parts) > 1 and parts[0] == "gems":
        yield Address(f"https://rubygems.org/gems/{parts[1]}/versions.atom", "the versions")
    if document.host == "packagist.org" and len(parts) > 2 and parts[0] == "packages":  # noqa: PLR2004
        yield Address(f"https://packagist.org/feeds/package.{parts[1]}/{parts[2]}.rss", "the releases")
    if document.host == "crates.io" and len(parts) > 1 and parts[0] == "crates":
        yield Address(f"https://static.crates.io/rss/crates/{parts[1]}.xml", "the releases")


def steam(document: Document) -> Iterator[Address]:
    """The news of a game."""
    app = _STEAM_APP.search(document.parts.path)
    if is_at(document, "steampowered.com", "steamcommunity.com") and app:
        yield Address(f"https://store.steampowered.com/feeds/news/app/{app[1]}/", "the game's news")


def arxiv(document: Document) -> Iterator[Address]:
    """The new papers of a subject."""
    found = _ARXIV.search(document.parts.path)
    if is_at(document, "arxiv.org") and found:
        yield Address(f"https://rss.arxiv.org/atom/{found[1]}", "the new papers")


def stack_exchange(document: Document) -> Iterator[Address]:
    """The questions of a site or of a tag."""
    hosts = ("stackexchange.com", "stackoverflow.com", "serverfault.com", "superuser.com", "askubuntu.com")
    if not is_at(document, *hosts):
        return
    parts = path_parts(document)
    if len(parts) > 2 and parts[:2] == ["questions", "tagged"]:  # noqa: PLR2004
        yield Address(document.at(f"/feeds/tag/{parts[2]}"), "the tag")
    yield Address(document.at("/feeds"), "the site", USUAL)


def writers(document: Document) -> Iterator[Address]:
    """Places where people write, by the name in the address."""
    parts = path_parts(document)
    name = parts[0] if parts else ""
    if name in _NOT_A_NAME:
        return
    if document.host == "dev.to":
        yield Address(f"https://dev.to/feed/{name}", "the writer")
    for host, form in _WRITERS.items():
        if document.host in {host, f"www.{host}"}:
            yield Address(form.format(name=name), "the writer", USUAL)


_WRITERS = {
    "note.com": "https://note.com/{name}/rss",
    "qiita.com": "https://qiita.com/{name}/feed",
    "zenn.dev": "https://zenn.dev/{name}/feed",
    "cnblogs.com": "https://www.cnblogs.com/{name}/rss",
    "blog.csdn.net": "https://blog.csdn.net/{name}/rss/list",
    "blog.naver.com": "https://rss.blog.naver.com/{name}.xml",
    "letterboxd.com": "https://letterboxd.com/{name}/rss/",
    "pinterest.com": "https://www.pinterest.com/{name}/feed.rss",
}
_SUBDOMAINS = {
    "tistory.com": "/rss",
    "hatenablog.com": "/feed",
    "hatenablog.jp": "/feed",
    "livejournal.com": "/data/rss",
    "lofter.com": "/rss",
    "hashnode.dev": "/rss.xml",
    "bearblog.dev": "/feed/",
    "micro.blog": "/feed.xml",
    "wordpress.com": "/feed/",
    "ghost.io": "/rss/",
    "livedoor.blog": "/index.rdf",
    "over-blog.com": "/rss",
    "libsyn.com": "/rss",
    "castos.com": "/feed",
}


_PODCASTS = {
    "podbean.com": "https://feed.podbean.com/{name}/feed.xml",
    "transistor.fm": "https://feeds.transistor.fm/{name}",
    "fireside.fm": "https://feeds.fireside.fm/{name}/rss",
}
_NOT_NAMES = frozenset({"www", "feeds", "feed", "help", "blog", "share", "media", "api"})


def subdomains(document: Document) -> Iterator[Address]:
    """Hosts of blogs and podcasts, each below a name of its own."""
    name, _, host = document.host.partition(".")
    if host in _PODCASTS and name not in _NOT_NAMES:
        yield Address(_PODCASTS[host].format(name=name), "the podcast", USUAL)
    parts = path_parts(document)
    if is_at(document, "buzzsprout.com") and parts and parts[0].isdigit():
        yield Address(f"https://feeds.buzzsprout.com/{parts[0]}.rss", "the podcast", USUAL)
    for host, path in _SUBDOMAINS.items():
        if document.host.endswith(f".{host}") and document.host != f"www.{host}":
            yield Address(document.at(path), "the site", USUAL)


def apple_podcasts(document: Document) -> Iterator[Address]:
    """The feed that the page of a podcast has in its data."""
    found = _PODCAST_FEED.search(document.text) if document.host == "podcasts.apple.com" else None
    if found:
        yield Address(document.absolute(found[1].replace("\\/", "/")), "the podcast", 0.9)


def boards(document: Document) -> Iterator[Address]:
    """Hacker News, Lobsters and V2EX."""
    parts = path_parts(document)
    if document.host == "news.ycombinator.com":
        yield Address("https://news.ycombinator.com/rss", "the front page")
    if document.host == "lobste.rs":
        tag = parts[1] if len(parts) > 1 and parts[0] == "t" else ""
        yield Address(f"https://lobste.rs/t/{tag}.rss" if tag else "https://lobste.rs/rss", "the stories")
    if is_at(document, "v2ex.com"):
        node = parts[1] if len(parts) > 1 and parts[0] == "go" else ""
        yield Address(
            f"https://www.v2ex.com/feed/{node}.xml" if node else "https://www.v2ex.com/index.xml", "the topics"
        )


PLATFORMS: tuple[Platform, ...] = (
    Platform("YouTube", "the host", "channel, `@handle` (the page names its channel), playlist, user", youtube),
    Platform("GitHub", "the host", "releases, tags, commits, discussions and wiki of a repository; a user", github),
    Platform("GitLab", "the host, or what its pages say", "tags, releases and activity of a project", gitlab),
    Platform("Reddit", "the host", "subreddit in any order, user, thread", reddit),
    Platform("Medium", "the host, or what its pages say", "user, publication, tag, own domain", medium),
    Platform("Substack", "the host, or where its pictures are", "`/feed`", substack),
    Platform("Bluesky", "the host", "profile", bluesky),
    Platform(
        "Video and audio sites",
        "the host",
        "channels of Dailymotion, Vimeo and Odysee, albums of Ximalaya, users of SoundCloud",
        bilibili_like,
    ),
    Platform("SourceForge", "the host", "files, news and activity of a project", sourceforge),
    Platform("Package registries", "the host", "releases on PyPI, RubyGems, Packagist and crates.io", packages),
    Platform("Steam", "the host", "news of a game", steam),
    Platform("arXiv", "the host", "new papers of a subject", arxiv),
    Platform("Stack Exchange", "the host", "questions of a site or a tag", stack_exchange),
    Platform(
        "Writers' places",
        "the host",
        "DEV, note, Qiita, Zenn, cnblogs, CSDN, Naver, Letterboxd, Pinterest",
        writers,
    ),
    Platform(
        "Hosts of blogs and podcasts",
        "the host",
        "a name below tistory.com, hatenablog.com, livejournal.com, lofter.com, hashnode.dev, podbean.com, libsyn.com,"
        " buzzsprout.com and others",
        subdomains,
    ),
    Platform("Apple Podcasts", "the host", "the podcast's own feed, which the page has in its data", apple_podcasts),
    Platform("Boards", "the host", "Hacker News, Lobsters (also by tag), V2EX (also by node)", boards),
)
