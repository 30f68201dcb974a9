"""Photos: their size in pixels from the header of the file, and one to send when any will do."""

from __future__ import annotations

import struct
import zlib
from functools import cache

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Start of frame: C4, C8 and CC in this range mean other things.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_OTHER_IMAGES = (b"GIF8", b"BM", b"RIFF")  # GIF, BMP, WebP


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG in pixels; None for anything else, and for a broken header."""
    if data.startswith(_PNG):
        return _png_size(data)
    return _jpeg_size(data) if data.startswith(_JPEG) else None


def is_other_image(data: bytes) -> bool:
    """Does the file look like an image of a kind that Telegram takes for a photo and this place does not?"""
    return data.startswith(_OTHER_IMAGES)


def mime_of(data: bytes) -> str:
    """The MIME type of a file that `size_of` knows."""
    return "image/png" if data.startswith(_PNG) else "image/jpeg"


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return (width, height) if width and height else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
        elif marker in _JPEG_BARE:
            position += 2
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return (width, height) if width and height else None
        else:
            position += 2 + int(struct.unpack(">H", data[position + 2 : position + 4])[0])
    return None


@cache
def sample() -> bytes:
    """A PNG of 320 × 240 with two colours, a photo of nothing in particular."""
    width, height = 320, 240
    sky, ground = b"\x8f\xb8\xde", b"\x6d\x8f\x5a"
    lines = b"".join(b"\x00" + (sky if row < height * 2 // 3 else ground) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
