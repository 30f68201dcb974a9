"""Reads a QR code back from its picture, as a phone's camera does: clean ones of versions 1 to 6 with bytes in them.

After ISO/IEC 18004: format information, mask, zigzag of codewords, interleaved blocks; nothing is corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import Image

Dark = list[list[bool]]

_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)
_LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}
_BLOCKS = {
    "L": ((19,), (34,), (55,), (80,), (108,), (68, 68)),
    "M": ((16,), (28,), (44,), (32, 32), (43, 43), (27,) * 4),
    "Q": ((13,), (22,), (17, 17), (24, 24), (15, 15, 16, 16), (19,) * 4),
    "H": ((9,), (16,), (13, 13), (9,) * 4, (11, 11, 12, 12), (15,) * 4),
}
"""Data codewords of each block, by version."""
_BYTES = 0b0100


def read_qr(picture: Image.Image) -> str:
    """What the code says."""
    modules = _modules(picture)
    size = len(modules)
    version = (size - 17) // 4
    assert 1 <= version <= len(_BLOCKS["L"]), f"a code of {size} modules"
    format_bits = _number(_format(modules)) ^ 0b101010000010010
    level, mask = _LEVELS[format_bits >> 13], _MASKS[format_bits >> 10 & 7]
    bits = [modules[row][column] ^ mask(row, column) for row, column in _path(size, version)]
    codewords = [_number(bits[start : start + 8]) for start in range(0, len(bits) - 7, 8)]
    data = b"".join(_blocks(codewords, _BLOCKS[level][version - 1]))
    stream = int.from_bytes(data, "big")
    total = 8 * len(data)
    assert stream >> total - 4 == _BYTES, "not bytes"
    length = stream >> total - 12 & 0xFF
    return (stream >> total - 12 - 8 * length & (1 << 8 * length) - 1).to_bytes(length, "big").decode()


def _modules(picture: Image.Image) -> Dark:
    """The square of dark and light without its margin."""
    grey = picture.convert("L")
    inverted = grey.point(lambda value: 255 - value)
    box = inverted.getbbox()
    assert box is not None, "an empty picture"
    code = grey.crop(box)
    finder = next(x for x in range(code.width) if code.getpixel((x, 0)) != code.getpixel((0, 0)))
    dots = finder // 7
    size = code.width // dots
    middles = [place * dots + dots // 2 for place in range(size)]
    return [[code.getpixel((x, y)) == 0 for x in middles] for y in middles]


def _format(modules: Dark) -> list[bool]:
    """Fifteen bits around the upper left corner, the most significant first."""
    across = [modules[8][column] for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    return [*across, *(modules[row][8] for row in (7, 5, 4, 3, 2, 1, 0))]


def _path(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Modules that hold data, in the order of their bits: up and down in columns of two, from the right."""
    upwards = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(size - 1, -1, -1) if upwards else range(size):
            for column in (right, right - 1):
                if not _is_function(row, column, size, version):
                    yield row, column
        upwards = not upwards


def _is_function(row: int, column: int, size: int, version: int) -> bool:
    corner = (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9)
    alignment = version > 1 and abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return corner or alignment or row == 6 or column == 6


def _blocks(codewords: list[int], lengths: tuple[int, ...]) -> Iterator[bytes]:
    """The data of the blocks, whose codewords stand in turn."""
    found: list[list[int]] = [[] for _ in lengths]
    rest = iter(codewords)
    for place in range(max(lengths)):
        for block, length in zip(found, lengths, strict=True):
            if place < length:
                block.append(next(rest))
    return (bytes(block) for block in found)


def _number(bits: list[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)
