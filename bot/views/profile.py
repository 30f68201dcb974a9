"""What Telegram itself shows of the bot: its commands, the text of an empty chat, the line of its profile."""

from __future__ import annotations

from collections.abc import Sequence

from services.texts.i18n import N_, Texts

COMMANDS: Sequence[tuple[str, str]] = (
    ("start", N_("main menu")),
    ("help", N_("help: how to book, move and cancel")),
    ("cancel", N_("give up an unfinished form or booking (visits stay)")),
    ("language", N_("choose the language")),
    ("export_me", N_("all your data in one file")),
    ("delete_me", N_("erase all your data")),
)
"""Every command and what it does, in 256 characters: Telegram's menu and the page of help are drawn from here."""


def description(t: Texts) -> str:
    """What stands in the chat before START, at most 512 characters."""
    return t.label(
        "I help you book a visit to a doctor: for yourself, for children and for parents. Everything is done by "
        "pressing buttons.\n\nI remind you of visits, and you can move or cancel them here.\n\nPress the button "
        "below to begin."
    )


def short_description(t: Texts) -> str:
    """The line of the profile and of forwarded links, at most 120 characters."""
    return t.label("Book a doctor for yourself and your family by pressing buttons. Reminders, moving, cancelling.")
