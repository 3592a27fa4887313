"""Which addresses of the network may be spoken to, judged at the moment of connecting.

Every socket of the fetcher is made by `guarded_socket_factory`, so the address that is judged is the very one that is
connected to: names that change their answer between two lookups, redirects, and IP literals in any spelling all come
through here.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from errno import EACCES
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
AddrInfo = tuple[Any, ...]

# IANA's registry of special-purpose IPv4 addresses, plus two that lie in public space but belong to the machine's own
# surroundings: the 6to4 relay anycast and the address at which Azure's host answers its guests.
_CLOSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# IPv6 is judged the other way round: only global unicast is open, so ULA, link-local, site-local, multicast, loopback
# and whatever IANA assigns later are closed. Inside it, these are special.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))

EVERYWHERE: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))

_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, deprecated
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # RFC 2765
_SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056
_TEREDO = IPv6Network("2001::/32")  # RFC 4380
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_ISATAP_MARKS = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: the middle 32 bits of the address's lower half


def is_allowed(address: Address | str, allow_networks: Iterable[Network] = ()) -> bool:
    """Whether the address may be connected to: a public one, or one in `allow_networks`.

    An IPv6 address that carries an IPv4 address (mapped, compatible, translated, 6to4, Teredo, NAT64, ISATAP) is
    judged by what it carries, since that is where the packets end. Anything that is no IP address is not allowed.
    """
    networks = tuple(allow_networks)
    parsed = parse_address(address)
    if parsed is None:
        return False
    if any(parsed in network for network in networks if network.version == parsed.version):
        return True
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _CLOSED_V4)
    carried = tuple(_carried_addresses(parsed))
    if carried:
        return all(is_allowed(inner, networks) for inner in carried)
    return parsed in _GLOBAL_UNICAST and not any(parsed in network for network in _CLOSED_V6)


@dataclass(slots=True)
class Attempts:
    """The addresses that one request came to: which were refused by the guard, which were tried."""

    refused: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    @property
    def only_refused(self) -> bool:
        """Whether nothing was tried because the guard refused every address."""
        return bool(self.refused) and not self.tried


# Several addresses of one name are tried in a race of tasks that swallow and merge each other's exceptions, so the
# class of an exception does not survive. Tasks do inherit the context: the list in it is the request's own.
current_attempts: ContextVar[Attempts | None] = ContextVar("current_attempts", default=None)


class AddressRefusedError(OSError):
    """The guard's no, raised where a socket would be made.

    An OSError, so that a name with several addresses goes on to its next one; the refused address is never
    connected to.
    """

    def __init__(self, address: str) -> None:
        super().__init__(EACCES, f"the address {address} is not public")


def guarded_socket_factory(allow_networks: Sequence[Network]) -> Callable[[AddrInfo], socket.socket]:
    """A maker of sockets, for one address each, that raises AddressRefusedError for addresses that are not allowed."""
    networks = tuple(allow_networks)

    def make_socket(addr_info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, sockaddr = addr_info
        address = str(sockaddr[0])
        attempts = current_attempts.get() or Attempts()
        if not is_allowed(address, networks):
            attempts.refused.append(address)
            raise AddressRefusedError(address)
        attempts.tried.append(address)
        return socket.socket(family=family, type=kind, proto=protocol)

    return make_socket


def parse_address(address: Address | str) -> Address | None:
    """The address, of which a zone (`%eth0`) is left out; None if it is none."""
    try:
        return ip_address(str(address).partition("%")[0])
    except ValueError:
        return None


def _carried_addresses(address: IPv6Address) -> Iterator[IPv4Address]:
    """Every IPv4 address that the address may stand for; none if it is plain IPv6."""
    bits = int(address)
    low = IPv4Address(bits & 0xFFFF_FFFF)
    if any(address in network for network in (_MAPPED, _COMPATIBLE, _TRANSLATED, _NAT64)):
        yield low
    elif address in _SIX_TO_FOUR:
        yield IPv4Address(bits >> 80 & 0xFFFF_FFFF)
    elif address in _TEREDO:
        yield IPv4Address(bits >> 64 & 0xFFFF_FFFF)
        yield IPv4Address(bits & 0xFFFF_FFFF ^ 0xFFFF_FFFF)
    elif address in _NAT64_LOCAL:
        yield from _local_nat64_addresses(bits)
    elif bits >> 32 & 0xFFFF_FFFF in _ISATAP_MARKS:
        yield low


def _local_nat64_addresses(bits: int) -> Iterator[IPv4Address]:
    """What a local NAT64 prefix may carry.

    The prefix's length is the operator's secret: 96, or 64, 56 or 48, where RFC 6052 puts the IPv4 address around the
    zero octet 8 and fills up with zeros. Every reading that the zeros permit counts.
    """
    if bits & 0xFFFF_FFFF:
        yield IPv4Address(bits & 0xFFFF_FFFF)
    without_octet_8 = (bits >> 64) << 56 | bits & (1 << 56) - 1
    for prefix_length in (64, 56, 48):
        unused = 120 - prefix_length - 32
        if not without_octet_8 & (1 << unused) - 1:
            yield IPv4Address(without_octet_8 >> unused & 0xFFFF_FFFF)
