"""The form, of oneself and of others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import product

from bot.fsm import person as person_wizard
from bot.views import person
from services.accounts.fields import FieldError, FieldProblem, PolicyWarning
from services.accounts.model import Relation, full_name
from services.registry.model import Policy, PolicyKind, Sex
from tests.samples.common import ANNA, EVIL, LONG_NAME, LONGEST_PERSON, OLD, Sample, Samples, StepSample

COUNTS = {
    FieldProblem.NO_SUCH_DAY: tuple((days, month) for month, days in enumerate((31, 28, *(30, 31) * 5), start=1)),
    **{
        each: tuple((count, 1) for count in (1, 2, 5, 14, 21))
        for each in FieldProblem
        if each.value.endswith(("_short", "_long"))
    },
}
"""Figures or days, and months, that a problem is told with."""
OTHER_FIELDS = [field for field in person_wizard.OWN_FIELDS if field != "phone"]


def read_in_several_ways(field_name: str, relation: Relation, total: int) -> list[StepSample]:
    """What was typed is told as it may be read; and a child's surname as the parent's."""
    days = [[("birth", "04.09.2003")], [("birth", "09.04.2003")], [("birth", "04.09.1903")]]
    long = [("surname", LONG_NAME), ("name", LONG_NAME), ("patronymic", LONG_NAME)]
    evil = [("surname", EVIL), ("name", EVIL)]
    readings: dict[str, list[list[list[tuple[str, str]]]]] = {"birth": [days[:2], days]}
    for part in ("surname", "name"):
        readings[part] = [[long, [(part, LONG_NAME)]], [evil, [(part, EVIL)]], [long]]
    found = [
        StepSample(
            f"{field_name} read {place}",
            person.Question(field_name, relation, 1, total, "Анна" if place else None, readings=each),
            full=place == 0,
        )
        for place, each in enumerate(readings.get(field_name, []))
    ]
    if field_name == "surname" and relation is Relation.CHILD:
        found += [
            StepSample(
                f"surnames {place}",
                person.Question(field_name, relation, 1, total, surnames=surnames),
                ordinary=len(surnames) > 1,
            )
            for place, surnames in enumerate(((LONG_NAME,), ("Анна", "Ветров")))
        ]
    return found


def question(field_name: str, relation: Relation, total: int = 8) -> list[StepSample]:
    answers = [None, "Анна", LONG_NAME, OLD, EVIL]
    phone = "+79161234567" if relation is not Relation.OWN else None
    return [
        StepSample(
            "ordinary",
            person.Question(field_name, relation, 7, total, name=full_name(ANNA.identity)),
            ordinary=relation in (Relation.OWN, Relation.CHILD, Relation.OTHER),
        ),
        *read_in_several_ways(field_name, relation, total),
        *(
            StepSample(
                f"{field_name} answered {place}",
                person.Question(
                    field_name, relation, 7, total, answer, demo, phone if demo else None, LONGEST_PERSON.full_name
                ),
                full=answer == LONG_NAME and demo,
            )
            for (place, answer), demo in product(enumerate(answers), (True, False))
        ),
    ]


def doubts() -> list[StepSample]:
    each = [
        StepSample(
            f"{warning.value} {(name or '')[:15]}",
            person.PolicyDoubt(frozenset({warning}), name),
            ordinary=name is None,
        )
        for warning in PolicyWarning
        for name in (None, EVIL)
    ]
    everything = person.PolicyDoubt(frozenset(PolicyWarning), LONGEST_PERSON.full_name)
    return [StepSample("everything", everything, full=True), *each]


def checks(fields: Sequence[str], *relations: Relation) -> list[StepSample]:
    return [
        StepSample(
            f"{relation} {value[:15]} {correcting}",
            person.FormCheck(relation, [(each, value) for each in fields], correcting),
            full=value is LONG_NAME and relation is relations[0],
            ordinary=value == "Анна" and relation is relations[0],
        )
        for relation in relations
        for correcting in (False, True)
        for value in (LONG_NAME, "Анна", EVIL)
    ]


SAMPLES = Samples(
    steps={
        person_wizard.KIND: {
            **{each: question(each, Relation.OWN) for each in person_wizard.OWN_FIELDS},
            "doubt": doubts(),
            "check": checks(person_wizard.OWN_FIELDS, Relation.OWN),
        }
    },
    notes=[
        *(
            Sample(person.problem, (FieldError(problem, count, date(1990, month, 1)),))
            for problem in FieldProblem
            for count, month in COUNTS.get(problem, ((0, 1),))
        ),
        *(Sample(each) for each in (person.conflict, person.foreign_contact, person.foreigner)),
        *(Sample(each) for each in (person.confirmed_person, person.too_many_tries)),
        *(Sample(person.no_policy_note, (), {"newborn": newborn}) for newborn in (True, False)),
    ],
    sentences=[
        *(Sample(person.registered, (), {"verified": verified}) for verified in (True, False)),
        *(Sample(person.sex_words, (sex,)) for sex in Sex),
        *(Sample(person.policy_words, (Policy(kind, "123456789"),)) for kind in PolicyKind),
        *(
            Sample(person.field_words, each)
            for each in (
                *(("surname", "Иванова"), ("patronymic", ""), ("birth", date(1990, 3, 14)), ("sex", Sex.MALE)),
                *(("phone", "+79161234567"), ("phone", None), ("snils", "11223344595"), ("snils", "")),
                ("policy", Policy(PolicyKind.NONE)),
            )
        ),
    ],
)
