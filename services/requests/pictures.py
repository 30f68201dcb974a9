"""A photo as it is kept: its picture alone, upright and of a bounded size. What the camera wrote beside it is gone.

The pixels are drawn onto a fresh canvas and encoded anew, so no metadata (place, device, date, comment, thumbnail,
anything behind the end) can pass through.
"""

from __future__ import annotations

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
_QUALITY = 85
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
            return _drawn_anew(image)
    except UnidentifiedImageError:
        raise PictureRefused(PictureProblem.NOT_A_PICTURE) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(PictureProblem.TOO_LARGE) from None
    except (*_BROKEN, struct.error, zlib.error):  # what the decoder stumbles over, by its many names
        raise PictureRefused(PictureProblem.BROKEN) from None


def _drawn_anew(image: Image) -> bytes:
    from PIL import Image as Images
    from PIL import ImageOps

    image.draft("RGB", (SIDE, SIDE))
    image.load()
    upright = ImageOps.exif_transpose(image)
    drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.thumbnail((SIDE, SIDE))
    canvas = Images.new("RGB", drawn.size, _WHITE)
    canvas.paste(drawn, mask=drawn.getchannel("A") if drawn.mode == "RGBA" else None)
    kept = BytesIO()
    canvas.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()
