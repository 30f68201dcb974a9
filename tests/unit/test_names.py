"""One person typed two ways is one name; two people are two."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.fields import NAME_LENGTH, FieldError, parse_name, parse_patronymic
from services.clinics.directory import normalise
from services.texts.names import folded, found_in, one_line, other_gender, parted, patronymic, plain_hyphens, tidy

SAME = [
    ("О'Коннор", "О’Коннор"),
    ("О'Коннор", "О`Коннор"),
    ("О'Коннор", "О´Коннор"),
    ("О'Коннор", "О\u02bcКоннор"),
    ("О'Коннор", "О\u02b9Коннор"),
    ("О'Коннор", "О\u2032Коннор"),
    ("О'Коннор", "О’ Коннор"),
    ("О'Коннор", "О'КОННОР"),
    ("Римская-Корсакова", "Римская – Корсакова"),
    ("Римская-Корсакова", "Римская -Корсакова"),
    ("Римская-Корсакова", "Римская--Корсакова"),
    ("Римская-Корсакова", "римская\u00a0—\u00a0корсакова"),
    ("Мамин-Сибиряк", "Мамин\u2010Сибиряк"),
    ("Мамин-Сибиряк", "Мамин\u2011Сибиряк"),
    ("Мамин-Сибиряк", "Мамин\u2012Сибиряк"),
    ("Мамин-Сибиряк", "Мамин\u2013Сибиряк"),
    ("Мамин-Сибиряк", "Мамин\u2014Сибиряк"),
    ("Мамин-Сибиряк", "Мамин\u2015Сибиряк"),
    ("Мамин-Сибиряк", "Мамин\u2212Сибиряк"),
    ("Сидорова", "Сидорова."),
    ("Сидорова", "Сидорова. "),
    ("Сидорова", "Си\u00adдорова"),
    ("Сидорова", "\u2068Сидорова\u2069"),
    ("Сидорова", "\ufeffСи\u200bдо\u200dро\u2060ва\u200e"),
    ("Ван дер Берг", "Ван\u00a0дер\u202f Берг\n"),
    ("Ёлкин", "Елкин"),
    ("Ёлкин", "Е\u0308лкин"),
    ("Ёлкин", "ёЛКИН"),
    ("Ильин", "Ильи\u0301н"),
    ("Ильин", "Ильѝн"),
    ("Семёнов", "Семе\u0308\u0301нов"),
    ("Семёнов", "Семе\u0301\u0308нов"),
    ("Андрей", "Андре\u0301й"),
    ("Андрей", "Андреи\u0306"),
    ("Griffith", "Gri\ufb03th"),
]
DIFFERENT = [
    ("Петров", "Петрова"),
    ("Ким", "Кимм"),
    ("Ильин", "Ильйн"),
    ("Андрей", "Андреи"),
    ("Анна", "Анна-Мария"),
    ("Мамин-Сибиряк", "Мамин Сибиряк"),
    ("Мамин-Сибиряк", "МаминСибиряк"),
    ("О'Коннор", "Оконнор"),
    ("José", "Jose"),
    ("Müller", "Muller"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_person_typed_two_ways(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    assert normalise(one) == normalise(other), "who looks for one finds the other"


@pytest.mark.parametrize(("one", "other"), [pair for pair in SAME if "\ufb03" not in pair[1]])
def test_the_form_takes_either(one: str, other: str) -> None:
    assert folded(parse_name(one)) == folded(parse_name(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_people_stay_two(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *(("Ёлкин", "Ёлкин"), ("Елкин", "Елкин"), ("Е\u0308лкин.", "Ёлкин"), ("Ильи\u0301н", "Ильин")),
        *(("О'Коннор", "О'Коннор"), ("О’Коннор", "О’Коннор"), ("О`Коннор", "О’Коннор")),
        *(("Римская – Корсакова", "Римская-Корсакова"), ("Ван  дер\nБерг", "Ван дер Берг"), ("иВАНОВ", "иВАНОВ")),
        *(("Лютова-Ст.", "Лютова-Ст"), (" . ", ""), ("José", "José"), ("Ѓорѓи", "Ѓорѓи"), ("Їжак", "Їжак")),
    ],
)
def test_own_letters_are_kept(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


# --- whatever is typed ----------------------------------------------------------------------------

HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
APOSTROPHES = "'’`´\u02bc\u02b9\u2032\u2018"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202d\u2060\u2066\u2068\u2069\ufeff\ufe0f"
SPACES = " \u00a0\u2009\u202f\u3000\t\n"
VOWELS = "аеёиоуыэюя"
WORD = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=2, max_size=9).map(str.capitalize)
CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower, str.swapcase)
YO: tuple[Callable[[str], str], ...] = (str, lambda text: text.replace("ё", "е").replace("Ё", "Е"))


@st.composite
def two_typings(draw: st.DrawFn) -> tuple[str, str]:
    """A name as in the passport, and as a phone and a hurried hand have it."""
    words = draw(st.lists(WORD, min_size=1, max_size=3))
    signs = [draw(st.sampled_from("-' ")) for _ in words[1:]]
    plain = "".join(word + sign for word, sign in zip(words, [*signs, ""], strict=True))
    typed = ""
    for char in plain:
        if char == "-":
            char = draw(st.sampled_from(["", " "])) + draw(st.sampled_from(HYPHENS)) + draw(st.sampled_from(["", " "]))
        elif char == "'":
            char = draw(st.sampled_from(APOSTROPHES))
        elif char == " ":
            char = draw(st.text(SPACES, min_size=1, max_size=2))
        elif char.lower() in VOWELS:
            char += draw(st.sampled_from(["", "", "", "\u0301"]))
        typed += char + draw(st.sampled_from(["", "", "", *INVISIBLE]))
    typed = draw(st.sampled_from(CASES))(typed)
    typed = draw(st.sampled_from(YO))(typed)
    typed = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), typed)
    return plain, draw(st.sampled_from(["", " ", "\ufeff"])) + typed + draw(st.sampled_from(["", ".", ". ", "\n"]))


@given(two_typings())
def test_any_of_these_typings_is_the_same_name(typings: tuple[str, str]) -> None:
    plain, typed = typings
    assert folded(typed) == folded(plain)
    assert folded(parse_name(typed)) == folded(plain)
    assert tidy(typed).casefold().replace("’", "'") in {plain.casefold(), plain.casefold().replace("ё", "е")}


ANYTHING = st.one_of(
    st.text(),
    st.text(
        "АаЁёйиЙgİßǰŉΐᾳé.\u0345"
        + HYPHENS
        + APOSTROPHES
        + INVISIBLE
        + SPACES
        + "\u0300\u0301\u0306\u0308\u0374\u1fef\u1ffd"
    ),
)


@pytest.mark.parametrize("form", [one_line, plain_hyphens, tidy, folded, lambda text: patronymic(text) or ""])
@given(text=ANYTHING)
def test_once_more_changes_nothing(form: Callable[[str], str], text: str) -> None:
    once = form(text)
    assert form(once) == once


@given(ANYTHING)
def test_what_is_shown_is_compared_as_what_was_typed(text: str) -> None:
    assert folded(tidy(text)) == folded(text)


@given(WORD, WORD)
def test_names_of_other_letters_are_other_names(one: str, other: str) -> None:
    assert (folded(one) == folded(other)) == (one.lower().replace("ё", "е") == other.lower().replace("ё", "е"))


# --- patronymics ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("нет", "Нет", "НЕТ.", "Нет отчества", "нет  отчества ", "без отчества", "Без отчества.", "отсутствует"),
        *("-", "—", "–", "—.", "\u2212", "--", "- -", "...", "no", "None", "no patronymic", "не\u0301т", "н\u200bет"),
    ],
)
def test_words_for_no_patronymic(typed: str) -> None:
    assert patronymic(typed) is None
    assert parse_patronymic(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["Нетович", "Оглы", "Ильич", "Нетовна", "Безотчества", "Али оглы", "Иванович-Нет", "Но", "Ноннович", "Noname"],
)
def test_patronymics_that_only_look_like_it(typed: str) -> None:
    assert patronymic(typed) == parse_patronymic(typed) == typed


def test_nothing_is_kept_where_there_is_nothing() -> None:
    assert patronymic(None) is patronymic("") is patronymic(" \u200b") is None


def test_the_longest_name_is_measured_as_it_is_kept() -> None:
    assert len(parse_name("Аб" * (NAME_LENGTH // 2) + " . \u200b")) == NAME_LENGTH


def test_what_nobody_can_see_is_no_patronymic_and_no_word_for_none() -> None:
    with pytest.raises(FieldError):
        parse_patronymic("\u200b\u200d\ufeff")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ибу", True),
        ("ИБУПРОФЕН", True),
        ("таб ибу", True),
        ("50-17", True),
        ("0042 ибу", True),
        ("мёд", True),
        ("мед", True),
        ("ибу анальгин", False),
        ("ибупрофена", False),
        ("5017", False),
    ],
)
def test_what_is_typed_finds_parts_of_words_in_any_order(typed: str, found: bool) -> None:
    assert found_in(typed, "Ибупрофен, таб. 400 мг", "50-17 0042", "Мёд") is found


# --- a name in one line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Иванова Анна Сергеевна", ("Иванова", "Анна", "Сергеевна")),
        ("Анна Сергеевна Иванова", ("Иванова", "Анна", "Сергеевна")),
        ("ИВАНОВА  АННА\u00a0СЕРГЕЕВНА", ("ИВАНОВА", "АННА", "СЕРГЕЕВНА")),
        ("Абрамович Роман Аркадьевич", ("Абрамович", "Роман", "Аркадьевич")),
        ("Роман Аркадьевич Абрамович", ("Абрамович", "Роман", "Аркадьевич")),
        ("Римская-Корсакова Алёна Ильинична", ("Римская-Корсакова", "Алёна", "Ильинична")),
        ("Илья Ильич Ильин", ("Ильин", "Илья", "Ильич")),
        ("Алиев Самир Рашид оглы", ("Алиев", "Самир", "Рашид оглы")),
        ("Самир Рашид оглы Алиев", ("Алиев", "Самир", "Рашид оглы")),
        ("Ivanova Anna Sergeevna", ("Ivanova", "Anna", "Sergeevna")),
        ("Иванова Анна", ("Иванова", "Анна", None)),
        ("Анна Иванова", ("Иванова", "Анна", None)),
        ("Anna Ivanova", ("Ivanova", "Anna", None)),
        ("Анна Рабинович", ("Рабинович", "Анна", None)),  # no woman's patronymic ends so
        ("Анна Сергеевна", (None, "Анна", "Сергеевна")),
        ("Илья Ильич", (None, "Илья", "Ильич")),
    ],
)
def test_a_full_name_is_parted(typed: str, parts: tuple[str | None, ...]) -> None:
    found = parted(typed)
    assert found is not None
    assert (found.surname, found.name, found.patronymic) == parts


@pytest.mark.parametrize(
    "typed",
    [
        *("Иванова", "Римская-Корсакова", "Ван дер Берг", "Ибн Сина", "Анна Мария", "Анна-Мария", "О'Коннор", "Ким"),
        *("", "Нетович", "Оглы", "Джон Смит", "Пак Ен Хи", "Иванова Анна Мария Сергеевна", "Мамин\u2011Сибиряк"),
    ],
)
def test_what_may_be_one_part_is_left_whole(typed: str) -> None:
    assert parted(typed) is None


@pytest.mark.parametrize(
    ("surname", "other"),
    [
        *(("Иванов", "Иванова"), ("Иванова", "Иванов"), ("Соловьёва", "Соловьёв"), ("Ильин", "Ильина")),
        *(("Островский", "Островская"), ("Римская-Корсакова", "Римский-Корсаков"), ("Ivanova", "Ivanov")),
        *((name, None) for name in ("Ким", "Глинка", "Толстой", "Smith", "Ов", "Ин", "Ким-Иванова", "")),
    ],
)
def test_a_surname_as_the_other_sex_bears_it(surname: str, other: str | None) -> None:
    assert other_gender(surname) == other


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *((typed, None) for typed in ("нет", "Нет отчества", "без отчества", "-", "—")),
        *((typed, typed) for typed in ("Нетович", "Оглы")),
    ],
)
def test_what_people_were_seen_to_type_for_a_patronymic(typed: str, kept: str | None) -> None:
    assert parse_patronymic(typed) == kept


@pytest.mark.parametrize(
    ("typed", "also", "same"),
    [
        ("О'Коннор", "О’Коннор", True),
        ("Римская-Корсакова", "Римская – Корсакова", True),
        ("Сидорова", "Сидорова.", True),
        ("Ёлкин", "Елкин", True),
        ("Ильи́н", "Ильин", True),
        ("Мамин‑Сибиряк", "Мамин-Сибиряк", True),
        ("Петров", "Петрова", False),
        ("Ким", "Кимм", False),
    ],
)
def test_what_people_were_seen_to_type_for_a_name(typed: str, also: str, same: bool) -> None:
    assert (folded(parse_name(typed)) == folded(parse_name(also))) is same
