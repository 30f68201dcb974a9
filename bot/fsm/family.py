"""Adding somebody to the account's list, and correcting what stands in it: two tables over the person's form."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.person import answers_of, check_step, field_steps, identity_of, name_in, number_warnings, values_of
from bot.fsm.wizard import Acted, Answered, Input, Jump, Left, Loaded, Outcome, Stay, Step, StepContext, always
from bot.views import family as view
from bot.views import person as person_view
from services.accounts.family import AlreadyThere, FamilyFull, WrongAge, fits
from services.accounts.model import Person, Relation
from services.accounts.persons import ConfirmedPerson
from services.accounts.rights import Denial, Editing
from services.drafts.model import Answers
from services.errors import NotAllowed
from services.registry.port import PatientConflict
from services.texts.dates import MOSCOW, local

KIND = "family"
EDIT = "edit"
LIFETIME = timedelta(days=1)
_FIELDS = ("surname", "name", "patronymic", "birth", "sex", "phone", "policy", "snils")
_DOCUMENTED = frozenset({"surname", "name", "patronymic", "birth", "sex"})
_ADDED = frozenset(Relation) - {Relation.OWN}


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


def family_steps() -> list[Step]:
    """«Добавить»: who it is, then the form."""
    return [
        Step(FamilyForm.relation, _load_relation, view.relation, _apply_relation),
        *field_steps(_states(FamilyForm, "doubt"), whose=_whose, visible=always, born=_born_added),
        check_step(FamilyForm.check, ("relation", *_FIELDS), whose=_whose, visible=always, right=_add),
    ]


def edit_steps() -> list[Step]:
    """«Изменить»: everything is known, so each question is asked from the check screen alone, and leads back there."""
    return [
        Step(EditForm.check, _load_edit, person_view.edit_check, _apply_edit),
        *field_steps(_states(EditForm), whose=_whose, visible=_never, counted=False, born=_born_edited),
    ]


def edit_answers(person: Person, may: Editing) -> dict[str, Any]:
    """The draft of a correction as it begins."""
    known = answers_of(person.identity)
    about = {"id": person.id, "relation": person.relation.value, "locked": may is Editing.NUMBERS}
    return {**known, **about}


async def after_family(_: StepContext) -> None:
    """A press on a form that is over leads Home."""


def _states(group: type[StatesGroup], *more: str) -> dict[str, State]:
    return {field: getattr(group, field) for field in (*_FIELDS, *more)}


def _never(_: Answers) -> bool:
    return False


def _whose(answers: Answers) -> Relation:
    return Relation(answers["relation"])


def _locked(answers: Answers) -> frozenset[str]:
    return _DOCUMENTED if answers["locked"] else frozenset()


async def _load_edit(context: StepContext) -> Loaded:
    relation = _whose(context.answers)
    form = person_view.FormCheck(relation, values_of(context, _FIELDS, relation))
    doubts = number_warnings(context.answers)
    return Loaded(person_view.EditCheck(context.answers["id"], form, _locked(context.answers), doubts))


async def _apply_edit(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("right"):
            return await _save(context)
        case Acted(name) if name.removeprefix("fix-") in set(_FIELDS) - _locked(context.answers):
            return Jump(name.removeprefix("fix-"))
    return Stay()


async def _load_relation(context: StepContext) -> Loaded:
    chosen = context.answers.get("relation")
    unfit = chosen is not None and not _fits(context, Relation(chosen))
    return Loaded(view.RelationChoice(unfit, name_in(context.answers)))


async def _apply_relation(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("birth") if "birth" in context.answers:
            return Jump("birth")
        case Acted(word) if word in _ADDED:
            chosen = Relation(word)
            if not _fits(context, chosen):
                return Stay(view.misfit(context.t, chosen), {"relation": word})
            return Answered({"relation": word})
    return Stay()


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


async def _add(context: StepContext) -> Outcome:
    tools, account, t = context.tools, context.account, context.t
    chosen = _whose(context.answers)
    try:
        person = await tools.family.add(account, chosen, identity_of(context.answers))
    except WrongAge:
        return Jump("relation", view.misfit(t, chosen))
    except FamilyFull:
        return Stay(view.too_many(t))
    except AlreadyThere as known:
        return await _left(context, known.person_id)
    except PatientConflict:
        return Stay(person_view.conflict(t))
    except NotAllowed:
        return Stay(person_view.too_many_tries(t))
    await tools.accounts.set_active_person(account, person.id)
    await tools.drafts.drop(context.draft.id)
    return Left(view.card(t, person, context.now, view.added(t, person)))


async def _save(context: StepContext) -> Outcome:
    tools, account, t = context.tools, context.account, context.t
    person_id = context.answers["id"]
    try:
        before = await tools.persons.get(account, person_id)
        person = await tools.family.edit(account, person_id, identity_of(context.answers))
    except WrongAge:
        return Stay(view.misfit_of_known(t))
    except AlreadyThere as known:
        return await _left(context, known.person_id)
    except PatientConflict:
        return Stay(person_view.conflict(t))
    except ConfirmedPerson:
        return Stay(person_view.confirmed_person(t))
    except NotAllowed as denied:
        tried = denied.reason == Denial.TOO_MANY_TRIES
        return Stay(person_view.too_many_tries(t) if tried else view.not_to_be_changed(t))
    await tools.drafts.drop(context.draft.id)
    note = view.saved(t, mark_lost=before.verified and not person.verified)
    return Left(view.card(t, person, context.now, note))


async def _left(context: StepContext, person_id: str) -> Left:
    """The card of whoever is on the list already."""
    person = await context.tools.persons.get(context.account, person_id)
    await context.tools.drafts.drop(context.draft.id)
    return Left(view.card(context.t, person, context.now, view.already_there(context.t)))
