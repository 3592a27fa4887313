"""Software that anybody may run: told by its generator or its markup, with feeds at addresses that it chose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit, urlunsplit

from feedbot.sources.html_document import Document
from feedbot.sources.platforms.model import MAYBE, SURE, USUAL, Address, Platform, is_at, is_made_by, path_parts

_DISCUZ = re.compile(r"""\bdiscuz_uid\b|content="Discuz! |Powered by <strong><a [^<>]{0,200}>Discuz!""")
_CATID = re.compile(r"""portal\.php\?mod=(?:list|rss)&(?:amp;)?catid=(\d{1,10})""")
_FID = re.compile(r"forum-(\d{1,10})-\d{1,6}\.html\Z")
_MASTODON_USER = re.compile(r"/@([\w.-]{1,100})(?:@[\w.-]{1,200})?/?\Z")
_CATEGORY = re.compile(r"/c/((?:[\w%-]{1,100}/){0,3}\d{1,9})(?:/|\Z)")
_PHPBB_FORUM = re.compile(r"(?:^|&)f=(\d{1,9})")
_BLOGGER_LABEL = re.compile(r"/search/label/([^/?#]{1,200})")
_DRUPAL_TERM = re.compile(r"/taxonomy/term/(\d{1,9})/?\Z")
_XENFORO = re.compile(r"/forums/[\w%.-]{1,200}\.\d{1,9}/?\Z")


def wordpress(document: Document) -> Iterator[Address]:
    """`/feed/` of the site and below the pasted category, tag or author."""
    if not (is_made_by(document, "wordpress") or re.search(r"/wp-(?:content|includes)/", document.text)):
        return
    path = document.parts.path
    is_archive = bool(document.body_classes & {"archive", "category", "tag", "author"})
    if is_archive and path.rstrip("/"):
        yield Address(document.at(f"{path.rstrip('/')}/feed/"), "this archive", USUAL)
    query = parse_qs(document.parts.query)
    if "cat" in query:
        yield Address(document.at(f"/?feed=rss2&cat={query['cat'][0]}"), "this category", USUAL)
    yield Address(document.at("/feed/"), "the site", 0.7)


def discuz(document: Document) -> Iterator[Address]:
    """The portal's category and the forum that the page shows, else both as a whole."""
    if not _DISCUZ.search(document.text):
        return
    base = document.base_url.rpartition("/")[0] + "/"
    query = {name: values[0] for name, values in parse_qs(document.parts.query).items()}
    catid = query.get("catid", "") if query.get("mod") == "list" else ""
    fid = query.get("fid", "") or next(iter(_FID.findall(document.parts.path)), "")
    is_portal = "mod=view" in document.parts.query or query.get("mod") == "list" or "portal.php" in document.parts.path
    if not catid and not fid:
        named = [found for link in document.head_links() for found in _CATID.findall(link.url)]
        catid = named[0] if named else ""
    if catid.isdigit():
        yield Address(document.absolute(f"{base}portal.php?mod=rss&catid={catid}"), "this category", 0.87)
    if fid.isdigit():
        yield Address(document.absolute(f"{base}forum.php?mod=rss&fid={fid}"), "this forum", 0.87)
    yield Address(document.absolute(f"{base}portal.php?mod=rss"), "the portal", USUAL if is_portal else 0.6)
    yield Address(document.absolute(f"{base}forum.php?mod=rss"), "the forum", 0.55 if is_portal or catid else 0.65)


def ghost(document: Document) -> Iterator[Address]:
    """`/rss/` of the site and below a tag or author."""
    if not is_made_by(document, "ghost"):
        return
    parts = path_parts(document)
    if len(parts) > 1 and parts[0] in {"tag", "author"}:
        yield Address(document.at(f"/{parts[0]}/{parts[1]}/rss/"), f"this {parts[0]}", SURE)
    yield Address(document.at("/rss/"), "the site", USUAL)


def blogger(document: Document) -> Iterator[Address]:
    """`/feeds/posts/default`, also of one label."""
    if not (is_at(document, "blogspot.com") or is_made_by(document, "blogger")):
        return
    label = _BLOGGER_LABEL.search(document.parts.path)
    if label:
        yield Address(document.at(f"/feeds/posts/default/-/{label[1]}"), "this label")
    yield Address(document.at("/feeds/posts/default"), "the blog", USUAL if label else SURE)


def tumblr(document: Document) -> Iterator[Address]:
    """`/rss` of the blog, also of one tag."""
    parts = path_parts(document)
    if document.host in {"tumblr.com", "www.tumblr.com"}:
        if parts and parts[0] not in {"tagged", "explore", "search", "dashboard", "login"}:
            yield Address(f"https://{parts[0].removeprefix('@')}.tumblr.com/rss", "the blog", USUAL)
        return
    if (
        document.host.endswith(".tumblr.com")
        or document.meta("tumblr:site_name")
        or "assets.tumblr.com" in document.text
    ):
        if len(parts) > 1 and parts[0] == "tagged":
            yield Address(document.at(f"/tagged/{parts[1]}/rss"), "this tag")
        yield Address(document.at("/rss"), "the blog", USUAL)


def hugo(document: Document) -> Iterator[Address]:
    """`index.xml` of the section and of the site."""
    if is_made_by(document, "hugo"):
        yield from _of_section(document, "index.xml", "this section", MAYBE + 0.25)
        yield Address(document.at("/index.xml"), "the site", 0.65)


def jekyll(document: Document) -> Iterator[Address]:
    """`feed.xml`, as the usual plug-ins of static generators write it."""
    if is_made_by(document, "jekyll", "eleventy", "pelican", "gatsby", "astro", "docusaurus", "vitepress"):
        yield Address(document.at("/feed.xml"), "the site", 0.6)
        yield Address(document.at("/atom.xml"), "the site", 0.4)
        yield Address(document.at("/rss.xml"), "the site", 0.5 if is_made_by(document, "astro", "gatsby") else 0.35)


def hexo(document: Document) -> Iterator[Address]:
    """`atom.xml`."""
    if is_made_by(document, "hexo", "zola", "typecho", "halo", "z-blog"):
        path = "/feed.php" if is_made_by(document, "z-blog") else "/feed/" if is_made_by(document, "typecho") else ""
        path = path or ("/rss.xml" if is_made_by(document, "halo") else "/atom.xml")
        yield Address(document.at(path), "the site", 0.65)


def drupal(document: Document) -> Iterator[Address]:
    """`/rss.xml`, and `/taxonomy/term/N/feed` of a term."""
    if not (is_made_by(document, "drupal") or "drupalSettings" in document.text or "Drupal.settings" in document.text):
        return
    shown = next((link.url for link in document.head_links() if {"shortlink", "canonical"} & link.rel), "")
    term = _DRUPAL_TERM.search(document.parts.path) or _DRUPAL_TERM.search(shown)
    if term:
        yield Address(document.at(f"/taxonomy/term/{term[1]}/feed"), "this term", USUAL)
    yield Address(document.at("/rss.xml"), "the front page", 0.6)


def joomla(document: Document) -> Iterator[Address]:
    """The page's own address with `format=feed`."""
    if is_made_by(document, "joomla"):
        yield Address(_with_query(document, "format=feed&type=rss"), "this page", USUAL)


def typo3(document: Document) -> Iterator[Address]:
    """Feeds of the news extension, where its usual page type is kept."""
    if is_made_by(document, "typo3"):
        yield Address(_with_query(document, "type=9818"), "the news of this page", MAYBE)
        yield Address(document.at("/rss.xml"), "the site", 0.35)


def movable_type(document: Document) -> Iterator[Address]:
    """`atom.xml` and `index.rdf`."""
    if is_made_by(document, "movable type", "typepad"):
        yield from _of_section(document, "atom.xml", "this blog", 0.65)
        yield Address(document.at("/atom.xml"), "the site", 0.6)


def squarespace(document: Document) -> Iterator[Address]:
    """The blog's own address with `format=rss`."""
    if "static1.squarespace.com" in document.text or "Static.SQUARESPACE_CONTEXT" in document.text:
        yield Address(_with_query(document, "format=rss"), "this page", 0.65)


def shopify(document: Document) -> Iterator[Address]:
    """`/blogs/NAME.atom`."""
    parts = path_parts(document)
    if "cdn.shopify.com" in document.text and len(parts) > 1 and parts[0] == "blogs":
        yield Address(document.at(f"/blogs/{parts[1]}.atom"), "this blog")


def wix(document: Document) -> Iterator[Address]:
    """`/blog-feed.xml`."""
    if is_made_by(document, "wix.com"):
        yield Address(document.at("/blog-feed.xml"), "the blog", 0.65)


def mastodon(document: Document) -> Iterator[Address]:
    """A profile or a tag of Mastodon, Pixelfed and their kin: its address with `.rss`."""
    user = _MASTODON_USER.search(document.parts.path)
    is_fediverse = (
        'id="mastodon"' in document.text
        or is_made_by(document, "mastodon", "akkoma", "pleroma")
        or any(link.mime_type == "application/activity+json" for link in document.head_links())
    )
    if is_fediverse and user and "@" not in user[0].rstrip("/")[2:]:
        yield Address(document.at(f"/@{user[1]}.rss"), "the profile", SURE)
    parts = path_parts(document)
    if is_fediverse and len(parts) > 1 and parts[0] == "tags":
        yield Address(document.at(f"/tags/{parts[1]}.rss"), "the tag", USUAL)
    if is_fediverse and "pixelfed" in document.text[:50_000].lower() and len(parts) == 1 and not user:
        yield Address(document.at(f"/users/{parts[0]}.atom"), "the profile", USUAL)


def lemmy(document: Document) -> Iterator[Address]:
    """A community, a user, or all."""
    if not re.search(r"window\.(?:isoData|lemmyConfig)|content=\"Lemmy", document.text):
        return
    parts = path_parts(document)
    if len(parts) > 1 and parts[0] in {"c", "u"}:
        what = "the community" if parts[0] == "c" else "the user"
        yield Address(document.at(f"/feeds/{parts[0]}/{parts[1]}.xml?sort=New"), what, USUAL)
    elif not parts:
        yield Address(document.at("/feeds/local.xml?sort=New"), "this server", USUAL)


def peertube(document: Document) -> Iterator[Address]:
    """A channel, an account, or all videos."""
    if document.meta("og:platform").lower() != "peertube" and "PeerTubeServerConfig" not in document.text:
        return
    parts = path_parts(document)
    if len(parts) > 1 and parts[0] in {"c", "video-channels"}:
        yield Address(document.at(f"/feeds/videos.xml?videoChannelName={parts[1]}"), "the channel", USUAL)
    elif len(parts) > 1 and parts[0] in {"a", "accounts"}:
        yield Address(document.at(f"/feeds/videos.xml?accountName={parts[1]}"), "the account", USUAL)
    else:
        yield Address(document.at("/feeds/videos.xml?sort=-publishedAt"), "this server", 0.6)


def gitea(document: Document) -> Iterator[Address]:
    """Releases, tags and activity of a repository; a user."""
    if not (is_at(document, "codeberg.org") or re.search("Powered by (?:Gitea|Forgejo)", document.text)):
        return
    parts = path_parts(document)
    if len(parts) == 1:
        yield Address(document.at(f"/{parts[0]}.rss"), "what the user does", USUAL)
    elif len(parts) > 1:
        yield Address(document.at(f"/{parts[0]}/{parts[1]}/releases.rss"), "the releases", USUAL)
        yield Address(document.at(f"/{parts[0]}/{parts[1]}/tags.rss"), "the tags", 0.7)
        yield Address(document.at(f"/{parts[0]}/{parts[1]}.rss"), "what happens there", 0.65)


def discourse(document: Document) -> Iterator[Address]:
    """A category, a tag, or the latest topics."""
    if not is_made_by(document, "discourse"):
        return
    category, parts = _CATEGORY.search(document.parts.path), path_parts(document)
    if category:
        yield Address(document.at(f"/c/{category[1]}.rss"), "this category")
    if len(parts) > 1 and parts[0] == "tag":
        yield Address(document.at(f"/tag/{parts[1]}.rss"), "this tag")
    if len(parts) > 1 and parts[0] == "t":
        yield Address(document.at(f"/{'/'.join(parts[:3])}.rss"), "this topic", 0.6)
    yield Address(document.at("/latest.rss"), "the latest topics", USUAL)


def phpbb(document: Document) -> Iterator[Address]:
    """A forum, or the whole board."""
    if not re.search(r"""id="phpbb"|powered by.{0,80}phpBB""", document.text, re.IGNORECASE):
        return
    base = document.base_url.rpartition("/")[0]
    forum = _PHPBB_FORUM.search(document.parts.query)
    if forum:
        yield Address(document.absolute(f"{base}/app.php/feed/forum/{forum[1]}"), "this forum", 0.7)
    yield Address(document.absolute(f"{base}/app.php/feed"), "the board", 0.6)
    yield Address(document.absolute(f"{base}/feed.php"), "the board", MAYBE)


def xenforo(document: Document) -> Iterator[Address]:
    """A forum, or all of them: `index.rss`."""
    if 'id="XF"' not in document.text:
        return
    if _XENFORO.search(document.parts.path):
        yield Address(document.at(f"{document.parts.path.rstrip('/')}/index.rss"), "this forum")
    yield Address(document.at("/forums/-/index.rss"), "the forums", 0.6)


def vbulletin(document: Document) -> Iterator[Address]:
    """`external.php`."""
    if is_made_by(document, "vbulletin"):
        base = document.base_url.rpartition("/")[0]
        yield Address(document.absolute(f"{base}/external.php?type=RSS2"), "the forums", 0.65)


def mediawiki(document: Document) -> Iterator[Address]:
    """Recent changes, and the history of the page."""
    if not is_made_by(document, "mediawiki"):
        return
    described = next((link.url for link in document.head_links() if "edituri" in link.rel), document.at("/api.php"))
    base = f"{described.rpartition('/')[0]}/index.php"
    title = document.parts.path.removeprefix("/wiki/").strip("/")
    yield Address(f"{base}?title=Special:RecentChanges&feed=atom", "the recent changes", USUAL)
    if title and document.parts.path.startswith("/wiki/"):
        yield Address(f"{base}?title={title}&action=history&feed=atom", "the changes of this page", 0.55)


def _of_section(document: Document, name: str, what: str, confidence: float) -> Iterator[Address]:
    """A feed in the page's own folder."""
    path = document.parts.path.rpartition("/")[0].strip("/")
    if path and path.count("/") < 2:  # noqa: PLR2004 - a section, not an article
        yield Address(document.at(f"/{path}/{name}"), what, confidence)


def _with_query(document: Document, query: str) -> str:
    parts = urlsplit(document.url)
    kept = "&".join(filter(None, (parts.query, query)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", kept, ""))


PLATFORMS: tuple[Platform, ...] = (
    Platform("WordPress", "generator, `/wp-content/`", "`/feed/` of the site, a category, tag or author", wordpress),
    Platform(
        "Discuz!",
        "generator, its script's variables",
        "`portal.php?mod=rss&catid=N`, `forum.php?mod=rss&fid=N`, both without a number",
        discuz,
    ),
    Platform("Ghost", "generator", "`/rss/` of the site, a tag or author", ghost),
    Platform("Blogger", "generator, host", "`/feeds/posts/default`, also of a label", blogger),
    Platform("Tumblr", "its meta tags, host", "`/rss` of the blog or a tag", tumblr),
    Platform("Hugo", "generator", "`index.xml` of the section and the site", hugo),
    Platform("Jekyll and other static generators", "generator", "`/feed.xml`, `/atom.xml`, `/rss.xml`", jekyll),
    Platform("Hexo, Zola, Typecho, Halo, Z-Blog", "generator", "`/atom.xml`, `/feed/`, `/rss.xml`, `/feed.php`", hexo),
    Platform("Drupal", "generator, its settings", "`/rss.xml`, `/taxonomy/term/N/feed`", drupal),
    Platform("Joomla", "generator", "the page's address with `format=feed&type=rss`", joomla),
    Platform("TYPO3", "generator", "the page's address with `type=9818`, `/rss.xml`", typo3),
    Platform("Movable Type", "generator", "`atom.xml` of the blog and the site", movable_type),
    Platform("Squarespace", "where its files are", "the page's address with `format=rss`", squarespace),
    Platform("Shopify", "where its files are", "`/blogs/NAME.atom`", shopify),
    Platform("Wix", "generator", "`/blog-feed.xml`", wix),
    Platform(
        "Mastodon and Pixelfed", "what their pages say", "profile and tag with `.rss`, `/users/NAME.atom`", mastodon
    ),
    Platform("Lemmy", "what its pages say", "community, user, the whole server", lemmy),
    Platform("PeerTube", "what its pages say", "channel, account, the whole server", peertube),
    Platform("Gitea and Forgejo", "what their pages say", "releases, tags and activity of a repository; a user", gitea),
    Platform("Discourse", "generator", "category, tag and topic with `.rss`, `/latest.rss`", discourse),
    Platform("phpBB", "its markup", "`app.php/feed`, also of a forum; `feed.php`", phpbb),
    Platform("XenForo", "its markup", "`index.rss` of a forum and of all", xenforo),
    Platform("vBulletin", "generator", "`external.php?type=RSS2`", vbulletin),
    Platform("MediaWiki", "generator", "recent changes, the changes of a page", mediawiki),
)
