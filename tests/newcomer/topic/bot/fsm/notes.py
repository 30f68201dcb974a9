"""Writing a note: typed, shown back, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.views import notes as view
from bot.views.screen import Screen
from services.notes.model import LONGEST
from services.notes.notes import Notes

KIND = "notes"
LIFETIME = timedelta(hours=1)


class NoteForm(StatesGroup):
    text = State()
    check = State()


@dataclass(frozen=True, slots=True)
class NoteSteps:
    notes: Notes

    def table(self) -> Sequence[AnyStep]:
        return [
            Step(NoteForm.text, self._load, view.text, self._apply_text),
            Step(NoteForm.check, self._load, view.check, self._apply_check, acts=view.Act),
        ]

    async def after(self, context: StepContext) -> Screen | None:
        """A press on what has been kept shows it."""
        return view.card(context.t, await self.notes.get(context.account, context.draft.id), context.now)

    async def _load(self, context: StepContext) -> Loaded[view.Written]:
        return Loaded(view.Written(context.answers.get("text")))

    async def _apply_text(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Typed(text) if len(text) > LONGEST:
                return Stay(view.too_long(context.t))
            case Typed(text):
                return Answered({"text": text})
        return NotTaken()

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.Act.KEEP):
                note = await self.notes.keep(context.account, context.draft.id, context.answers["text"])
                return Left(view.card(context.t, note, context.now, view.kept(context.t)))
            case Acted(view.Act.REWRITE):
                return Jump("text")
        return NotTaken()
