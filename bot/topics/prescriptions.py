"""Prescriptions: two lists and a card, what the registry tells of them, their paper, and how they are imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.handlers import prescriptions
from bot.handlers.prescriptions import PrescriptionLists
from bot.kernel import Kernel
from bot.keyboards.buttons.prescriptions import GO_PRESCRIPTIONS
from bot.notices import prescriptions as notices
from bot.operator import Operator
from bot.topic import DocumentSpec, Entry, ImportSpec, Place, SearchSpec, Topic, Wish
from bot.views import prescriptions as view
from bot.views.export import prescriptions as words
from services.accounts.model import Area
from services.clock import Clock
from services.notify.outbox import Outbox
from services.prescriptions.columns import FORMAT
from services.prescriptions.importing import PrescriptionsImporter
from services.prescriptions.mydata import PrescriptionData
from services.prescriptions.prescriptions import Prescriptions
from services.prescriptions.telling import PrescriptionsTold, PrescriptionTelling
from services.registry.following import Followed
from services.registry.ports.prescriptions import PrescriptionChangesPort, PrescriptionsPort
from services.registry.ports.registry import port_of
from services.searches.searches import Searches
from services.texts.i18n import N_


def build(kernel: Kernel, *, searches: Searches) -> Mapping[str, object]:
    found = Prescriptions(port_of(kernel.registry, PrescriptionsPort), kernel.persons, kernel.clock)
    changes = port_of(kernel.registry, PrescriptionChangesPort)
    return {
        "prescriptions": found,
        "prescription_lists": PrescriptionLists(found, kernel.persons, searches),
        "prescription_telling": PrescriptionTelling(
            *(kernel.database, kernel.vault, changes, kernel.persons, kernel.outbox, kernel.clock)
        ),
    }


def personal(*, kernel: Kernel, prescriptions: Prescriptions) -> PrescriptionData:
    return PrescriptionData(kernel.accounts, prescriptions)


def follows(*, prescription_telling: PrescriptionTelling) -> Sequence[Followed[Any]]:
    return prescription_telling.followed()


def importer(operator: Operator) -> PrescriptionsImporter:
    now = operator.storage.clock.now()
    return PrescriptionsImporter(operator.registry, operator.schedules, operator.prescriptions, now)


def rests(outbox: Outbox, _: Clock) -> PrescriptionsTold:
    return PrescriptionsTold(outbox)


TOPIC = Topic(
    "prescriptions",
    build=build,
    routes=prescriptions.ROUTES,
    entries=(
        Entry(
            Place.RECORD,
            N_("💊 Prescriptions"),
            GO_PRESCRIPTIONS,
            30,
            about=N_("Prescriptions: what the doctors have written, and until when each is valid."),
            when=prescriptions.is_offered,
        ),
    ),
    wishes=(
        Wish(
            "prescriptions",
            N_("💊 Prescriptions"),
            GO_PRESCRIPTIONS,
            when=prescriptions.is_offered,
        ),
    ),
    searches=(
        SearchSpec(
            view.SEARCH,
            N_("Write a part of the medicine’s name or of the prescription’s number."),
            prescriptions.searched,
        ),
    ),
    notices=notices.SPECS,
    documents=(DocumentSpec(view.DOCUMENT, N_("Prescription: details"), Area.RECORDS, prescriptions.compose),),
    personal=personal,
    words=(words.WORDS,),
    follows=follows,
    rests=rests,
    imports=(ImportSpec(FORMAT, importer),),
)
