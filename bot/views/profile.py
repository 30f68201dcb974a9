"""What Telegram itself shows of the bot: the text of an empty chat, the line of its profile."""

from __future__ import annotations

from services.texts.i18n import Texts


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
