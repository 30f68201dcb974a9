"""Prescriptions in both lists, in each status, and their cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.prescriptions import GO_PRESCRIPTIONS, PrescriptionTab
from bot.keyboards.layout import Layout
from bot.views import prescriptions
from bot.views.lists import whose
from bot.views.screen import Screen
from services.accounts.model import Person
from services.prescriptions.model import PrescriptionEntry, PrescriptionPage
from services.registry.model import Prescription, PrescriptionStatus
from services.texts.i18n import Texts
from tests.samples.common import ANNA, EVIL, LONGEST_PERSON, NOW, PERSONS, TEENAGER, Sample, Samples, words

TODAY = NOW.date()
IBUPROFEN = Prescription(
    id="W" * 12,
    number="50ДП 0042517",
    patient_id="patient",
    commercial=True,
    drug="Ибупрофен, табл. п.о., 200 мг",
    how="По 1 таблетке 2 раза в день после еды, 5 дней",
    amount="№ 20",
    clinic="ГБУЗ МО «Балашихинская больница»",
    clinic_address="Балашиха, шоссе Энтузиастов, 41",
    clinic_phone="+7 (495) 529-00-00",
    tz="Europe/Moscow",
    doctor="Соколова Елена Викторовна",
    issued=TODAY - timedelta(days=10),
    valid_until=TODAY + timedelta(days=20),
    status=PrescriptionStatus.ACTIVE,
)
EMPTY = replace(
    *(IBUPROFEN,),
    commercial=False,
    how="",
    amount="",
    clinic_phone="",
    clinic_address="",
    valid_until=date(1900, 1, 1),
)
LONGEST = replace(
    IBUPROFEN,
    drug=words(500),
    how=words(2000),
    amount=words(100),
    number="9" * 40,
    clinic=words(300),
    clinic_address=words(300),
    clinic_phone="+7 (495) 529-00-00, доб. 1234567890",
    doctor=LONGEST_PERSON.full_name,
    dispensed=TODAY,
)
MARKED = replace(IBUPROFEN, drug=EVIL, how=EVIL, amount=EVIL, number=EVIL, clinic=EVIL, clinic_phone=EVIL, doctor=EVIL)


def entry(prescription: Prescription = IBUPROFEN, person: Person = ANNA) -> PrescriptionEntry:
    return PrescriptionEntry(prescription, person, prescription.standing(TODAY))


EACH = [
    entry(replace(each, status=status), person)
    for each in (IBUPROFEN, EMPTY, LONGEST, MARKED)
    for status in PrescriptionStatus
    for person in (ANNA, LONGEST_PERSON)
]
MANY = [
    entry(replace(IBUPROFEN, commercial=False, drug=drug))
    for drug in ("Эналаприл, табл. 10 мг", "Аторвастатин, табл. 20 мг")
]


def shown(
    items: Sequence[PrescriptionEntry],
    total: int,
    tab: PrescriptionTab = PrescriptionTab.USUAL,
    page: int = 0,
    person: Person = ANNA,
    text: str | None = None,
) -> prescriptions.Shown:
    search = "S" * 12 if text is not None else ""
    family = [person, TEENAGER] if person is ANNA else [person]
    found = PrescriptionPage(person, items, total)
    return prescriptions.Shown(found, whose(person, family, GO_PRESCRIPTIONS), tab, page, search, text)


def many(t: Texts, each: PrescriptionEntry, tab: PrescriptionTab, *, layout: Layout) -> Screen:
    return prescriptions.listing(t, shown([each] * layout.described, 712, tab, 100), layout=layout)


SAMPLES = Samples(
    screens=[
        Sample(prescriptions.listing, (shown(MANY, 2),), ordinary=True),
        *(Sample(many, (each, tab), of=prescriptions.listing) for each in EACH for tab in PrescriptionTab),
        *(Sample(prescriptions.listing, (shown((), 0, tab),)) for tab in PrescriptionTab),
        *(
            Sample(prescriptions.listing, (shown(items, len(items), text=text),))
            for items in ((), MANY)
            for text in ("ибу", EVIL, words(60))
        ),
        *(Sample(prescriptions.listing, (shown(MANY, 2, person=each),)) for each in PERSONS),
        Sample(prescriptions.card, (entry(), NOW), ordinary=True),
        *(
            Sample(prescriptions.card, (each, NOW, 99_999, "S" * 12), {"back": back})
            for each in EACH
            for back in (None, NotificationList(page=0))
        ),
    ],
    papers=[Sample(prescriptions.sheet, (each,)) for each in (entry(), *EACH)],
    words=[
        *(each.prescription.drug for each in (*MANY, entry())),
        *(IBUPROFEN.number, IBUPROFEN.clinic, IBUPROFEN.doctor, IBUPROFEN.how, IBUPROFEN.amount),
        *(LONGEST.drug, LONGEST.how, LONGEST.clinic, LONGEST.clinic_phone),
        "ибу",
    ],
)
