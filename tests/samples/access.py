"""Confirming who somebody is, and access from chat to chat."""

from __future__ import annotations

from dataclasses import replace

from bot.fsm import access as access_wizard
from bot.views import access
from services.accounts.model import (
    VISITS_WHOLE,
    Area,
    Basis,
    CodeProblem,
    Covers,
    DeskOffer,
    EndedBasis,
    Grant,
    IssuedCode,
    Offer,
    Opened,
    Relation,
    StandingBasis,
    initials,
)
from tests.samples.common import (
    ANNA,
    CHILD,
    DESCRIBED,
    EVIL,
    HUSBAND,
    LONGEST_PERSON,
    NOW,
    PERSONS,
    TEENAGER,
    UNTIL,
    Sample,
    Samples,
    StepSample,
    usual,
)

COVERS = (frozenset({Covers.SEE_VISITS}), VISITS_WHOLE, frozenset({Covers.RECORDS}), frozenset(Covers))
GRANTS = [
    Grant("W" * 12, each.full_name, holder, given, covers, UNTIL)
    for each in PERSONS
    for holder in (None, LONGEST_PERSON.full_name, EVIL)
    for given in (True, False)
    for covers in COVERS
]
BASES = [
    StandingBasis("W" * 12, basis, each.full_name, holder, relation, NOW, until, covers, mine, endable)
    for each in PERSONS
    for holder in (None, LONGEST_PERSON.full_name, EVIL)
    for basis, relation, until, covers, mine, endable in (
        (Basis.DESK, Relation.OWN, None, frozenset[Covers](), False, True),
        (Basis.DESK, Relation.CHILD, None, frozenset[Covers](), False, False),
        (Basis.OIDC, Relation.WARD, UNTIL, frozenset[Covers](), False, True),
        (Basis.CONSENT, Relation.SPOUSE, UNTIL, frozenset(Covers), False, True),
        (Basis.CONSENT, Relation.OTHER, UNTIL, frozenset({Covers.SEE_VISITS}), True, True),
    )
]


USUAL_GRANT = Grant("W" * 12, ANNA.full_name, HUSBAND, True, VISITS_WHOLE, UNTIL)
USUAL_BASES = [
    StandingBasis(
        *("W" * 12, Basis.DESK, ANNA.full_name, None, Relation.OWN, NOW, None, frozenset(), True, False),
    ),
    StandingBasis(
        *("V" * 12, Basis.CONSENT, ANNA.full_name, HUSBAND, Relation.SPOUSE, NOW, UNTIL, VISITS_WHOLE, False, True),
    ),
]


def _offers() -> list[StepSample]:
    return [
        StepSample(
            f"{each.short_name[:15]} {asks} {len(covers)}",
            Offer("W" * 12, each.full_name, covers, UNTIL, asks),
            full=each is LONGEST_PERSON,
            ordinary=each is ANNA and covers == VISITS_WHOLE,
        )
        for each in PERSONS
        for asks in (True, False)
        for covers in COVERS
    ]


def _desk_offers() -> list[StepSample]:
    who = initials(LONGEST_PERSON.identity)
    return [StepSample(f"desk {each}", DeskOffer("W" * 12, who, 1951, each)) for each in Relation]


def _access() -> list[Sample]:
    today = NOW.date()
    related = [replace(each, relation=relation) for each in (*PERSONS, TEENAGER) for relation in Relation]
    issued = IssuedCode("0" * 10, NOW)
    link = "https://t.me/" + "N" * 32 + "?start=c0000000000"
    longest = [each for each in BASES if each.patient == LONGEST_PERSON.full_name]
    short_link = "https://t.me/nomerok_bot?start=c0481926375"
    ended = EndedBasis(ANNA.full_name, HUSBAND, Relation.SPOUSE, mine=False, covers=VISITS_WHOLE)
    return [
        *(usual(access.how_to_confirm, each, today, demo=False) for each in (ANNA, CHILD)),
        *(usual(access.opened, Opened(each, Basis.DESK, None), today) for each in (ANNA, CHILD)),
        usual(access.standing, USUAL_BASES, 0, confirmed=True),
        usual(access.standing, [], 0, confirmed=False),
        *(usual(access.close, each) for each in USUAL_BASES),
        *(usual(draws, ended) for draws in (access.basis_ended, access.basis_over)),
        usual(access.may_not_grant, None),
        usual(access.areas, ANNA, VISITS_WHOLE, frozenset({Area.VISITS, Area.RECORDS, Area.DOCUMENTS})),
        usual(access.term, ANNA, VISITS_WHOLE),
        usual(access.code, ANNA, replace(issued, digits="0481926375"), short_link, VISITS_WHOLE, UNTIL),
        *(
            usual(draws, USUAL_GRANT)
            for draws in (access.revoke, access.given, access.accepted, access.ended, access.expired)
        ),
        usual(access.opened_elsewhere, ANNA),
        usual(access.erased, HUSBAND, given=True),
        *(Sample(access.how_to_confirm, (each, today), {"demo": demo}) for each in related for demo in (True, False)),
        *(
            Sample(access.opened, (Opened(each, basis, until), today))
            for each in related
            for basis in (Basis.DESK, Basis.CONSENT)
            for until in (None, UNTIL)
        ),
        *(
            Sample(access.opened, (Opened(PERSONS[0], Basis.DESK, None, tuple(BASES[:count])), today))
            for count in (1, 2)
        ),
        *(Sample(access.standing, (BASES, page), {"confirmed": True}) for page in (0, 1, 99)),
        Sample(access.standing, (longest * DESCRIBED, 0), {"confirmed": False}),
        *(Sample(access.standing, ([], 0), {"confirmed": confirmed}) for confirmed in (True, False)),
        *(Sample(access.close, (each,)) for each in BASES),
        *(
            Sample(access.basis_ended, (EndedBasis(each.patient, each.holder, each.relation, mine, covers),))
            for each in BASES
            for mine in (True, False)
            for covers in (None, each.covers)
        ),
        *(
            Sample(access.basis_over, (EndedBasis(each.patient, each.holder, each.relation, mine),))
            for each in BASES
            for mine in (True, False)
        ),
        usual(access.codes_enough),
        *(Sample(access.may_not_grant, (each,)) for each in (None, *PERSONS)),
        *(
            Sample(access.areas, (each, covers, offered))
            for each in PERSONS
            for covers in (frozenset(), *COVERS)
            for offered in (frozenset({Area.VISITS}), frozenset(Area))
        ),
        *(Sample(access.term, (each, covers)) for each in PERSONS for covers in COVERS),
        *(Sample(access.code, (each, issued, link, covers, UNTIL)) for each in PERSONS for covers in COVERS),
        *(
            Sample(draws, (each,))
            for draws in (access.revoke, access.given, access.accepted, access.ended, access.expired)
            for each in GRANTS
        ),
        *(Sample(access.opened_elsewhere, (each,)) for each in related),
        *(
            Sample(access.erased, (name,), {"given": given})
            for name in (None, EVIL, LONGEST_PERSON.full_name)
            for given in (True, False)
        ),
    ]


SAMPLES = Samples(
    screens=_access(),
    steps={
        access_wizard.KIND: {
            "code": [
                StepSample("with a form", access.EnterCode(has_form=True, confirmed=False), ordinary=True),
                StepSample("confirmed", access.EnterCode(has_form=True, confirmed=True)),
                StepSample("without", access.EnterCode(has_form=False, confirmed=False), full=True),
            ],
            "accept": [
                *_offers(),
                *(
                    StepSample(
                        f"desk {relation}", DeskOffer("W" * 12, initials(LONGEST_PERSON.identity), 1951, relation)
                    )
                    for relation in Relation
                ),
            ],
        }
    },
    notes=[*(Sample(access.problem, (problem,)) for problem in CodeProblem), Sample(access.too_many_tries)],
    sentences=[Sample(access.declined), Sample(access.not_opened)],
    toasts=[Sample(access.nothing_ticked)],
)
