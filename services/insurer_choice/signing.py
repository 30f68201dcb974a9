"""What to sign an application with: what is needed, and programs by kind of device. The operator's file, or ours.

The file is plain text in UTF-8: the day on which it was true, what is needed, then devices, each with `# its name` and
its steps.

Ours names only what could be seen elsewhere: the words of CryptoARM GOST's own Russian interface (the detached kind of
signature, the button) and its maker's list of systems (Windows, Linux, macOS); a university's guide to CryptoARM 5 (the
tick, the .sig beside the document); the manual of ALT Workstation and the description of its package; several public
programs that call `cryptcp` for detached signatures; one that checks what Goskey gives (a detached CMS in a .sig, of
either kind of signature); 63-ФЗ, and what certification authorities ask for (passport, СНИЛС). How one's own file comes
into Goskey was seen nowhere for sure, so the text leaves that to the app.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from services.errors import SetupError
from services.imports.cells import as_day
from services.insurer_choice.model import Device, Guide
from services.texts.i18n import DEFAULT_LOCALE, LOCALES

LONGEST_TEXT = 3000
"""Characters of one part: it stands on one screen."""
LONGEST_NAME = 30
"""Characters of a device's name: it stands on a button."""
MOST_DEVICES = 8
_FOLDER = Path(__file__).parents[2] / "locales"


@dataclass(frozen=True, slots=True)
class _Line:
    """`number`: 1 is the file's first."""

    number: int
    text: str


def read_guide(text: str) -> Guide:
    """What the file says. Raises `ValueError` with the line that is wrong: «line 3: …»."""
    lines = [_line(number, each) for number, each in enumerate(_whole_lines(text), 1)]
    first = next((line for line in lines if line.text), lines[0])
    day = as_day(first.text.strip())
    if day is None:
        raise _wrong(first, "the file begins with its date, like 2026-11-01 or 01.11.2026")
    parts = [[first]]
    for line in lines[first.number :]:
        if _is_heading(line):
            parts.append([line])
        else:
            parts[-1].append(line)
    needed, *devices = parts
    if not devices:
        raise _wrong(lines[-1], "there is no device yet: a line «# Windows», and its steps below")
    if len(devices) > MOST_DEVICES:
        raise _wrong(devices[MOST_DEVICES][0], f"there are more than {MOST_DEVICES} devices")
    return Guide(day, _text(needed, "what is needed"), tuple(_devices(devices)))


def load_guide(path: Path | None, locale: str) -> Guide:
    """The operator's file, in whatever language it is; None: ours, Russian where there is none in this locale.

    Raises `SetupError` where it cannot be read, with the line that is wrong.
    """
    if path is None:
        known = locale if locale in LOCALES else DEFAULT_LOCALE
        return read_guide((_FOLDER / known / "signing.txt").read_text(encoding="utf-8"))
    try:
        return read_guide(_decoded(path.read_bytes()))
    except OSError as error:
        raise SetupError(f"SIGNING_GUIDE: {path}: {error.strerror or 'cannot be read'}") from None
    except ValueError as error:
        raise SetupError(f"SIGNING_GUIDE: {path}, {error}") from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {number}: this is not UTF-8; save the file in this encoding") from None


def _whole_lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def _line(number: int, text: str) -> _Line:
    line = _Line(number, text.rstrip())
    for char in text:
        # Spaces that do not break lines come from word processors, and do no harm.
        if not char.isprintable() and unicodedata.category(char) != "Zs":
            raise _wrong(line, f"holds a character that is none to print, U+{ord(char):04X}")
    return line


def _is_heading(line: _Line) -> bool:
    return line.text.lstrip().startswith("#")


def _devices(parts: Iterable[list[_Line]]) -> Iterable[Device]:
    seen: dict[str, _Line] = {}
    for part in parts:
        heading = part[0]
        name = heading.text.strip().lstrip("#").strip()
        if not name:
            raise _wrong(heading, "the device has no name behind «#»")
        if len(name) > LONGEST_NAME:
            raise _wrong(heading, f"the name has {len(name)} characters, {LONGEST_NAME} are the most")
        earlier = seen.setdefault(name.casefold(), heading)
        if earlier != heading:
            raise _wrong(heading, f"«{name}» stands on line {earlier.number} already")
        yield Device(name, _text(part, f"«{name}»"))


def _text(part: list[_Line], about: str) -> str:
    """What stands below the first line of a part."""
    text = "\n".join(line.text for line in part[1:]).strip("\n")
    if not text:
        raise _wrong(part[0], f"nothing is said of {about} below")
    if len(text) > LONGEST_TEXT:
        raise _wrong(part[0], f"below there are {len(text)} characters of {about}, {LONGEST_TEXT} are the most")
    return text


def _wrong(line: _Line, why: str) -> ValueError:
    return ValueError(f"line {line.number}: {why}")
