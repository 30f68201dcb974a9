"""Handlers: resolve who acts → one service call → one view. Each file's routes stand at its end."""

from __future__ import annotations

from aiogram import Router

from bot.handlers import clinics, consent, help, home, language, last, notifications, start, visits, wizard  # noqa: A004


def routers() -> tuple[Router, ...]:
    """All routers in the order in which they are tried: commands, presses, typed text, and what nobody took."""
    return (
        start.setup(),
        help.setup(),
        language.setup(),
        wizard.setup(),
        consent.setup(),
        home.setup(),
        visits.setup(),
        notifications.setup(),
        clinics.setup(),
        wizard.setup_typing(),
        last.setup(),
    )
