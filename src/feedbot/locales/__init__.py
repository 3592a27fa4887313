"""What feedbot says to people, in their language: gettext catalogues, one folder a language.

English is written in the code. Every `.po` file of `zh_CN/` is read as it is at first use, so no step compiles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ENGLISH = "en"
CHINESE = "zh_CN"
LANGUAGES = (ENGLISH, CHINESE)
NAMES = {ENGLISH: "English", CHINESE: "简体中文"}
_CHINESE_TAGS = frozenset({"zh", "zh-hans", "zh-cn", "zh-sg"})


def known_language(tag: str | None) -> str:
    """The catalogue for a language tag as Telegram or a browser gives it (IETF, RFC 5646); English if none fits.

    >>> known_language("zh-Hans-CN"), known_language("de")
    ('zh_CN', 'en')
    """
    lowered = (tag or "").replace("_", "-").lower()
    return CHINESE if any(lowered == base or lowered.startswith(f"{base}-hans") for base in _CHINESE_TAGS) else ENGLISH


@dataclass(frozen=True, slots=True)
class Translator:
    """Says a text of the code in one language: `_ = translator("zh_CN"); _("Read")`, `_.plural("a day", ...)`.

    Values are put in with `str.format`: `_("Chat {title}", title=...)`. A text without a translation comes in English.
    """

    language: str
    catalogue: Mapping[str, str | tuple[str, ...]]

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language with the values put in."""
        found = self.catalogue.get(text, text)
        said = found if isinstance(found, str) else found[0]
        return said.format(**values) if values else said

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form that fits `count`, which is put in as `{count}`."""
        found = self.catalogue.get(one)
        if found is None or isinstance(found, str):
            said = one if count == 1 else many
        else:
            said = found[min(0 if count == 1 else 1, len(found) - 1)]
        return said.format(count=count, **values)


def translator(language: str | None) -> Translator:
    """What says texts in this language; takes any tag that `known_language` takes."""
    return _translator(known_language(language))


@cache
def _translator(language: str) -> Translator:
    return Translator(language, {} if language == ENGLISH else _read(language))


def _read(language: str) -> dict[str, str | tuple[str, ...]]:
    # Babel is needed for the Chinese catalogue only; an English start does without it.
    from babel.messages.pofile import read_po  # noqa: PLC0415

    found: dict[str, str | tuple[str, ...]] = {}
    for file in sorted(files(__package__).joinpath(language).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language, abort_invalid=True):
                said = message.string
                if message.id and said and not message.fuzzy and any(said):
                    msgid = message.id if isinstance(message.id, str) else message.id[0]
                    found[msgid] = said if isinstance(said, str) else tuple(said)
    return found
