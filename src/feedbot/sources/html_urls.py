"""Addresses found in pages and feeds, made absolute and plain ASCII."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_EDGES = "".join(map(chr, range(0x21))) + "\x7f\xa0\u3000\ufeff"
_INNER_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?|\[[0-9a-f:.]+\]")
_PATH_SAFE = "%/:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"
_CONTACT_SCHEMES = ("mailto:", "tel:")


def absolute(url: str, base: str) -> str:
    """The http or https address that `url` means on the page `base`, percent-encoded ASCII; `""` if there is none.

    Reads an address as a browser does (WHATWG URL): blanks around it and line breaks inside it do not count, and a
    backslash is a slash. A host in another script becomes punycode. User names and passwords are left out: an article
    is shown to everyone.
    """
    text = _INNER_CONTROLS.sub("", url.strip(_EDGES))
    if not text:
        return ""
    try:
        parts = urlsplit(urljoin(base, _forward_slashes(text)))
        host = _ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    path = _encoded(parts.path, _PATH_SAFE) or "/"
    query, fragment = _encoded(parts.query, _QUERY_SAFE), _encoded(parts.fragment, _QUERY_SAFE)
    return urlunsplit((parts.scheme, host + port, path, query, fragment))


def link(url: str, base: str) -> str:
    """As `absolute`, for a link's target: `mailto:` and `tel:` addresses are kept as well."""
    text = _INNER_CONTROLS.sub("", url.strip(_EDGES))
    scheme = _SCHEME.match(text)
    if scheme and scheme[0].lower() in _CONTACT_SCHEMES:
        rest = _encoded(text[scheme.end() :], _QUERY_SAFE)
        return scheme[0].lower() + rest if rest else ""
    return absolute(text, base)


def _forward_slashes(url: str) -> str:
    """The address with the backslashes before its query turned, as browsers turn them."""
    head, mark, tail = url.partition("?")
    return head.replace("\\", "/") + mark + tail


def _ascii_host(host: str) -> str:
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host.lower()
    return host if _HOST.fullmatch(host) else ""


def _encoded(part: str, safe: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", part), safe=safe, errors="replace")
