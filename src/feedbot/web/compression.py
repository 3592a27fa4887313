"""Which compressed form of a body a client gets: its Accept-Encoding read as RFC 9110, section 12.5.3, says."""

from __future__ import annotations

import re
from functools import lru_cache

from feedbot.services.publishing import Coding

# What feeds shrink to best comes first; a client that likes two codings alike gets the earlier.
PREFERENCE: tuple[Coding, ...] = ("br", "zstd", "gzip", "identity")
_ALIASES = {"x-gzip": "gzip"}
# A header is remembered with its answer, and what a stranger makes us remember has a bound.
_LONGEST = 256
_MEMBER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s*;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")


def negotiate(accept_encoding: str | None) -> Coding | None:
    """The coding that the client likes best of those there are; None if it refuses all of them, unpacked too.

    Without the header nothing is compressed: the client did not say that it could unpack it.
    """
    return "identity" if accept_encoding is None else _best(accept_encoding[:_LONGEST])


@lru_cache(maxsize=512)
def _best(accept_encoding: str) -> Coding | None:
    weights = _weights(accept_encoding)
    others = weights.get("*")
    # Unpacked is always acceptable unless refused, but the last resort unless it was asked for.
    unnamed = {"identity": 0.0001 if others is None or others > 0 else 0.0}
    found = {
        coding: weights.get(coding, unnamed.get(coding, others if others is not None else 0.0)) for coding in PREFERENCE
    }
    best = max(PREFERENCE, key=lambda coding: found[coding])
    return best if found[best] > 0 else None


def _weights(accept_encoding: str) -> dict[str, float]:
    """The weight of each coding that is named; members that cannot be read are passed over."""
    weights: dict[str, float] = {}
    for member in accept_encoding.split(","):
        if read := _MEMBER.fullmatch(member.strip()):
            name = read[1].lower()
            weights[_ALIASES.get(name, name)] = min(float(read[2] or 1), 1.0)
    return weights
