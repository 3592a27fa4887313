"""Photos: where they come from, and the size that Telegram tells of them."""

from __future__ import annotations

import hashlib
import struct

from feedbot.sandbox.arguments import Arguments
from feedbot.sandbox.model import Json, Refusal, bad_request
from feedbot.sandbox.world import World

UPLOAD_BYTES = 10 * 1024 * 1024
SIDES = 10_000
FRAMES = frozenset(range(0xFFC0, 0xFFD0)) - {0xFFC4, 0xFFC8, 0xFFCC}
RATIO = 20
# A photo by address is not fetched: it is shown by the page, and its size is the common one.
ADDRESS_SIZE = (800, 450)


def photo_sizes(world: World, args: Arguments, value: str, field: str = "") -> list[Json]:
    """The API's PhotoSize list of an upload (`attach://name` or a part named as the field), an address or a file id.

    Raises:
        Refusal: there is no photo, or it is none that Telegram takes.
    """
    name = value.removeprefix("attach://") if value.startswith("attach://") else field
    if name in args.files and (not value or value.startswith("attach://")):
        return _uploaded(world, args.files[name])
    if not value or value.startswith("attach://"):
        raise bad_request("there is no photo in the request")
    if value in world.files:
        known = world.files[value]
        if isinstance(known, str):
            return _sizes(value, *ADDRESS_SIZE)
        return _sizes(value, *(image_size(known) or ADDRESS_SIZE), len(known))
    if not value.lower().startswith(("http://", "https://")):
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    file_id = "AgACAgQ" + hashlib.sha256(value.encode()).hexdigest()[:48]
    world.keep_file(file_id, value)
    return _sizes(file_id, *ADDRESS_SIZE)


def _uploaded(world: World, content: bytes) -> list[Json]:
    if len(content) > UPLOAD_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    size = image_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > SIDES or max(size) > RATIO * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    file_id = "AgACAgI" + hashlib.sha256(content).hexdigest()[:48]
    world.keep_file(file_id, content)
    return _sizes(file_id, width, height, len(content))


def _sizes(file_id: str, width: int, height: int, size: int | None = None) -> list[Json]:
    photo: Json = {"file_id": file_id, "file_unique_id": file_id[7:23], "width": width, "height": height}
    return [photo | ({"file_size": size} if size else {})]


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or WebP image, None if it is none of them."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack("<HH", content[6:10])
        elif content.startswith(b"\xff\xd8"):
            width, height = _jpeg_size(content)
        elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            width, height = _webp_size(content)
        else:
            return None
    except (struct.error, IndexError):
        return None
    return (width, height) if width and height else None


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From the first start-of-frame segment (ITU T.81, B.2.2)."""
    position = 2
    while True:
        marker, length = struct.unpack(">HH", content[position : position + 4])
        if marker in FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        if marker < 0xFF01:  # noqa: PLR2004 - not at a marker: the file is broken
            return 0, 0
        position += 2 + length


def _webp_size(content: bytes) -> tuple[int, int]:
    """From the first chunk (RFC 9649, section 2)."""
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


def image_type(content: bytes) -> str:
    """The media type of an image's bytes."""
    for head, name in ((b"\x89PNG", "png"), (b"GIF8", "gif"), (b"\xff\xd8", "jpeg"), (b"RIFF", "webp")):
        if content.startswith(head):
            return f"image/{name}"
    return "application/octet-stream"
