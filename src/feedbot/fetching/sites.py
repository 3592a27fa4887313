"""Which site a host belongs to: spacing is kept by registrable domain, since its hosts are mostly one machine."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Each blog of these has its owner and its name, as on github.io and blogspot.com, but the list does not have them.
_ALSO_SHARED = frozenset({"livejournal.com", "medium.com", "substack.com", "tumblr.com", "wordpress.com"})


@lru_cache(maxsize=10_000)
def registrable_domain(host: str) -> str | None:
    """The part of the name that somebody registered: `bbc.co.uk` of `www.bbc.co.uk`, `a.github.io` of itself.

    By the Public Suffix List, private suffixes included, so that tenants of one platform are sites of their own; the
    list is the one that the library brings. Names are given in ASCII form. None for addresses, `localhost` and names
    that are suffixes themselves: nobody registered those.
    """
    name = _ascii(host)
    if _is_address(name):
        return None
    found: str | None = _suffixes().privatesuffix(name)
    if found in _ALSO_SHARED and name != found:
        return ".".join(name.split(".")[-(found.count(".") + 2) :])
    return found


def _ascii(host: str) -> str:
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:  # such a name cannot be looked up either
        return name


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 10,000 suffixes, needed only where pages are fetched

    return PublicSuffixList()
