"""Fields of the person's form: text as people type it → checked values.

Every parser raises `FieldError` with a code that screens turn into a sentence with an example. The policy's
check digit, birth date and sex only warn: region-made numbers and changed data are real.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

import phonenumbers

from services.errors import NomerokError
from services.registry.model import Policy, PolicyKind, Sex
from services.texts.dates import full_years
from services.texts.names import one_line, patronymic, plain_hyphens, tidy
from services.texts.typed_dates import typed_date

NAME_LENGTH = 60
OLDEST = 120
OWN_ACCOUNT_AGE = 14
"""A person of 14 and over may hold an account of their own."""


class FieldProblem(StrEnum):
    """What is wrong with what was typed."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_LETTERS = "not_letters"
    MIXED_ALPHABETS = "mixed_alphabets"
    NOT_A_DATE = "not_a_date"
    NO_YEAR = "no_year"
    NO_SUCH_DAY = "no_such_day"
    NO_SUCH_MONTH = "no_such_month"
    SEVERAL_DAYS = "several_days"
    IN_FUTURE = "in_future"
    TOO_LONG_AGO = "too_long_ago"
    TOO_YOUNG = "too_young"
    NOT_A_PHONE = "not_a_phone"
    PHONE_SHORT = "phone_short"
    PHONE_LONG = "phone_long"
    NOT_A_POLICY = "not_a_policy"
    POLICY_SHORT = "policy_short"
    POLICY_LONG = "policy_long"
    NOT_A_SNILS = "not_a_snils"
    SNILS_SHORT = "snils_short"
    SNILS_LONG = "snils_long"
    SNILS_CHECK = "snils_check"
    NOT_A_CHOICE = "not_a_choice"


class PolicyWarning(StrEnum):
    """What looks wrong with a policy number; never a refusal."""

    CHECK_DIGIT = "check_digit"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


class FieldError(NomerokError):
    """The typed text is no such value. Its words are the code only, never the text.

    `count`: how many figures are missing or too many, or how many days there are in `month`, of which its first is
    given.
    """

    def __init__(self, problem: FieldProblem, count: int = 0, month: date | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.count = count
        self.month = month


_NAME = re.compile(r"^[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*$")
_LIKE_NOUGHTS = dict.fromkeys(map(ord, ("O", "o", "О", "о")), "0")
_POLICY_DIGITS, _TEMPORARY_DIGITS, _SNILS_DIGITS, _PHONE_DIGITS = 16, 9, 11, 10
_FEWEST_OF_A_PHONE = 7
_PHONE_SIGNS = re.compile(r"\+?[\d\s().-]+")
_OLD_POLICY = re.compile(r"^(?P<series>[A-ZА-ЯЁ0-9][A-ZА-ЯЁ0-9-]{0,11})[ №N]+(?P<number>\d{4,10})$")


def parse_name(text: str) -> str:
    """A surname or a name, tidied; one that is all small or all capital is put right: «Иванова-Петрова»."""
    name = tidy(text)
    if not name:
        raise FieldError(FieldProblem.EMPTY)
    if len(name) > NAME_LENGTH:
        raise FieldError(FieldProblem.TOO_LONG)
    if not _NAME.match(name):
        raise FieldError(FieldProblem.NOT_LETTERS)
    scripts = {_script(char) for char in name if char.isalpha()}
    if not scripts <= {"CYRILLIC", "LATIN"}:
        raise FieldError(FieldProblem.NOT_LETTERS)
    if len(scripts) > 1:
        raise FieldError(FieldProblem.MIXED_ALPHABETS)
    if name.islower() or (name.isupper() and len(name) > 1):
        return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name)
    return name


def parse_patronymic(text: str) -> str | None:
    """The same; None for «нет», «без отчества», «—»: there is none."""
    if one_line(text) and patronymic(text) is None:  # what nobody can see says nothing
        return None
    return parse_name(text)


def birth_dates(text: str, today: date, *, own: bool = False) -> tuple[date, ...]:
    """Every day of birth that the text may mean, the likeliest first: 05.03.1980, 5 марта 80, 4/9/2003, 05031980.

    `own`: the form of one's own account.
    """
    typed = typed_date(text)
    if not typed.dates:
        raise _no_day(text)
    wrong = {day: _why_not_born(day, today, own=own) for day in typed.dates}
    found = tuple(day for day, problem in wrong.items() if problem is None)
    if not found:
        raise FieldError(next(problem for problem in wrong.values() if problem is not None))
    return found


def parse_birth_date(text: str, today: date, *, own: bool = False) -> date:
    """The same where it can be but one day; else the error says so."""
    first, *others = birth_dates(text, today, own=own)
    if others:
        raise FieldError(FieldProblem.SEVERAL_DAYS)
    return first


def parse_phone(text: str) -> str:
    """A phone in E.164; a number without a country code is read as Russian."""
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        raise _no_phone(text) from None
    if not phonenumbers.is_valid_number(number):
        raise _no_phone(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_phone(e164: str) -> str:
    """«+7 916 123-45-67»."""
    number = phonenumbers.parse(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def parse_policy(text: str) -> Policy:
    """16 digits, a temporary certificate of 9, or an old series and number («50-АБ № 123456»)."""
    typed = plain_hyphens(text).upper()
    digits = _digits_in(typed)
    if len(digits) == _POLICY_DIGITS:
        return Policy(PolicyKind.ENP, digits)
    if len(digits) == _TEMPORARY_DIGITS and " " not in typed:
        return Policy(PolicyKind.TEMPORARY, digits)
    match = _OLD_POLICY.match(typed)
    if match:
        return Policy(PolicyKind.OLD, f"{match['series']} {match['number']}")
    if not digits:
        raise FieldError(FieldProblem.NOT_A_POLICY)
    raise _miscounted(digits, _POLICY_DIGITS, FieldProblem.POLICY_SHORT, FieldProblem.POLICY_LONG)


def policy_warnings(policy: Policy, born: date, sex: Sex) -> frozenset[PolicyWarning]:
    """What in a 16-digit number does not agree with itself or with the person.

    The number is `RR MM YYYY DD NNNNN K`: month, year and day are written as complements to nines, the
    century in the month, the sex in the day, K is the Luhn digit (общие принципы, приказ ФФОМС № 79, 2011).
    """
    if policy.kind is not PolicyKind.ENP:
        return frozenset()
    number = policy.number
    warnings = set()
    if not luhn_ok(number):
        warnings.add(PolicyWarning.CHECK_DIGIT)
    month_code = 99 - int(number[2:4])
    year = int("".join(str(9 - int(digit)) for digit in reversed(number[4:8])))
    day_code = 99 - int(number[8:10])
    month = month_code - _century_shift(born.year)
    is_male = day_code > 50
    if (year, month, day_code - 50 * is_male) != (born.year, born.month, born.day):
        warnings.add(PolicyWarning.BIRTH_DATE)
    if is_male != (sex is Sex.MALE):
        warnings.add(PolicyWarning.SEX)
    return frozenset(warnings)


def luhn_ok(digits: str) -> bool:
    """The check digit of a 16-digit policy number (HL7 Mod-10, which equals Luhn)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def parse_snils(text: str) -> str:
    """11 digits with the right check number (checked for numbers over 001-001-998)."""
    digits = _digits_in(plain_hyphens(text))
    if not digits:
        raise FieldError(FieldProblem.NOT_A_SNILS)
    if len(digits) != _SNILS_DIGITS:
        raise _miscounted(digits, _SNILS_DIGITS, FieldProblem.SNILS_SHORT, FieldProblem.SNILS_LONG)
    if int(digits[:9]) > 1_001_998:
        control = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True)) % 101
        if control % 100 != int(digits[9:]):
            raise FieldError(FieldProblem.SNILS_CHECK)
    return digits


def format_snils(digits: str) -> str:
    """«112-233-445 95»."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def format_policy(policy: Policy) -> str:
    """«5097 5797 9200 0180»; old ones as typed."""
    if policy.kind is PolicyKind.ENP:
        return " ".join(policy.number[start : start + 4] for start in range(0, 16, 4))
    return policy.number


def _why_not_born(day: date, today: date, *, own: bool) -> FieldProblem | None:
    """What is wrong with a day of birth."""
    if day > today:
        return FieldProblem.IN_FUTURE
    age = full_years(day, today)
    if age > OLDEST:
        return FieldProblem.TOO_LONG_AGO
    return FieldProblem.TOO_YOUNG if own and age < OWN_ACCOUNT_AGE else None


def _no_day(text: str) -> FieldError:
    """Why the text says no day that there is."""
    typed = typed_date(text)
    if typed.yearless:
        return FieldError(FieldProblem.NO_YEAR)
    if not typed.days:
        return FieldError(FieldProblem.NOT_A_DATE)
    meant = typed.days[0]
    if not meant.days:
        return FieldError(FieldProblem.NO_SUCH_MONTH)
    return FieldError(FieldProblem.NO_SUCH_DAY, meant.days, date(meant.year, meant.month, 1))


def _no_phone(text: str) -> FieldError:
    """Why a number is none: how many figures of a Russian one are missing or too many, where that can be told."""
    typed = plain_hyphens(text)
    digits = re.sub(r"\D", "", typed)
    abroad = typed.startswith("+") and not digits.startswith("7")
    if abroad or not _PHONE_SIGNS.fullmatch(typed) or len(digits) < _FEWEST_OF_A_PHONE:
        return FieldError(FieldProblem.NOT_A_PHONE)
    national = digits[1:] if digits[0] in "78" else digits
    if len(national) == _PHONE_DIGITS:
        return FieldError(FieldProblem.NOT_A_PHONE)
    return _miscounted(national, _PHONE_DIGITS, FieldProblem.PHONE_SHORT, FieldProblem.PHONE_LONG)


def _digits_in(typed: str) -> str:
    """The figures of a number, letters «О» among them as noughts; "" where it is no number."""
    digits = re.sub(r"[ .-]", "", typed).translate(_LIKE_NOUGHTS)
    is_number = digits.isascii() and digits.isdigit() and any(map(str.isdigit, typed))
    return digits if is_number else ""


def _miscounted(digits: str, right: int, short: FieldProblem, long: FieldProblem) -> FieldError:
    off = len(digits) - right
    return FieldError(long, off) if off > 0 else FieldError(short, -off)


def _century_shift(year: int) -> int:
    if year <= 1950:
        return 20
    return 40 if year <= 2000 else 0


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0]
