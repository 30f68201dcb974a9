"""The words of the texts: each rule finds what it is for, and lets pass what is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.views.consent import consent_text
from scripts import wording
from scripts.check_texts import places
from scripts.messages import LOCALES, found_in
from services.texts.i18n import plain, texts

ROOT = Path(__file__).parents[2]
FOUND = {item.singular: item for item in found_in(ROOT)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Выберите медучреждение", "медучреждение"),
        ("Выберите учреждение", "учреждение"),
        ("Позвоните в клинику", "клинику"),
        ("Ваш визит завтра", "визит"),
        ("Бронь до пятницы", "Бронь"),
        ("Отменить этот приём?", "Отменить этот приём"),
        ("Перенос приёма", "Перенос приёма"),
        ("Вы получите талон", "талон"),
        ("Номер приёма", "Номер приёма"),
        ("Медицинская карта", "Медицинская карта"),
        ("Ваша жалоба принята", "жалоба"),
        ("Ваш e-mail", "e-mail"),
        ("Напомню завтра", "Напомню"),
        ("Приём осуществляется утром", "осуществляется"),
        ("В случае если мест нет", "В случае если"),
        ("Необходимо взять паспорт", "Необходимо"),
        ("Данный врач занят", "Данный"),
        ("Полис отсутствует", "отсутствует"),
        ("Это – полис", "–"),
    ],
)
def test_another_word_is_found(text: str, says: str) -> None:
    (fault,) = wording.faults("ru", "Any sentence", text)
    assert f"says “{says}”" in fault


@pytest.mark.parametrize(
    "text",
    [
        "Выберите поликлинику",
        "Отменить эту запись?",
        "Перенести или отменить запись можно до приёма",
        "Если приём уже начался, перенести запись нельзя",
        "Проверьте данные",
        "Нет номерков",
        "По запросу «{query}» ничего не нашлось",
        "Код действует 10–20 минут",
    ],
)
def test_the_right_word_passes(text: str) -> None:
    assert list(wording.faults("ru", "Any sentence", text)) == []


@pytest.mark.parametrize(
    "text", ["Choose an institution", "Your appointment", "A free slot", "Your email", "In order to"]
)
def test_english_has_its_words_too(text: str) -> None:
    assert len(list(wording.faults("en", "Any sentence", text))) == 1


@pytest.mark.parametrize(
    ("sentence", "text", "right"),
    [
        ("The registry is not answering", "Электронная регистратура не отвечает", True),
        ("The registry is not answering", "Регистратура не отвечает", False),
        ("Ask at the desk", "Спросите в регистратуре", True),
        ("Ask at the desk", "Спросите в электронной регистратуре", False),
        ("Ask at the desk what the registry has", "Спросите в регистратуре, что в электронной регистратуре", True),
        ("Application statuses", "Статусы заявлений", True),
        ("Your request", "Ваше заявление", False),
    ],
)
def test_the_window_is_not_the_computer(sentence: str, text: str, right: bool) -> None:
    assert (not list(wording.faults("ru", sentence, text))) is right


@pytest.mark.parametrize(
    "text",
    [
        "{name}",
        "Пациент: {name}",
        "Пациент: <b>{name}</b>",
        "{name} ({relation})",
        "{name}: согласие отозвано.",
        "{heading}, вопрос {place} из {total}",
        "Доступ, который открыли Вы: {name}. Он закончится.",
        "🔁 Снова: {specialty}, {doctor}, {when}. Пациент: {name}",
        "Ф. И. О. врача: {specialty} / {doctor}",
        "Здесь пока нет поликлиник региона «{region}».",
        "Отправить документ на {address}?",
        "Держим до {until}",
    ],
)
def test_a_name_by_itself_needs_no_case(text: str) -> None:
    assert list(wording.faults("ru", "Any sentence", text)) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{name} может открыть доступ", "name"),
        ("Кем Вам приходится {name}?", "name"),
        ("Вы записаны к {doctor}.", "doctor"),
        ("Сейчас к {specialty} нет мест", "specialty"),
        ("Запись в {clinic} отменена", "clinic"),
        ("Записать <b>{name}</b>", "name"),
        ("Это {something_new}", "something_new"),
    ],
)
def test_a_name_where_grammar_wants_a_case_is_found(text: str, place: str) -> None:
    (fault,) = wording.faults("ru", "Any sentence", text)
    assert f"{{{place}}}" in fault


def test_what_is_excepted_still_stands_in_the_code() -> None:
    assert not (wording.WHOLE | set(wording.PORTAL) | set(wording.CASELESS)) - FOUND.keys()


def test_places_without_a_case_are_places_of_the_code() -> None:
    known = {re.split("[!:]", place)[0] for sentence in FOUND for place in places(sentence)}
    assert not wording.PLAIN_PLACES - known


@pytest.mark.parametrize("locale", LOCALES)
def test_only_the_consent_itself_is_kept_from_the_rules(locale: str) -> None:
    """Each of the sentences apart stands in the text that people agree to."""
    t = texts(locale)
    whole = plain(consent_text(t, "ООО", "1"))
    for sentence in wording.WHOLE:
        plural = FOUND[sentence].plural
        said = t.n(sentence, plural, 1) if plural else t(sentence, operator="ООО", version="1")
        beginning = re.split(r"\d", plain(said))[0]
        assert beginning in whole, sentence
