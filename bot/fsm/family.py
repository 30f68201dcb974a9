"""Adding somebody to the account's list, and correcting what stands in it: two tables over the person's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.person import (
    CORRECTING,
    FormSteps,
    answers_of,
    check_step,
    identity_of,
    name_in,
    number_warnings,
    values_of,
)
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
    always,
)
from bot.views import family as view
from bot.views import person as person_view
from bot.views.services import went_on
from bot.wanted import WantedService
from services.accounts.family import AlreadyThere, Family, FamilyFull, WrongAge, fits
from services.accounts.model import Account, Person, Relation
from services.accounts.persons import ConfirmedPerson, Persons
from services.accounts.rights import Editing
from services.drafts.drafts import Drafts
from services.drafts.model import Answers
from services.errors import Denial, NotAllowed
from services.limits.model import LimitReached
from services.registry.model import PatientIdentity
from services.registry.ports.errors import PatientConflict
from services.texts.dates import MOSCOW, local

KIND = "family"
EDIT = "edit"
LIFETIME = timedelta(days=1)
_FIELDS = ("surname", "name", "patronymic", "birth", "sex", "phone", "policy", "snils")
_DOCUMENTED = frozenset({"surname", "name", "patronymic", "birth", "sex"})


class FamilyForm(StatesGroup):
    relation = State()
    surname = State()
    name = State()
    patronymic = State()
    birth = State()
    sex = State()
    phone = State()
    policy = State()
    doubt = State()
    snils = State()
    check = State()


class EditForm(StatesGroup):
    check = State()
    surname = State()
    name = State()
    patronymic = State()
    birth = State()
    sex = State()
    phone = State()
    policy = State()
    snils = State()


@dataclass(frozen=True, slots=True)
class FamilySteps:
    """Both tables."""

    form: FormSteps
    family: Family
    persons: Persons
    drafts: Drafts
    wanted: WantedService

    def adding(self) -> Sequence[AnyStep]:
        """«Добавить»: who it is, then the form."""
        return [
            Step(
                FamilyForm.relation,
                self._load_relation,
                view.relation,
                self._apply_relation,
                view.RelationAct,
                clears=(CORRECTING,),
            ),
            *self.form.fields(_states(FamilyForm, "doubt"), whose=_whose, visible=always, born=_born_added),
            check_step(FamilyForm.check, ("relation", *_FIELDS), whose=_whose, visible=always, right=self._add),
        ]

    def editing(self) -> Sequence[AnyStep]:
        """«Изменить»: all is known, so each question is asked from the check screen alone, and leads back there."""
        return [
            Step(EditForm.check, self._load_edit, person_view.edit_check, self._apply_edit, person_view.CheckAct),
            *self.form.fields(_states(EditForm), whose=_whose, visible=_never, counted=False, born=_born_edited),
        ]

    async def _load_edit(self, context: StepContext) -> Loaded[person_view.EditCheck]:
        relation = _whose(context.answers)
        form = person_view.FormCheck(relation, values_of(context, _FIELDS, relation))
        doubts = number_warnings(context.answers)
        return Loaded(person_view.EditCheck(context.answers["id"], form, _locked(context.answers), doubts))

    async def _apply_edit(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(person_view.CheckAct.RIGHT):
                return await self._save(context)
            case Acted(person_view.CheckAct.FIX, field) if field in set(_FIELDS) - _locked(context.answers):
                return Jump(field)
        return NotTaken()

    async def _load_relation(self, context: StepContext) -> Loaded[view.RelationChoice]:
        chosen = context.answers.get("relation")
        unfit = chosen is not None and not _fits(context, Relation(chosen))
        return Loaded(view.RelationChoice(unfit, name_in(context.answers)))

    async def _apply_relation(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.RelationAct.BIRTH):
                return Jump("birth") if "birth" in context.answers else NotTaken()
            case Acted(relation):
                chosen = Relation(relation)
                answer = {"relation": chosen.value}
                return Answered(answer) if _fits(context, chosen) else Stay(view.misfit(context.t, chosen), answer)
        return NotTaken()

    async def _add(self, context: StepContext) -> Outcome:
        account, t = context.account, context.t
        chosen = _whose(context.answers)
        try:
            person = await self.family.add(account, chosen, identity_of(context.answers))
        except WrongAge:
            return Jump("relation", view.misfit(t, chosen))
        except FamilyFull:
            return Stay(view.too_many(t))
        except LimitReached:
            return Stay(view.added_enough(t))
        except AlreadyThere as known:
            return await self._left(context, known.person_id)
        except PatientConflict:
            return Stay(person_view.conflict(t))
        except NotAllowed:
            return Stay(person_view.too_many_tries(t))
        await self.drafts.drop(context.draft.id)
        active = await self._is_active(account, person)
        return Left(view.card(t, person, context.now, view.added(t, person), active=active))

    async def _save(self, context: StepContext) -> Outcome:
        account, t = context.account, context.t
        person_id = context.answers["id"]
        try:
            before = await self.persons.get(account, person_id)
            person = await self.family.edit(account, person_id, identity_of(context.answers))
        except WrongAge:
            return Stay(view.misfit_of_known(t))
        except AlreadyThere as known:
            return await self._left(context, known.person_id)
        except PatientConflict:
            return Stay(person_view.conflict(t))
        except ConfirmedPerson:
            return Stay(person_view.confirmed_person(t))
        except NotAllowed as denied:
            tried = denied.reason is Denial.TOO_MANY_TRIES
            return Stay(person_view.too_many_tries(t) if tried else view.not_to_be_changed(t))
        await self.drafts.drop(context.draft.id)
        note = view.saved(t, mark_lost=before.verified and not person.verified)
        card = view.card(t, person, context.now, note, active=await self._is_active(account, person))
        return Left(went_on(card, await self.wanted.way_back(t, account.telegram_id)))

    async def _left(self, context: StepContext, person_id: str) -> Left:
        """The card of whoever is on the list already."""
        person = await self.persons.get(context.account, person_id)
        await self.drafts.drop(context.draft.id)
        active = await self._is_active(context.account, person)
        return Left(view.card(context.t, person, context.now, view.already_there(context.t), active=active))

    async def _is_active(self, account: Account, person: Person) -> bool:
        active = await self.persons.active(account)
        return active is not None and active.id == person.id


def edit_answers(person: Person, form: PatientIdentity, may: Editing) -> dict[str, Any]:
    """The draft of a correction as it begins."""
    known = answers_of(form)
    about = {"id": person.id, "relation": person.relation.value, "locked": may is Editing.NUMBERS}
    return {**known, **about}


def _states(group: type[StatesGroup], *more: str) -> dict[str, State]:
    return {field: getattr(group, field) for field in (*_FIELDS, *more)}


def _never(_: Answers) -> bool:
    return False


def _whose(answers: Answers) -> Relation:
    return Relation(answers["relation"])


def _locked(answers: Answers) -> frozenset[str]:
    return _DOCUMENTED if answers["locked"] else frozenset()


def _fits(context: StepContext, relation: Relation, born: str | None = None) -> bool:
    """Whether the birth date, as far as it is known, suits."""
    typed = born or context.answers.get("birth")
    return typed is None or fits(relation, date.fromisoformat(typed), local(context.now, MOSCOW).date())


def _born_added(context: StepContext, answered: Answered) -> Outcome:
    chosen = _whose(context.answers)
    if _fits(context, chosen, answered.changes["birth"]):
        return answered
    return Jump("relation", view.misfit(context.t, chosen), answered.changes)


def _born_edited(context: StepContext, answered: Answered) -> Outcome:
    if _fits(context, _whose(context.answers), answered.changes["birth"]):
        return answered
    return Stay(view.misfit_of_known(context.t))
