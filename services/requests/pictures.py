"""A photo as it is kept: its picture alone, upright and of a bounded size. What the camera wrote beside it is gone.

The pixels are drawn onto a fresh canvas and encoded anew, so no metadata (place, device, date, comment, thumbnail,
anything behind the end) can pass through.
"""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from services.requests.model import PictureProblem, PictureRefused

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 10 * 1024 * 1024
"""Of the file that was sent."""
SIDE = 2048
"""The longer side of what is kept, in pixels: print on a photographed page can still be read."""
MIME = "image/jpeg"
_MOST_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000}
"""By format: a JPEG is decoded at a fraction of its size, a PNG whole, at four bytes a pixel."""
_MOST_SCANS = 30
"""Of a JPEG; cameras make 1, programs some 10. Each takes as long as the whole picture, and may have 70 bytes only."""
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # no length follows these
_SCAN, _END = 0xDA, 0xD9
_QUALITY = 85
_SMALLER_FIRST = ("L", "RGB", "RGBA", "CMYK")  # colours of the others cannot be mixed before they are converted
_WHITE = (255, 255, 255)
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError)


def clean(data: bytes) -> bytes:
    """The picture of a JPEG or PNG as a JPEG of at most `SIDE` pixels a side, without any metadata.

    Raises `PictureRefused`. Takes up to some hundred milliseconds of a processor: not for the event loop.
    """
    from PIL import Image, UnidentifiedImageError  # needed by nobody at start

    if len(data) > MOST_BYTES:
        raise PictureRefused(PictureProblem.TOO_LARGE)
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _MOST_PIXELS[image.format or "PNG"]:
                raise PictureRefused(PictureProblem.TOO_LARGE)
            if image.format != "PNG" and _scans(data) > _MOST_SCANS:
                raise PictureRefused(PictureProblem.TOO_LARGE)
            return _drawn_anew(image)
    except UnidentifiedImageError:
        raise PictureRefused(PictureProblem.NOT_A_PICTURE) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(PictureProblem.TOO_LARGE) from None
    except (*_BROKEN, struct.error, zlib.error):  # what the decoder stumbles over, by its many names
        raise PictureRefused(PictureProblem.BROKEN) from None


def _scans(data: bytes) -> int:
    """How many times the decoder would go over the picture: a JPEG's scans up to its end (ITU-T T.81, annex B)."""
    found = at = 0
    while (marker := _MARKER.search(data, at)) is not None:
        at, code = marker.end(), marker[1][0]
        if code == _END:
            break
        if code not in _ALONE:
            found += code == _SCAN
            at += int.from_bytes(data[at : at + 2], "big")
    return found


def _drawn_anew(image: Image) -> bytes:
    from PIL import Image as Images
    from PIL import ImageOps

    image.draft("RGB", (SIDE, SIDE))
    image.load()
    if image.mode in _SMALLER_FIRST and "transparency" not in image.info:  # each of the next steps makes a copy
        image.thumbnail((SIDE, SIDE))
    upright = ImageOps.exif_transpose(image)
    drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.thumbnail((SIDE, SIDE))
    canvas = Images.new("RGB", drawn.size, _WHITE)
    canvas.paste(drawn, mask=drawn.getchannel("A") if drawn.mode == "RGBA" else None)
    kept = BytesIO()
    canvas.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()
