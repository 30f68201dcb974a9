"""Screens and sentences that any topic may need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import Row, back_row, button, home_button, markup
from bot.keyboards.layout import USUAL, Layout
from bot.views.screen import Screen
from services.texts.i18n import Html, Texts, blocks, bold


@dataclass(frozen=True, slots=True)
class Scene:
    """What every wizard view gets beside its data.

    `note`: a sentence about what has just happened; `layout`: how much may stand on the screen.
    """

    t: Texts
    now: datetime
    note: Html | None = None
    layout: Layout = USUAL

    def text(self, *parts: str) -> Html:
        """The note, then the parts, with empty lines between."""
        return blocks(self.note or "", *parts)


def outdated(t: Texts) -> str:
    """The toast for a button of a screen that is no longer current."""
    return t.label("This screen is out of date. Here is the current one.")


def only_a_word(t: Texts) -> str:
    """The toast for a cell of an old screen that has nothing behind it: no screen draws such any more."""
    return t.label("This only says where you are. Please press a button beside it.")


def told(t: Texts, said: Html, *rows: Row) -> Screen:
    """What has happened, by itself, and what can be pressed next beside the main menu."""
    return Screen(said, markup(*rows, [home_button(t)]))


def go_on(t: Texts, said: Html, goes_on: CallbackData) -> Screen:
    """What has happened, and the way to what is to be chosen now."""
    return told(t, said, [button(t.label("▶️ Go on"), goes_on)])


def try_again(t: Texts, said: Html, again: CallbackData, back: CallbackData) -> Screen:
    """Why it could not be done; the same once more by a press, and the way back to what was to be done."""
    return Screen(said, markup([button(t.label("🔄 Try again"), again)], back_row(t, back)))


def unavailable(t: Texts, again: CallbackData | str) -> Screen:
    """The registry does not answer a question: nothing is lost, ask again."""
    return Screen(
        blocks(
            bold(t("The registry is not answering")),
            t("Nothing is lost. Please try again in a minute."),
        ),
        markup([button(t.label("🔄 Try again"), again)], [home_button(t)]),
    )


def cannot_read(t: Texts) -> Html:
    return Html("⚠️ ") + t("I can read only text here. Please write, or press a button.")


def cannot_take(t: Texts) -> Html:
    """Where photos are welcome too."""
    return Html("⚠️ ") + t("I can take only text and photos. If this is a picture, send it as a photo, not as a file.")


def send_a_file(t: Texts) -> Html:
    """Where a file is awaited, and something else came: a picture too."""
    return Html("⚠️ ") + t("A file is needed here. Tap the paper clip 📎 beside the message field and choose “File”.")


def press_a_button(t: Texts) -> Html:
    return t("Please press one of the buttons.")


def gone(t: Texts) -> Screen:
    """What the button pointed at is no longer there, or is not this person's."""
    return Screen(
        blocks(bold(t("There is nothing here any more")), t("Please go on from the main menu.")),
        markup([home_button(t)]),
    )


def failed(t: Texts) -> Screen:
    """Something broke on our side."""
    return Screen(
        blocks(
            bold(t("Something went wrong on our side")),
            t("What you have entered is kept. Please try once more from the main menu."),
        ),
        markup([home_button(t)]),
    )


def not_understood(t: Texts) -> Screen:
    """A message that no screen is waiting for."""
    return Screen(
        t("I work by buttons. Please choose what you need:"),
        markup([home_button(t)], [button(t.label("❓ Help"), GO_HELP)]),
    )


def after_alarm(t: Texts) -> Screen:
    """The way on, below an alarm, where no question of ours stands there."""
    return Screen(
        t("If there is no danger, you can go on here."),
        markup([home_button(t)], [button(t.label("❓ Help"), GO_HELP)]),
    )


def write_in_private(t: Texts) -> Html:
    return t("Please write to me in a private chat: personal data have no place in a group.")


def link_not_understood(t: Texts) -> Html:
    """A link to the bot with a payload that nothing of ours makes."""
    return Html("⚠️ ") + t(
        "This link cannot be read: it may have been cut off. Ask for it once more, or book from the main menu."
    )
