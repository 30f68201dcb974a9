"""The person's form as a table of steps: one's own, and, inside booking, another citizen's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Begins,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    SharedContact,
    Stay,
    Step,
    StepContext,
    Typed,
    always,
    step_name,
)
from bot.views import person as view
from bot.views.family import form_kept
from bot.views.prompts import Prompt
from services.accounts.accounts import Accounts
from services.accounts.family import fits
from services.accounts.fields import (
    FieldError,
    FieldProblem,
    PolicyWarning,
    birth_dates,
    parse_name,
    parse_patronymic,
    parse_phone,
    parse_policy,
    parse_snils,
    policy_warnings,
)
from services.accounts.model import Relation
from services.accounts.persons import ConfirmedPerson, Persons
from services.drafts.drafts import Drafts
from services.drafts.model import Answers
from services.errors import NotAllowed
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.errors import PatientConflict
from services.texts.dates import full_years, local, whole_day
from services.texts.i18n import Html, Texts
from services.texts.names import folded, one_line, other_gender, parted, patronymic

KIND = "person"
LIFETIME = timedelta(days=1)
CORRECTING = "correcting"
"""Mark: what is to be corrected is being chosen. It stands until something is answered anew."""
_READINGS, _READ_FOR = "readings", "read_for"
"""Marks: how what was typed may be read, until somebody has said how, and for which field it was typed."""
_MAY_BE_NONE = {True: ("policy", "snils"), False: ("policy", "snils", "phone")}
"""What need not be there, in the own form and in another's."""


class PersonForm(StatesGroup):
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


def identity_of(answers: Answers) -> PatientIdentity:
    """The identity that the answers of the form make."""
    return PatientIdentity(
        surname=answers["surname"],
        name=answers["name"],
        patronymic=patronymic(answers["patronymic"]),
        birth_date=date.fromisoformat(answers["birth"]),
        sex=Sex(answers["sex"]),
        policy=_policy(answers),
        snils=answers["snils"] or None,
        phone=answers.get("phone") or None,
    )


Whose = Callable[[Answers], Relation]
"""Who the form is about, to the account."""
Born = Callable[[StepContext, Answered], Outcome]
"""What a birth date that is read leads to."""


def own_form(_: Answers) -> Relation:
    return Relation.OWN


def _relatives_phone(field: str, relation: Relation) -> bool:
    """A child's clinic calls the parent, so the account holder's own number is offered."""
    return field == "phone" and relation is not Relation.OWN


def _is_childs_surname(field: str, relation: Relation) -> bool:
    """Most children bear a parent's surname, so the account holder's own is offered."""
    return field == "surname" and relation is Relation.CHILD


def any_birth(_: StepContext, answered: Answered) -> Outcome:
    return answered


@dataclass(frozen=True, slots=True)
class FormSteps:
    """The questions of a form. `demo`: a ready family may be taken instead."""

    persons: Persons
    demo: bool

    def fields(
        self,
        states: Mapping[str, State],
        *,
        whose: Whose,
        visible: Callable[[Answers], bool],
        counted: bool = True,
        born: Born = any_birth,
    ) -> Sequence[AnyStep]:
        """Steps of the fields in `states`, in their order, and, if it is among them, the doubt about the policy number.

        `counted`: the questions follow one another, so each says which of them it is.
        """
        asked = [field for field in states if field not in ("doubt", "check")]

        def field_step(field: str) -> Step[view.Question]:
            async def load(context: StepContext) -> Loaded[view.Question]:
                relation = whose(context.answers)
                surnames = await self._family_names(context) if _is_childs_surname(field, relation) else ()
                data = view.Question(
                    field,
                    relation,
                    asked.index(field) + 1,
                    len(asked) if counted else 0,
                    answered=_answered_words(context, field),
                    demo=self.demo,
                    my_phone=await self._my_phone(context) if _relatives_phone(field, relation) else None,
                    name=name_in(context.answers) if relation is not Relation.OWN else None,
                    readings=[_reading(context.t, each) for each in _readings(context, field)],
                    surnames=surnames,
                )
                return Loaded(data, prompt=Prompt.CONTACT if field == "phone" and data.own else None)

            async def apply(context: StepContext, given: Input) -> Outcome:
                relation = whose(context.answers)
                if given == Acted(view.FieldAct.MINE) and _relatives_phone(field, relation):
                    phone = await self._my_phone(context)
                    return Answered({"phone": phone}) if phone else Stay()
                if isinstance(given, Acted) and given.act is view.FieldAct.SURNAME:
                    surnames = await self._family_names(context) if _is_childs_surname(field, relation) else ()
                    return _taken([{"surname": each} for each in surnames], given.arg)
                outcome = _apply_field(context, field, given, relation)
                return born(context, outcome) if field == "birth" and isinstance(outcome, Answered) else outcome

            always_cleared = (CORRECTING, _READINGS, _READ_FOR)
            clears = (*always_cleared, "doubt") if field in ("birth", "sex", "policy") else always_cleared
            return Step(states[field], load, view.question, apply, view.FieldAct, visible, clears)

        async def load_doubt(context: StepContext) -> Loaded[view.PolicyDoubt]:
            own = whose(context.answers) is Relation.OWN
            return Loaded(view.PolicyDoubt(number_warnings(context.answers), None if own else name_in(context.answers)))

        steps: list[AnyStep] = []
        for field in asked:
            steps.append(field_step(field))
            if field == "policy" and "doubt" in states:
                steps.append(
                    Step(
                        states["doubt"],
                        load_doubt,
                        view.policy_doubt,
                        _apply_doubt,
                        view.DoubtAct,
                        visible=lambda answers: visible(answers) and bool(number_warnings(answers)),
                    )
                )
        return steps

    async def _family_names(self, context: StepContext) -> Sequence[str]:
        """The account holder's surname, as a daughter and as a son bears it."""
        own = await self.persons.own(context.account)
        if own is None:
            return ()
        surname = own.names.surname
        return tuple(filter(None, (surname, other_gender(surname))))

    async def _my_phone(self, context: StepContext) -> str | None:
        own = await self.persons.own(context.account)
        return own.shown.phone if own and own.shown else None


def check_step(
    state: State,
    fields: tuple[str, ...],
    *,
    whose: Whose,
    visible: Callable[[Answers], bool],
    right: Callable[[StepContext], Awaitable[Outcome]],
) -> Step[view.FormCheck]:
    """The screen with everything on it. `right`: what «Всё верно» does."""

    async def load(context: StepContext) -> Loaded[view.FormCheck]:
        relation = whose(context.answers)
        correcting = bool(context.marks.get(CORRECTING))
        return Loaded(view.FormCheck(relation, values_of(context, fields, relation), correcting))

    async def apply(context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.CheckAct.RIGHT):
                return await right(context)
            case Acted(view.CheckAct.FIX, ""):
                return Stay(marks={CORRECTING: True})
            case Acted(view.CheckAct.FIX, field) if field in fields:
                return Jump(field)
        return NotTaken()

    return Step(state, load, view.check, apply, view.CheckAct, visible)


def values_of(context: StepContext, fields: Sequence[str], relation: Relation) -> list[tuple[str, str]]:
    """What was answered, in the words of the check screen."""
    identity = identity_of(context.answers)
    return [
        (field, view.field_words(context.t, field, relation if field == "relation" else _value(identity, field)))
        for field in fields
    ]


OWN_FIELDS = ("surname", "name", "patronymic", "birth", "sex", "phone", "policy", "snils")


def answers_of(identity: PatientIdentity) -> dict[str, Any]:
    """The form's answers that an identity makes: to ask only for what is missing."""
    return {
        "surname": identity.surname,
        "name": identity.name,
        "patronymic": identity.patronymic or "",
        "birth": identity.birth_date.isoformat(),
        "sex": identity.sex.value,
        "phone": identity.phone,
        "policy": [identity.policy.kind.value, identity.policy.number],
        "snils": identity.snils or "",
    }


@dataclass(frozen=True, slots=True)
class OwnFormSteps:
    """The account holder's form. `follows`: what it goes on with, given what is to be said of it; None: Home."""

    form: FormSteps
    persons: Persons
    accounts: Accounts
    drafts: Drafts
    follows: Callable[[StepContext, Html], Awaitable[Begins | None]]

    def table(self) -> Sequence[AnyStep]:
        states = {step_name(state): state for state in PersonForm.__states__}
        return [
            *self.form.fields(states, whose=own_form, visible=always),
            check_step(PersonForm.check, OWN_FIELDS, whose=own_form, visible=always, right=self._register),
        ]

    async def _register(self, context: StepContext) -> Outcome:
        try:
            person = await self.persons.register_own(context.account, identity_of(context.answers))
        except PatientConflict:
            return Stay(view.conflict(context.t))
        except ConfirmedPerson:
            return Stay(view.confirmed_person(context.t))
        except NotAllowed:
            return Stay(view.too_many_tries(context.t))
        if context.account.active_person_id is None:  # whom they have chosen since stays
            await self.accounts.set_active_person(context.account, person.id)
        await self.drafts.drop(context.draft.id)
        note = view.registered(context.t, verified=person.verified)
        return await self.follows(context, note) or Left(form_kept(context.t, person, note))


def _apply_field(context: StepContext, field: str, given: Input, relation: Relation) -> Outcome:
    t, own = context.t, relation is Relation.OWN
    match given:
        case Typed(text) if field in _MAY_BE_NONE[own] and one_line(text) and patronymic(text) is None:  # «нет», «—»
            return _apply_field(context, field, Acted(view.FieldAct.NONE), relation)
        case Typed(text):
            try:
                first, *others = _parse(field, text, context, relation)
            except FieldError as error:
                return Stay(view.problem(t, error), marks={_READINGS: None})
            if others or len(first) > 1:
                return Stay(marks={_READINGS: [first, *others], _READ_FOR: field})
            return Answered(first)
        case SharedContact(phone, is_own) if field == "phone":
            if own and not is_own:
                return Stay(view.foreign_contact(t))
            try:
                return Answered({"phone": parse_phone(phone if phone.startswith("+") else f"+{phone}")})
            except FieldError as error:
                return Stay(view.problem(t, error))
        case Acted(view.FieldAct.TAKE, place):
            return _taken(_readings(context, field), place)
        case Acted(view.FieldAct.KEEP) if field in context.answers:
            return Answered({field: context.answers[field]})
        case Acted(view.FieldAct.NONE) if field == "policy":
            note = view.no_policy_note(t, newborn=_is_newborn(context))
            return Answered({"policy": [PolicyKind.NONE.value, ""]}, note)
        case Acted(view.FieldAct.NONE) if field == "patronymic" or field in _MAY_BE_NONE[own]:
            return Answered({field: ""})
        case Acted(view.FieldAct.FOREIGNER) if field == "policy":
            return Stay(view.foreigner(t))
        case Acted(view.FieldAct.FEMALE | view.FieldAct.MALE as sex) if field == "sex":
            return Answered({"sex": sex.value})
    return NotTaken()


def _taken(offered: Sequence[dict[str, Any]], place: str) -> Outcome:
    """One of the answers that were offered, by its place."""
    found = dict(enumerate(offered)).get(int(place) if place.isdecimal() else -1)
    return Answered(found) if found is not None else NotTaken()


def _parse(field: str, text: str, context: StepContext, relation: Relation) -> list[dict[str, Any]]:
    """Every way to read what was typed, the likeliest first: the answers that it makes. Raises `FieldError`."""
    match field:
        case "surname" | "name":
            return _names(field, text)
        case "patronymic":
            return [{field: parse_patronymic(text) or ""}]
        case "birth":
            return [{field: day.isoformat()} for day in _births(text, context, relation)]
        case "sex":
            return [{field: _parse_sex(text, context)}]
        case "phone":
            return [{field: parse_phone(text)}]
        case "policy":
            policy = parse_policy(text)
            return [{field: [policy.kind.value, policy.number]}]
        case _:
            return [{field: parse_snils(text)}]


def _names(field: str, text: str) -> list[dict[str, Any]]:
    """A full name where one part of it was asked for: in its parts, and as it stands."""
    found = parted(text.replace(",", " "))
    if found is None:
        return [{field: parse_name(text)}]
    parts = {"surname": found.surname, "name": found.name, "patronymic": found.patronymic}
    readings: list[dict[str, Any]] = [{part: parse_name(value) for part, value in parts.items() if value}]
    with suppress(FieldError):
        readings.append({field: parse_name(text)})
    return readings


def _births(text: str, context: StepContext, relation: Relation) -> Sequence[date]:
    """The days that may be meant; those alone that fit, where any does: a child was not born in 1920."""
    today = _latest_today(context.now)
    days = birth_dates(text, today, own=relation is Relation.OWN)
    return [day for day in days if fits(relation, day, today)] or days


def _readings(context: StepContext, field: str) -> Sequence[dict[str, Any]]:
    """How what was typed for this field may be read, where somebody has to say."""
    kept = context.marks.get(_READINGS) if context.marks.get(_READ_FOR) == field else None
    return kept or ()


def _reading(t: Texts, answers: dict[str, Any]) -> view.Reading:
    return [
        (field, whole_day(t, date.fromisoformat(value)) if field == "birth" else value)
        for field, value in answers.items()
    ]


def name_in(answers: Answers) -> str | None:
    """Whose form it is, as soon as it has been told."""
    if not {"surname", "name"} <= answers.keys():
        return None
    return " ".join(filter(None, (answers["surname"], answers["name"], answers.get("patronymic"))))


def _is_newborn(context: StepContext) -> bool:
    born = context.answers.get("birth")
    return born is not None and full_years(date.fromisoformat(born), _latest_today(context.now)) < 1


def _latest_today(now: datetime) -> date:
    """The date where the day begins first in the country: whoever is born today is born."""
    return local(now, "Asia/Kamchatka").date()


def _parse_sex(text: str, context: StepContext) -> str:
    typed = folded(text)
    for sex, label in ((Sex.FEMALE, context.t.label("Female")), (Sex.MALE, context.t.label("Male"))):
        if typed and folded(label).startswith(typed):
            return sex.value
    raise FieldError(FieldProblem.NOT_A_CHOICE)


async def _apply_doubt(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted(view.DoubtAct.KEEP):
            return Answered({"doubt": "kept"})
        case Acted(view.DoubtAct.FIX):
            return Jump("policy")
        case Typed():
            return _apply_field(context, "policy", given, Relation.OWN)
    return NotTaken()


def number_warnings(answers: Answers) -> frozenset[PolicyWarning]:
    """What in the policy number does not agree with the rest of the form."""
    if not {"policy", "birth", "sex"} <= answers.keys():
        return frozenset()
    return policy_warnings(_policy(answers), date.fromisoformat(answers["birth"]), Sex(answers["sex"]))


def _policy(answers: Answers) -> Policy:
    kind, number = answers["policy"]
    return Policy(PolicyKind(kind), number)


def _answered_words(context: StepContext, field: str) -> str | None:
    """What was answered before, so that it can be left as it is."""
    answer = context.answers.get(field)
    if not answer or answer == [PolicyKind.NONE.value, ""]:  # “none” has a button of its own
        return None
    value: object = answer
    if field == "policy":
        value = _policy(context.answers)
    elif field == "sex":
        value = Sex(answer)
    elif field == "birth":
        value = date.fromisoformat(answer)
    return view.field_words(context.t, field, value)


def _value(identity: PatientIdentity, field: str) -> object:
    return identity.birth_date if field == "birth" else getattr(identity, field)
