"""Letters: the same words in plain text and in HTML, readable on light and on dark."""

from __future__ import annotations

import html
from datetime import datetime

from bot.views import disputes, moving, notifications
from bot.views.calendar import calendar_file
from bot.views.specialties import specialty
from bot.views.visits import CANCELLED, STATUSES, at_the_clinic, facts, papers
from services.accounts.model import MailCode
from services.booking.model import CalendarEvent, VisitEntry
from services.booking.notices import VisitNews
from services.notify.model import Attachment, Letter
from services.registry.model import Visit, VisitStatus
from services.texts.dates import day_and_time, full_when
from services.texts.i18n import Html, Texts, bold, lines, plain

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif"


def letter(
    t: Texts,
    kind: str,
    headline: str,
    event: CalendarEvent,
    now: datetime,
    *,
    before: VisitEntry | None = None,
    own: bool = True,
) -> Letter:
    """What has happened to a visit. `headline`: an msgid, what the kind of notification is headed by.

    `before`: the visit as it was; `own`: it was done from this very chat.
    """
    visit = event.visit
    title = t(STATUSES[visit.status]) if visit.status in CANCELLED else t(headline)
    told = [each for each in _body(t, kind, event.entry, before, own=own) if each]
    about = [
        t("This letter is from the bot “Nomerok”. There is no need to answer it."),
        t("To have no more letters, open “☰ More” and “✉️ E-mail” in the bot."),
        t("If you do not know the patient, the address was given by mistake. Please delete the letter."),
    ]
    subject = f"{plain(title)}: {event.entry.person.names.name}, {_when(t, visit)}"
    text = "\n\n".join(plain(each) for each in (title, *told, lines(*about)))
    return Letter(
        t.locale,
        subject,
        text + "\n",
        _page(t.locale, subject, title, told, about),
        [calendar_file(t, event, now)],
    )


def code(t: Texts, about: MailCode) -> Letter:
    """The letter that an address is confirmed by: it may reach a stranger, and says nothing of health."""
    subject = t.label("Code for the bot in Telegram")
    title = t("Your code: {code}", code=about.readable)
    told = [
        t("Somebody has given this address in Telegram. If it was you, write these six digits to the bot."),
        t("The code is good for 30 minutes."),
    ]
    below = [
        t("If it was not you, there is nothing to do: without the code nothing more is sent here."),
        t("This letter comes by itself. There is no need to answer it."),
    ]
    text = "\n\n".join(plain(each) for each in (title, *told, lines(*below)))
    return Letter(t.locale, subject, text + "\n", _page(t.locale, subject, title, told, below))


def document(t: Texts, pdf: bytes) -> Letter:
    """A document that somebody has sent to this address, which may be a stranger's: the letter says nothing of it."""
    subject = t.label("Document from “Nomerok”")
    told = [t("The document is in the file with this letter.")]
    about = [
        t("It was sent to this address by somebody who uses the bot “Nomerok” in Telegram."),
        t("If you do not know why it has come, please delete the letter."),
        t("This letter comes by itself. There is no need to answer it."),
    ]
    title = t("Document from “Nomerok”")
    text = "\n\n".join(plain(each) for each in (title, *told, lines(*about)))
    page = _page(t.locale, subject, title, told, about)
    return Letter(t.locale, subject, text + "\n", page, [Attachment("document.pdf", "application/pdf", pdf)])


def _body(t: Texts, kind: str, entry: VisitEntry, before: VisitEntry | None, *, own: bool) -> list[Html]:
    visit = entry.visit
    cancelled = visit.status in CANCELLED
    return [
        _what(t, kind, visit, before, own=own),
        facts(t, entry, _told(t, visit)),
        t("Number: {number}", number=bold(visit.number)),
        Html("") if cancelled else papers(t, entry),
        t("The file with this letter takes the booking out of your calendar.")
        if cancelled
        else t("The file with this letter puts the booking into your calendar, with a reminder two hours before."),
    ]


def _what(t: Texts, kind: str, visit: Visit, before: VisitEntry | None, *, own: bool) -> Html:
    """The sentence under the title, where it needs one."""
    if kind == VisitNews.MOVE_FAILED:
        return moving.not_moved(t, stands=False)
    if kind == VisitNews.VISIT_BOOKED_ELSEWHERE and visit.status not in CANCELLED:
        return disputes.by_mail(t)
    if kind == VisitNews.BOOKING_STANDS and visit.status not in CANCELLED:
        return notifications.stands_after_all(t)
    if visit.status is VisitStatus.CANCELLED_BY_CLINIC:
        return notifications.cancelled_by_clinic(t)
    if visit.status is VisitStatus.CANCELLED_BY_PATIENT:
        return Html("") if own else notifications.cancelled(t)
    if kind != VisitNews.VISIT_MOVED or before is None:
        return Html("")
    old = before.visit
    was = f"{full_when(t, old.start, old.clinic.tz)}, {specialty(t, old.service_id, old.service)} / {old.doctor}"
    return t("It was: {what}", what=was)


def _told(t: Texts, visit: Visit) -> str:
    return at_the_clinic(t, visit, full_when(t, visit.start, visit.clinic.tz))


def _when(t: Texts, visit: Visit) -> str:
    return day_and_time(t, visit.start, visit.clinic.tz)


def _page(locale: str, subject: str, title: Html, told: list[Html], about: list[Html]) -> str:
    """The HTML half. It sets no colours, so the reader's own stand, light or dark."""
    paragraphs = "".join(f'<p style="margin:0 0 16px">{_broken(each)}</p>\n' for each in told)
    return (
        f'<!doctype html>\n<html lang="{locale}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{html.escape(subject)}</title>\n"
        "<style>:root { color-scheme: light dark; supported-color-schemes: light dark; }</style>\n</head>\n"
        f'<body style="margin:0;padding:24px 16px;{_FONT};font-size:17px;line-height:1.5">\n'
        '<div style="max-width:560px;margin:0 auto">\n'
        f'<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">{title}</h1>\n'
        f"{paragraphs}"
        '<hr style="margin:24px 0 16px;border:0;border-top:1px solid #888888">\n'
        f'<p style="margin:0;font-size:14px">{_broken(lines(*about))}</p>\n'
        "</div>\n</body>\n</html>\n"
    )


def _broken(text: Html) -> str:
    return text.replace("\n", "<br>\n")
