"""What goes wrong below becomes what an admin reads: one table from foreign exceptions to ours."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
import httpx

from feedbot.errors import (
    BadUrl,
    BlockedAddress,
    ConnectFailed,
    DnsFailed,
    FetchError,
    NotParseable,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
)
from feedbot.fetching.body import SentTooMuchError
from feedbot.fetching.decoding import BrokenCodingError, CutShortError, InflatedTooMuchError
from feedbot.fetching.guard import Attempts
from feedbot.fetching.model import FetchLimits
from feedbot.fetching.urls import Target, shown


@dataclass(frozen=True, slots=True)
class Failure:
    """One row: our error, and its text with `{host}`, `{reason}`, ... and the names of the limits to fill in."""

    error: type[FetchError]
    text: str


_BROKE_OFF = Failure(ConnectFailed, "{host} broke off before its answer was complete. It is tried again later.")
_NO_CONNECTION = Failure(ConnectFailed, "No connection to {host}{reason}. Check that the site works in a browser.")
_NO_CONNECTION_IN_TIME = Failure(
    TimedOut, "No connection to {host} within {connect_timeout:g} s. Check that the site works in a browser."
)
_SILENT = Failure(TimedOut, "{host} was silent for {read_timeout:g} s. Raise the read timeout if it is always slow.")
_NO_HTTP = Failure(ConnectFailed, "{host} does not answer in proper HTTP. Check the scheme and port of the address.")
_NO_NAME = Failure(
    DnsFailed, "The name {name} cannot be looked up{reason}. Check its spelling and this machine's name servers."
)
_NO_TLS = Failure(
    TlsFailed, "No secure connection to {host}{reason}. Check whether the site answers on https:// with this port."
)
_BAD_CERTIFICATE = Failure(
    TlsFailed, "The certificate of {host} is not trusted{reason}. Its owner must renew it, or this machine trust it."
)
_BAD_REQUEST = Failure(BadUrl, "The address {url} cannot be asked for. Correct it, and the headers of its source.")
_TOO_MANY_REDIRECTS = Failure(TooManyRedirects, "{host} redirects too often. Open the address in a browser.")
_GARBLED = Failure(NotParseable, "{host} sent a body that is not compressed as it says. Its owner must mend that.")
_SENT_TOO_MUCH = Failure(TooLarge, "{host} sent more than {max_bytes:,} bytes. Raise fetch.max_bytes if that is right.")
_INFLATED_TOO_MUCH = Failure(
    TooLarge, "The answer of {host} is larger than {max_inflated:,} bytes once decompressed, which no article page is."
)

# Behind a proxy names are looked up and connections made by the proxy: what fails of these on our side is the proxy.
_PROXY = Failure(
    ConnectFailed,
    "The proxy on the way to {host} cannot be used{reason}. Check the proxy of this source, or leave it out.",
)
PROXY_FAILURES: dict[type[BaseException], Failure] = {
    aiohttp.ClientHttpProxyError: _PROXY,
    aiohttp.ClientProxyConnectionError: _PROXY,
    aiohttp.ClientConnectorDNSError: _PROXY,
    socket.gaierror: _PROXY,
    ConnectionRefusedError: _PROXY,
}

# The first row that any exception of the chain of causes belongs to decides, so the telling ones come first: the
# transport says ConnectTimeout for nearly everything, and only the cause tells a refusal from a bad certificate.
FAILURES: dict[type[BaseException], Failure] = {
    SentTooMuchError: _SENT_TOO_MUCH,
    InflatedTooMuchError: _INFLATED_TOO_MUCH,
    BrokenCodingError: _GARBLED,
    CutShortError: _BROKE_OFF,
    ssl.SSLCertVerificationError: _BAD_CERTIFICATE,
    ssl.SSLError: _NO_TLS,
    aiohttp.ClientConnectorDNSError: _NO_NAME,
    socket.gaierror: _NO_NAME,
    aiohttp.SocketTimeoutError: _SILENT,
    TimeoutError: _NO_CONNECTION_IN_TIME,
    aiohttp.ServerDisconnectedError: _BROKE_OFF,
    ConnectionRefusedError: _NO_CONNECTION,
    ConnectionError: _BROKE_OFF,
    aiohttp.ClientPayloadError: _BROKE_OFF,
    aiohttp.ClientResponseError: _NO_HTTP,
    aiohttp.InvalidURL: _BAD_REQUEST,
    OSError: _NO_CONNECTION,
    aiohttp.ClientError: _BROKE_OFF,
    httpx.InvalidURL: _BAD_REQUEST,
    httpx.UnsupportedProtocol: _BAD_REQUEST,
    httpx.LocalProtocolError: _BAD_REQUEST,
    httpx.TooManyRedirects: _TOO_MANY_REDIRECTS,
    httpx.DecodingError: _GARBLED,
    httpx.ReadTimeout: _SILENT,
    httpx.WriteTimeout: _SILENT,
    httpx.ConnectTimeout: _NO_CONNECTION_IN_TIME,
    httpx.PoolTimeout: _NO_CONNECTION_IN_TIME,
    httpx.TimeoutException: _NO_CONNECTION_IN_TIME,
    httpx.ConnectError: _NO_CONNECTION,
    httpx.ProxyError: _NO_CONNECTION,
    httpx.ReadError: _BROKE_OFF,
    httpx.WriteError: _BROKE_OFF,
    httpx.CloseError: _BROKE_OFF,
    httpx.NetworkError: _BROKE_OFF,
    httpx.RemoteProtocolError: _NO_HTTP,
    httpx.ProtocolError: _NO_HTTP,
    httpx.TransportError: _BROKE_OFF,
    httpx.RequestError: _BROKE_OFF,
    httpx.HTTPStatusError: _NO_HTTP,
    httpx.HTTPError: _BROKE_OFF,
    httpx.CookieConflict: _NO_HTTP,
    httpx.StreamConsumed: _BROKE_OFF,
    httpx.StreamClosed: _BROKE_OFF,
    httpx.ResponseNotRead: _BROKE_OFF,
    httpx.RequestNotRead: _BROKE_OFF,
    httpx.StreamError: _BROKE_OFF,
    ValueError: _BAD_REQUEST,  # a host name that is too long, a line feed in a header
}

_STATUS_ADVICE = {
    400: "The server does not understand the request: check the address.",
    401: "It wants a user name and password: give them in the source's auth (--auth USER).",
    403: "It refuses this visitor: check whether the page is public, or ask its owner to let feedbot in.",
    404: "There is no such page: check the address.",
    406: "It refuses this visitor: check the headers of the source.",
    429: "It wants fewer visits and is asked less often from now on.",
    451: "The page is withheld for legal reasons.",
}


def translate(
    error: BaseException, target: Target, limits: FetchLimits, attempts: Attempts, *, by_proxy: bool = False
) -> FetchError | None:
    """Our error for a foreign one that came up while `target` was asked for; None if it is a fault of the program."""
    if attempts.only_refused:
        return blocked(target, attempts)
    chain = tuple(_causes(error))
    for kind, failure in (*(PROXY_FAILURES.items() if by_proxy else ()), *FAILURES.items()):
        matches = [cause for cause in chain if isinstance(cause, kind)]
        if matches:
            return _fill(failure, matches[-1], target, limits)  # the innermost knows the system's own words
    return None


def blocked(target: Target, attempts: Attempts) -> BlockedAddress:
    """The guard's refusal, in words."""
    addresses = ", ".join(dict.fromkeys(attempts.refused))
    where = "" if addresses == target.host else f" leads to {addresses}, which"
    text = f"{target.host}{where} is not a public address. If it is your own server, add it to fetch.allow_networks."
    return BlockedAddress(text, url=shown(target.url))


def status_text(host: str, status: int) -> str:
    """`example.org answers 404 Not Found. There is no such page: check the address.`."""
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    is_theirs = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    default = "The fault is on its side; it is tried again later." if is_theirs else "Open the address in a browser."
    return f"{host} answers {status}{phrase}. {_STATUS_ADVICE.get(status, default)}"


def _fill(failure: Failure, cause: BaseException, target: Target, limits: FetchLimits) -> FetchError:
    url = shown(target.url)
    text = failure.text.format(
        host=target.host_key,
        name=target.host,
        url=url,
        reason=_reason(cause),
        connect_timeout=limits.connect_timeout,
        read_timeout=limits.read_timeout,
        max_bytes=limits.max_bytes,
        max_inflated=limits.max_inflated,
    )
    return failure.error(text, url=url)


def _reason(cause: BaseException) -> str:
    """The system's own short words, in brackets. Never a foreign exception's whole text: that may hold the address."""
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        wants = (
            ": it wants a user name and password" if cause.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED else ""
        )
        words = f"it answers {cause.status}{wants}"
    elif isinstance(cause, ssl.SSLCertVerificationError):
        words = getattr(cause, "verify_message", "")
    elif isinstance(cause, ssl.SSLError):
        words = (getattr(cause, "reason", None) or "").replace("_", " ").lower()
    else:
        words = (cause.strerror or "") if isinstance(cause, OSError) else ""
    return f" ({words})" if words else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, nearest first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
