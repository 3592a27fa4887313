"""A source's own way out: which proxies are understood, and what can still be judged of a target behind one.

The name is looked up by the proxy, out of our sight. So the guard, which judges addresses at the moment of connecting,
sees the proxy's address only; that one an admin has named, and it is allowed wherever it is. What can be told from the
target alone is judged all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from feedbot.errors import BadUrl, BlockedAddress
from feedbot.fetching.guard import Network, is_allowed, parse_address
from feedbot.fetching.urls import Target, shown

_SCHEMES = frozenset({"http", "https"})
# Names that mean this machine or this network: RFC 6761, 6762, 8375, and ICANN's reservation of `internal`.
_LOCAL_ENDINGS = ("localhost", "local", "internal", "home.arpa", "localdomain", "intranet", "lan", "corp", "home")
_LOOPBACK = "127.0.0.1"


def parse_proxy(text: str) -> str:
    """The proxy's address as it is used: `http://` or `https://`, with user name and password if it wants them.

    Raises:
        BadUrl: it is none; the text says what to write.
    """
    try:
        parts = urlsplit(text.strip())
        is_usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_usable = urlsplit(""), False
    if parts.scheme.startswith("socks"):
        raise BadUrl(
            f"The proxy {shown(text)} is a SOCKS one, which feedbot does not speak. Write an http:// proxy: most "
            "programs that offer SOCKS offer that as well, on another port.",
            url=shown(text),
        )
    if not is_usable:
        raise BadUrl(
            "The proxy of this source is no address. Write http://proxy.example:3128, with user:password@ before the "
            "host if it wants them.",
            url="",
        )
    return parts.geturl()


def judge_target(target: Target, allow_networks: Sequence[Network]) -> None:
    """Refuses what is plainly no public target: addresses that the guard would refuse, and names of this network.

    Raises:
        BlockedAddress: it is one of those, and not in `allow_networks`.
    """
    host = target.host.strip("[]").rstrip(".")
    if parse_address(host) is not None:
        is_open = is_allowed(host, allow_networks)
    elif host == "localhost" or host.endswith(".localhost"):
        is_open = is_allowed(_LOOPBACK, allow_networks)
    else:
        is_open = "." in host and not host.endswith(tuple(f".{ending}" for ending in _LOCAL_ENDINGS))
    if not is_open:
        raise BlockedAddress(
            f"{target.host} is not a public address, and a proxy is not asked for one. If it is your own server, ask "
            "it without the proxy and add it to fetch.allow_networks.",
            url=shown(target.url),
        )
