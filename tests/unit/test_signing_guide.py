"""What people sign with: both defaults are complete, and an operator's file is read, or told by its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from scripts import reading, wording
from services.errors import SetupError
from services.insurer_choice.model import Device, Guide
from services.insurer_choice.signing import LONGEST_NAME, LONGEST_TEXT, MOST_DEVICES, load_guide, read_guide
from tests.support.machine import ROOT

FILE = """01.11.2026

Нужна подпись.

Спросите нас.

# Компьютер с Windows
1. Откройте программу.
2. Подпишите.

# Телефон
Откройте «Госключ».
"""
READ = Guide(
    date(2026, 11, 1),
    "Нужна подпись.\n\nСпросите нас.",
    (
        Device("Компьютер с Windows", "1. Откройте программу.\n2. Подпишите."),
        Device("Телефон", "Откройте «Госключ»."),
    ),
)


# --- ours ----------------------------------------------------------------------------------------


def test_both_defaults_speak_of_the_same_devices_in_the_same_order() -> None:
    names = {locale: [each.name for each in load_guide(None, locale).devices] for locale in ("ru", "en")}
    assert names == {
        "ru": ["Компьютер с Windows", "Компьютер Mac", "Компьютер с Linux", "Телефон или планшет"],
        "en": ["Windows computer", "Mac computer", "Linux computer", "Phone or tablet"],
    }
    assert {load_guide(None, locale).day for locale in ("ru", "en")} == {date(2026, 12, 1)}
    assert load_guide(None, "de") == load_guide(None, "ru")


def test_both_defaults_have_the_same_steps() -> None:
    def shape(text: str) -> list[str]:
        return [(re.match(r"\d+\.|•|", line) or "")[0] if line else "" for line in text.split("\n")]

    russian, english = load_guide(None, "ru"), load_guide(None, "en")
    assert shape(russian.needed) == shape(english.needed)
    for ours, theirs in zip(russian.devices, english.devices, strict=True):
        assert shape(ours.text) == shape(theirs.text)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "ru",
            [
                "квалифицированная",
                "аккредитованном",
                "СНИЛС",
                "отсоединённая",
                "откреплённая",
                ".sig",
                ".p7s",
                "удостоверяющем",
            ],
        ),
        ("en", ["UKEP", "accredited", "SNILS", "detached", ".sig", ".p7s", "certification authority"]),
    ],
)
def test_a_default_says_what_is_needed(locale: str, words: list[str]) -> None:
    guide = load_guide(None, locale)
    assert [word for word in words if word not in guide.needed] == []
    for device in guide.devices:
        assert ".sig" in device.text
        assert words[-1] in device.text.split("\n")[-1], "whom to ask where it does not work"


def test_a_default_reads_like_all_other_texts() -> None:
    english = _parts(load_guide(None, "en"))
    assert not re.search("[А-Яа-яЁё]", "".join(english))
    for locale in ("ru", "en"):
        for said, plain in zip(_parts(load_guide(None, locale)), english, strict=True):
            measured = reading.read(locale, said)
            assert measured.longest <= reading.LONGEST_SENTENCE
            assert measured.index >= 50
            assert list(wording.faults(locale, plain, said)) == []
            assert "!" not in said


def _parts(guide: Guide) -> list[str]:
    return [guide.needed, *(each.text for each in guide.devices)]


# --- the operator's ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        FILE.encode(),
        b"\xef\xbb\xbf" + FILE.encode(),
        FILE.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf\r\n" + FILE.replace("\n", "  \r\n").rstrip().encode(),
        FILE.replace("01.11.2026", "2026-11-01").encode(),
        FILE.replace("# К", "  ##К").encode(),
    ],
    ids=["plain", "mark of Notepad", "line ends of Windows", "blanks", "other date", "other headings"],
)
def test_an_operators_file_is_shown_to_everybody(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "signing.txt"
    path.write_bytes(content)
    assert load_guide(path, "ru") == load_guide(path, "en") == READ


def test_the_example_of_the_page_for_operators_is_read() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    example = page.partition("\n## What people sign with\n")[2].partition("```\n")[2].partition("```\n")[0]
    assert [each.name for each in read_guide(example).devices] == ["Компьютер с Windows", "Телефон"]


def test_what_a_part_says_is_kept_as_it_is() -> None:
    guide = read_guide("2026-11-01\nA <b> & \u00a0b\n\n  - c 👍\n#d\ne")
    assert guide.needed == "A <b> & \u00a0b\n\n  - c 👍"


def test_as_much_as_may_be() -> None:
    devices = [Device(f"{number}{'я' * (LONGEST_NAME - 1)}", "я" * LONGEST_TEXT) for number in range(MOST_DEVICES)]
    told = "\n".join(f"# {each.name}\n{each.text}" for each in devices)
    assert read_guide(f"2026-11-01\n{'я' * LONGEST_TEXT}\n{told}").devices == tuple(devices)


WRONG = [
    ("", "line 1: the file begins with its date"),
    ("\n \n", "line 1: the file begins with its date"),
    ("Нужна подпись.\n# Mac\nШаги", "line 1: the file begins with its date"),
    ("\n31.11.2026\nНужна\n# Mac\nШаги", "line 2: the file begins with its date"),
    ("2026-11-01\n# Mac\nШаги", "line 1: nothing is said of what is needed"),
    ("2026-11-01\n\n\n# Mac\nШаги", "line 1: nothing is said of what is needed"),
    ("2026-11-01\nНужна\n", "line 3: there is no device yet"),
    ("2026-11-01\nНужна\n#\nШаги", "line 3: the device has no name"),
    ("2026-11-01\nНужна\n# Mac", "line 3: nothing is said of «Mac»"),
    ("2026-11-01\nНужна\n# Mac\n\n# Linux\nШаги", "line 3: nothing is said of «Mac»"),
    ("2026-11-01\nНужна\n# Mac\nШаги\n# mac\nШаги", "line 5: «mac» stands on line 3 already"),
    (f"2026-11-01\nНужна\n# {'я' * 31}\nШаги", "line 3: the name has 31 characters, 30 are the most"),
    (f"2026-11-01\n{'я' * 3001}\n# Mac\nШаги", "line 1: below there are 3001 characters of what is needed"),
    (f"2026-11-01\nНужна\n# Mac\n{'я' * 3000}\nя", "line 3: below there are 3002 characters of «Mac»"),
    ("2026-11-01\nНужна" + "".join(f"\n# {number}\nШаги" for number in range(9)), "line 19: there are more than 8"),
    ("2026-11-01\nНужна\n# Mac\nШаг\t1", "line 4: holds a character that is none to print, U+0009"),
    ("2026-11-01\nНужна\rподпись\n# Mac\nШаги", "line 2: holds a character that is none to print, U+000D"),
    ("2026-11-01\nНужна\n# M\u202eac\nШаги", "line 3: holds a character that is none to print, U+202E"),
    ("2026-11-01\nНужна\u2028\n# Mac\nШаги", "line 2: holds a character that is none to print, U+2028"),
    ("2026-11-01\nНужна\0\n# Mac\nШаги", "line 2: holds a character that is none to print, U+0000"),
]


@pytest.mark.parametrize(("text", "why"), WRONG)
def test_a_wrong_file_is_told_by_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}"):
        read_guide(text)
    path = tmp_path / "signing.txt"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(SetupError) as told:
        load_guide(path, "ru")
    assert str(told.value).startswith(f"SIGNING_GUIDE: {path}, {why}")


@pytest.mark.parametrize(
    ("content", "line"), [(FILE.encode("cp1251"), 3), (FILE.encode("utf-16"), 1), (FILE.encode()[:-3], 12)]
)
def test_another_encoding_is_told_by_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    path = tmp_path / "signing.txt"
    path.write_bytes(content)
    with pytest.raises(SetupError, match=f", line {line}: this is not UTF-8; save the file in this encoding"):
        load_guide(path, "ru")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"SIGNING_GUIDE: .*away.txt: No such file"):
        load_guide(tmp_path / "away.txt", "ru")
    with pytest.raises(SetupError, match=r"SIGNING_GUIDE: .*: Is a directory"):
        load_guide(tmp_path, "ru")
