"""What admins are told in Telegram of sources that wait for their word."""

from __future__ import annotations

from collections.abc import Sequence

from feedbot.domain.texts import truncate
from feedbot.locales import translator
from feedbot.render.messages import Message
from feedbot.render.telegram_html import link, plain, quoted

_TITLE_UNITS = 150


def redesign_notice(
    source_id: str, source_title: str, *, found: int, known: int, before: int, titles: Sequence[str], language: str
) -> Message:
    """That articles of a changed list are held back, with the first `titles` as a preview, and what to do."""
    _ = translator(language)
    lines = [
        f"⚠️ <b>{quoted(_short(source_title))}</b>",
        quoted(
            _(
                "Its list changed beyond recognition: of {before} articles that it had, {known} are still there. "
                "What is there now is held back until you have looked at it:",
                before=before,
                known=known,
            )
        ),
        *(f"• {quoted(_short(title))}" for title in titles),
    ]
    if found > len(titles):
        lines.append(quoted(_("... and {count} more", count=found - len(titles))))
    lines += [
        "",
        quoted(_("If these are its articles:")) + f"\n<code>feedbot sources approve {quoted(source_id)}</code>",
        quoted(_("If not:")) + f"\n<code>feedbot sources approve {quoted(source_id)} --reject</code>",
    ]
    return Message("\n".join(lines))


def moved_notice(source_id: str, source_title: str, *, url: str, language: str) -> Message:
    """That the page of a source is gone, and where its articles seem to be now."""
    _ = translator(language)
    lines = [
        f"⚠️ <b>{quoted(_short(source_title))}</b> (<code>{quoted(source_id)}</code>)",
        quoted(_("Its page is gone. Its articles seem to be there now:")),
        link(url, _short(url)),
        quoted(_("If that is right, make it the source's address.")),
    ]
    return Message("\n".join(lines))


def _short(text: str) -> str:
    return truncate(plain(text), _TITLE_UNITS)
