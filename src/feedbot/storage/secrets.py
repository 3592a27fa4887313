"""Encrypts what must not stand in the database as it is: the cookies, passwords and headers of sources.

Fernet (AES-128-CBC with HMAC-SHA256) with a key from the settings, or from a file beside the SQLite database.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from feedbot.domain.credentials import SEALED
from feedbot.errors import Refused

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = b"feedbot: secrets of sources"
_KEY_BYTES = 32


class Vault:
    """Seals and opens secrets. `key` is the text that the settings give, `file` where one is kept else.

    Nothing is read, made or imported before a secret is there.
    """

    def __init__(self, key: str | None, file: Path | None) -> None:
        self._given = key
        self._file = file
        self._cipher: Fernet | None = None

    def seal(self, secret: str) -> str:
        """The secret as it may be stored; it reads differently each time. A first one makes the key file.

        Raises:
            Refused: there is no key, and no place to keep one.
        """
        return SEALED + self._ready(make=True).encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The secret that `seal` made that of.

        Raises:
            Refused: the key is not there, or it is another one.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - only where a secret is

        try:
            return self._ready(make=False).decrypt(sealed.removeprefix(SEALED).encode()).decode()
        except InvalidToken:
            raise Refused(
                f"is encrypted with another key than the one {self._place()}. Put the old key back, or give the "
                "secret anew."
            ) from None

    def _ready(self, *, make: bool) -> Fernet:
        if self._cipher is None:
            self._cipher = _cipher(self._given or self._kept(make=make))
        return self._cipher

    def _kept(self, *, make: bool) -> str:
        if self._file is None:
            raise Refused(
                "is a secret, and this database has no key to encrypt it with. Set database.secret_key "
                "(FEEDBOT_DATABASE__SECRET_KEY or ..._FILE) to a long random text, or write the secret as env:NAME."
            )
        try:
            if make and not self._file.exists():
                _make(self._file)
            return self._file.read_text("ascii").strip()
        except FileNotFoundError:
            raise Refused(
                f"is encrypted, and its key is gone: {self._file} is not there. Put it back from a backup, or give "
                "the secret anew."
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not a key"
            raise Refused(f"cannot be encrypted or read: the key file {self._file} ({reason}). Mend it.") from None

    def _place(self) -> str:
        return "in database.secret_key" if self._given else f"in {self._file}"


def _make(file: Path) -> None:
    """Makes the key file, for its owner alone; of two processes at once the first one's stays."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{secrets.token_urlsafe(_KEY_BYTES)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _cipher(key: str) -> Fernet:
    """The cipher of a key that is any text (HKDF, RFC 5869: the text is long and random, so no slow hash is needed)."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - only where a secret is
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
