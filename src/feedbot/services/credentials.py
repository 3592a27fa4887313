"""Secrets of sources: looked up when a source is fetched, sealed before they are stored, masked wherever they show."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedbot.domain import credentials
from feedbot.domain.credentials import Reference, reference
from feedbot.domain.source import DeclaredSource, Source, SourceOptions
from feedbot.errors import Refused, SecretMissing
from feedbot.fetching.urls import shown

if TYPE_CHECKING:
    from feedbot.storage.secrets import Vault

MASK = "***"
MAX_SECRET_BYTES = 64_000


def look_up(found: Reference, environ: Mapping[str, str]) -> str:
    """The secret that stands in the environment variable or the file.

    Raises:
        Refused: it is not there, or cannot be a secret; the text begins with the verb, and never has the value.
    """
    if found.kind == "env":
        value = environ.get(found.name, "")
        if not value:
            raise Refused(f"names the environment variable {found.name}, which is not set.")
        return value
    if found.kind == "sealed":
        raise Refused("is encrypted, and there is no key at hand.")
    try:
        value = _text(Path(found.name))
    except OSError as error:
        raise Refused(f"names the file {found.name}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused(f"names the file {found.name}, which is not UTF-8 text.") from None
    if not value:
        raise Refused(f"names the file {found.name}, which is empty or larger than {MAX_SECRET_BYTES // 1000} KB.")
    return value


def opened(
    options: SourceOptions, vault: Vault | None = None, *, environ: Mapping[str, str] = os.environ
) -> SourceOptions:
    """The options with every secret itself in its place; without a `vault` none of them may be sealed.

    Raises:
        Refused: one cannot be had; the text names its option, never its value.
    """

    def change(key: str, value: str) -> str:
        found = reference(value)
        if found is None:
            return value
        try:
            secret = vault.open(value) if vault and found.kind == "sealed" else look_up(found, environ)
        except Refused as error:
            raise Refused(f"{key} {error}") from None
        if not secret.isprintable():
            raise Refused(f"{key} has line breaks or control characters in what it names.")
        return secret

    return credentials.changed(options, change)


async def with_secrets(source: Source, vault: Vault) -> Source:
    """The source as it is fetched: with the secrets themselves. It is never stored or shown like that.

    Raises:
        SecretMissing: one cannot be had; the text says which and what to do.
    """
    try:
        options = await asyncio.to_thread(opened, source.options, vault)
    except Refused as error:
        text = f"{error} Set it where feedbot runs, or change the source: without it the site is not asked."
        raise SecretMissing(text, url=shown(source.poll_url)) from None
    return source if options is source.options else replace(source, options=options)


def sealed(entry: DeclaredSource, vault: Vault) -> DeclaredSource:
    """The source as it is stored: secrets that stand in it encrypted, references to them as they are.

    Raises:
        Refused: there is no key to encrypt with; the text says where to set one.
    """

    def change(key: str, value: str) -> str:
        try:
            return value if reference(value) else vault.seal(value)
        except Refused as error:
            raise Refused(f"{key} of the source {entry.id} {error}") from None

    options = credentials.changed(entry.options, change)
    return entry if options is entry.options else replace(entry, options=options)


def as_stored(entry: DeclaredSource, stored: SourceOptions | None, vault: Vault) -> DeclaredSource:
    """The source as it is stored, with what is `stored` of it already where that says the same.

    A secret is sealed to another text each time: without this every start would find every source changed.

    Raises:
        Refused: as `sealed` does.
    """
    if stored is not None and stored != entry.options and _unsealed(stored, vault) == entry.options:
        return replace(entry, options=stored)
    return sealed(entry, vault)


def _unsealed(stored: SourceOptions, vault: Vault) -> SourceOptions | None:
    """What was sealed; None if the key is another one by now."""
    try:
        return credentials.changed(
            stored, lambda _key, value: vault.open(value) if value.startswith(credentials.SEALED) else value
        )
    except Refused:
        return None


def masked(options: SourceOptions) -> SourceOptions:
    """The options as they may be shown: references as they are, secrets as `***`."""

    def change(_key: str, value: str) -> str:
        found = reference(value)
        return value if found and found.kind != "sealed" else MASK

    return credentials.changed(options, change)


def shown_options(options: SourceOptions) -> dict[str, Any]:
    """The options as plain JSON values that may be shown; an address keeps its place but for what looks secret."""
    plain = masked(options).as_json()
    for key in ("page_url", "proxy"):
        if plain[key] and not reference(plain[key]) and plain[key] != MASK:
            plain[key] = shown(plain[key])
    return plain


def _text(path: Path) -> str:
    if not path.is_file():  # opening a pipe would wait for somebody who writes into it
        raise FileNotFoundError(2, "No such file" if not path.exists() else "It is no file")
    with path.open("rb") as stream:
        body = stream.read(MAX_SECRET_BYTES + 1)
    return body.decode("utf-8-sig").strip() if len(body) <= MAX_SECRET_BYTES else ""
