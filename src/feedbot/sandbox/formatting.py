"""From what a bot or a person sends to what Telegram stores: cleaned, trimmed text with orderly entities."""

from __future__ import annotations

import re
from typing import Any

from feedbot.sandbox.entities import Formatted, sorted_entities, utf16_length

Entity = dict[str, Any]

# Control characters become spaces; carriage returns, line and direction controls and three combining marks vanish.
_TO_SPACE = dict.fromkeys([*range(10), *range(11, 13), *range(14, 32)], " ")
_VANISH = dict.fromkeys([13, 0x333, 0x33F, 0x30A, *range(0x2028, 0x202F)])
_CLEAN = _TO_SPACE | _VANISH
_DIRTY = re.compile("[" + "".join(re.escape(chr(code)) for code in _CLEAN) + "]")
_SPACES = " \n"
_DOMAINS = "com|org|net|info|edu|gov|cn|hk|tw|jp|uk|de|fr|ru|io|me|tv|app|dev|xyz|top|site|online|py"
_FOUND = re.compile(
    r"(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,8}(?![\w]))"
    r"|(?P<url>(?i:(?<![A-Za-z0-9_])(?:https?|ftp)://)[^\s/?#<>\"]*[.\]][^\s<>\"]*"
    rf"|(?<![\w@.-])(?:[A-Za-z0-9][\w-]*\.)+(?i:{_DOMAINS})(?![\w.-])(?:[/?#][^\s<>\"]*)?)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/<>@])"
    r"|(?<!\w)(?P<mention>@[A-Za-z0-9_]{4,32})(?!\w)"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*(?:@[A-Za-z0-9_]{4,32})?)(?![\w#])"
    r"|(?<![\w$])(?P<cashtag>\$[A-Z]{1,8})(?![\w$])",
)
_CODE = frozenset({"code", "pre"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_LINKS = frozenset({"text_link", "text_mention", "custom_emoji"})


def stored(text: str, entities: list[Entity], *, find: bool = True) -> Formatted:
    """The text and entities as Telegram stores them; `find` adds commands, addresses, mentions and hashtags."""
    text, entities = _cleaned(text, entities)
    text, entities = _trimmed(text, entities)
    entities = _orderly(entities)
    if find:
        entities += [one for one in found_entities(text) if not _overlaps(one, entities)]
    return Formatted(text, sorted_entities(entities))


def found_entities(text: str) -> list[Entity]:
    """The entities that Telegram finds in plain text, offsets in UTF-16 units."""
    if not any(sign in text for sign in "/@#.$"):
        return []
    return [
        {
            "type": str(match.lastgroup),
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(_address(match.group()) if match.lastgroup == "url" else match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def _address(text: str) -> str:
    """The address without the punctuation that follows it in a sentence; brackets stay if they are closed inside."""
    while text and (text[-1] in ".,:;!?'…([{" or _is_unopened(text)):
        text = text[:-1]
    return text


def _is_unopened(text: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}.get(text[-1])
    return opening is not None and text.count(opening) < text.count(text[-1])


def slice_utf16(text: str, offset: int, length: int) -> str:
    """The part of the text that an entity covers."""
    return text.encode("utf-16-le", "surrogatepass")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def _cleaned(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    if _DIRTY.search(text) is None:
        return text, entities
    clean = text.translate(_CLEAN)
    if not entities or len(clean) == len(text):
        return clean, entities
    gone = [utf16_length(text[: match.start()]) for match in _DIRTY.finditer(text) if ord(match.group()) in _VANISH]

    def moved(position: int) -> int:
        return position - sum(1 for one in gone if one < position)

    return clean, [_spanning(one, moved(one["offset"]), moved(one["offset"] + one["length"])) for one in entities]


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    stripped = text.rstrip(_SPACES)
    leading = len(stripped) - len(stripped.lstrip(_SPACES))
    lead = min([leading, *(one["offset"] for one in entities)])
    result = stripped[lead:]
    if result == text:
        return text, [one for one in entities if one["length"] > 0]
    size = utf16_length(result)
    clipped = [
        _spanning(one, one["offset"] - lead, min(size, one["offset"] + one["length"] - lead)) for one in entities
    ]
    return result, [one for one in clipped if one["length"] > 0]


def _spanning(entity: Entity, begin: int, end: int) -> Entity:
    return entity | {"offset": begin, "length": end - begin}


def _overlaps(entity: Entity, others: list[Entity]) -> bool:
    """Whether the found entity touches code or a link, where Telegram finds nothing."""
    end = entity["offset"] + entity["length"]
    return any(
        one["type"] in _CODE | _LINKS and one["offset"] < end and entity["offset"] < one["offset"] + one["length"]
        for one in others
    )


def _orderly(entities: list[Entity]) -> list[Entity]:
    """No entity inside code, no quotation in a quotation, no link in a link; neighbours of one style are joined."""
    if len(entities) < 2:  # noqa: PLR2004 - one entity is orderly
        return entities
    ordered = sorted_entities(entities)
    kept: list[Entity] = []
    for family in (_QUOTES, _CODE, _LINKS):
        outer: list[Entity] = []
        for one in ordered:
            if one["type"] in family and not any(_covers(other, one) for other in outer):
                outer.append(one)
        kept += outer
    codes = [one for one in kept if one["type"] in _CODE]
    kept = [one for one in kept if one["type"] not in _LINKS or not any(_covers(code, one) for code in codes)]
    for one in ordered:
        if one["type"] not in _QUOTES | _CODE | _LINKS:
            kept += _around(one, codes)
    return _joined(sorted_entities(kept))


def _covers(outer: Entity, inner: Entity) -> bool:
    return bool(
        outer["offset"] <= inner["offset"] and inner["offset"] + inner["length"] <= outer["offset"] + outer["length"],
    )


def _around(entity: Entity, codes: list[Entity]) -> list[Entity]:
    """The parts of the entity that lie outside every piece of code."""
    parts, begin, end = [], entity["offset"], entity["offset"] + entity["length"]
    for code in codes:
        code_end = code["offset"] + code["length"]
        if code_end <= begin or code["offset"] >= end:
            continue
        parts.append(_spanning(entity, begin, code["offset"]))
        begin = code_end
    parts.append(_spanning(entity, begin, end))
    return [part for part in parts if part["length"] > 0]


def _joined(entities: list[Entity]) -> list[Entity]:
    last: dict[str, Entity] = {}
    result: list[Entity] = []
    for one in entities:
        before = last.get(one["type"])
        plain = set(one) == {"type", "offset", "length"} and one["type"] not in _CODE | _QUOTES
        if before and plain and one["offset"] <= before["offset"] + before["length"]:
            end = max(before["offset"] + before["length"], one["offset"] + one["length"])
            before["length"] = end - before["offset"]
            continue
        copy = dict(one)
        last[one["type"]] = copy
        result.append(copy)
    return result
