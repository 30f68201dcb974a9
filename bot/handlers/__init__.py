"""Handlers: resolve who acts → one service call → one view. Each file's routes stand at its end."""

from __future__ import annotations

from aiogram import Router

from bot.handlers import (
    access,
    chat_member,
    clinics,
    close,
    consent,
    family,
    help,  # noqa: A004
    home,
    language,
    last,
    links,
    mail,
    more,
    mydata,
    notifications,
    openings,
    reminders,
    requests,
    start,
    visits,
    wizard,
)


def routers() -> tuple[Router, ...]:
    """All routers in the order in which they are tried: commands, presses, typed text, and what nobody took."""
    return (
        start.setup(),
        help.setup(),
        language.setup(),
        links.setup(),
        mydata.setup(),
        openings.setup(),
        wizard.setup(),
        consent.setup(),
        close.setup(),
        home.setup(),
        more.setup(),
        mail.setup(),
        family.setup(),
        visits.setup(),
        notifications.setup(),
        reminders.setup(),
        requests.setup(),
        chat_member.setup(),
        clinics.setup(),
        access.setup(),
        wizard.setup_typing(),
        last.setup(),
    )
