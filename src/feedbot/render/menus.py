"""The bot's menus: the category tree with ✓, what a chat follows, and answers to commands.

Every button carries all that it needs (what to do, and where in the menu it stands), so that it works for ever: after
a restart, and in a message of last year.

    b:<parent>:<page>           show the children of a category (0: the roots)
    f:<id>:<parent>:<page>      follow a category, then show the same page
    n:<id>:<parent>:<page>      stop following it, then show the same page
    m:<page>                    show what the chat follows
    uc:<id>:<page> us:<number>:<page>   stop following a category or source from that list
    l:<id>                      show the latest articles of a category (0: of all that is followed)
    in:<chat>                   an admin lets a chat in
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from feedbot.domain.texts import truncate
from feedbot.locales import translator
from feedbot.render.messages import Button, Message
from feedbot.render.telegram_html import plain, quoted

PAGE = 8
MAX_LABEL = 40

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Node:
    """A category as a menu shows it."""

    id: int
    name: str
    path: str
    parent_id: int | None
    articles: int


@dataclass(frozen=True, slots=True)
class Followed:
    """Something that a chat follows: a category or a source, and the words for it."""

    label: str
    category_id: int | None = None
    source_number: int | None = None


def category_menu(
    tree: Sequence[Node], followed: Collection[int], *, parent: int = 0, page: int = 0, language: str = "en"
) -> Message:
    """The children of `parent` with a ✓ before each that is followed; a page that is gone shows the last one."""
    _ = translator(language)
    by_id = {node.id: node for node in tree}
    if parent not in by_id:
        parent = 0
    children = [node for node in tree if (node.parent_id or 0) == parent]
    if not tree:
        return Message(_("There are no categories yet: they come with the first articles."))
    shown, page, pages = _page(children, page)
    parents = {node.parent_id for node in tree}
    rows = [_category_row(node, followed, by_id, parents, parent, page) for node in shown]
    if here := by_id.get(parent):
        rows.insert(0, (_toggle(here, followed, by_id, parent, page, _("All of {name}", name=here.name)),))
    rows += _turn_rows(f"b:{parent}:", page, pages)
    if here:
        rows.append((Button("‹ " + _("Back"), data=f"b:{here.parent_id or 0}:0"),))
    title = " › ".join(plain(name) for name in here.path.split("/")) if here else _("Categories")
    text = f"<b>{quoted(title)}</b>\n" + quoted(_("Tap a category to follow it or to stop. › shows what is inside."))
    return Message(text, buttons=tuple(rows))


def subscription_menu(
    chosen: Sequence[Followed], *, page: int = 0, state: str = "active", language: str = "en"
) -> Message:
    """What the chat follows, each with a button that ends it."""
    _ = translator(language)
    if not chosen:
        rows: list[tuple[Button, ...]] = [(Button(_("Choose categories"), data="b:0:0"),)]
        return Message(_("You follow nothing yet."), buttons=tuple(rows))
    shown, page, pages = _page(chosen, page)
    rows = []
    for one in shown:
        target = f"uc:{one.category_id}:{page}" if one.category_id is not None else f"us:{one.source_number}:{page}"
        rows.append((Button("✕ " + _label(one.label.replace("/", " › ")), data=target),))
    rows += _turn_rows("m:", page, pages)
    rows.append((Button(_("Choose categories"), data="b:0:0"), Button(_("Latest"), data="l:0")))
    lines = [f"<b>{quoted(_.plural('You follow {count} category', 'You follow {count} categories', len(chosen)))}</b>"]
    lines += [f"• {quoted(_label(one.label.replace('/', ' › '), 100))}" for one in shown]
    if state == "paused":
        lines += ["", quoted(_("Paused: nothing is sent until /resume."))]
    lines += ["", quoted(_("Tap ✕ to stop following."))]
    return Message("\n".join(lines), buttons=tuple(rows))


def welcome(site: str, *, language: str, followed: bool) -> Message:
    """The answer to /start."""
    _ = translator(language)
    text = "\n\n".join(
        (
            f"<b>{quoted(_('Welcome to {site}', site=plain(site)))}</b>",
            quoted(_("Choose the categories that interest you, and every new article comes here with its summary.")),
            quoted(_("Many articles at once come as one message, and /pause stops them for as long as you like.")),
        )
    )
    rows = ((Button(_("Choose categories"), data="b:0:0"), Button(_("Latest"), data="l:0")),)
    return Message(text, buttons=(*rows, (Button(_("What I follow"), data="m:0"),)) if followed else rows)


def now_following(label: str, *, is_new: bool, category_id: int | None, language: str) -> Message:
    """The answer to a deep link."""
    _ = translator(language)
    shown = plain(label.replace("/", " › "))
    said = _("You now follow {name}.", name=shown) if is_new else _("You follow {name} already.", name=shown)
    row = [Button(_("What I follow"), data="m:0")]
    if category_id is not None:
        row.insert(0, Button(_("Latest"), data=f"l:{category_id}"))
    return Message(f"✓ {quoted(said)}", buttons=(tuple(row), (Button(_("Choose categories"), data="b:0:0"),)))


def help_text(commands: Sequence[tuple[str, str]], *, language: str, in_group: bool) -> Message:
    """The answer to /help: every command with its sentence, in the reader's language."""
    _ = translator(language)
    lines = [f"<b>{quoted(_('What I understand'))}</b>", ""]
    lines += [f"/{name} – {quoted(_(sentence))}" for name, sentence in commands]
    if in_group:
        lines += ["", quoted(_("In groups and channels only their administrators can change anything."))]
    return Message("\n".join(lines))


def stranger(chat_id: int, *, language: str, asked: bool) -> Message:
    """The answer of a private bot to somebody whom no admin let in."""
    _ = translator(language)
    said = (
        _("This bot is private. Its admins were asked to let you in; you will hear from it here.")
        if asked
        else _("This bot is private. Give its admin this number, for telegram.admins: {number}", number=chat_id)
    )
    return Message(quoted(said))


def request_to_admin(name: str, chat_id: int, *, language: str) -> Message:
    """What an admin gets when somebody asks to use a private bot."""
    _ = translator(language)
    said = _("{name} asks to use this bot ({number}).", name=plain(name), number=chat_id)
    return Message(quoted(said), buttons=((Button(_("Let in"), data=f"in:{chat_id}"),),))


def _category_row(
    node: Node,
    followed: Collection[int],
    by_id: dict[int, Node],
    parents: Collection[int | None],
    parent: int,
    page: int,
) -> tuple[Button, ...]:
    toggle = _toggle(node, followed, by_id, parent, page, node.name)
    return (toggle, Button("›", data=f"b:{node.id}:0")) if node.id in parents else (toggle,)


def _toggle(
    node: Node, followed: Collection[int], by_id: dict[int, Node], parent: int, page: int, label: str
) -> Button:
    """Names what a press does, not its opposite: two presses on an old menu do no harm."""
    is_followed = node.id in followed
    mark = "✓ " if is_followed else "(✓) " if _by_parent(node, followed, by_id) else ""
    count = f" ({node.articles})" if node.articles else ""
    action = "n" if is_followed else "f"
    return Button(f"{mark}{_label(label)}{count}", data=f"{action}:{node.id}:{parent}:{page}")


def _by_parent(node: Node, followed: Collection[int], by_id: dict[int, Node]) -> bool:
    above = node.parent_id
    while above is not None:
        if above in followed:
            return True
        above = by_id[above].parent_id if above in by_id else None
    return False


def _page(items: Sequence[T], page: int) -> tuple[Sequence[T], int, int]:
    pages = max(1, -(-len(items) // PAGE))
    page = min(max(page, 0), pages - 1)
    return items[page * PAGE : (page + 1) * PAGE], page, pages


def _turn_rows(prefix: str, page: int, pages: int) -> list[tuple[Button, ...]]:
    if pages == 1:
        return []
    before = Button("‹", data=f"{prefix}{(page - 1) % pages}")
    after = Button("›", data=f"{prefix}{(page + 1) % pages}")
    return [(before, Button(f"{page + 1}/{pages}", data=f"{prefix}{page}"), after)]


def _label(text: str, most: int = MAX_LABEL) -> str:
    shown = plain(text)
    return shown if len(shown) <= most else truncate(shown, most - 1) + "…"
