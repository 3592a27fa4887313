"""Settings from environment variables: `FEEDBOT_` and the key's path joined by `__`; secrets also from a file.

An empty variable counts as not set, so that `FEEDBOT_TELEGRAM__TOKEN: ${TOKEN:-}` in a compose file does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel

from feedbot.config.faults import holds_secret, suggestion
from feedbot.config.files import KeyPath, dotted
from feedbot.errors import Fault
from feedbot.settings import Settings

PREFIX = "FEEDBOT_"
FILE_SUFFIX = "_FILE"
MAX_SECRET_BYTES = 64_000
# Read by the command line and by the tests, not settings.
OTHER_NAMES = frozenset({"FEEDBOT_CONFIG", "FEEDBOT_PORTAL_PAGES", "FEEDBOT_CHROMIUM"})
OTHER_PREFIX = "FEEDBOT_TEST_"


@dataclass(frozen=True, slots=True)
class Setting:
    """A leaf of the settings tree and the names that it goes by."""

    path: tuple[str, ...]
    is_secret: bool
    is_list: bool

    @property
    def key(self) -> str:
        """`telegram.pacing.per_second`."""
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """`FEEDBOT_TELEGRAM__PACING__PER_SECOND`."""
        return PREFIX + "__".join(self.path).upper()


@dataclass(frozen=True, slots=True)
class Override:
    """A value from the environment: the text of `variable`, or what the file that it names holds."""

    setting: Setting
    variable: str
    value: Any


def leaves(model: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Every setting of the section and of the sections in it, in their order."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, (*path, name))
        else:
            yield Setting((*path, name), holds_secret(kind), get_origin(kind) is tuple)


def secret_files(environ: Mapping[str, str]) -> list[Path]:
    """The files that `..._FILE` variables name."""
    names = (setting.variable + FILE_SUFFIX for setting in leaves() if setting.is_secret)
    return [Path(environ[name]) for name in names if environ.get(name)]


def overrides(environ: Mapping[str, str]) -> tuple[list[Override], list[Fault]]:
    """What the environment sets, and what is wrong with its `FEEDBOT_` variables. No fault repeats a value."""
    found: list[Override] = []
    faults: list[Fault] = []
    known: dict[str, Setting] = {}
    for setting in leaves():
        known[setting.variable] = setting
        if setting.is_secret:
            known[setting.variable + FILE_SUFFIX] = setting
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX) or name in OTHER_NAMES or name.startswith(OTHER_PREFIX) or not text.strip():
            continue
        if name not in known:
            faults.append(_fault(name, "", "is not a known variable.", suggestion(name, known)))
            continue
        override = _override(known[name], name, text)
        if isinstance(override, Fault):
            faults.append(override)
        else:
            found.append(override)
    faults.extend(_set_twice(found))
    return found, faults


def _override(setting: Setting, name: str, text: str) -> Override | Fault:
    if name == setting.variable:
        return Override(setting, name, _listed(text) if setting.is_list else text.strip())
    try:
        with Path(text).open("rb") as stream:
            body = stream.read(MAX_SECRET_BYTES + 1)
        secret = body.decode("utf-8-sig").strip()
    except OSError as error:
        return _fault(name, setting.key, f"names a file that cannot be read: {error.strerror}.", "Check the path.")
    except UnicodeDecodeError:
        return _fault(name, setting.key, "names a file that is not UTF-8 text.", "Put only the secret into it.")
    if not secret or len(body) > MAX_SECRET_BYTES:
        return _fault(name, setting.key, "names a file that is empty or too large.", "Put only the secret into it.")
    return Override(setting, name, secret)


def _listed(text: str) -> Any:
    """A list from `a, b` or from JSON; what looks like JSON and is not stays text and is refused as such later."""
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _set_twice(found: list[Override]) -> Iterator[Fault]:
    names: dict[KeyPath, str] = {}
    for override in found:
        first = names.setdefault(override.setting.path, override.variable)
        if first != override.variable:
            reason = f"sets {dotted(override.setting.path)}, and so does {first}."
            yield _fault(override.variable, "", reason, "Keep one of them.")


def _fault(name: str, key: str, reason: str, remedy: str) -> Fault:
    return Fault(f"environment variable {name}", None, key, reason, remedy)
