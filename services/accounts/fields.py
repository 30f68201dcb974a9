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
from services.texts.dates import full_years, month_number
from services.texts.names import one_line, patronymic, plain_hyphens, tidy

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
    IN_FUTURE = "in_future"
    TOO_LONG_AGO = "too_long_ago"
    TOO_YOUNG = "too_young"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_POLICY = "not_a_policy"
    NOT_A_SNILS = "not_a_snils"
    SNILS_CHECK = "snils_check"
    NOT_A_CHOICE = "not_a_choice"


class PolicyWarning(StrEnum):
    """What looks wrong with a policy number; never a refusal."""

    CHECK_DIGIT = "check_digit"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


class FieldError(NomerokError):
    """The typed text is no such value. Carries the code only, never the text."""

    def __init__(self, problem: FieldProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


_NAME = re.compile(r"^[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*$")
_DATE_FORMS = (
    re.compile(r"^(?P<d>\d{1,2})[.,/\- ](?P<m>\d{1,2})[.,/\- ](?P<y>\d{4})$"),
    re.compile(r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})$"),
    re.compile(r"^(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})$"),
)
_DATE_IN_WORDS = re.compile(
    r"^(?P<d>\d{1,2}) (?P<m>[^\W\d_]{3,})\.? (?P<y>\d{4})(?: ?[^\W\d_]{1,4}\.?)?$"
)  # «5 мая 1980 г.»
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


def parse_birth_date(text: str, today: date, *, own: bool = False) -> date:
    """A date as people write it: 05.03.1980, 5/3/1980, 05031980, 1980-03-05, 5 марта 1980, 5 March 1980.

    `own`: the form of one's own account.
    """
    born = _read_date(" ".join(text.lower().split()))
    if born is None:
        raise FieldError(FieldProblem.NOT_A_DATE)
    if born > today:
        raise FieldError(FieldProblem.IN_FUTURE)
    age = full_years(born, today)
    if age > OLDEST:
        raise FieldError(FieldProblem.TOO_LONG_AGO)
    if own and age < OWN_ACCOUNT_AGE:
        raise FieldError(FieldProblem.TOO_YOUNG)
    return born


def parse_phone(text: str) -> str:
    """A phone in E.164; a number without a country code is read as Russian."""
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        raise FieldError(FieldProblem.NOT_A_PHONE) from None
    if not phonenumbers.is_valid_number(number):
        raise FieldError(FieldProblem.NOT_A_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_phone(e164: str) -> str:
    """«+7 916 123-45-67»."""
    number = phonenumbers.parse(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def parse_policy(text: str) -> Policy:
    """16 digits, a temporary certificate of 9, or an old series and number («50-АБ № 123456»)."""
    typed = plain_hyphens(text).upper()
    digits = re.sub(r"[ -]", "", typed)
    if digits.isascii() and digits.isdigit():
        if len(digits) == 16:
            return Policy(PolicyKind.ENP, digits)
        if len(digits) == 9 and " " not in typed:
            return Policy(PolicyKind.TEMPORARY, digits)
    match = _OLD_POLICY.match(typed)
    if match:
        return Policy(PolicyKind.OLD, f"{match['series']} {match['number']}")
    raise FieldError(FieldProblem.NOT_A_POLICY)


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
    digits = re.sub(r"[ -]", "", plain_hyphens(text))
    if len(digits) != 11 or not (digits.isascii() and digits.isdigit()):
        raise FieldError(FieldProblem.NOT_A_SNILS)
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


def _read_date(text: str) -> date | None:
    """A day that there is, None for anything else."""
    match = next((found for form in _DATE_FORMS if (found := form.match(text))), None)
    if match:
        month: int | None = int(match["m"])
    else:
        match = _DATE_IN_WORDS.match(text)
        month = month_number(match["m"]) if match else None
    if match is None or month is None:
        return None
    try:
        return date(int(match["y"]), month, int(match["d"]))
    except ValueError:
        return None


def _century_shift(year: int) -> int:
    if year <= 1950:
        return 20
    return 40 if year <= 2000 else 0


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0]
