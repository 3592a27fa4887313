"""What an admin should know of a source that works as far as that goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from feedbot.domain.source import Source


def notice(source: Source) -> str:
    """What waits for an admin's word, in a sentence or a few; empty where nothing does."""
    return " ".join(_notices(source))


def _notices(source: Source) -> Iterator[str]:
    redesign = source.redesign
    if redesign:
        since = f"since {datetime.fromisoformat(redesign['since']):%Y-%m-%d %H:%M} UTC"
        articles = _counted(redesign.get("found", 0))
        if redesign.get("rejected_at"):
            yield f"{articles} of another list {since} stay out: they were rejected."
        else:
            again = " The old list is back." if redesign.get("undone") else ""
            yield (
                f"{articles} held back {since}: the list changed beyond recognition "
                f"({redesign.get('known', 0)} of {redesign.get('before', 0)} still in it).{again} "
                f"`feedbot sources approve {source.id}` publishes them; with `--reject` they stay out."
            )
    if source.proposed_url:
        yield f"Its list seems to be at {source.proposed_url} now: make that its `url`, if it is."


def _counted(number: int) -> str:
    return f"{number} article{'s' if number != 1 else ''}"
