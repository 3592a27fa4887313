"""What a hub that pushes changes: how its messages are signed, and how seldom the source is still asked."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from feedbot.domain.planning import PollPlan, spoken

SLOW = timedelta(hours=6)
# The methods of the recommendation (W3C WebSub, 7.1); md5 and others prove nothing.
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_FIRST_RETRY = timedelta(minutes=5)
_LAST_RETRY = timedelta(days=1)
_SHORTEST_LEASE = timedelta(minutes=5)
_LONGEST_LEASE = timedelta(days=365)
USUAL_LEASE = timedelta(days=10)


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `signature` (`sha256=` and hex digits, as X-Hub-Signature has it) is the body's under the secret.

    Compared in constant time.
    """
    method, _, digest = signature.strip().partition("=")
    method = method.strip().lower()
    if method not in _METHODS:
        return False
    expected = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode("utf-8", "surrogateescape"))


def lease(asked: str) -> timedelta:
    """How long a subscription holds, of the seconds that the hub names; ten days if it names none."""
    if not (asked.isascii() and asked.isdecimal()):
        return USUAL_LEASE
    return min(max(timedelta(seconds=min(int(asked[:12]), 10**9)), _SHORTEST_LEASE), _LONGEST_LEASE)


def renew_after(held: timedelta) -> timedelta:
    """When a lease of that length is renewed: with a fifth of it left for a hub that is down."""
    return held * 0.8


def retry_after(attempts: int) -> timedelta:
    """How long after the so-many-th request a hub that did not answer it is asked again: at last once a day."""
    return min(_FIRST_RETRY * (1 << min(attempts, 20)), _LAST_RETRY)


def stretched(plan: PollPlan, now: datetime, *, max_interval: float) -> PollPlan:
    """The plan of a source whose hub has proved to push: still visited, since a hub may fail unheard, but seldom."""
    if plan.next_poll_at is None:
        return plan
    wait = plan.next_poll_at - now
    # A part of the planned wait stays in it, so that sources do not march in step.
    slow = min(SLOW + wait / 10, timedelta(seconds=max_interval))
    if wait >= slow:
        return plan
    reason = f"Its hub tells of news at once: visited all the same after {spoken(slow.total_seconds())}."
    return replace(plan, next_poll_at=now + slow, reason=reason)
