"""«Сообщить о проблеме» and «Обратная связь»: a text, photos, or both, shown back before they are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    Acted,
    Answered,
    FileLost,
    Input,
    Jump,
    Left,
    Loaded,
    Outcome,
    SentPhoto,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.views import requests as view
from bot.views.screen import Screen
from services.drafts.model import Answers
from services.errors import NotFound
from services.requests.model import (
    LONGEST_TEXT,
    MOST_PHOTOS,
    PictureProblem,
    PictureRefused,
    RequestKind,
    TooManyRequests,
)
from services.requests.pictures import MOST_BYTES
from services.texts.i18n import Html

KINDS = tuple(each.value for each in RequestKind)
"""Each is a wizard of its own, so that what is begun of one outlives the other."""
LIFETIME = timedelta(days=1)


class FeedbackForm(StatesGroup):
    message = State()
    check = State()


class ProblemForm(StatesGroup):
    message = State()
    check = State()


GROUPS = {RequestKind.FEEDBACK.value: FeedbackForm, RequestKind.PROBLEM.value: ProblemForm}
_STATES = {
    RequestKind.FEEDBACK.value: (FeedbackForm.message, FeedbackForm.check),
    RequestKind.PROBLEM.value: (ProblemForm.message, ProblemForm.check),
}


def request_steps(kind: str) -> list[Step]:
    """What is to be sent, and a last look at it; each takes text and photos."""
    message, check = _STATES[kind]
    return [
        Step(message, _load_message, view.message, _apply_message, photos=True),
        Step(check, _load_check, view.check, _apply_check, photos=True),
    ]


async def after_request(context: StepContext) -> Screen | None:
    """A press on what has been sent shows its number again."""
    try:
        return view.accepted(context.t, await context.tools.requests.get(context.account, context.draft.result or ""))
    except NotFound:
        return None


async def _load_message(context: StepContext) -> Loaded:
    return Loaded(_gathered(context))


async def _load_check(context: StepContext) -> Loaded | Jump:
    return Loaded(_gathered(context)) if _holds_anything(context.answers) else Jump("message")


async def _apply_message(context: StepContext, given: Input) -> Outcome:
    match given:
        case Typed(text):
            return Answered({"message": text.strip()})
        case SentPhoto():
            changes, note = await _with_photo(context, given)
            return Answered(changes, note) if _holds_anything({**context.answers, **changes}) else Stay(note)
        case Acted("keep") if "message" in context.answers:
            return Answered({})
    return Stay()


async def _apply_check(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("send"):
            return await _send(context)
        case Acted("edit"):
            return Jump("message")
        case Acted("drop"):
            await context.tools.requests.forget_photos(context.draft.id)
            return Stay(view.photos_left_out(context.t), {"photos": []})
        case Typed(text):
            whole = _joined(_text(context.answers), text)
            if whole is None:
                return Stay(view.too_long(context.t))
            return Stay(view.text_added(context.t), {"message": whole})
        case SentPhoto():
            changes, note = await _with_photo(context, given)
            return Stay(note, changes)
    return Stay()


async def _with_photo(context: StepContext, sent: SentPhoto) -> tuple[dict[str, Any], Html]:
    """What a photo changes, and what is to be said of it. A caption is kept even where the photo is not."""
    t, photos = context.t, context.answers.get("photos", [])
    whole = _joined(_text(context.answers), sent.caption)
    if whole is None:
        return {}, view.too_long(t)
    changes: dict[str, Any] = {"message": whole, "album": sent.album}
    if len(photos) >= MOST_PHOTOS:
        return changes, view.too_many_photos(t)
    try:
        photo = await _keep(context, sent)
    except PictureRefused as refused:
        return changes, view.picture_problem(t, refused.problem)
    except FileLost:
        return changes, view.photo_lost(t)
    return {**changes, "photos": [*photos, photo]}, view.photo_added(t, len(photos) + 1)


async def _keep(context: StepContext, sent: SentPhoto) -> str:
    """Stored at once, not when it is sent: what is wrong with it is told now, and a restart loses nothing."""
    data = await sent.fetch(MOST_BYTES)
    if data is None:
        raise PictureRefused(PictureProblem.TOO_LARGE)
    return await context.tools.requests.keep_photo(context.draft.id, data)


async def _send(context: StepContext) -> Outcome:
    tools, draft = context.tools, context.draft
    if not _holds_anything(context.answers):
        return Jump("message")
    try:
        request = await tools.requests.send(
            context.account,
            RequestKind(draft.kind),
            _text(context.answers),
            context.answers.get("photos", []),
            draft_id=draft.id,
        )
    except TooManyRequests:
        return Stay(view.wait_for_answers(context.t))
    return Left(view.accepted(context.t, request))


def _gathered(context: StepContext) -> view.Gathered:
    answers = context.answers
    return view.Gathered(RequestKind(context.draft.kind), answers.get("message"), len(answers.get("photos", ())))


def _text(answers: Answers) -> str:
    text: str = answers.get("message", "")
    return text


def _holds_anything(answers: Answers) -> bool:
    return bool(answers.get("message") or answers.get("photos"))


def _joined(before: str, more: str) -> str | None:
    """Both, one under the other; None where that is too long for one request."""
    whole = "\n".join(part for part in (before, more.strip()) if part)
    return whole if len(whole) <= LONGEST_TEXT else None
