"""Prescriptions: the portal’s two lists, a card, and the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.keyboards.buttons.documents import DocumentOpen
from bot.keyboards.buttons.family import PersonBook
from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.prescriptions import PrescriptionCard, PrescriptionList, PrescriptionTab
from bot.keyboards.buttons.record import GO_RECORD
from bot.keyboards.buttons.searches import SearchBegin
from bot.keyboards.kit import back_row, button, markup, short
from bot.keyboards.layout import Layout
from bot.views.clinics import LINE, demo_mark
from bot.views.lists import Item, Listing, Search, Tab, Whose, draw
from bot.views.screen import Screen
from services.accounts.model import Action, Area
from services.accounts.rights import opens
from services.documents.model import Fact, Facts, Head, Paragraph, Part, Sheet
from services.prescriptions.model import PrescriptionEntry, PrescriptionPage
from services.registry.model import Prescription, PrescriptionStatus
from services.texts.dates import numeric
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

SEARCH = "prescriptions"
"""What this list is called where it is searched."""
DOCUMENT = "prescription"
"""The kind of its document."""
STATUSES = {
    PrescriptionStatus.ACTIVE: N_("Valid"),
    PrescriptionStatus.DISPENSED: N_("Dispensed"),
    PrescriptionStatus.EXPIRED: N_("Expired"),
    PrescriptionStatus.CANCELLED: N_("Withdrawn"),
}
TITLES = {
    PrescriptionTab.USUAL: N_("Prescriptions"),
    PrescriptionTab.COMMERCIAL: N_("Commercial prescriptions"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the lists.

    `search`: the id of what was looked for, empty: nothing was; `text`: what it was. `note`: what has happened.
    """

    found: PrescriptionPage
    whose: Whose
    tab: PrescriptionTab
    page: int
    search: str = ""
    text: str | None = None
    note: Html = field(default_factory=Html)


def tab_of(prescription: Prescription) -> PrescriptionTab:
    return PrescriptionTab.COMMERCIAL if prescription.commercial else PrescriptionTab.USUAL


def listing(t: Texts, shown: Shown, *, layout: Layout) -> Screen:
    person, tab = shown.found.person, shown.tab

    def at(tab: PrescriptionTab, page: int, search: str) -> PrescriptionList:
        return PrescriptionList(person=person.id, tab=tab, page=page, search=search)

    return draw(
        t,
        Listing(
            title=t.label("💊 {title}", title=t.label(TITLES[tab]))
            + demo_mark(t, demo=any(each.prescription.demo for each in shown.found.items)),
            items=[_item(t, each, shown) for each in shown.found.items],
            page=shown.page,
            total=shown.found.total,
            count=t("Prescriptions in all: {count}", count=shown.found.total),
            nothing=t("No data. Prescriptions that doctors write at the clinic will appear here.")
            if tab is PrescriptionTab.USUAL
            else t("No data. Prescriptions for medicines that you buy at your own expense will appear here."),
            turned=lambda each: at(tab, each, shown.search),
            tabs=[Tab(t.label(TITLES[each]), at(each, 0, shown.search), each is tab) for each in PrescriptionTab],
            out=back_row(t, GO_RECORD),
            size=layout.described,
            whose=shown.whose,
            search=Search(
                t.label("Search among prescriptions"),
                SearchBegin(list=SEARCH, person=person.id),
                shown.text,
                at(tab, 0, ""),
            ),
            note=shown.note,
        ),
    )


def card(
    t: Texts,
    entry: PrescriptionEntry,
    now: datetime,
    page: int = 0,
    search: str = "",
    *,
    back: NotificationList | None = None,
) -> Screen:
    """`page`, `search`: where in its list it stands; `back`: what else it was opened from.

    The paper has the person's own data printed in it, so it is offered where documents are open, too.
    """
    each, person = entry.prescription, entry.person
    listed = PrescriptionList(person=person.id, tab=tab_of(each), page=page, search=search)
    over = entry.status in (PrescriptionStatus.EXPIRED, PrescriptionStatus.CANCELLED)
    return Screen(
        blocks(
            lines(
                bold(
                    (t("💊 Commercial prescription") if each.commercial else t("💊 Prescription"))
                    + demo_mark(t, demo=each.demo)
                ),
                t("Patient: {name}", name=bold(person.full_name)),
            ),
            lines(*_columns(t, entry, limit=1000)),
            lines(
                t("Doctor: {doctor}", doctor=short(each.doctor, LINE)),
                t("Written on: {date}", date=numeric(each.issued)),
                t("Amount: {amount}", amount=short(each.amount, LINE)) if each.amount else "",
                t("How to take it: {how}", how=short(each.how, 1000)) if each.how else "",
                t("Dispensed on: {date}", date=numeric(each.dispensed)) if each.dispensed else "",
            ),
            _next(t, entry),
        ),
        markup(
            [button(t.label("📄 Open the document"), DocumentOpen(kind=DOCUMENT, subject=subject_of(entry)))]
            if opens(person, Area.DOCUMENTS, Action.SEE, now)
            else [],
            [button(t.label("🩺 Book a doctor"), PersonBook(person=person.id))] if over else [],
            back_row(t, back or listed),
        ),
    )


def subject_of(entry: PrescriptionEntry) -> str:
    """What its document is asked for by: whose, and which."""
    return f"{entry.person.id}.{entry.prescription.id}"


def person_and_prescription(subject: str) -> tuple[str, str]:
    """The ids in such a subject; of what is none, ids that nobody has."""
    person_id, _, prescription_id = subject.partition(".")
    return person_id, prescription_id


def sheet(t: Texts, entry: PrescriptionEntry) -> Sheet:
    """The paper. `t`: Russian, for papers are."""
    each, person = entry.prescription, entry.person
    born = person.shown.birth_date if person.shown is not None else None
    facts = [
        (N_("Medicine"), each.drug),
        (N_("Amount"), each.amount),
        (N_("How to take it"), each.how),
        (N_("Prescription number"), each.number),
        (N_("Written on"), numeric(each.issued)),
        (N_("Valid until"), _day(each.valid_until)),
        (N_("Status"), t.label(STATUSES[entry.status])),
        (N_("Dispensed on"), numeric(each.dispensed) if each.dispensed else ""),
        (N_("Doctor"), each.doctor),
    ]
    parts: Sequence[Part] = (
        Facts([Fact(t.label(caption), value) for caption, value in facts if value]),
        Paragraph(
            t.label(
                "This is what the clinic’s electronic registry holds. It does not take the place of the prescription "
                "form."
            )
        ),
    )
    return Sheet(
        title=t.label("Commercial prescription: details") if each.commercial else t.label("Prescription: details"),
        clinic=Head(each.clinic + demo_mark(t, demo=each.demo), each.clinic_address, each.clinic_phone),
        person=[
            Fact(t.label("Patient"), person.full_name),
            *([Fact(t.label("Date of birth"), numeric(born))] if born is not None else []),
        ],
        number=each.number,
        day=each.issued,
        parts=parts,
    )


def _item(t: Texts, entry: PrescriptionEntry, shown: Shown) -> Item:
    first, *rest = _columns(t, entry, limit=LINE)
    opens = PrescriptionCard(
        person=entry.person.id, prescription=entry.prescription.id, page=shown.page, search=shown.search
    )
    return Item([bold(first), *rest], _names(t, entry), opens)


def _names(t: Texts, entry: PrescriptionEntry) -> tuple[str, ...]:
    """What `apart` may call it: the drug, in short by its first substance; told apart by the last day or the number."""
    each, last_day = entry.prescription, _day(entry.prescription.valid_until)
    substances, _, _ = each.drug.partition(", ")
    first, others, _ = substances.partition(" + ")
    inn = t.label("{drug} and more", drug=first) if others else first
    tellers = [*filter(None, [last_day]), t.label(STATUSES[entry.status]), each.number]
    told = [*(f"{inn} · {teller}" for teller in tellers), *(f"{teller} · {inn}" for teller in tellers)]
    return (each.drug, substances, inn, *told, *tellers, ", ".join((each.drug, *tellers)))


def _columns(t: Texts, entry: PrescriptionEntry, limit: int) -> Sequence[Html]:
    """What the portal’s table has. `limit`: characters of a name."""
    each = entry.prescription
    return (
        t("Medicine: {drug}", drug=short(each.drug, limit)),
        t("Institution: {clinic}", clinic=short(each.clinic, LINE)),
        t("Prescription number: {number}", number=Html("<code>") + short(each.number, LINE) + Html("</code>")),
        t("Valid until: {date}", date=_day(each.valid_until) or "—"),
        t("Status: {status}", status=t(STATUSES[entry.status])),
    )


def _day(day: date | None) -> str:
    return "" if day is None else numeric(day)


def _next(t: Texts, entry: PrescriptionEntry) -> Html:
    """What can be done with it as it stands."""
    match entry.status:
        case PrescriptionStatus.ACTIVE:
            return t("At the pharmacy, give the number of the prescription. Take your passport along.")
        case PrescriptionStatus.EXPIRED:
            return t("The prescription is no longer valid. Whether a new one is needed, the doctor decides.")
        case PrescriptionStatus.CANCELLED:
            phone = entry.prescription.clinic_phone
            return lines(
                t("The clinic has withdrawn this prescription. Whether a new one is needed, the doctor decides."),
                t("Phone of the clinic: {phone}", phone=phone) if phone else "",
            )
    return Html()
