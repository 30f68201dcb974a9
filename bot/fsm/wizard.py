"""The wizard engine: a wizard is a table of steps, and this runs any table.

A step says how its options load, how they are drawn, how an answer is applied and which later answers it
clears. «Назад» is the previous visible step; after an answer comes the first visible step that has none. The
draft is changed only under the version that the pressed screen was drawn under, so a stale or doubled press
never acts: it is shown the current step.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from aiogram.fsm.state import State

from bot.keyboards.buttons.wizard import Verb, WizardOpen, WizardPress
from bot.keyboards.layout import Layout, layout_of
from bot.keyboards.wizard import StepButtons, read_act
from bot.views.common import (
    Scene,
    cannot_read,
    cannot_take,
    go_on,
    press_a_button,
    send_a_file,
    try_again,
    unavailable,
)
from bot.views.prompts import Prompt
from bot.views.screen import Redrawn, Screen
from services.accounts.model import Account
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.drafts.model import Answers, Draft, Marks
from services.errors import NomerokError
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import Html, Texts

OUT = "out"
"""The mark of a draft that was begun from somewhere: what «Назад» of the first step presses there."""
_TOLD = "told"
"""The mark of a draft whose screen tells what has happened, before its step is shown."""
_AGAIN = "again"
"""The mark of one that offers there what its step was asked."""
_DOUBLE_PRESS = timedelta(seconds=2)
_HEARD = 20
"""How many messages a draft remembers to have taken: more than anybody sends while a process is down and up again."""

Answer = TypeVar("Answer")
Data = TypeVar("Data")
"""What a step loads, and its view draws."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option, by the reference stored with the screen."""

    ref: str


@dataclass(frozen=True, slots=True)
class Acted:
    """A named button of the step. `act`: one of its `acts`; `arg`: what with, where the button says so."""

    act: StrEnum
    arg: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    text: str


@dataclass(frozen=True, slots=True)
class SharedContact:
    """A contact card; `own`: the sender's own."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class SharedLocation:
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo, or a picture sent as a file. `album`: what photos sent together have in common.

    `fetch` downloads it, to be called once: None where it has more bytes than the limit; raises `FileLost`.
    """

    fetch: Callable[[int], Awaitable[bytes | None]]
    caption: str = ""
    album: str | None = None


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that is no picture. `name`: as its sender calls it, `size`: in bytes; both as Telegram says.

    `fetch`: as of a photo.
    """

    fetch: Callable[[int], Awaitable[bytes | None]]
    name: str
    size: int | None


class FileLost(NomerokError):  # noqa: N818
    """Telegram does not hand over what was sent."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A sticker, a voice: nothing that a step could take."""


Input = Chosen | Acted | Typed | SharedContact | SharedLocation | SentPhoto | SentFile | Unreadable


@dataclass(frozen=True, slots=True)
class Answered:
    """The step has its answer: go on to the first one that has none. `changes`: of the answers."""

    changes: Answers
    note: Html | None = None
    marks: Marks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stay:
    """The same step again. `toast`: a word to the press instead of a sentence on the screen."""

    note: Html | None = None
    changes: Answers = field(default_factory=dict)
    page: int = 0
    toast: str | None = None
    marks: Marks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Jump:
    """Another step, by name. What was answered stays until it is answered anew.

    `alone`: the note is told by itself first, for both do not fit a phone's screen; «Продолжить» leads to the step.
    `again`: the same, with what the step can be asked once more from there, by «Попробовать ещё раз».
    """

    step: str
    note: Html | None = None
    changes: Answers = field(default_factory=dict)
    page: int = 0
    marks: Marks = field(default_factory=dict)
    alone: bool = False
    again: StrEnum | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """The wizard is over and its draft closed; `screen` stands after it, None: Home.

    `redrawn`: a message above that says now how its matter stands.
    """

    screen: Screen | None
    redrawn: Redrawn | None = None


@dataclass(frozen=True, slots=True)
class Begins:
    """How a wizard begins: of which kind, with what known already, and a word above its first screen.

    As an outcome: this wizard is over and its draft closed, and that one begins where it ends. `begun`: what is to be
    done once its draft is kept.
    """

    kind: str
    answers: Answers
    note: Html | None = None
    marks: Marks = field(default_factory=dict)
    begun: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The step has no use for this: a message is told what to do instead, a button is one of an old screen."""


Outcome = Answered | Stay | Jump | Left | Begins | NotTaken


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step works with."""

    account: Account
    t: Texts
    now: datetime
    draft: Draft
    _asked: dict[str, Any] = field(default_factory=dict)

    @property
    def answers(self) -> Answers:
        return self.draft.answers

    @property
    def marks(self) -> Marks:
        return self.draft.marks

    @property
    def layout(self) -> Layout:
        return layout_of(self.account)

    async def once(self, what: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Asks once a press, though the step that is left and the one that comes both want to know."""
        if what not in self._asked:
            self._asked[what] = await ask()
        found: Answer = self._asked[what]
        return found


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Data]):
    """A step ready to be drawn. `options`: references in the order of their buttons; `prompt`: what it asks for."""

    data: Data
    options: Sequence[str] = ()
    page: int = 0
    prompt: Prompt | None = None


def always(_: Answers) -> bool:
    return True


async def nothing_to_let_go(_: StepContext) -> None:
    return None


After = Callable[[StepContext], Awaitable[Screen | None]]
"""What a press on a draft that is closed shows; None: Home."""


async def leads_home(_: StepContext) -> None:
    return None


@dataclass(frozen=True, slots=True)
class AnyStep:
    """One row of a wizard's table, as the engine runs it. It is written as a `Step`.

    `acts`: what its named buttons do; `visible`: whether it is to be asked, as the answers are; `clears`: later answers
    and marks that its answer makes void; `aside`: it is no question, only a jump leads to it, and it stands while the
    marks say so; `leave`: what «Назад» from it lets go of; `picture`: its screen bears one; `photos`, `files`:
    whether it can take any.
    """

    state: State
    load: Callable[[StepContext], Awaitable[Loaded[Any] | Jump | Left]]
    view: Callable[[Any, StepButtons, Scene], Screen]
    apply: Callable[[StepContext, Input], Awaitable[Outcome]]
    acts: type[StrEnum] | None = None
    visible: Callable[[Answers], bool] = always
    clears: tuple[str, ...] = ()
    aside: Callable[[Marks], bool] | None = None
    leave: Callable[[StepContext], Awaitable[None]] = nothing_to_let_go
    picture: bool = False
    photos: bool = False
    files: bool = False

    @property
    def name(self) -> str:
        return step_name(self.state)

    def stands(self, draft: Draft) -> bool:
        """Whether «Назад» from a later step leads to it."""
        return self.visible(draft.answers) if self.aside is None else self.aside(draft.marks)

    def reads(self, given: Input) -> bool:
        """Whether it is of a kind that the step could take at all."""
        match given:
            case SentPhoto():
                return self.photos
            case SentFile():
                return self.files
        return not isinstance(given, Unreadable)

    def acted(self, packed: str) -> Acted | None:
        """The act that a button bears; None where this step knows no such act."""
        found = read_act(self.acts, packed) if self.acts is not None else None
        return Acted(*found) if found is not None else None


@dataclass(frozen=True, slots=True)
class Step(AnyStep, Generic[Data]):
    """A row whose view draws what it loads: mypy compares the two.

    In a table of `Step[Any]` it would not, for there `Data` is anything.
    """

    load: Callable[[StepContext], Awaitable[Loaded[Data] | Jump | Left]]
    view: Callable[[Data, StepButtons, Scene], Screen]


@dataclass(frozen=True, slots=True)
class Table:
    """A wizard's steps in their order. `after`: what a press on a draft that is closed shows."""

    steps: Sequence[AnyStep]
    after: After = leads_home


def step_name(state: State) -> str:
    """The state's own name, as it stands in drafts and buttons."""
    return (state.state or "").split(":")[-1]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the chat is to show.

    `screen` None: Home. `draft`: as it stands now, or as it was last where the wizard is over (`over`). `toast`: a word
    to the press. `stale`: the pressed screen was not the current one. `still`: all is shown already, nothing is to be
    done. `begins`: another wizard takes over. `out`: the button that is pressed in its stead, for «Назад» leads out.
    `redrawn`: as in `Left`.
    """

    screen: Screen | None
    draft: Draft
    prompt: Prompt | None = None
    toast: str | None = None
    stale: bool = False
    over: bool = False
    still: bool = False
    begins: Begins | None = None
    out: str | None = None
    redrawn: Redrawn | None = None


class Wizard:
    """Runs one table."""

    def __init__(
        self,
        kind: str,
        table: Table,
        drafts: Drafts,
        clock: Clock,
    ) -> None:
        self.kind = kind
        self.steps = tuple(table.steps)
        self._by_name = {step.name: step for step in table.steps}
        self._drafts = drafts
        self._clock = clock
        self._after = table.after

    async def start(
        self, account: Account, t: Texts, answers: Answers, note: Html | None = None, marks: Marks | None = None
    ) -> Reply:
        """A new draft with what is known already. `note`: what its first screen is headed by."""
        first = self._next(answers)
        draft = await self._drafts.start(
            Draft(id="", account_id=account.id, kind=self.kind, step=first.name, answers=answers, marks=marks or {})
        )
        return await self._show(self._turn(account, t, draft), note)

    async def resume(self, account: Account, t: Texts, note: Html | None = None) -> Reply | None:
        """The open draft where it was left; None if there is none. `note`: what has happened meanwhile."""
        draft = await self._drafts.open_of(account.id, self.kind)
        return await self._show(self._turn(account, t, _past_told(draft)), note) if draft else None

    async def press(self, account: Account, t: Texts, draft: Draft, pressed: WizardPress, message_id: int) -> Reply:
        """A press of a button that this wizard has drawn. `draft`: the button's, as it is now; it is the account's."""
        context = self._turn(account, t, replace(draft, message_id=message_id))
        if draft.done:
            return Reply(await self._after(context), draft, over=True)
        if self._in_its_place(pressed, draft) and _pressed_twice(pressed, draft, draft.message_id or 0, context.now):
            return Reply(None, draft, still=True)
        if pressed.version != draft.version or pressed.step != draft.step:
            return replace(await self._show(context), stale=not _pressed_twice(pressed, draft, message_id, context.now))
        context, step = replace(context, draft=_past_told(context.draft)), self._by_name[draft.step]
        if pressed.verb is Verb.BACK:
            return await self._back(context, step)
        if pressed.verb is Verb.PAGE:
            return await self._show(replace(context, draft=replace(context.draft, page=_number(pressed.arg))))
        given = step.acted(pressed.arg) if pressed.verb is Verb.ACT else _chosen(draft, _number(pressed.arg))
        if given is None:
            return await self._stale(context)
        return await self._apply(context, step, given)

    async def receive(self, account: Account, t: Texts, given: Input, message_id: int | None = None) -> Reply | None:
        """A message meant for the current step; None if the wizard has no open draft.

        `message_id`: one that has been taken already is not taken for the next answer too. It comes again where a crash
        has kept Telegram from hearing of it.
        """
        draft = await self._drafts.open_of(account.id, self.kind)
        if draft is None:
            return None
        if message_id is not None and message_id in draft.heard:
            return await self._show(self._turn(account, t, draft))
        heard = draft.heard if message_id is None else (*draft.heard, message_id)[-_HEARD:]
        context = self._turn(account, t, replace(_past_told(draft), heard=heard))
        return await self._apply(context, self._by_name[draft.step], given)

    def _in_its_place(self, pressed: WizardPress, draft: Draft) -> bool:
        """Whether the pressed message is gone: between a text and a picture a new one comes in its place."""
        steps = (self._by_name.get(pressed.step), self._by_name[draft.step])
        return any(step is not None and step.picture for step in steps)

    def _turn(self, account: Account, t: Texts, draft: Draft) -> StepContext:
        return StepContext(account, t, self._clock.now(), draft)

    async def _back(self, context: StepContext, step: AnyStep) -> Reply:
        before = self._before(step, context.draft)
        if before is None:
            out = context.marks.get(OUT)
            return Reply(None, context.draft, out=out) if out else await self._show(context)
        await step.leave(context)
        return await self._show(_at(context, before))

    async def _apply(self, context: StepContext, step: AnyStep, given: Input) -> Reply:
        if not step.reads(given):
            return await self._show(context, _unread(context.t, step))
        try:
            outcome = await step.apply(context, given)
        except RegistryUnavailable:
            return await self._unavailable(context)
        if isinstance(outcome, NotTaken):
            if isinstance(given, Chosen | Acted):
                return await self._stale(context)
            outcome = Stay(_unread(context.t, step) if step.photos or step.files else press_a_button(context.t))
        return await self._after_outcome(context, step, outcome)

    async def _after_outcome(
        self, context: StepContext, step: AnyStep, outcome: Answered | Stay | Jump | Left | Begins
    ) -> Reply:
        match outcome:
            case Left():
                return _left(context, outcome)
            case Begins():
                return Reply(None, context.draft, over=True, begins=outcome)
            case Stay(note, changes, page, toast, marks):
                stayed = _at(_changed(context, changes, marks), step, page)
                return replace(await self._show(stayed, note), toast=toast)
            case Jump():
                return await self._show(self._jumped(context, outcome), outcome.note)
            case Answered(changes, note, marks):
                answered = _changed(_cleared(context, step.clears), changes, marks)
                return await self._show(_at(answered, self._next(answered.answers)), note)

    async def _show(self, context: StepContext, note: Html | None = None) -> Reply:
        """Draws the draft's step and stores the draft under its next version."""
        try:
            for _ in self.steps:
                if _TOLD in context.marks:
                    return await self._tell(context)
                loaded = await self._by_name[context.draft.step].load(context)
                if not isinstance(loaded, Jump):
                    break
                context, note = self._jumped(context, loaded), loaded.note or note
        except RegistryUnavailable:
            return await self._unavailable(context)
        if isinstance(loaded, Left):
            return _left(context, loaded)
        if isinstance(loaded, Jump):
            raise RuntimeError(f"the steps of {self.kind} send each other in a circle")
        step = self._by_name[context.draft.step]
        drawn = replace(context.draft, options=tuple(loaded.options), page=loaded.page)
        saved = await self._drafts.save(drawn)
        if saved is None:  # another press of the same draft was quicker; its result is what stands
            return await self._overtaken(context)
        leads_back = self._before(step, saved) is not None or OUT in saved.marks
        buttons = StepButtons(saved.id, step.name, saved.version, leads_back)
        scene = Scene(context.t, context.now, note, context.layout)
        return Reply(step.view(loaded.data, buttons, scene), saved, loaded.prompt)

    async def _tell(self, context: StepContext) -> Reply:
        """What has happened, alone; it stands until «Продолжить», whatever else is pressed twice."""
        saved = await self._drafts.save(replace(context.draft, options=()))
        if saved is None:
            return await self._overtaken(context)
        said, goes_on = Html(context.marks[_TOLD]), WizardOpen(kind=self.kind, anew=False)
        again = self._by_name[saved.step].acted(context.marks.get(_AGAIN) or "")
        if again is None:
            return Reply(go_on(context.t, said, goes_on), saved)
        once_more = StepButtons(saved.id, saved.step, saved.version).act(again.act)
        return Reply(try_again(context.t, said, once_more, goes_on), saved)

    async def _stale(self, context: StepContext) -> Reply:
        """A button that this step has not, or not any more: here is what it has."""
        return replace(await self._show(context), stale=True)

    async def _overtaken(self, context: StepContext) -> Reply:
        current = await self._drafts.get(context.draft.id)
        fresh = replace(context, draft=current or context.draft)
        if current is None or current.done:
            return Reply(await self._after(fresh), fresh.draft, over=True)
        return await self._stale(fresh)

    async def _unavailable(self, context: StepContext) -> Reply:
        """Nothing is lost: the step that could not be drawn is where the person goes on."""
        saved = await self._drafts.save(replace(context.draft, options=()))
        return Reply(unavailable(context.t, WizardOpen(kind=self.kind, anew=False)), saved or context.draft)

    def _next(self, answers: Answers) -> AnyStep:
        asked = [step for step in self.steps if step.aside is None and step.visible(answers)]
        return next((step for step in asked if step.name not in answers), asked[-1])

    def _before(self, step: AnyStep, draft: Draft) -> AnyStep | None:
        earlier = self.steps[: self.steps.index(step)]
        return next((each for each in reversed(earlier) if each.stands(draft)), None)

    def _jumped(self, context: StepContext, to: Jump) -> StepContext:
        told = {_TOLD: to.note, _AGAIN: to.again} if (to.alone or to.again) and to.note else {}
        return _at(_changed(context, to.changes, {**to.marks, **told}), self._by_name[to.step], to.page)


def _past_told(draft: Draft) -> Draft:
    return replace(draft, marks={name: value for name, value in draft.marks.items() if name not in (_TOLD, _AGAIN)})


def _left(context: StepContext, left: Left) -> Reply:
    return Reply(left.screen, context.draft, over=True, redrawn=left.redrawn)


def _at(context: StepContext, step: AnyStep, page: int = 0) -> StepContext:
    return replace(context, draft=replace(context.draft, step=step.name, page=page))


def _changed(context: StepContext, changes: Answers, marks: Marks) -> StepContext:
    draft = context.draft
    answers, marked = {**draft.answers, **changes}, {**draft.marks, **marks}
    return replace(context, draft=replace(draft, answers=answers, marks=marked))


def _cleared(context: StepContext, names: Container[str]) -> StepContext:
    draft = context.draft
    answers = {name: value for name, value in draft.answers.items() if name not in names}
    marks = {name: value for name, value in draft.marks.items() if name not in names}
    return replace(context, draft=replace(draft, answers=answers, marks=marks))


def _unread(t: Texts, step: AnyStep) -> Html:
    """What is said of a message that this step has no use for."""
    if step.files:
        return send_a_file(t)
    return cannot_take(t) if step.photos else cannot_read(t)


def _chosen(draft: Draft, place: int) -> Chosen | None:
    return Chosen(draft.options[place]) if 0 <= place < len(draft.options) else None


def _pressed_twice(pressed: WizardPress, draft: Draft, message_id: int, now: datetime) -> bool:
    """A double press: the same screen's button again within two seconds. It deserves no reproach."""
    return (
        pressed.version == draft.version - 1
        and message_id == draft.message_id
        and draft.touched_at is not None
        and now - draft.touched_at < _DOUBLE_PRESS
    )


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1
