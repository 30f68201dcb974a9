"""Words: what is escaped, what is not, and which language somebody gets."""

from __future__ import annotations

import pytest

from services.texts.i18n import LOCALES, Html, blocks, bold, escape, lines, locale_of, paragraphs, texts

EVIL = "<b>Иван & «Ко»</b>"
DAYS = ("There is no such day: {when} had {count} day.", "There is no such day: {when} had {count} days.")
SAFE = "&lt;b&gt;Иван &amp; «Ко»&lt;/b&gt;"


@pytest.mark.parametrize("locale", LOCALES)
def test_what_people_write_is_escaped_in_a_sentence(locale: str) -> None:
    t = texts(locale)
    assert SAFE in t("Patient: {name}", name=EVIL)
    assert isinstance(t("Patient: {name}", name=EVIL), Html)
    assert SAFE in t.n(*DAYS, 5, when=EVIL)


def test_html_that_is_ours_is_not_escaped_again() -> None:
    assert "<b>Иван</b>" in texts("ru")("Patient: {name}", name=bold("Иван"))
    assert f"<b>{SAFE}</b>" in texts("ru")("Patient: {name}", name=bold(EVIL))


def test_a_button_says_it_plainly() -> None:
    assert EVIL in texts("ru").label("Patient: {name}", name=EVIL)


def test_plain_text_added_to_html_is_escaped() -> None:
    assert Html("<i>") + EVIL == "<i>" + SAFE
    assert Html("<i>") + Html("</i>") == "<i></i>"
    assert isinstance(Html("") + EVIL, Html)
    assert Html("1. ") + bold(EVIL) == f"1. <b>{SAFE}</b>"


def test_bold_and_escape() -> None:
    assert bold(EVIL) == f"<b>{SAFE}</b>"
    assert bold(Html("<i>x</i>")) == "<b><i>x</i></b>"
    assert escape('"кавычки"') == '"кавычки"'


def test_empty_parts_leave_no_empty_lines() -> None:
    assert lines("а", "", "б") == "а\nб"
    assert blocks("", "а", "", "б", "") == "а\n\nб"
    assert blocks("") == paragraphs("") == ""
    assert paragraphs("", "а", "", "б", "") == "а\n\nб"


def test_a_heading_stands_right_above_what_it_heads() -> None:
    assert blocks(bold("а"), "б", bold("в"), "г") == "<b>а</b>\nб\n\n<b>в</b>\nг"
    assert blocks(Html("🎫 ") + bold("а"), "б") == "🎫 <b>а</b>\nб"
    assert blocks(lines(bold("а"), "б"), "в") == "<b>а</b>\nб\n\nв"
    assert blocks(Html(f"1. {bold('а')}"), Html(f"{bold('б')} в"), "г") == "1. <b>а</b>\n\n<b>б</b> в\n\nг"


@pytest.mark.parametrize(
    ("code", "locale"),
    [
        *((None, "ru"), ("", "ru"), ("ru", "ru"), ("RU-ru", "ru"), ("be", "ru"), ("uz", "ru"), ("kk", "ru")),
        *(("en", "en"), ("en-GB", "en"), ("de", "en"), ("zh-hans", "en"), ("fa", "en")),
    ],
)
def test_the_nearest_language_is_chosen(code: str | None, locale: str) -> None:
    assert locale_of(code) == locale


@pytest.mark.parametrize(
    ("counts", "word"), [((1, 21, 101), "день"), ((2, 4, 22), "дня"), ((0, 5, 11, 14, 111), "дней")]
)
def test_russian_plurals_choose_their_form(counts: tuple[int, ...], word: str) -> None:
    for count in counts:
        told = texts("ru").n(*DAYS, count, when="")
        assert told.endswith(f"{count} {word}.")


def test_an_unknown_language_is_answered_in_russian() -> None:
    assert texts("xx").locale == "ru"
