"""The choice of language."""

from __future__ import annotations

from babel import Locale

from bot.keyboards.buttons.language import SetLocale
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import back_row, button, markup
from bot.views.screen import Screen
from services.texts.i18n import LOCALES, Texts, bold


def language_name(locale: str) -> str:
    """The language's own name for itself."""
    return (Locale.parse(locale).get_display_name(locale) or locale).capitalize()


def choose(t: Texts, back: CallbackData | None = None) -> Screen:
    """`back`: where it was opened from."""
    rows = [
        [button(("✅ " if each == t.locale else "") + language_name(each), SetLocale(locale=each))] for each in LOCALES
    ]
    return Screen(bold(t("Language")), markup(*rows, back_row(t, back)))
