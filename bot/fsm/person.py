"""The person's form as a table of steps: one's own, and, inside booking, another citizen's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from bot.views.prompts import Prompt
from services.accounts.accounts import Accounts
from services.accounts.fields import (
    FieldError,
    FieldProblem,
    PolicyWarning,
    parse_birth_date,
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
from services.texts.dates import full_years, local
from services.texts.i18n import Html
from services.texts.names import folded, patronymic

KIND = "person"
LIFETIME = timedelta(days=1)
CORRECTING = "correcting"
"""Mark: what is to be corrected is being chosen. It stands until something is answered anew."""


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
                data = view.Question(
                    field,
                    relation,
                    asked.index(field) + 1,
                    len(asked) if counted else 0,
                    answered=_answered_words(context, field),
                    demo=self.demo,
                    my_phone=await self._my_phone(context) if _relatives_phone(field, relation) else None,
                    name=name_in(context.answers) if relation is not Relation.OWN else None,
                )
                return Loaded(data, prompt=Prompt.CONTACT if field == "phone" and data.own else None)

            async def apply(context: StepContext, given: Input) -> Outcome:
                relation = whose(context.answers)
                if given == Acted(view.FieldAct.MINE) and _relatives_phone(field, relation):
                    phone = await self._my_phone(context)
                    return Answered({"phone": phone}) if phone else Stay()
                outcome = _apply_field(context, field, given, own=relation is Relation.OWN)
                return born(context, outcome) if field == "birth" and isinstance(outcome, Answered) else outcome

            clears = (CORRECTING, "doubt") if field in ("birth", "sex", "policy") else (CORRECTING,)
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
        await self.accounts.set_active_person(context.account, person.id)
        await self.drafts.drop(context.draft.id)
        note = view.registered(context.t, verified=person.verified)
        return await self.follows(context, note) or Left(None, note)


def _apply_field(context: StepContext, field: str, given: Input, *, own: bool) -> Outcome:
    t = context.t
    match given:
        case Typed(text):
            try:
                return Answered(_parse(field, text, context, own=own))
            except FieldError as error:
                return Stay(view.problem(t, error.problem))
        case SharedContact(phone, is_own) if field == "phone":
            if own and not is_own:
                return Stay(view.foreign_contact(t))
            try:
                return Answered({"phone": parse_phone(phone if phone.startswith("+") else f"+{phone}")})
            except FieldError as error:
                return Stay(view.problem(t, error.problem))
        case Acted(view.FieldAct.KEEP) if field in context.answers:
            return Answered({field: context.answers[field]})
        case Acted(view.FieldAct.NONE) if field in ("patronymic", "snils") or (field == "phone" and not own):
            return Answered({field: ""})
        case Acted(view.FieldAct.NONE) if field == "policy":
            note = view.no_policy_note(t, newborn=_is_newborn(context))
            return Answered({"policy": [PolicyKind.NONE.value, ""]}, note)
        case Acted(view.FieldAct.FOREIGNER) if field == "policy":
            return Stay(view.foreigner(t))
        case Acted(view.FieldAct.FEMALE | view.FieldAct.MALE as sex) if field == "sex":
            return Answered({"sex": sex.value})
    return NotTaken()


def _parse(field: str, text: str, context: StepContext, *, own: bool) -> dict[str, Any]:
    match field:
        case "surname" | "name":
            return {field: parse_name(text)}
        case "patronymic":
            return {field: parse_patronymic(text) or ""}
        case "birth":
            return {field: parse_birth_date(text, _latest_today(context.now), own=own).isoformat()}
        case "sex":
            return {field: _parse_sex(text, context)}
        case "phone":
            return {field: parse_phone(text)}
        case "policy":
            policy = parse_policy(text)
            return {field: [policy.kind.value, policy.number]}
        case _:
            return {field: parse_snils(text)}


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
            return _apply_field(context, "policy", given, own=True)
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
