"""Where one is attached and who insures one: what is looked for, each answer, and the papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.keyboards.buttons.insurance import GO_COVERAGE, AttachmentFind, CoverageFind
from bot.views import insurance
from bot.views.screen import Screen
from services.accounts.model import Person
from services.insurance.model import AttachmentFound, CoverageFound
from services.registry.model import Attachment, Coverage, CoverageStatus, Policy, PolicyForm, PolicyKind
from services.texts.i18n import Texts
from tests.samples.common import (
    ANNA,
    CLINICS,
    ENP,
    EVIL,
    HIDDEN,
    LONGEST_DOCTOR,
    NOW,
    PERSONS,
    PLAIN,
    Sample,
    Samples,
    somebody,
    words,
)
from tests.samples.record import whose_of

TODAY = NOW.date()
DOCTOR, INSURER = "Соколова Елена Викторовна", "Страховая компания «Подмосковье-Полис»"
COVERAGE = Coverage(
    *(Policy(PolicyKind.ENP, ENP), "50", INSURER, "+7 800 000-50-01", PolicyForm.CARD, CoverageStatus.VALID),
    *(date(2020, 4, 1), None),
)
COVERAGES = (
    COVERAGE,
    replace(COVERAGE, insurer_phone="", form=None, since=None, status=CoverageStatus.ENDED, until=TODAY),
    replace(COVERAGE, insurer=words(300), insurer_phone=words(60), region="00", form=PolicyForm.PAPER),
    replace(COVERAGE, insurer=EVIL, insurer_phone=EVIL, form=PolicyForm.ELECTRONIC),
)
NUMBERLESS = replace(
    somebody(policy=Policy(PolicyKind.NONE, ""), verified=False),
    patient_id=None,
    shown=replace(somebody(policy=Policy(PolicyKind.NONE, "")).identity, snils=None),
)
ATTACHED = [
    Attachment(clinic, since, doctor)
    for clinic in CLINICS
    for since, doctor in ((date(2024, 9, 2), DOCTOR), (None, ""), (TODAY, LONGEST_DOCTOR), (TODAY, EVIL))
]


def asked(t: Texts, person: Person, coverage: bool, several: bool) -> Screen:
    service = insurance.COVERAGE if coverage else insurance.ATTACHMENT
    finds = CoverageFind(person=person.id) if coverage else AttachmentFind(person=person.id)
    shown = whose_of(person, several, GO_COVERAGE)
    return insurance.asked(t, insurance.Asked(service, person, shown, finds), NOW)


def attached(person: Person = ANNA, place: Attachment | None = None, *, known: bool = True) -> AttachmentFound:
    return AttachmentFound(person, known, place)


USUAL = Attachment(PLAIN, date(2024, 9, 2), DOCTOR)

SAMPLES = Samples(
    screens=[
        Sample(asked, (ANNA, True, True), of=insurance.asked, ordinary=True),
        *(
            Sample(asked, (each, coverage, several), of=insurance.asked)
            for each in (*PERSONS, HIDDEN, NUMBERLESS)
            for coverage in (True, False)
            for several in (True, False)
        ),
        *(
            Sample(insurance.attachment, (attached(place=place, known=known), NOW), ordinary=True)
            for place, known in ((USUAL, True), (None, True), (None, False))
        ),
        *(
            Sample(insurance.attachment, (attached(person, place), NOW))
            for person in (*PERSONS, HIDDEN)
            for place in ATTACHED
        ),
        Sample(insurance.coverage, (CoverageFound(ANNA, COVERAGE), NOW), ordinary=True),
        Sample(insurance.coverage, (CoverageFound(ANNA, None), NOW), ordinary=True),
        *(
            Sample(insurance.coverage, (CoverageFound(person, each), NOW))
            for person in (*PERSONS, HIDDEN)
            for each in (*COVERAGES, None)
        ),
    ],
    papers=[
        *(Sample(insurance.attachment_sheet, (attached(person, USUAL), TODAY)) for person in (ANNA, HIDDEN)),
        *(Sample(insurance.attachment_sheet, (attached(place=each), TODAY)) for each in ATTACHED),
        *(Sample(insurance.coverage_sheet, (CoverageFound(ANNA, each), TODAY)) for each in COVERAGES),
        Sample(insurance.coverage_sheet, (CoverageFound(HIDDEN, COVERAGE), TODAY)),
    ],
    toasts=[Sample(insurance.region_words, (code,)) for code in ("50", "00")],
    words=[DOCTOR, INSURER, words(300), words(60)],
)
