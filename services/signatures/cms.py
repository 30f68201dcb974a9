"""What a file of a signature is on the outside: just enough to say why it is not taken, and nothing is believed.

Reads the shell of CMS (RFC 5652), in BER as in DER; what is signed, and by whom, is OpenSSL's to say.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGNED_DATA = "1.2.840.113549.1.7.2"
DATA = "1.2.840.113549.1.7.1"
TIMESTAMP = "1.2.840.113549.1.9.16.1.4"
_RUSSIAN = "1.2.643."
_STRONG = frozenset(
    {
        *(f"2.16.840.1.101.3.4.2.{each}" for each in (1, 2, 3)),  # SHA-256, SHA-384, SHA-512
        *(f"1.2.643.7.1.1.2.{each}" for each in (2, 3)),  # GOST R 34.11-2012, 256 and 512 bits
    }
)
_PEM = re.compile(
    rb"\s*-----BEGIN (CMS|PKCS7|PKCS #7 SIGNED DATA)-----\r?\n([^-]*)-----END \1-----\s*", re.ASCII | re.DOTALL
)
_MOST_PARTS = 1000
"""Of one element; a signature has a dozen at most."""
_SEQUENCE, _SET, _OID, _INTEGER, _FIRST, _REVOCATIONS = 0x30, 0x31, 0x06, 0x02, 0xA0, 0xA1


class NotCms(ValueError):  # noqa: N818  (it names the answer, not a defect)
    """The bytes are no signature."""


@dataclass(frozen=True, slots=True)
class SignedBy:
    """How one of the signers signs. `strong`: by a digest that is known and holds."""

    gost: bool
    strong: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """`content_type`: an object identifier with dots; `attached`: the content is within.

    `bare`: the signature as DER, without lists of what was revoked that came within: OpenSSL believes those before
    ours, and whoever was revoked would send the list of the week before.
    """

    content_type: str
    attached: bool
    signers: tuple[SignedBy, ...]
    bare: bytes


@dataclass(frozen=True, slots=True)
class _Element:
    """`whole`: with its head, and its end where it has one."""

    tag: int
    body: memoryview
    whole: memoryview

    def parts(self) -> list[_Element]:
        found: list[_Element] = []
        for each in _elements(self.body):
            if len(found) == _MOST_PARTS:
                raise NotCms
            found.append(each)
        return found


def der_of(file: bytes) -> bytes:
    """What people send, without the clothes: PEM, and base64 as it is, are taken off. Raises `NotCms`."""
    if file[:1] == bytes([_SEQUENCE]):
        return file
    text = file.removeprefix(b"\xef\xbb\xbf")
    armoured = _PEM.fullmatch(text)
    try:
        der = base64.b64decode(b"".join((armoured[2] if armoured else text).split()), validate=True)
    except binascii.Error:
        raise NotCms from None
    if der[:1] != bytes([_SEQUENCE]):
        raise NotCms
    return der


def shell_of(der: bytes) -> Shell:
    """Raises `NotCms`, also where anything follows."""
    try:
        (whole,) = _elements(memoryview(der))
        kind, *rest = whole.parts()
        if kind.tag == _SEQUENCE and rest:  # the answer of a timestamp server: its status, then the timestamp
            kind, *rest = rest[0].parts()
        (wrapped,) = rest
        if _oid(kind) != SIGNED_DATA or wrapped.tag != _FIRST:
            raise NotCms
        (signed,) = wrapped.parts()
        parts = signed.parts()
        version, digests, content, *_, signers = parts
        if (version.tag, digests.tag, content.tag, signers.tag) != (_INTEGER, _SET, _SEQUENCE, _SET):
            raise NotCms
        content_type, *attached = content.parts()
        inner = b"".join(each.whole for each in parts if each.tag != _REVOCATIONS)
        return Shell(
            content_type=_oid(content_type),
            attached=bool(attached),
            signers=tuple(_signed_by(each) for each in signers.parts()),
            bare=_made(_SEQUENCE, bytes(kind.whole) + _made(_FIRST, _made(signed.tag, inner))),
        )
    except (ValueError, IndexError):  # too few parts, too many, or cut off
        raise NotCms from None


def _signed_by(signer: _Element) -> SignedBy:
    _version, _who, digest, *rest = signer.parts()
    algorithm = rest[1] if rest[0].tag == _FIRST else rest[0]  # behind the signed attributes, if there are any
    named, signs = _oid(digest.parts()[0]), _oid(algorithm.parts()[0])
    return SignedBy(named.startswith(_RUSSIAN) or signs.startswith(_RUSSIAN), named in _STRONG)


def _elements(data: memoryview) -> Iterator[_Element]:
    at = 0
    while at < len(data):
        tag, start, length = _head(data, at)
        end, after = _indefinite(data, start) if length is None else (start + length, start + length)
        if after > len(data):
            raise NotCms
        yield _Element(tag, data[start:end], data[at:after])
        at = after


def _head(data: memoryview, at: int) -> tuple[int, int, int | None]:
    """Tag, where the body begins, its length: None where only its end says."""
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F or first > 0x84:
        raise NotCms
    if first < 0x80:
        return tag, at + 2, first
    if first == 0x80:
        return tag, at + 2, None
    start = at + 2 + (first & 0x7F)
    if start > len(data):
        raise NotCms
    return tag, start, int.from_bytes(data[at + 2 : start], "big")


def _indefinite(data: memoryview, at: int) -> tuple[int, int]:
    """Where a body ends whose length is not said, and where what follows begins."""
    depth = 1
    while True:
        tag, start, length = _head(data, at)
        if (tag, length) == (0, 0):
            depth -= 1
            if depth == 0:
                return at, start
        depth += length is None
        at = start + (length or 0)


def _made(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def _oid(element: _Element) -> str:
    """With dots."""
    if element.tag != _OID or not 0 < len(element.body) <= 32:
        raise NotCms
    numbers, number = [], 0
    for byte in element.body:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        raise NotCms
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
