"""What a registrar gives as options or, on a terminal, is asked for: read by the rules of the form.

What is typed is never printed again: it is personal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from services.accounts.fields import FieldError, FieldProblem
from services.errors import NomerokError

WRONG = 2

_PROBLEMS = {
    FieldProblem.EMPTY: "it is empty",
    FieldProblem.TOO_LONG: "it is too long",
    FieldProblem.NOT_LETTERS: "only letters, a hyphen or an apostrophe can stand there",
    FieldProblem.MIXED_ALPHABETS: "Russian and Latin letters are mixed in it",
    FieldProblem.NOT_A_DATE: "it must be a date like 05.03.1980",
    FieldProblem.IN_FUTURE: "this day has not come yet",
    FieldProblem.TOO_LONG_AGO: "this is more than 120 years ago",
    FieldProblem.TOO_YOUNG: "an account of one's own is possible from the age of 14",
    FieldProblem.NO_YEAR: "it has no year; it must be a date like 05.03.1980",
    FieldProblem.NO_SUCH_DAY: "there is no such day; it must be a date like 05.03.1980",
    FieldProblem.NO_SUCH_MONTH: "there is no such month; it must be a date like 05.03.1980",
    FieldProblem.SEVERAL_DAYS: "it may be more than one day; write it like 05.03.1980",
    FieldProblem.NOT_A_POLICY: "it must be 16 digits, 9 of a temporary certificate, or an old series and number",
    FieldProblem.POLICY_SHORT: "it has too few digits; a policy has 16, a temporary certificate 9",
    FieldProblem.POLICY_LONG: "it has too many digits; a policy has 16, a temporary certificate 9",
    FieldProblem.NOT_A_SNILS: "it must be 11 digits",
    FieldProblem.SNILS_SHORT: "it has too few digits; it must be 11",
    FieldProblem.SNILS_LONG: "it has too many digits; it must be 11",
    FieldProblem.SNILS_CHECK: "its check number does not agree with the other digits",
    FieldProblem.NOT_A_CHOICE: "it must be F or M",
}

Ask = Callable[[str], str]
Value = TypeVar("Value")


class Wrong(NomerokError):  # noqa: N818
    """Something is missing or bad; the message is for the registrar, and has no values in it."""


class Form:
    """Reads options; asks for what is missing where there is a terminal, again and again until it is right."""

    def __init__(self, args: argparse.Namespace, ask: Ask | None) -> None:
        self._args = args
        self._ask = ask

    def value(self, option: str, parse: Callable[[str], Value]) -> Value:
        given = self._given(option)
        if given is not None:
            return _parsed(option, given, parse)
        if self._ask is None:
            raise Wrong(f"--{option} is missing")
        return self._asked(self._ask, f"{option}: ", lambda text: _parsed(option, text, parse))

    def optional(self, option: str, parse: Callable[[str], Value]) -> Value | None:
        """None where it is left out, or answered with an empty line."""

        def read(text: str) -> Value | None:
            return _parsed(option, text, parse) if text else None

        given = self._given(option)
        if given is not None or self._ask is None:
            return read(given or "")
        return self._asked(self._ask, f"{option} (Enter: none): ", read)

    def _asked(self, ask: Ask, prompt: str, read: Callable[[str], Value]) -> Value:
        said = ""
        while True:
            try:
                return read(ask(said + prompt).strip())
            except Wrong as wrong:
                said = f"{wrong}\n"

    def _given(self, option: str) -> str | None:
        given: str | None = getattr(self._args, option.replace("-", "_"))
        return given


def _parsed(option: str, text: str, parse: Callable[[str], Value]) -> Value:
    if not text:
        raise Wrong(f"--{option}: it is empty")
    try:
        return parse(text)
    except FieldError as error:
        raise Wrong(f"--{option}: {_PROBLEMS[error.problem]}") from None
