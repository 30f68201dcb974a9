"""Everybody on the list: adding, changing, taking off, growing up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.fsm import family as family_wizard
from bot.fsm import person as person_wizard
from bot.keyboards.buttons.family import GO_POLICIES
from bot.views import family, person
from services.accounts.fields import PolicyWarning
from services.accounts.model import Basis, Covers, LinkNotice, Relation
from services.accounts.shown import cut
from services.registry.model import Policy, PolicyKind
from services.texts.i18n import Html
from tests.samples.common import (
    ANNA,
    CHILD,
    DESCRIBED,
    EVIL,
    EVIL_PERSON,
    HIDDEN,
    LONG_NAME,
    LONGEST_PERSON,
    NOW,
    PAGE,
    PERSONS,
    TEENAGER,
    UNTIL,
    Sample,
    Samples,
    StepSample,
    somebody,
    usual,
)
from tests.samples.person import checks, doubts, question

ADDED = [each for each in Relation if each is not Relation.OWN]


def _edits() -> list[StepSample]:
    fields = person_wizard.OWN_FIELDS
    return [
        StepSample(
            f"{each.name} {len(locked)} {len(warned)}",
            person.EditCheck("W" * 12, each.data, locked, warned),
            full=each.full and bool(locked) and bool(warned),
            ordinary=each.ordinary and not locked and not warned,
        )
        for each in checks(fields, *Relation)
        for locked in (frozenset(), frozenset(fields[:5]))
        for warned in (frozenset(), frozenset(PolicyWarning))
    ]


def _family() -> list[Sample]:
    every = [
        cut(replace(who, relation=relation, bases=bases, verified=verified, covers=covers), NOW.date(), NOW)
        for who in (*PERSONS, TEENAGER, somebody(Relation.CHILD, born=date(2000, 1, 1)))
        for relation in Relation
        for bases in (
            *(((basis, until),) for basis in Basis for until in (None, UNTIL, NOW)),
            ((Basis.DESK, None), (Basis.CONSENT, UNTIL)),
        )
        for verified in (True, False)
        for covers in (frozenset({Covers.SEE_VISITS}), frozenset(Covers))
    ]
    without = [replace(each, shown=replace(each.identity, policy=Policy(PolicyKind.NONE))) for each in PERSONS]
    bare = [replace(each, shown=replace(each.identity, phone=None, snils=None)) for each in PERSONS]
    longest_note = Html(f"<b>{LONGEST_PERSON.full_name}</b>")
    notices = [
        LinkNotice(name, relation, ended, consent)
        for name in (LONGEST_PERSON.full_name, EVIL, CHILD.full_name)
        for relation in Relation
        for ended in (True, False)
        for consent in (True, False)
    ]
    few = [ANNA, CHILD]
    return [
        *(usual(family.policies, people, ANNA.id, 0) for people in ([ANNA], few)),
        usual(family.whose_list, few, ANNA.id, GO_POLICIES, 0),
        *(
            usual(draws, each, *more)
            for each in few
            for draws, more in ((family.card, (NOW,)), (family.policy_mark, ()))
        ),
        *(usual(family.ask_removal, CHILD, ahead) for ahead in (0, 1)),
        *(
            usual(draws, LinkNotice(CHILD.full_name, Relation.CHILD, ended=True, consent=False))
            for draws in (family.turned_18, family.guardianship_ended)
        ),
        usual(family.turned_15, CHILD.full_name, 15),
        *(
            Sample(family.policies, ([each] * count, each.id, page))
            for each in (LONGEST_PERSON, EVIL_PERSON, CHILD, HIDDEN, *without)
            for count, page in ((1, 0), (DESCRIBED, 0), (20, 99))
        ),
        *(
            Sample(family.whose_list, ([ANNA, *[each] * (count - 1)], shown, GO_POLICIES, page))
            for each in (LONGEST_PERSON, EVIL_PERSON, CHILD, HIDDEN)
            for count, page in ((2, 0), (PAGE, 0), (20, 99))
            for shown in (ANNA.id, each.id)
        ),
        *(Sample(family.card, (each, NOW)) for each in (*every, *without, *bare)),
        *(Sample(family.card, (each, NOW, longest_note), {"active": True}) for each in (ANNA, LONGEST_PERSON)),
        usual(family.told, Html(f"<b>{ANNA.full_name}</b>")),
        Sample(family.told, (longest_note,)),
        *(Sample(family.form_kept, (each, longest_note)) for each in (*every[:7], *without)),
        Sample(family.form_kept, (ANNA, Html("✅")), ordinary=True),
        *(Sample(family.policy_mark, (each,)) for each in (*every, *without)),
        *(Sample(family.ask_removal, (each, ahead)) for each in every[::7] for ahead in (None, 0, 1, 5)),
        *(Sample(draws, (notice,)) for draws in (family.turned_18, family.guardianship_ended) for notice in notices),
        *(Sample(family.turned_15, (name, 16)) for name in (LONGEST_PERSON.full_name, EVIL, CHILD.full_name)),
    ]


SAMPLES = Samples(
    screens=_family(),
    steps={
        family_wizard.KIND: {
            "relation": [
                StepSample("first", family.RelationChoice(unfit=False), ordinary=True),
                StepSample("unfit", family.RelationChoice(unfit=True, name=LONGEST_PERSON.full_name), full=True),
            ],
            **{
                each: [sample for relation in ADDED for sample in question(each, relation)]
                for each in person_wizard.OWN_FIELDS
            },
            "doubt": doubts(),
            "check": checks(("relation", *person_wizard.OWN_FIELDS), *ADDED),
        },
        family_wizard.EDIT: {
            "check": _edits(),
            **{
                each: [sample for relation in Relation for sample in question(each, relation, 0)]
                for each in person_wizard.OWN_FIELDS
            },
        },
    },
    notes=[
        *(Sample(family.misfit, (each,)) for each in family._MISFITS),
        *(Sample(each) for each in (family.misfit_of_known, family.not_to_be_changed)),
        *(Sample(each) for each in (family.too_many, family.added_enough)),
    ],
    sentences=[
        Sample(family.already_there),
        *(
            Sample(family.added, (replace(each, verified=one, patient_id=two),))
            for each in (ANNA, replace(ANNA, shown=replace(ANNA.identity, policy=Policy(PolicyKind.NONE))))
            for one in (True, False)
            for two in ("patient", None)
        ),
        *(Sample(family.saved, (), {"mark_lost": lost}) for lost in (True, False)),
        *(Sample(family.removed, (each,)) for each in (EVIL, LONG_NAME)),
        Sample(family.not_shown),
        *(Sample(family.form_lines, (each,)) for each in (*PERSONS, HIDDEN)),
    ],
)
