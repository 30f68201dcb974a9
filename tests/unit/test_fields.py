"""Fields of the person's form: what people type, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.accounts.fields import (
    NAME_LENGTH,
    FieldError,
    FieldProblem,
    PolicyWarning,
    birth_dates,
    format_phone,
    format_policy,
    format_snils,
    luhn_ok,
    parse_birth_date,
    parse_name,
    parse_phone,
    parse_policy,
    parse_snils,
    policy_warnings,
)
from services.registry.local.demo_family import enp, snils
from services.registry.model import Policy, PolicyKind, Sex

TODAY = date(2026, 11, 23)


def problem_of(parse: Callable[[str], object], text: str) -> FieldProblem:
    with pytest.raises(FieldError) as caught:
        parse(text)
    return caught.value.problem


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Иванова", "Иванова"),
        ("  Иванова \n", "Иванова"),
        ("иванова", "Иванова"),
        ("ИВАНОВА", "Иванова"),
        ("иванова-петрова", "Иванова-Петрова"),
        ("ИВАНОВА-ПЕТРОВА", "Иванова-Петрова"),
        ("Иванова - Петрова", "Иванова-Петрова"),
        ("Иванова – петрова", "Иванова-петрова"),
        ("Ива\u200bнова", "Иванова"),
        ("О'Генри", "О'Генри"),
        ("д’артаньян", "Д’Артаньян"),
        ("Мак-Кинли", "Мак-Кинли"),
        ("Ван   дер  Берг", "Ван дер Берг"),
        ("Ибн Сина", "Ибн Сина"),
        ("Оглы-кызы", "Оглы-кызы"),
        ("Ё", "Ё"),
        ("ё", "Ё"),
        ("Ким", "Ким"),
        ("Müller", "Müller"),
        ("smith", "Smith"),
        ("И\u0306ван", "Йван"),  # a letter typed as two characters
        ("Анна-Мария Ст.", "Анна-Мария Ст"),
    ],
)
def test_a_name_is_kept_as_it_is_written(typed: str, kept: str) -> None:
    assert parse_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", FieldProblem.EMPTY),
        (" \t\n ", FieldProblem.EMPTY),
        ("А" * (NAME_LENGTH + 1), FieldProblem.TOO_LONG),
        ("Иванова2", FieldProblem.NOT_LETTERS),
        ("-Иванова", FieldProblem.NOT_LETTERS),
        ("Иванова-", FieldProblem.NOT_LETTERS),
        ("Иванова <b>", FieldProblem.NOT_LETTERS),
        ("Иванова_Петрова", FieldProblem.NOT_LETTERS),
        ("👩", FieldProblem.NOT_LETTERS),
        ("محمد", FieldProblem.NOT_LETTERS),
        ("\u202eавонавИ", FieldProblem.NOT_LETTERS),
        ("\u200b", FieldProblem.EMPTY),
        (".", FieldProblem.EMPTY),
        ("Ива\x00нова", FieldProblem.NOT_LETTERS),
        ("Ива\x1b[31mнова", FieldProblem.NOT_LETTERS),
        ("Иванoва", FieldProblem.MIXED_ALPHABETS),  # a Latin «o»
        ("Ivanov Петров", FieldProblem.MIXED_ALPHABETS),
    ],
)
def test_a_name_that_is_none_says_what_is_wrong(typed: str, problem: FieldProblem) -> None:
    assert problem_of(parse_name, typed) is problem


def test_the_longest_name_is_taken() -> None:
    assert parse_name("А" + "б" * (NAME_LENGTH - 1)) == "А" + "б" * (NAME_LENGTH - 1)


# --- birth dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("05.03.1980", "5.3.1980", "5-3-1980", "05 03 1980", "05,03,1980", "05031980", "19800305", "050380"),
        *("1980-03-05", "1980-3-5", " 05.03.1980 ", "1980.03.05", "1980/3/5", "05.03.80", "5-3-80"),
        *("05.03.1980 г.", "05.03.1980г", "05.03.1980 года", "05.03.1980 г.р.", "05. 03. 1980", "05 . 03 . 1980"),
        *("5 марта 1980", "5 марта 80", "5 мар 1980", "5 МАРТА 1980 г.", "5-го марта 1980", "5го марта 1980 года"),
        *("март 5 1980", "1980 марта 5", "5марта1980", "5 морта 1980", "родилась 5 марта 1980"),
        *("March 5 1980", "March 5th, 1980", "5th of March 1980", "5 Mar 80", "Mar. 5, 1980", "5 march 1980"),
        *("5 III 1980", "5.III.80", "O5.О3.198O", "\u206805.03.1980\u2069", "05–03–1980", "05\u00a003\u00a01980"),
    ],
)
def test_a_date_is_read_in_every_form_that_people_write(typed: str) -> None:
    assert parse_birth_date(typed, TODAY) == date(1980, 3, 5)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("4/9/2003", ["2003-09-04", "2003-04-09"]),  # 4 September or 9 April
        ("05/03/1980", ["1980-03-05", "1980-05-03"]),
        ("05.03.15", ["1915-03-05", "2015-03-05"]),
        ("4/4/2003", ["2003-04-04"]),
        ("13/4/2003", ["2003-04-13"]),
        ("4/13/2003", ["2003-04-13"]),
        ("05.03.85", ["1985-03-05"]),  # 2085 has not come yet
        ("29.02.00", ["2000-02-29"]),  # 1900 had none
    ],
)
def test_each_day_that_may_be_meant_is_told(typed: str, meant: list[str]) -> None:
    assert [day.isoformat() for day in birth_dates(typed, TODAY)] == meant
    if len(meant) > 1:
        assert problem_of(lambda text: parse_birth_date(text, TODAY), typed) is FieldProblem.SEVERAL_DAYS


SEEN: dict[str, str | list[str] | FieldProblem] = {
    "05.03.1980 г.": "1980-03-05",
    "5 марта 80": "1980-03-05",
    "05.03.85": "1985-03-05",
    "March 5 1980": "1980-03-05",
    "1980-03-05": "1980-03-05",
    "4/9/2003": ["2003-09-04", "2003-04-09"],
    "31.02.1990": FieldProblem.NO_SUCH_DAY,
    "29.02.1900": FieldProblem.NO_SUCH_DAY,
    "05.03.2030": FieldProblem.IN_FUTURE,
}
"""What people were seen to type, and what it means."""


@pytest.mark.parametrize(("typed", "means"), SEEN.items())
def test_what_people_were_seen_to_type(typed: str, means: str | list[str] | FieldProblem) -> None:
    if isinstance(means, FieldProblem):
        assert problem_of(lambda text: birth_dates(text, TODAY), typed) is means
    else:
        expected = [means] if isinstance(means, str) else means
        assert [day.isoformat() for day in birth_dates(typed, TODAY)] == expected


def test_who_fills_in_the_own_form_is_old_enough() -> None:
    assert birth_dates("05.03.20", TODAY, own=True) == (date(1920, 3, 5),)
    assert len(birth_dates("05.03.20", TODAY)) == 2


@pytest.mark.parametrize(
    ("typed", "month", "days"),
    [
        ("31.02.1990", date(1990, 2, 1), 28),
        ("29.02.1900", date(1900, 2, 1), 28),
        ("29.02.2023", date(2023, 2, 1), 28),
        ("30.02.2024", date(2024, 2, 1), 29),
        ("31.04.1980", date(1980, 4, 1), 30),
        ("32.01.1980", date(1980, 1, 1), 31),
        ("00.01.1980", date(1980, 1, 1), 31),
        ("31 апреля 1980", date(1980, 4, 1), 30),
        ("31.06.85", date(1985, 6, 1), 30),
    ],
)
def test_a_day_that_there_is_not_is_called_so(typed: str, month: date, days: int) -> None:
    with pytest.raises(FieldError) as caught:
        parse_birth_date(typed, TODAY)
    assert caught.value.problem is FieldProblem.NO_SUCH_DAY
    assert (caught.value.month, caught.value.count) == (month, days)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("05.13.1980", FieldProblem.NO_SUCH_MONTH),
        ("05.00.1980", FieldProblem.NO_SUCH_MONTH),
        ("05.03", FieldProblem.NO_YEAR),
        ("5 марта", FieldProblem.NO_YEAR),
        ("March 5", FieldProblem.NO_YEAR),
        ("05.03.2030", FieldProblem.IN_FUTURE),
        ("5 марта 1890", FieldProblem.TOO_LONG_AGO),
    ],
)
def test_what_else_is_wrong_with_a_date_is_said(typed: str, problem: FieldProblem) -> None:
    assert problem_of(lambda text: parse_birth_date(text, TODAY), typed) is problem


@pytest.mark.parametrize(
    "typed",
    [
        *("", "вчера", "1980", "5031980", "99999999", "00000000", "05.03.0000", "05.03.19800", "05.03.198"),
        *("-5.3.1980", "5 мартобря 1980", "5 1980", "мне 46 лет", "05.03.1980 05.03.1980", "05*03*1980", "²5.03.1980"),
    ],
)
def test_what_is_no_date_is_not_taken_for_one(typed: str) -> None:
    assert problem_of(lambda text: parse_birth_date(text, TODAY), typed) is FieldProblem.NOT_A_DATE


def test_a_leap_day_is_a_birthday() -> None:
    assert parse_birth_date("29.02.2024", TODAY) == date(2024, 2, 29)


def test_a_birth_date_lies_between_120_years_ago_and_today() -> None:
    assert parse_birth_date("23.11.2026", TODAY) == TODAY
    assert problem_of(lambda text: parse_birth_date(text, TODAY), "24.11.2026") is FieldProblem.IN_FUTURE
    assert parse_birth_date("24.11.1905", TODAY) == date(1905, 11, 24)
    assert problem_of(lambda text: parse_birth_date(text, TODAY), "23.11.1905") is FieldProblem.TOO_LONG_AGO


def test_an_account_of_ones_own_begins_on_the_14th_birthday() -> None:
    def own(text: str) -> date:
        return parse_birth_date(text, TODAY, own=True)

    assert own("23.11.2012") == date(2012, 11, 23)
    assert problem_of(own, "24.11.2012") is FieldProblem.TOO_YOUNG
    assert parse_birth_date("24.11.2012", TODAY) == date(2012, 11, 24)


def test_who_was_born_on_a_leap_day_turns_14_on_1_march() -> None:
    def own(today: date) -> date:
        return parse_birth_date("29.02.2012", today, own=True)

    assert own(date(2026, 3, 1)) == date(2012, 2, 29)
    with pytest.raises(FieldError):
        own(date(2026, 2, 28))


# --- phones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("+7 916 123-45-67", "89161234567", "8 (916) 123-45-67", "9161234567", "+79161234567", "+7(916)123 45 67"),
        *("7 916 123 45 67", " 8-916-123-45-67 "),
    ],
)
def test_a_phone_is_read_in_every_form_that_people_write(typed: str) -> None:
    assert parse_phone(typed) == "+79161234567"


@pytest.mark.parametrize(
    ("typed", "kept"), [("+375 29 123-45-67", "+375291234567"), ("+998901234567", "+998901234567")]
)
def test_a_phone_of_another_country_is_taken(typed: str, kept: str) -> None:
    assert parse_phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "103", "позвоните", "0000000000", "+", "++79161234567#", "+375 29 123", "дом 8 916 123-45"]
)
def test_what_is_no_phone_is_not_taken_for_one(typed: str) -> None:
    assert problem_of(parse_phone, typed) is FieldProblem.NOT_A_PHONE


def test_a_phone_is_shown_with_spaces() -> None:
    assert format_phone("+79161234567") == "+7 916 123-45-67"


# --- СНИЛС ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("112-233-445 95", "11223344595", "112 233 445 95", "112-233-445-95", "\t11223344595\n"),
        *("112\u2011233\u2011445\u00a095", "\u2068112–233–445 95\u2069", "112\u00ad233\u00ad445\u200b95"),
    ],
)
def test_snils_is_read_in_every_form_that_people_write(typed: str) -> None:
    assert parse_snils(typed) == "11223344595"


@pytest.mark.parametrize(
    ("number", "weighted", "check"),
    [
        *(("100427626", 99, "99"), ("100356355", 100, "00"), ("100079190", 101, "00"), ("100166299", 102, "01")),
        *(("105867979", 200, "99"), ("106897449", 201, "00"), ("105978845", 202, "00"), ("112233445", 95, "95")),
    ],
)
def test_the_check_number_of_snils(number: str, weighted: int, check: str) -> None:
    assert sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=True)) == weighted
    assert parse_snils(number + check) == number + check
    wrong = f"{(int(check) + 1) % 100:02}"
    assert problem_of(parse_snils, number + wrong) is FieldProblem.SNILS_CHECK


def test_old_small_numbers_of_snils_are_not_checked() -> None:
    assert parse_snils("001-001-998 77") == "00100199877"
    assert parse_snils("000-000-001 99") == "00000000199"
    assert problem_of(parse_snils, "001-001-999 77") is FieldProblem.SNILS_CHECK


MISCOUNTED = [
    (parse_policy, "5097 5797 9200 018", FieldProblem.POLICY_SHORT, 1),
    (parse_policy, "509757979200", FieldProblem.POLICY_SHORT, 4),
    (parse_policy, "12345678", FieldProblem.POLICY_SHORT, 8),
    (parse_policy, "50975797920001801", FieldProblem.POLICY_LONG, 1),
    (parse_policy, "5097579792000180 5097", FieldProblem.POLICY_LONG, 4),
    (parse_snils, "1122334459", FieldProblem.SNILS_SHORT, 1),
    (parse_snils, "112-233-445", FieldProblem.SNILS_SHORT, 2),
    (parse_snils, "112233445950", FieldProblem.SNILS_LONG, 1),
    (parse_phone, "+7 916 123-45", FieldProblem.PHONE_SHORT, 2),
    (parse_phone, "8 916 123 45 6", FieldProblem.PHONE_SHORT, 1),
    (parse_phone, "123-45-67", FieldProblem.PHONE_SHORT, 3),
    (parse_phone, "8 916 123-45-678", FieldProblem.PHONE_LONG, 1),
    (parse_phone, "8" * 40, FieldProblem.PHONE_LONG, 29),
]


@pytest.mark.parametrize(("parse", "typed", "problem", "count"), MISCOUNTED)
def test_how_many_figures_are_missing_or_too_many(
    parse: Callable[[str], object], typed: str, problem: FieldProblem, count: int
) -> None:
    with pytest.raises(FieldError) as caught:
        parse(typed)
    assert (caught.value.problem, caught.value.count) == (problem, count)


def test_letters_that_look_like_noughts_are_noughts_where_all_else_is_figures() -> None:
    assert parse_policy("5097579792OOО18О").number == "5097579792000180"
    assert parse_snils("1OО-166-299 O1") == "10016629901"
    assert parse_policy("ОО 123456") == Policy(PolicyKind.OLD, "ОО 123456"), "a series has letters of its own"


@pytest.mark.parametrize("typed", ["", "нет", "112-233-445 9x", "١١٢٢٣٣٤٤٥٩٥", "О"])
def test_what_is_no_snils_is_not_taken_for_one(typed: str) -> None:
    assert problem_of(parse_snils, typed) is FieldProblem.NOT_A_SNILS


def test_snils_is_shown_as_on_the_card() -> None:
    assert format_snils("11223344595") == "112-233-445 95"


@given(st.integers(min_value=1_001_999, max_value=999_999_999))
def test_a_made_snils_passes_and_any_changed_check_does_not(number: int) -> None:
    made = snils(number)
    assert parse_snils(made) == made
    assert problem_of(parse_snils, f"{made[:9]}{(int(made[9:]) + 1) % 100:02}") is FieldProblem.SNILS_CHECK


# --- policies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "policy"),
    [
        ("5097579792000180", Policy(PolicyKind.ENP, "5097579792000180")),
        ("5097 5797 9200 0180", Policy(PolicyKind.ENP, "5097579792000180")),
        (" 5097\u20115797–9200—0180\u200b", Policy(PolicyKind.ENP, "5097579792000180")),
        ("50–аб № 123456", Policy(PolicyKind.OLD, "50-АБ 123456")),
        (" 5097-5797-9200-0180 ", Policy(PolicyKind.ENP, "5097579792000180")),
        ("123456789", Policy(PolicyKind.TEMPORARY, "123456789")),
        ("50-аб № 123456", Policy(PolicyKind.OLD, "50-АБ 123456")),
        ("50-АБ №123456", Policy(PolicyKind.OLD, "50-АБ 123456")),
        ("АБ 1234567", Policy(PolicyKind.OLD, "АБ 1234567")),
        ("77 1234567", Policy(PolicyKind.OLD, "77 1234567")),
    ],
)
def test_a_policy_is_read_in_every_form(typed: str, policy: Policy) -> None:
    assert parse_policy(typed) == policy


@pytest.mark.parametrize(
    "typed",
    ["", "нет", "50-АБ", "АБ 12", "О", "5097x5797"],
)
def test_what_is_no_policy_is_not_taken_for_one(typed: str) -> None:
    assert problem_of(parse_policy, typed) is FieldProblem.NOT_A_POLICY


WOMAN = Policy(PolicyKind.ENP, "5097579792000180"), date(2024, 2, 7), Sex.FEMALE
MAN = Policy(PolicyKind.ENP, "7849500830000203"), date(1994, 10, 19), Sex.MALE


@pytest.mark.parametrize(("policy", "born", "sex"), [WOMAN, MAN])
def test_a_number_that_agrees_with_its_person_raises_no_doubt(policy: Policy, born: date, sex: Sex) -> None:
    assert policy_warnings(policy, born, sex) == frozenset()


@pytest.mark.parametrize(("policy", "born", "sex"), [WOMAN, MAN])
def test_each_thing_that_does_not_agree_is_named(policy: Policy, born: date, sex: Sex) -> None:
    wrong_digit = Policy(PolicyKind.ENP, policy.number[:-1] + str((int(policy.number[-1]) + 1) % 10))
    other_sex = Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE
    assert policy_warnings(wrong_digit, born, sex) == {PolicyWarning.CHECK_DIGIT}
    assert policy_warnings(policy, born.replace(day=born.day + 1), sex) == {PolicyWarning.BIRTH_DATE}
    assert policy_warnings(policy, born.replace(year=born.year - 100), sex) == {PolicyWarning.BIRTH_DATE}
    assert policy_warnings(policy, born, other_sex) == {PolicyWarning.SEX}
    assert policy_warnings(wrong_digit, born.replace(month=born.month + 1), other_sex) == set(PolicyWarning)


@pytest.mark.parametrize("number", ["6555320880000082", "1234567890123456"])
def test_numbers_that_fail_the_check_digit_only_warn(number: str) -> None:
    assert not luhn_ok(number)
    assert PolicyWarning.CHECK_DIGIT in policy_warnings(parse_policy(number), TODAY, Sex.FEMALE)


@pytest.mark.parametrize(
    "policy",
    [Policy(PolicyKind.OLD, "50-АБ 123456"), Policy(PolicyKind.TEMPORARY, "123456789"), Policy(PolicyKind.NONE)],
)
def test_old_temporary_and_no_policies_hold_nothing_to_doubt(policy: Policy) -> None:
    assert policy_warnings(policy, TODAY, Sex.MALE) == frozenset()


@given(st.dates(date(1906, 1, 1), TODAY), st.sampled_from(Sex), st.integers(0, 99_999))
def test_a_number_made_for_a_person_agrees_with_them_alone(born: date, sex: Sex, serial: int) -> None:
    policy = parse_policy(enp(born, sex, serial))
    assert policy_warnings(policy, born, sex) == frozenset()
    assert policy_warnings(policy, born, Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE) == {PolicyWarning.SEX}


@given(st.text("0123456789", min_size=16, max_size=16), st.dates(date(1906, 1, 1), TODAY), st.sampled_from(Sex))
def test_any_16_digits_can_be_looked_into(number: str, born: date, sex: Sex) -> None:
    assert policy_warnings(Policy(PolicyKind.ENP, number), born, sex) <= set(PolicyWarning)


def test_a_policy_is_shown_in_groups_of_four() -> None:
    assert format_policy(Policy(PolicyKind.ENP, "5097579792000180")) == "5097 5797 9200 0180"
    assert format_policy(Policy(PolicyKind.OLD, "50-АБ 123456")) == "50-АБ 123456"


# --- whatever is typed ----------------------------------------------------------------------------

ANYTHING = st.one_of(
    st.text(),
    st.text("0123456789 .-/№NАБ+()\u202e\x00٣²", max_size=24),
    st.text("АЕИОабвЁёABCabc'’-. \u0306\u200bشЯ", max_size=70),
)


@pytest.mark.parametrize(
    "parse",
    [
        *(parse_name, parse_phone, parse_policy, parse_snils),
        lambda text: parse_birth_date(text, TODAY),
        lambda text: parse_birth_date(text, TODAY, own=True),
    ],
    ids=["name", "phone", "policy", "snils", "birth date", "own birth date"],
)
@settings(max_examples=150)
@example(text="0²00")  # a raised figure is a figure, and no number
@given(text=ANYTHING)
def test_any_text_is_read_or_refused_and_nothing_else(parse: Callable[[str], object], text: str) -> None:
    with suppress(FieldError):
        parse(text)


def test_an_error_carries_the_code_alone() -> None:
    """What was typed never gets into a log."""
    with pytest.raises(FieldError) as caught:
        parse_snils("112-233-445 96")
    assert str(caught.value) == FieldProblem.SNILS_CHECK.value


@settings(max_examples=200)
@given(text=ANYTHING)
def test_what_was_read_is_read_again_the_same(text: str) -> None:
    """The form shows a checked value and may be given it back."""
    for parse in (parse_name, parse_phone, parse_snils):
        try:
            value = parse(text)
        except FieldError:
            continue
        assert parse(value) == value
