"""What a request carries of its source's own, and which of it may go on to another site."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from feedbot.fetching import headers as header
from feedbot.fetching.model import Validators
from feedbot.fetching.urls import Target, parse, same_site


@dataclass(frozen=True, slots=True)
class Carried:
    """A source's own headers, cookies and basic authentication (user name and password), and its way out.

    `proxy` is an address as `proxies.parse_proxy` takes it, None for the direct way.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None
    proxy: str | None = None

    def for_another_site(self) -> Carried:
        """What is left where nothing may be seen that could be a secret; the way out stays."""
        return Carried(header.for_another_site(self.headers), proxy=self.proxy)

    def for_page_of(self, source_url: str, url: str) -> Carried:
        """What may go to `url`, which a page of the source links to: all of it on the source's own host.

        Raises BadUrl if one of the two is no address.
        """
        return self if same_site(parse(source_url), parse(url)) else self.for_another_site()

    def request_headers(
        self, user_agent: str, target: Target, validators: Validators, earned: Mapping[str, str]
    ) -> dict[str, str]:
        """The headers of a request, names in lower case. `earned` are cookies that the site set during this visit."""
        authorization = _basic(self.auth) if self.auth else target.authorization
        made = header.request_headers(user_agent, self.headers, validators, authorization)
        pairs = [f"{name}={value}" for name, value in {**self.cookies, **earned}.items()]
        if pairs:
            made["cookie"] = "; ".join(([made["cookie"]] if made.get("cookie") else []) + pairs)
        return made


def _basic(auth: tuple[str, str]) -> str:
    """The header of RFC 7617, in UTF-8."""
    return "Basic " + b64encode(":".join(auth).encode()).decode("ascii")


NOTHING_CARRIED = Carried()
