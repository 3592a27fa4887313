"""The parameters of one call, however they came: query, form, multipart or JSON."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, cast
from urllib.parse import parse_qsl

from feedbot.sandbox.model import bad_request


class Arguments:
    """Typed access to a call's parameters; `files` are the uploaded parts by name."""

    def __init__(self, values: dict[str, Any], files: dict[str, bytes] | None = None) -> None:
        self._values = values
        self.files = files or {}

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers and structures from a JSON body come as their JSON text."""
        value = self._values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A number; what is no number counts as `default`, as in Telegram."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """A boolean in any of the forms that Telegram takes."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def structure(self, name: str) -> Any:
        """A JSON-serialised parameter, None if it is absent.

        Raises:
            Refusal: the parameter is not JSON.
        """
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def record(self, name: str) -> dict[str, Any] | None:
        """A JSON object, None if it is absent.

        Raises:
            Refusal: it is something else.
        """
        value = self.structure(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request("object expected as " + name.replace("_", " "))
        return cast("dict[str, Any] | None", value)

    def records(self, name: str) -> list[dict[str, Any]] | None:
        """A JSON array of objects, None if it is absent.

        Raises:
            Refusal: it is something else.
        """
        value = self.structure(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_request(f"can't parse {name.replace('_', ' ')}: expected an Array of Objects")
        return cast("list[dict[str, Any]]", value)


def read_arguments(query: bytes, content_type: str, body: bytes) -> Arguments:
    """The parameters of a request.

    Raises:
        Refusal: the body is not what its content type says.
    """
    values: dict[str, Any] = dict(parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return Arguments(values)
    if kind == "application/json":
        return Arguments(values | _json_object(body))
    if kind == "multipart/form-data":
        fields, files = _multipart(content_type, body)
        return Arguments(values | fields, files)
    form = parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True)
    return Arguments(values | dict(form))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object")
    return value


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    head = b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise bad_request("wrong multipart/form-data part")
        if part.get_filename() is None:
            fields[name] = content.decode("utf-8", "replace")
        else:
            files[name] = content
    return fields, files
