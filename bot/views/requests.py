"""«Сообщить о проблеме», «Обратная связь», and the cards of what was sent.

`title`: of a case, in the person's language, as its kind has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.buttons.common import Close
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.requests import RequestCard, RequestPhoto, RequestText
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import Row, back_row, button, clamp, home_button, in_rows, markup, pager
from bot.keyboards.wizard import StepButtons
from bot.views.cases import history, pieces
from bot.views.common import Scene
from bot.views.screen import Screen
from services.cases.model import Case
from services.limits.model import LIMITS, Act
from services.requests.model import (
    LONGEST_TEXT,
    MOST_PHOTOS,
    PHOTOS_KEPT,
    PictureProblem,
    RequestKind,
    RequestStatus,
)
from services.texts.dates import MOSCOW, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

_SHOWN = 1000
"""Of a text, beside all that may stand on the same screen: UTF-16 units, as Telegram counts them."""
_PIECE = 3500
"""Of a text on a screen of its own."""
_PHOTOS_IN_ROW = 3
_SENDING = {
    RequestKind.PROBLEM: N_("⚠️ Report a problem"),
    RequestKind.FEEDBACK: N_("💬 Feedback"),
}
_QUESTIONS = {
    RequestKind.PROBLEM: N_("What did you press, and what did you see? You can send a photo."),
    RequestKind.FEEDBACK: N_("What do you like, what should be better? You can send a photo."),
}
TITLES: Mapping[str, str] = {
    RequestKind.PROBLEM: N_("Problem No. {number}"),
    RequestKind.FEEDBACK: N_("Feedback No. {number}"),
}
STATUSES: Mapping[str, str] = {
    RequestStatus.ACCEPTED: N_("Accepted"),
    RequestStatus.IN_PROGRESS: N_("In progress"),
    RequestStatus.ANSWERED: N_("Answered"),
}
NEXT: Mapping[str, str] = {
    RequestStatus.ACCEPTED: N_("Next: it will be read and taken up."),
    RequestStatus.IN_PROGRESS: N_("Next: the answer will come into this chat."),
    RequestStatus.ANSWERED: N_("Nothing more is needed from you."),
}

DEMO_ANSWERS: Mapping[str, tuple[str, ...]] = {
    RequestKind.PROBLEM: (
        N_(
            "Thank you for telling us. We have checked it, please try again. This is a demonstration: no real clinic "
            "reads this. If you need help, please call your clinic."
        ),
        N_(
            "Thank you, you have helped us. We have passed it on to those who will put it right. This is a "
            "demonstration: no real clinic reads this. If you need help, please call your clinic."
        ),
    ),
    RequestKind.FEEDBACK: (
        N_("Thank you for writing to us. This is a demonstration: no real clinic reads this."),
        N_("Thank you for your opinion. We have written it down. This is a demonstration: no real clinic reads this."),
    ),
}
"""What the demo's staff answers. Nobody is to believe that a clinic has read it."""


class MessageAct(StrEnum):
    KEEP = "keep"


class SendAct(StrEnum):
    SEND = "send"
    EDIT = "edit"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be sent, as far as it has come. `text`: None where nothing has been sent yet."""

    kind: RequestKind
    text: str | None = None
    photos: int = 0


# --- sending --------------------------------------------------------------------------------------


def message(data: Gathered, buttons: StepButtons, scene: Scene) -> Screen:
    """The question; with what has been written already, where it is to be written anew."""
    t = scene.t
    return Screen(
        scene.text(
            bold(t(_SENDING[data.kind])),
            t(_QUESTIONS[data.kind]),
            t("No doctor reads this. In an emergency call 103 or 112."),
            "" if data.text is None else lines(bold(t("Written so far")), *_content(t, data.text, data.photos)),
        ),
        markup(
            [button(t.label("Leave it as it is"), buttons.act(MessageAct.KEEP))] if data.text is not None else [],
            back_row(t, buttons.back() or GO_MORE),
        ),
    )


def check(data: Gathered, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            bold(t("Please check what will be sent")),
            lines(bold(t(_SENDING[data.kind])), *_content(t, data.text or "", data.photos)),
            t("To add something, write more or send a photo."),
        ),
        markup(
            [button(t.label("📨 Send"), buttons.act(SendAct.SEND))],
            [button(t.label("✏️ Write it anew"), buttons.act(SendAct.EDIT))],
            [button(t.label("🗑 Leave the photos out"), buttons.act(SendAct.DROP))] if data.photos else [],
            back_row(t, buttons.back()),
        ),
    )


def accepted(t: Texts, request: Case) -> Screen:
    return Screen(
        blocks(
            Html("✅ ") + bold(t("Request No. {number} is accepted", number=str(request.number))),
            t("The answer will come into this chat."),
        ),
        markup(
            [button(t.label("📄 Open the request"), RequestCard(request=request.id))],
            [button(t.label("🗂 Application statuses"), CaseList(page=0))],
            [home_button(t)],
        ),
    )


def unfinished(t: Texts, kind: RequestKind) -> Screen:
    """It was left half-way."""
    return Screen(
        blocks(
            bold(t("You have not sent your request")),
            t("What you have written is kept."),
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind=kind.value, anew=False))],
            [button(t.label("Start again"), WizardOpen(kind=kind.value, anew=True))],
            back_row(t, GO_MORE),
        ),
    )


def too_many(t: Texts) -> Screen:
    """Asked before anything is written."""
    return Screen(
        blocks(bold(t("Please go on tomorrow")), sent_enough(t)),
        markup(
            [button(t.label("🗂 Application statuses"), CaseList(page=0))],
            back_row(t, GO_MORE),
        ),
    )


def sent_enough(t: Texts) -> Html:
    return Html("⚠️ ") + t.n(
        "One chat can send {count} request a day. The next can be sent tomorrow.",
        "One chat can send {count} requests a day. The next can be sent tomorrow.",
        LIMITS[Act.REQUEST].most,
    )


def stopped(t: Texts) -> Html:
    """After /cancel."""
    return t("What you had begun is given up. The request has not been sent.")


def photo_added(t: Texts, count: int) -> Html:
    return t("✅ The photo is added. Photos: {count}", count=count)


def text_added(t: Texts) -> Html:
    return t("✅ Added to the text.")


def photos_left_out(t: Texts) -> Html:
    return t("The photos are left out.")


def too_many_photos(t: Texts) -> Html:
    return Html("⚠️ ") + t.n(
        "One request holds {count} photo. This one is not added; the rest is kept.",
        "One request holds {count} photos. This one is not added; the rest is kept.",
        MOST_PHOTOS,
    )


def too_long(t: Texts) -> Html:
    return Html("⚠️ ") + t.n(
        "One request holds {count} character. The last message is not added; the rest is kept.",
        "One request holds {count} characters. The last message is not added; the rest is kept.",
        LONGEST_TEXT,
    )


def picture_problem(t: Texts, problem: PictureProblem) -> Html:
    return (
        Html("⚠️ ")
        + {
            PictureProblem.NOT_A_PICTURE: t("This file is not a photo. It is not added; the rest is kept."),
            PictureProblem.BROKEN: t("This photo is damaged. Please send another one; the rest is kept."),
            PictureProblem.TOO_LARGE: t("This picture is too large. Please send it as a photo; the rest is kept."),
            PictureProblem.TOO_MANY: t(
                "There have been many photos from this chat today. This one is not added; the rest is kept. More can "
                "be sent tomorrow; the text can be sent now."
            ),
            PictureProblem.NO_MORE: t(
                "There is no more room for photos of this chat. This one is not added; the rest is kept. The text can "
                "be sent without it."
            ),
            PictureProblem.NO_ROOM: t(
                "No photos can be taken at the moment. This one is not added; the rest is kept. The text can be sent "
                "without it."
            ),
        }[problem]
    )


def photo_lost(t: Texts) -> Html:
    return Html("⚠️ ") + t("The photo has not come through. Please send it once more; the rest is kept.")


# --- what has come of it --------------------------------------------------------------------------


def card(
    t: Texts,
    title: str,
    request: Case,
    now: datetime,
    back: CallbackData | None = None,
    whom: str | None = None,  # noqa: ARG001  (it is the account holder's own word)
    note: Html | None = None,
) -> Screen:
    """What was sent and what has come of it. `back`: None, to «Статусы заявлений»; `note`: what has just happened."""
    return Screen(
        blocks(
            note or "",
            lines(
                bold(escape(title)),
                t("Applicant: you"),
                t("Date: {when}", when=when(t, request.sent_at, MOSCOW, now)),
                t("Status: {status}", status=t.label(STATUSES[request.status])),
                t(NEXT[request.status]),
            ),
            lines(bold(_comment_heading(t, request.status)), escape(request.comment)) if request.comment else "",
            lines(bold(t("You have sent")), *_content(t, request.content, len(request.photos)), _how_long(t, request)),
            history(t, request, STATUSES, now),
        ),
        markup(
            *_photo_rows(t, request),
            [button(t.label("📄 The whole text"), RequestText(request=request.id, page=0))]
            if _is_long(request.content)
            else [],
            back_row(t, back or CaseList(page=0)),
        ),
    )


def told(t: Texts, title: str, request: Case, now: datetime, whom: str | None = None) -> Screen:  # noqa: ARG001
    """What is sent when it has come to a status."""
    if request.status == RequestStatus.ACCEPTED:
        return accepted(t, request)
    return card(t, title, request, now, note=news(t, request))


def whole_text(t: Texts, title: str, request: Case, page: int) -> Screen:
    """A text that the card has no room for."""
    parts = pieces(request.content, _PIECE)
    page = clamp(page, len(parts), 1)
    return Screen(
        blocks(bold(escape(title)), escape(parts[page])),
        markup(
            pager(t, page, len(parts), 1, lambda each: RequestText(request=request.id, page=each)),
            back_row(t, RequestCard(request=request.id)),
        ),
    )


def photo(t: Texts, title: str, request: Case, place: int, picture: bytes) -> Screen:
    """A photo below the card, with a button that takes it away again."""
    count = len(request.photos)
    which = t("Photo {place} of {count}", place=place + 1, count=count) if count > 1 else ""
    return Screen(
        lines(bold(escape(title)), which),
        markup([button(t.label("✖️ Close the photo"), Close())]),
        picture,
    )


def news(t: Texts, request: Case) -> Html:
    """Above the card that tells of a new status."""
    if request.status == RequestStatus.ANSWERED:
        return t("📬 Request No. {number} is answered.", number=str(request.number))
    return t("📬 Request No. {number} has a new status.", number=str(request.number))


def _comment_heading(t: Texts, status: str) -> Html:
    return t("Answer") if status == RequestStatus.ANSWERED else t("Comment")


def _content(t: Texts, text: str, photos: int) -> tuple[Html, ...]:
    """The text as far as there is room, and how many photos."""
    beginning, long = pieces(text, _SHOWN)[0], _is_long(text)
    return (
        escape(beginning + ("…" if long else "")),
        t("(This is the beginning; all of it is kept.)") if long else Html(),
        t("Photos: {count}", count=photos) if photos else Html(),
    )


def _how_long(t: Texts, request: Case) -> Html:
    """What becomes of the photos of a request, or has become."""
    if request.photos_gone:
        return t("Photos: {count}. They have been removed: the answer came long ago.", count=request.photos_gone)
    if not request.photos:
        return Html()
    days = PHOTOS_KEPT.days
    return t.n(
        "Photos are kept for {count} day after the answer.", "Photos are kept for {count} days after the answer.", days
    )


def _photo_rows(t: Texts, request: Case) -> list[Row]:
    many = len(request.photos) > 1
    return in_rows(
        (
            button(
                t.label("🖼 Photo {place}", place=place + 1) if many else t.label("🖼 Show the photo"),
                RequestPhoto(request=request.id, place=place),
            )
            for place in range(len(request.photos))
        ),
        _PHOTOS_IN_ROW,
    )


def _is_long(text: str) -> bool:
    return len(pieces(text, _SHOWN)) > 1
