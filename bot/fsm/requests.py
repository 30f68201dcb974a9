"""«Сообщить о проблеме» and «Обратная связь»: a text, photos, or both, shown back before they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    FileLost,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    SentPhoto,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.views import requests as view
from bot.views.screen import Screen
from services.cases.cases import Cases
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
from services.requests.requests import Requests

LIFETIME = timedelta(days=1)


class FeedbackForm(StatesGroup):
    message = State()
    check = State()


class ProblemForm(StatesGroup):
    message = State()
    check = State()


GROUPS = {RequestKind.FEEDBACK.value: FeedbackForm, RequestKind.PROBLEM.value: ProblemForm}
KINDS = tuple(GROUPS)
"""What people write; each is a wizard of its own, so that what is begun of one outlives the other."""
_STATES = {
    RequestKind.FEEDBACK.value: (FeedbackForm.message, FeedbackForm.check),
    RequestKind.PROBLEM.value: (ProblemForm.message, ProblemForm.check),
}


@dataclass(frozen=True, slots=True)
class RequestSteps:
    """What is to be sent, and a last look at it; each takes text and photos."""

    requests: Requests
    cases: Cases

    def table(self, kind: str) -> Sequence[AnyStep]:
        message, check = _STATES[kind]
        return [
            Step(message, self._load_message, view.message, self._apply_message, view.MessageAct, photos=True),
            Step(check, self._load_check, view.check, self._apply_check, view.SendAct, photos=True),
        ]

    async def after(self, context: StepContext) -> Screen | None:
        """A press on what has been sent shows its number again."""
        try:
            return view.accepted(context.t, await self.cases.get(context.account, context.draft.result or ""))
        except NotFound:
            return None

    async def _load_message(self, context: StepContext) -> Loaded[view.Gathered]:
        return Loaded(_gathered(context))

    async def _load_check(self, context: StepContext) -> Loaded[view.Gathered] | Jump:
        return Loaded(_gathered(context)) if _holds_anything(context.answers) else Jump("message")

    async def _apply_message(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Typed(text):
                return Answered({"message": text.strip()})
            case SentPhoto():
                added = await self._with_photo(context, given)
                if not _holds_anything({**context.answers, **added.changes}):
                    return Stay(added.note)
                return Answered(added.changes, added.note, added.marks)
            case Acted(view.MessageAct.KEEP) if "message" in context.answers:
                return Answered({})
        return NotTaken()

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.SendAct.SEND):
                return await self._send(context)
            case Acted(view.SendAct.EDIT):
                return Jump("message")
            case Acted(view.SendAct.DROP):
                await self.requests.forget_photos(context.draft.id)
                return Stay(view.photos_left_out(context.t), {"photos": []})
            case Typed(text):
                whole = _joined(_text(context.answers), text)
                if whole is None:
                    return Stay(view.too_long(context.t))
                return Stay(view.text_added(context.t), {"message": whole})
            case SentPhoto():
                return await self._with_photo(context, given)
        return NotTaken()

    async def _with_photo(self, context: StepContext, sent: SentPhoto) -> Stay:
        """What a photo changes, and what is to be said of it. A caption is kept even where the photo is not."""
        t, photos = context.t, context.answers.get("photos", [])
        whole = _joined(_text(context.answers), sent.caption)
        if whole is None:
            return Stay(view.too_long(t))
        text, album = {"message": whole}, {"album": sent.album}
        if len(photos) >= MOST_PHOTOS:
            return Stay(view.too_many_photos(t), text, marks=album)
        try:
            photo = await self._keep(context, sent)
        except PictureRefused as refused:
            return Stay(view.picture_problem(t, refused.problem), text, marks=album)
        except FileLost:
            return Stay(view.photo_lost(t), text, marks=album)
        return Stay(view.photo_added(t, len(photos) + 1), {**text, "photos": [*photos, photo]}, marks=album)

    async def _keep(self, context: StepContext, sent: SentPhoto) -> str:
        """Stored at once, not when it is sent: what is wrong with it is told now, and a restart loses nothing."""
        await self.requests.expect_photo(context.account)
        data = await sent.fetch(MOST_BYTES)
        if data is None:
            raise PictureRefused(PictureProblem.TOO_LARGE)
        return await self.requests.keep_photo(context.account, context.draft.id, data)

    async def _send(self, context: StepContext) -> Outcome:
        draft = context.draft
        if not _holds_anything(context.answers):
            return Jump("message")
        try:
            request = await self.requests.send(
                context.account,
                RequestKind(draft.kind),
                _text(context.answers),
                context.answers.get("photos", []),
                draft_id=draft.id,
            )
        except TooManyRequests:
            return Stay(view.sent_enough(context.t))
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
