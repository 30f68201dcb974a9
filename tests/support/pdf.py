"""Reads a PDF back, by poppler's tools: what stands in it, where, what it says of itself, and how it looks."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import dataclass
from xml.etree import ElementTree

from PIL import Image

_PDF_A, _PDF_UA = "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}"
_MAY_BREAK, _HYPHEN = "\u200b", "\u00ad"


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box, in points from the upper left corner of its page, whose size stands beside it."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Standards:
    """What the metadata claims: the part and level of PDF/A, the part of PDF/UA."""

    pdf_a: str
    pdf_ua: str


def text(pdf: bytes, page: int | None = None) -> str:
    """All of it as it is read: words divided at the end of a line are whole again, and each space is one space."""
    pages = ("-f", str(page), "-l", str(page)) if page else ()
    raw = _run("pdftotext", "-raw", *pages, "-", "-", of=pdf).decode()
    whole = raw.replace(_HYPHEN + "\n", "").replace(_MAY_BREAK + "\n", "").replace(_MAY_BREAK, "")
    return re.sub(r"\s+", " ", whole).strip()


def words(pdf: bytes) -> list[Word]:
    """Every word with its place."""
    found, page = [], 0
    document = re.sub(r"<meta[^>]*>", "", _run("pdftotext", "-bbox", "-", "-", of=pdf).decode())
    size = (0.0, 0.0)
    for each in ElementTree.fromstring(document).iter():
        if each.tag.endswith("page"):
            page, size = page + 1, (float(each.attrib["width"]), float(each.attrib["height"]))
        elif each.tag.endswith("word"):
            left, top, right, bottom = (float(each.attrib[name]) for name in ("xMin", "yMin", "xMax", "yMax"))
            found.append(Word(each.text or "", page, left, top, right, bottom, *size))
    return found


def info(pdf: bytes) -> dict[str, str]:
    """«Title», «Author», «Pages», «Tagged», …"""
    told = _run("pdfinfo", "-isodates", "-", of=pdf).decode()
    return dict(re.findall(r"^([^:\n]+): +(.*)$", told, re.MULTILINE))


def standards(pdf: bytes) -> Standards:
    packet = _run("pdfinfo", "-meta", "-", of=pdf).decode()
    root = ElementTree.fromstring(re.sub(r"<\?xpacket[^>]*\?>", "", packet).strip())
    told = {each.tag: each.text or "" for each in root.iter()}
    return Standards(told[f"{_PDF_A}part"] + told[f"{_PDF_A}conformance"], told[f"{_PDF_UA}part"])


def structure(pdf: bytes) -> list[str]:
    """The names of the tags, in reading order: «H1», «Table», «TH», «Figure», …"""
    told = _run("pdfinfo", "-struct", "-", of=pdf).decode(errors="replace")
    return re.findall(r"^ *([A-Z][A-Za-z0-9]*)(?:[ :]|$)", told, re.MULTILINE)


def fonts(pdf: bytes) -> dict[str, bool]:
    """Each font, and whether it is within the file."""
    rows = _run("pdffonts", "-", of=pdf).decode().splitlines()[2:]
    return {row.split()[0]: row.split()[-5] == "yes" for row in rows}


def picture(pdf: bytes, page: int = 1, dpi: int = 60) -> Image.Image:
    png = _run("pdftoppm", "-png", "-r", str(dpi), "-f", str(page), "-l", str(page), "-", of=pdf)
    return Image.open(io.BytesIO(png)).convert("RGB")


def _run(*command: str, of: bytes) -> bytes:
    return subprocess.run(command, input=of, capture_output=True, check=True).stdout
