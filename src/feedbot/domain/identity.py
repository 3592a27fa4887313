"""Which article is which: a 128-bit key that never changes, and a fingerprint of what may change."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from feedbot.domain.article import Content, Draft

KEY_BYTES = 16
_TRACKING_NAMES = frozenset({"fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "spm"})
_TRACKING_PREFIXES = ("utm_",)
_KEPT = "/%:@!$&'()*+,;=~-._"
_ROUTES = ("/", "!")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """The address without what does not tell articles apart.

    Scheme and host in lower case, no default port, no tracking parameters, parameters sorted, non-ASCII
    percent-encoded (RFC 3986, section 6.2.2). No fragment, unless it is a route of a page that scripts make (`#/7`).
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".")
    try:
        port = parts.port
    except ValueError:
        port = None
    if port and port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    kept = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0]))
    path = quote(parts.path or "/", safe=_KEPT)
    route = quote(parts.fragment, safe=_KEPT + "?") if parts.fragment.startswith(_ROUTES) else ""
    return urlunsplit((scheme, host, path, urlencode(kept), route))


def article_key(draft: Draft, *, identity: str = "auto") -> bytes:
    """16 bytes that name the article within its source, for ever.

    `identity` is what the source's option says: `auto` takes the guid, else the canonical URL, else title and date;
    `guid`, `url` and `title` insist on one. What is missing falls through to the next in that order.
    """
    kinds = {"auto": ("guid", "url", "title"), "guid": ("guid", "url", "title"), "url": ("url", "title")}
    for kind in kinds.get(identity, ("title",)):
        value = _identity_value(draft, kind)
        if value:
            return _digest(kind, value)
    return _digest("title", _identity_value(draft, "title"))


def url_key(draft: Draft) -> bytes:
    """16 bytes of the canonical address (empty without one): finds an article whose guid changed."""
    return address_key(draft.url)


def address_key(url: str) -> bytes:
    """16 bytes of the canonical form of an address; empty for none."""
    return _digest("url", canonical_url(url)) if url else b""


def title_key(draft: Draft) -> bytes:
    """16 bytes of the title alone: finds an article whose guid and address changed."""
    return _digest("name", " ".join(draft.title.split()))


def fingerprint(content: Content) -> bytes:
    """16 bytes that change when a reader would call the article changed.

    All that a feed shows is in it. Counts (comments, reactions) and related categories move without the story changing,
    so they are in neither.
    """
    lists = (
        [f"{image.url} {image.alt}" for image in content.images],
        [f"{file.url} {file.name} {file.mime_type} {file.size}" for file in content.attachments],
        content.category_path,
        content.tags,
    )
    said = (
        content.url,
        content.title,
        content.author,
        content.origin,
        content.summary,
        content.body_html,
        content.language or "",
        content.site,
        content.published.isoformat() if content.published else "",
        *("\x1e".join(values) for values in lists),
    )
    return _digest("content", "\x1f".join(said))


def _identity_value(draft: Draft, kind: str) -> str:
    if kind == "guid":
        return (draft.guid or "").strip()
    if kind == "url":
        return canonical_url(draft.url) if draft.url else ""
    day = draft.published.isoformat() if draft.published else ""
    return f"{' '.join(draft.title.split())}\x1f{day}"


def _is_tracking(name: str) -> bool:
    lowered = name.lower()
    return lowered in _TRACKING_NAMES or lowered.startswith(_TRACKING_PREFIXES)


def _digest(kind: str, value: str) -> bytes:
    return hashlib.blake2b(f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
