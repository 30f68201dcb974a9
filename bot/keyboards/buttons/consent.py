"""Consent."""

from __future__ import annotations

from bot.keyboards.data import CallbackData


class ConsentPress(CallbackData, prefix="cs2"):
    """`locale` is the language that the text was read in, `digest` says which text it was."""

    agree: bool
    locale: str
    digest: str


class ConsentAgain(CallbackData, prefix="ca1"):
    locale: str


class ConsentRead(CallbackData, prefix="ct1"):
    """`whole`: all of the text, else the question with its short lines; `anew`: of who has agreed to an older one."""

    locale: str
    whole: bool
    anew: bool
