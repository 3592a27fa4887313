"""A directory and an environment become one checked `Configuration`, or every fault in them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from feedbot.config import environment, files
from feedbot.config.declared import missing_secrets, read_sources, unsealable
from feedbot.config.environment import Override
from feedbot.config.faults import findings, section_at
from feedbot.config.files import Document, KeyPath, dotted
from feedbot.config.sources import SourceSettings
from feedbot.domain.credentials import reference, secrets
from feedbot.domain.source import DeclaredSource
from feedbot.errors import ConfigurationError, Fault
from feedbot.setting_types import SecretUrl
from feedbot.settings import Settings

SETTINGS_FILE = "feedbot.yaml"
SOURCES_FOLDER = "sources"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an admin asked for, checked.

    `fingerprint` changes when anything in it does. `origins` says where each setting that is not left at its default
    was set (`config/feedbot.yaml:12` or a variable's name), `places` where each source stands. `missing` are secrets of
    sources that are to be had from a variable or file which is not there: only those sources cannot be read.
    """

    settings: Settings
    sources: tuple[SourceSettings, ...]
    fingerprint: str
    directory: Path = Path("config")
    origins: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[Fault, ...] = ()

    def declared_sources(self) -> tuple[DeclaredSource, ...]:
        """The sources as the rest of feedbot knows them, with the site's zone and language filled in."""
        return tuple(source.declared(self.settings.site) for source in self.sources)

    def secrets(self) -> tuple[str, ...]:
        """Every secret text in it, so that logs and messages can be kept free of them."""
        return tuple(sorted({*_secrets(self.settings), *self._of_sources()}))

    def _of_sources(self) -> Iterator[str]:
        for source in self.declared_sources():
            for _, value in secrets(source.options):
                if not reference(value):
                    yield value
                    yield from SecretUrl(value).passwords()


def load(directory: Path, environ: Mapping[str, str]) -> Configuration:
    """The configuration of the directory with the environment's overrides; without files it is the default one.

    Raises:
        ConfigurationError: something is wrong; it carries every fault, with file, line, key, reason and remedy.
    """
    if unusable := files.unusable_folder(directory):
        raise ConfigurationError((unusable,))
    path = directory / SETTINGS_FILE
    document = files.read(path) if path.exists() or path.is_symlink() else Document(str(path))
    overrides, faults = environment.overrides(environ)
    faults = [*document.faults, *_misnamed(directory), *faults]
    settings = _settings(document, overrides, faults)
    declarations = read_sources(directory / SOURCES_FOLDER, faults)
    if settings and not settings.database.can_encrypt:
        faults.extend(unsealable(declarations))
    if settings is None or faults:
        raise ConfigurationError(_in_reading_order(faults))
    sources = tuple(declaration.source for declaration in declarations)
    return Configuration(
        settings=settings,
        sources=sources,
        fingerprint=_fingerprint(settings, sources),
        directory=directory,
        origins=_origins(document, overrides),
        places={declaration.source.id: declaration.place for declaration in declarations},
        missing=tuple(missing_secrets(declarations, environ)),
    )


def _in_reading_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults file by file, each file from top to bottom."""
    files_in_order = list(dict.fromkeys(fault.file for fault in faults))
    return tuple(sorted(faults, key=lambda fault: (files_in_order.index(fault.file), fault.line or 0)))


def database_url(directory: Path, environ: Mapping[str, str]) -> str:
    """The database's address, even where the configuration is refused: from the environment, the file, or the default.

    It is for telling how a running feedbot fares while its files are being mended; it is not checked.
    """
    try:
        return load(directory, environ).settings.database.url.get_secret_value()
    except ConfigurationError:
        found, _ = environment.overrides(environ)
        path = directory / SETTINGS_FILE
        written = files.read(path).data if path.exists() else None
        section = written.get("database") if isinstance(written, dict) else None
        in_file = section.get("url") if isinstance(section, dict) else None
        set_outside = (override.value for override in found if override.setting.path == ("database", "url"))
        return str(next(set_outside, in_file) or Settings().database.url.get_secret_value())


def _misnamed(directory: Path) -> Iterator[Fault]:
    for name in ("feedbot.yml", "sources.yaml", "sources.yml"):
        if (directory / name).exists():
            right = SETTINGS_FILE if name.startswith("feedbot") else f"{SOURCES_FOLDER}/{name}"
            yield Fault(str(directory / name), None, "", "is not read by that name.", f"Rename it to {right}.")


def _settings(document: Document, overrides: list[Override], faults: list[Fault]) -> Settings | None:
    """The settings, or None after adding what is wrong to `faults`."""
    if document.faults:
        return None
    values = _without_empty_sections({} if document.data is None else document.data, Settings)
    if not isinstance(values, dict):
        faults.append(Fault(document.file, 1, "", "must be a group of keys.", "Write lines such as site: and web:."))
        return None
    by_path: dict[KeyPath, Override] = {override.setting.path: override for override in overrides}
    for override in overrides:
        _put(values, override.setting.path, override.value)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        for finding in findings(error.errors(), Settings):
            variable = next((by_path[path].variable for path in _prefixes(finding.path) if path in by_path), None)
            file = f"environment variable {variable}" if variable else document.file
            line = None if variable else document.line(finding.path)
            faults.append(Fault(file, line, dotted(finding.path), finding.reason, finding.remedy))
        return None


def _prefixes(path: KeyPath) -> Iterator[KeyPath]:
    return (path[:length] for length in range(len(path), 0, -1))


def _without_empty_sections(values: Any, model: type[BaseModel]) -> Any:
    """A copy in which a section whose every line is commented out is an empty section."""
    if not isinstance(values, dict):
        return values
    copy: dict[str, Any] = {}
    for key, value in values.items():
        section = section_at(model, (key,))
        copy[key] = _without_empty_sections({} if value is None else value, section) if section else value
    return copy


def _put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set the value at the path; what stands in the way and is no section is left, to be found at fault."""
    for part in path[:-1]:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        values = inner
    values[path[-1]] = value


def _origins(document: Document, overrides: list[Override]) -> dict[str, str]:
    origins: dict[str, str] = {}
    for setting in environment.leaves():
        if setting.path in document.lines:
            origins[setting.key] = f"{document.file}:{document.lines[setting.path]}"
    return origins | {override.setting.key: override.variable for override in overrides}


def _secrets(section: BaseModel) -> Iterator[str]:
    for _, value in section:
        if isinstance(value, BaseModel):
            yield from _secrets(value)
        elif isinstance(value, SecretUrl):
            yield from value.passwords()
        elif isinstance(value, SecretStr):
            yield value.get_secret_value()


def _fingerprint(settings: Settings, sources: tuple[SourceSettings, ...]) -> str:
    # A dump shows secrets masked, so they are added; a database's address shows all but its password.
    said = (settings.model_dump(mode="json"), tuple(_secrets(settings)), [source.model_dump() for source in sources])
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()
