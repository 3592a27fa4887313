"""A configuration as it may be shown: secrets masked, durations and sizes as an admin writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from feedbot.config.environment import Setting, leaves
from feedbot.config.load import Configuration
from feedbot.config.sources import SourceSettings
from feedbot.fetching.urls import shown
from feedbot.services.credentials import shown_options
from feedbot.setting_types import MASK, SecretUrl
from feedbot.settings import Site

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting with its value as JSON can hold it; `origin` is `default`, `file:line` or a variable's name."""

    key: str
    value: Any
    origin: str


def shown_settings(configuration: Configuration) -> list[ShownSetting]:
    """Every setting in the order of the sections."""
    values = configuration.settings.model_dump(mode="json")
    return [
        ShownSetting(
            setting.key, _shown(configuration, setting, values), configuration.origins.get(setting.key, DEFAULT)
        )
        for setting in leaves()
    ]


def shown_source(source: SourceSettings) -> dict[str, Any]:
    """The options of a source; its secrets, and whatever looks like one in its addresses, are masked."""
    values = source.model_dump(mode="json", by_alias=True)
    options = shown_options(source.declared(Site()).options)
    kept = {key: options[key] for key in ("headers", "cookies", "proxy", "page_url")}
    auth = {"auth": options["auth"] or None} if source.auth else {}
    return {**values, **kept, **auth, "url": shown(source.url)}


def as_text(value: Any) -> str:
    """A value in a table's cell: nothing is `-`, lists are joined by commas."""
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(configuration: Configuration, setting: Setting, values: dict[str, Any]) -> Any:
    value: Any = values
    kept: Any = configuration.settings
    for part in setting.path:
        value, kept = value[part], getattr(kept, part)
    if setting.key == "site.base_url":
        return configuration.settings.base_url
    if isinstance(kept, SecretUrl):
        return str(kept)
    return MASK if setting.is_secret and kept is not None else value
