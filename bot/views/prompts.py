"""Messages that carry a reply keyboard: Telegram asks for a contact or a place only through one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiogram.types import KeyboardButton, ReplyKeyboardMarkup

from services.texts.i18n import Html, Texts


class Prompt(StrEnum):
    CONTACT = "contact"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """A text with a reply keyboard; deleting the message takes the keyboard away."""

    text: Html
    keyboard: ReplyKeyboardMarkup


def prompt(t: Texts, kind: Prompt) -> PromptMessage:
    if kind is Prompt.CONTACT:
        text = t("⬇️ The button is below, where you type:")
        key = KeyboardButton(text=t.label("📱 Send my number"), request_contact=True)
    else:
        text = t("⬇️ To see the nearest ones, press the button below, where you type:")
        key = KeyboardButton(text=t.label("📍 Send my location"), request_location=True)
    return PromptMessage(text, ReplyKeyboardMarkup(keyboard=[[key]], resize_keyboard=True, one_time_keyboard=True))
