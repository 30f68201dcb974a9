"""Photos are kept as pictures alone: upright, bounded, without what the camera wrote beside them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from services.requests.model import PictureProblem, PictureRefused
from services.requests.pictures import MOST_BYTES, SIDE, clean
from tests.support.photos import BLUE, RED, SECRET, bomb, camera_photo, saved, scan_bomb, truncated, two_halves

Pixel = tuple[int, int, int]


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def pixel(image: Image.Image, x: int, y: int) -> Pixel:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def is_like(found: Pixel, wanted: Pixel) -> bool:
    return all(abs(one - other) < 24 for one, other in zip(found, wanted, strict=True))


def test_what_the_camera_wrote_is_gone() -> None:
    sent = camera_photo()
    assert dict(opened(sent).getexif().get_ifd(0x8825)), "there was a place to begin with"
    kept = clean(sent)
    image = opened(kept)
    assert image.format == "JPEG"
    assert not image.getexif()
    assert not set(image.info) & {"exif", "comment", "xmp", "icc_profile", "photoshop"}
    assert SECRET in sent
    assert SECRET not in kept


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (400, 200), (20, 100)),
        (3, (400, 200), (380, 100)),
        (6, (200, 400), (100, 20)),
        (8, (200, 400), (100, 380)),
        (2, (400, 200), (380, 100)),
    ],
)
def test_it_stands_as_the_person_saw_it(orientation: int, size: tuple[int, int], red_at: tuple[int, int]) -> None:
    image = opened(clean(camera_photo(orientation=orientation)))
    assert image.size == size
    assert is_like(pixel(image, *red_at), RED)
    assert is_like(pixel(image, size[0] - 1 - red_at[0], size[1] - 1 - red_at[1]), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_one_is_made_smaller_and_a_small_one_is_left(kind: str) -> None:
    large = opened(clean(saved(two_halves(5000, 2500), kind)))
    assert large.size == (SIDE, SIDE // 2)
    assert is_like(pixel(large, 100, 500), RED)
    assert opened(clean(saved(two_halves(60, 40), kind))).size == (60, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16", "CMYK"])
def test_every_way_of_storing_colours_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("L", (50, 50), 255).convert("P").convert("RGBA") if mode == "PA" else two_halves(50, 50)
    image = image.convert("L").convert(mode) if mode == "I;16" else image.convert("P" if mode == "PA" else mode)
    assert opened(clean(saved(image, kind))).mode == "RGB"


def test_what_cannot_be_seen_through_is_white() -> None:
    image = opened(clean(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")))
    assert is_like(pixel(image, 20, 20), (255, 255, 255))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", PictureProblem.NOT_A_PICTURE),
        (b"%PDF-1.7 not a picture at all", PictureProblem.NOT_A_PICTURE),
        (saved(two_halves(30, 30), "GIF"), PictureProblem.NOT_A_PICTURE),
        (saved(two_halves(30, 30), "TIFF"), PictureProblem.NOT_A_PICTURE),
        (truncated(), PictureProblem.BROKEN),
        (saved(two_halves(300, 300), "PNG")[:-200], PictureProblem.BROKEN),
        (bomb(), PictureProblem.TOO_LARGE),
        (bomb(5001, 5001), PictureProblem.TOO_LARGE),
        (bomb(12_000, 12_000), PictureProblem.TOO_LARGE),
        (bomb(4000, 4000), PictureProblem.BROKEN),
        (bytes(MOST_BYTES + 1), PictureProblem.TOO_LARGE),
        (scan_bomb(40), PictureProblem.TOO_LARGE),
    ],
    ids=[
        "nothing",
        "pdf",
        "gif",
        "tiff",
        "half a jpeg",
        "half a png",
        "bomb",
        "small bomb",
        "26 megapixels",
        "a lie",
        "10 MB",
        "scans",
    ],
)
def test_what_is_no_good_photo_is_refused(data: bytes, problem: PictureProblem) -> None:
    with pytest.raises(PictureRefused) as refused:
        clean(data)
    assert refused.value.problem is problem


def test_what_only_looks_like_many_scans_is_taken() -> None:
    """A phone's moving photo has a film behind the picture, in which any bytes may stand."""
    assert opened(clean(camera_photo() + b"\xff\xda\x00\x02" * 1000)).size == (200, 400)
    assert opened(clean(scan_bomb(5))).size == (64, 64)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_bytes_are_refused_whatever_they_are() -> None:
    """Each byte of the beginning changed in turn: a photo comes of it, or a refusal, never another error."""
    whole = camera_photo(60, 40)
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        try:
            clean(bytes(broken))
        except PictureRefused:
            continue
