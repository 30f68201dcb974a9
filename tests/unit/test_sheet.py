"""Papers as PDF: every field is read back, whatever characters it has; pages, tags and standards are looked at."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.documents import sheet as setting
from services.documents.glyphs import BOX, Glyphs
from services.documents.model import DrawingFailed, Fact, Facts, Head, Paragraph, Sheet, Table, Total
from services.documents.sheet import Sheets, compiled
from tests.support import pdf
from tests.support.qr import read_qr

GLYPHS = Glyphs(setting._sets)
LINK = "https://t.me/nomerok_bot?start=v-AbCdEfGhIjKl"
SHEET = Sheet(
    title="Рецепт",
    clinic=Head("Поликлиника № 7", "г. Казань, ул. Баумана, д. 1", "+7 843 000-00-00"),
    person=[Fact("Фамилия, имя, отчество", "Иванова Анна Сергеевна"), Fact("Дата рождения", "03.02.1987")],
    number="16-0001234",
    day=date(2026, 11, 24),
    parts=[
        Facts([Fact("Препарат", "Амоксициллин, 500 мг"), Fact("Срок действия", "60 дней")], "Назначение"),
        Paragraph("Покажите рецепт в аптеке.\nОн действует по всей стране.", "Что делать"),
        Table(["Дата", "Где", "Цена, ₽"], [["25.11.2026", "Аптека № 3", "1 234,50"], ["", "Аптека № 4", ""]], "Отпуск"),
    ],
    link=LINK,
)
MODULES = 33
"""Of a code that holds so much, along a side."""
ROWS = 300
SEVEN = Table(
    ["Дата", "Организация", "Услуга", "Количество", "Стоимость, ₽", "Страховая организация", "Примечание"],
    [
        [
            f"строка-{n}",
            "Государственное бюджетное учреждение здравоохранения",
            "Приём терапевта",
            "1",
            "100",
            "—",
            "нет",
        ]
        for n in range(1, ROWS + 1)
    ],
)
MARKUP = ["#panic()", "*b* _i_ $x$", "[a](b) <u>&amp;", "\\u{41}", "= h", "// c", "`r`", '"', "#sys.inputs", "{page}"]
LONG = "Щ" * 300


def made(sheet: Sheet) -> bytes:
    return compiled(sheet, GLYPHS)


def valued(value: str) -> Sheet:
    """A sheet with a text in each of its places."""
    return Sheet(
        title=value,
        clinic=Head(value, value, value),
        person=[Fact(value, value)],
        number=value,
        day=SHEET.day,
        parts=[
            Facts([Fact(value, value)], value),
            Paragraph(value, value),
            Table([value[:40]] * 7, [[value] * 7], value),
        ],
        link=LINK,
    )


def outside(document: bytes) -> list[pdf.Word]:
    """Words that leave the room between the margins' outer halves."""
    return [
        each
        for each in pdf.words(document)
        if each.left < 40 or each.right > each.width - 40 or each.top < 20 or each.bottom > each.height - 10
    ]


def test_every_field_is_read_back() -> None:
    said = pdf.text(made(SHEET))
    for words in (
        "Поликлиника № 7 г. Казань, ул. Баумана, д. 1 +7 843 000-00-00 Рецепт № 16-0001234 от 24.11.2026",
        "Фамилия, имя, отчество Иванова Анна Сергеевна Дата рождения 03.02.1987",
        "Назначение Препарат Амоксициллин, 500 мг Срок действия 60 дней",
        "Что делать Покажите рецепт в аптеке. Он действует по всей стране.",
        "Отпуск Дата Где Цена, ₽ 25.11.2026 Аптека № 3 1 234,50 — Аптека № 4 —",
        "Документ создан ботом «Номерок».",
        "стр. 1 из 1",
    ):
        assert words in said, words


def test_it_is_pdf_a_and_pdf_ua_with_its_day_its_title_and_its_fonts_within() -> None:
    document = made(SHEET)
    assert pdf.standards(document) == pdf.Standards(pdf_a="2A", pdf_ua="1")
    info = pdf.info(document)
    assert (info["Title"], info["Author"], info["Tagged"]) == ("Рецепт", "Поликлиника № 7", "yes")
    assert info["CreationDate"].startswith("2026-11-24")
    assert "(A4)" in info["Page size"]
    fonts = pdf.fonts(document)
    assert fonts
    assert all(fonts.values())


def test_what_is_read_aloud_has_headings_header_cells_and_a_picture_with_words() -> None:
    tags = pdf.structure(made(SHEET))
    assert tags.count("H1") == 1
    assert tags.count("H2") == 3
    assert (tags.count("Table"), tags.count("THead"), tags.count("TH"), tags.count("TD")) == (1, 1, 3, 6)
    assert tags.count("Figure") == 1


def test_the_code_holds_the_link_alone() -> None:
    document, scale = made(replace(SHEET, parts=[])), 300 / 72
    beside = next(each for each in pdf.words(document) if each.text == "Документ")
    top, bottom = round((beside.top - 50) * scale), round((beside.top + 75) * scale)
    corner = pdf.picture(document, dpi=300).convert("L").crop((0, top, round((beside.left - 8) * scale), bottom))
    code = corner.crop(corner.point(lambda value: 255 - value).getbbox())
    dots = code.resize((MODULES, MODULES), Image.Resampling.BOX).point(lambda value: 255 if value > 127 else 0)
    assert read_qr(dots.resize((10 * MODULES, 10 * MODULES), Image.Resampling.NEAREST)) == LINK


def test_without_a_link_there_is_no_code() -> None:
    document = made(replace(SHEET, link=None))
    assert "Figure" not in pdf.structure(document)
    assert "QR" not in pdf.text(document)


def test_three_hundred_rows_have_their_headings_on_each_page_and_the_last_row() -> None:
    document = made(replace(SHEET, parts=[SEVEN]))
    pages = int(pdf.info(document)["Pages"])
    assert pages > 3
    found: list[str] = []
    for page in range(1, pages + 1):
        said = pdf.text(document, page)
        assert f"стр. {page} из {pages}" in said
        assert "№ 16-0001234 от 24.11.2026" in said
        rows = re.findall(r"строка-(\d+)", said)
        assert all(name in said for name in SEVEN.columns) or not rows, f"no headings on page {page}"
        found += rows
    assert found == [str(n) for n in range(1, ROWS + 1)]
    assert not outside(document)


def test_black_on_white_and_no_smaller_than_it_has_to_be() -> None:
    document = made(replace(SHEET, link=None))
    red, green, blue = pdf.picture(document, dpi=100).split()
    assert red == green == blue
    assert red.getextrema() == (0, 255)
    heights = {each.text: each.bottom - each.top for each in pdf.words(document)}
    assert heights["Препарат"] == pytest.approx(heights["Амоксициллин,"])
    assert heights["Препарат"] >= 12


@pytest.mark.parametrize("value", MARKUP)
def test_a_text_is_text_whatever_is_in_it(value: str) -> None:
    said = pdf.text(made(valued(value))).replace(" ", "")
    assert said.count(value.replace(" ", "")) >= 20


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a😀b", f"a{BOX}b"),
        ("a漢b", f"a{BOX}b"),
        ("a\ue000b", f"a{BOX}b"),
        ("a\ud83db", f"a{BOX}b"),
        ("a\u0378b", f"a{BOX}b"),
        ("a\x00\x07\x1bb", "ab"),
        ("a\u202eb\u200dc\ufeffd", "abcd"),
        ("a\tb\u2003c\u00a0d", "a b c d"),
        ("и\u0306ж", "йж"),
        ("Ａ５㎎", "A5mg"),
        ("👨\u200d👩", BOX * 2),
        ("№ 1 — «да», 2 × 3 ≤ 7 °C", "№ 1 — «да», 2 × 3 ≤ 7 °C"),
        ("Ғалия Өтегенқызы", "Ғалия Өтегенқызы"),
        ("Łukasz Čapek", "Łukasz Čapek"),
    ],
)
def test_what_no_font_has_is_replaced(written: str, read: str) -> None:
    document = made(replace(SHEET, parts=[Facts([Fact("Поле", f"|{written}|")])]))
    assert f"Поле |{read}|" in unicodedata.normalize("NFC", pdf.text(document))


@pytest.mark.parametrize("value", [LONG, "W" * 300, "1" * 300, "—" * 300, "漢" * 300, "Ааа" * 100, "a" * 25])
def test_a_word_without_end_never_leaves_the_page(value: str) -> None:
    document = made(valued(value))
    assert not outside(document)
    whole = pdf.text(document).replace(" ", "")
    assert (BOX * 300 if "漢" in value else value) in whole


@pytest.mark.parametrize("value", ["", " ", "\u200b", "\n", "\x00"])
def test_nothing_is_a_dash_and_no_failure(value: str) -> None:
    document = made(valued(value))
    assert "— — — — — — —" in pdf.text(document)


def test_arabic_and_other_scripts_are_set_if_any_font_has_them() -> None:
    document = made(replace(SHEET, parts=[Paragraph("مرحبا Ελλάδα")]))
    assert "Ελλάδα" in pdf.text(document)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_no_text_makes_a_paper_fail(value: str) -> None:
    assert made(valued(value)).startswith(b"%PDF")


def test_the_same_sheet_is_the_same_bytes_and_another_day_is_not() -> None:
    assert made(SHEET) == compiled(SHEET, Glyphs(setting._sets))
    assert made(SHEET) != made(replace(SHEET, day=date(2026, 11, 25)))


def test_each_character_is_asked_about_once() -> None:
    asked: list[Collection[str]] = []

    def sets(characters: Collection[str]) -> bool:
        asked.append(characters)
        return "漢" not in characters

    glyphs = Glyphs(sets)
    assert glyphs.stand_ins("ab漢é").get(ord("漢")) == BOX
    before = len(asked)
    assert before > 0
    assert glyphs.stand_ins("漢é")[ord("é")] == "é"
    assert len(asked) == before


async def test_a_failure_is_told_as_one_and_names_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("Иванова")

    monkeypatch.setattr(setting, "_pdf", broken)
    monkeypatch.setattr(setting, "_sets", lambda _: True)
    with caplog.at_level(logging.DEBUG), pytest.raises(DrawingFailed) as raised:
        await Sheets().compile(SHEET)
    assert "Иванова" not in caplog.text + repr(raised.value)
    assert raised.value.__cause__ is None


def test_a_row_has_as_many_cells_as_there_are_columns() -> None:
    with pytest.raises(ValueError, match="cells"):
        Table(["а", "б"], [["1"]])


def test_a_row_that_sums_up_has_its_words_and_its_sum_whole() -> None:
    """Beneath the last column the sum; the words are as wide as all the others."""
    columns = list(SEVEN.columns)
    total = Total("Итого по организации: Государственное бюджетное учреждение здравоохранения", "1 234 567,89")
    sheet = replace(SHEET, parts=[Table(columns, [*SEVEN.rows[:3], total, *SEVEN.rows[3:6], total])])
    read = " ".join(pdf.text(made(sheet)).split())
    assert read.count(" ".join((total.caption, total.value))) == 2
    last = [each for each in pdf.words(made(sheet)) if each.text.endswith("567,89")]
    assert len({round(each.right) for each in last}) == 1
    with pytest.raises(ValueError, match="more cells"):
        Table(columns, [columns[:-1], total])
