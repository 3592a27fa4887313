"""The sources of a directory: every file read, every option checked, nothing declared twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from feedbot.config import files, selecting
from feedbot.config.faults import findings, suggestion
from feedbot.config.files import Document, KeyPath
from feedbot.config.sources import SourceSettings
from feedbot.domain.credentials import reference, secrets
from feedbot.domain.identity import canonical_url
from feedbot.errors import Fault, Refused
from feedbot.services.credentials import look_up
from feedbot.settings import Site

NOTHING_ELSE: Mapping[Path, str] = MappingProxyType({})
_SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Declaration:
    """A source and where it stands."""

    source: SourceSettings
    document: Document
    path: KeyPath

    @property
    def place(self) -> str:
        """`config/sources/town.yaml:12`."""
        return f"{self.document.file}:{self.document.line(self.path)}"


def source_files(folder: Path) -> list[Path]:
    """The YAML files of the folder by name; hidden ones (editors' locks and copies) are passed over.

    A folder that is not there, or that cannot be read, has none.
    """
    if files.unusable_folder(folder):
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES and not path.name.startswith("."))


def read_sources(folder: Path, faults: list[Fault], *, texts: Mapping[Path, str] = NOTHING_ELSE) -> list[Declaration]:
    """Every source that is right in itself, in the order of the files; what is wrong is added to `faults`.

    `texts` stand in the place of what the files hold, there or not: to see whether they would be right.
    """
    declarations: list[Declaration] = []
    if os.path.lexists(folder) and (unusable := files.unusable_folder(folder)):
        faults.append(unusable)
    for path in sorted({*source_files(folder), *texts}):
        document = (
            files.parse(texts[path].removeprefix("\ufeff"), file=str(path)) if path in texts else files.read(path)
        )
        declarations.extend(_declarations(document))
        faults.extend(document.faults)
    faults.extend(_repeated(declarations))
    faults.extend(_wrong_selectors(declarations))
    return declarations


def _declarations(document: Document) -> Iterator[Declaration]:
    data = document.data
    if data is None:
        return
    if not isinstance(data, dict):
        document.fault((), "must begin with sources:.", "Write sources: and indent the list below it.")
        return
    for key in data:
        if key != "sources":
            document.fault((key,), "is not a known key.", suggestion(key, ["sources"]))
    entries = data.get("sources")
    if entries is None:
        return
    if not isinstance(entries, list):
        document.fault(("sources",), "must be a list.", "Begin each source with a hyphen: - id: town-hall.")
        return
    for index, entry in enumerate(entries):
        try:
            yield Declaration(SourceSettings.model_validate(entry), document, ("sources", index))
        except ValidationError as error:
            for finding in findings(error.errors(), SourceSettings):
                document.fault(("sources", index, *finding.path), finding.reason, finding.remedy)


def _repeated(declarations: list[Declaration]) -> Iterator[Fault]:
    """An id or an address that stands in two places; addresses are compared in their canonical form."""
    seen: dict[tuple[str, str], Declaration] = {}
    for declaration in declarations:
        source = declaration.source
        for key, value, remedy in (
            ("id", source.id, "Give one of them another id."),
            ("url", canonical_url(source.url), "Remove one of them; a source may have several categories."),
        ):
            first = seen.setdefault((key, value), declaration)
            if first is not declaration:
                shown = source.id if key == "id" else f"of {first.source.id}"
                place = f"{first.document.file}:{first.document.line((*first.path, key))}"
                yield _fault(declaration, f"{shown} is already declared in {place}.", remedy, key)


def _wrong_selectors(declarations: list[Declaration]) -> Iterator[Fault]:
    """Selectors where they are of no use, are missing, have an unknown name, or are not what the type reads."""
    for declaration in declarations:
        source = declaration.source
        if source.select or source.type == "page":
            for finding in selecting.findings(source.type, source.select):
                yield _fault(declaration, finding.reason, finding.remedy, "select", *finding.path)


def missing_secrets(declarations: Iterable[Declaration], environ: Mapping[str, str]) -> Iterator[Fault]:
    """Each environment variable or file that a source names for a secret and that is not there."""
    for declaration in declarations:
        for key, value in secrets(declaration.source.declared(Site()).options):
            found = reference(value)
            try:
                if found:
                    look_up(found, environ)
            except Refused as error:
                remedy = "Set it where feedbot runs, or change this line."
                yield _fault(declaration, str(error), remedy, *key.split(".", 1))


def unsealable(declarations: Iterable[Declaration]) -> Iterator[Fault]:
    """Each secret that stands in a file as it is, where the database has no key to encrypt it with."""
    for declaration in declarations:
        for key, value in secrets(declaration.source.declared(Site()).options):
            if not reference(value):
                reason = "is a secret, and a PostgreSQL database without database.secret_key cannot encrypt it."
                remedy = "Write it as env:NAME or file:PATH, or set database.secret_key to a long random text."
                yield _fault(declaration, reason, remedy, *key.split(".", 1))


def _fault(declaration: Declaration, reason: str, remedy: str, *key: str | int) -> Fault:
    path = (*declaration.path, *key)
    document = declaration.document
    return Fault(document.file, document.line(path), files.dotted(path), reason, remedy)
