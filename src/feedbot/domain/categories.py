"""Categories are nodes of a tree, written as a path: `城事资讯/安源区政府`."""

from __future__ import annotations

from collections.abc import Iterable

SEPARATOR = "/"
MAX_DEPTH = 8
MAX_NAME = 100


def clean_path(path: str | Iterable[str]) -> str:
    """The path with blanks trimmed and empty parts dropped; `""` if nothing is left.

    >>> clean_path(" 城事资讯 / 安源区政府/")
    '城事资讯/安源区政府'
    """
    parts = path.split(SEPARATOR) if isinstance(path, str) else path
    named = (" ".join(part.replace(SEPARATOR, "／").split())[:MAX_NAME] for part in parts)
    return SEPARATOR.join([name for name in named if name][:MAX_DEPTH])


def ancestors(path: str) -> tuple[str, ...]:
    """The path's parents, nearest last: `a/b/c` has `a` and `a/b`."""
    parts = path.split(SEPARATOR)
    return tuple(SEPARATOR.join(parts[:count]) for count in range(1, len(parts)))


def lineage(paths: Iterable[str]) -> tuple[str, ...]:
    """Every path and every parent of it, each once, parents before children."""
    seen: dict[str, None] = {}
    for path in paths:
        seen.update(dict.fromkeys((*ancestors(path), path)))
    return tuple(seen)


def is_within(path: str, parent: str) -> bool:
    """Whether the path is `parent` or below it."""
    return path == parent or path.startswith(parent + SEPARATOR)


def moved(path: str, old: str, new: str) -> str:
    """The path once `old` is called `new`; a path that is not within `old` stays.

    >>> moved("Town/Roads/Bridges", "Town/Roads", "Traffic")
    'Traffic/Bridges'
    """
    return new + path[len(old) :] if is_within(path, old) else path


def name(path: str) -> str:
    """The last part of the path: what a button says."""
    return path.rsplit(SEPARATOR, 1)[-1]


def assign(category_path: Iterable[str], declared: Iterable[str]) -> tuple[str, ...]:
    """The categories of an article: those that the source declares, else the page's own breadcrumb."""
    fixed = tuple(dict.fromkeys(path for path in map(clean_path, declared) if path))
    if fixed:
        return fixed
    own = clean_path(category_path)
    return (own,) if own else ()
