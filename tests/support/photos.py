"""Photos to send: as a camera makes them, and as nobody should."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

RED, BLUE = (220, 30, 30), (30, 30, 220)
SECRET = b"Nikon of Anna"
"""What stands in the metadata of `camera_photo`."""
_ORIENTATION, _MAKE, _GPS = 0x0112, 0x010F, 0x8825


def camera_photo(width: int = 400, height: int = 200, *, orientation: int = 6) -> bytes:
    """A JPEG, red on the left and blue on the right, with a place, a maker, a comment and something behind its end.

    Orientation 6: the camera was held upright, so red is at the top of what people see.
    """
    image = two_halves(width, height)
    exif = image.getexif()
    exif[_ORIENTATION], exif[_MAKE] = orientation, SECRET.decode()
    exif.get_ifd(_GPS).update({1: "N", 2: (55.0, 54.0, 36.0), 3: "E", 4: (37.0, 44.0, 0.0)})
    taken = BytesIO()
    image.save(taken, "JPEG", exif=exif, comment=SECRET, quality=90)
    return taken.getvalue() + SECRET


def two_halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image


def saved(image: Image.Image, kind: str) -> bytes:
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it has 900 million pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\x00" * 10_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def scan_bomb(scans: int, side: int = 64) -> bytes:
    """A small progressive JPEG whose last scan comes again and again: each is work for the whole picture."""
    file = BytesIO()
    Image.new("L", (side, side), 128).save(file, "JPEG", progressive=True)
    whole = file.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


def truncated() -> bytes:
    """A photo of which only the first half has arrived."""
    whole = saved(Image.effect_noise((300, 300), 90).convert("RGB"), "JPEG")
    return whole[: len(whole) // 2]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
