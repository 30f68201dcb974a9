"""Insurance: the data that are looked for by, where a person is attached, who insures them, and both as papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.keyboards.buttons.clinics import RegionList
from bot.keyboards.buttons.documents import DocumentOpen
from bot.keyboards.buttons.family import PersonBook, PersonEdit
from bot.keyboards.buttons.insurance import GO_ATTACHMENT, GO_COVERAGE
from bot.keyboards.buttons.services import ServiceTerms
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import Row, back_row, button, markup, short
from bot.views.clinics import LINE, clinic_address, region_name, told_name
from bot.views.family import form_lines
from bot.views.lists import Whose
from bot.views.person import policy_words
from bot.views.screen import Screen
from bot.views.services import Level, Service
from services.accounts.fields import format_snils
from services.accounts.model import Action, Area, Person
from services.accounts.rights import Editing, editing, may_manage, opens
from services.clinics.regions import region
from services.documents.model import Fact, Facts, Head, Paragraph, Sheet
from services.insurance.model import AttachmentFound, CoverageFound, is_findable
from services.registry.model import CoverageStatus, PolicyForm
from services.texts.dates import MOSCOW, local, numeric
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

ATTACHMENT = Service(
    "attachment",
    N_("Information on the attachment to a medical organisation"),
    N_("Where one is attached"),
    Level.CONFIRMED,
    (
        N_("You will learn which clinic the person is attached to, and since when."),
        N_("The doctor of the area is named, too."),
        N_("The answer comes at once."),
    ),
    GO_ATTACHMENT,
)
COVERAGE = Service(
    "coverage",
    N_("Information on the OMS policy and the medical insurance company"),
    N_("Policy and insurer"),
    Level.CONFIRMED,
    (
        N_("You will learn in which region and by which company the person is insured."),
        N_("The number, the form and the state of the policy are told, too, and the company’s phone."),
        N_("The answer comes at once."),
    ),
    GO_COVERAGE,
)
ATTACHMENT_DOCUMENT, COVERAGE_DOCUMENT = "attachment", "coverage"
"""Kinds of documents."""
FORMS = {
    PolicyForm.PAPER: N_("as a paper form"),
    PolicyForm.CARD: N_("as a plastic card with an electronic carrier"),
    PolicyForm.ELECTRONIC: N_("electronic policy"),
}
STATUSES = {
    CoverageStatus.VALID: N_("the policy is valid"),
    CoverageStatus.ENDED: N_("the policy is not valid"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the registry is about to be asked for, and for whom. `finds`: «Поиск»."""

    service: Service
    person: Person
    whose: Whose
    finds: CallbackData


def asked(t: Texts, data: Asked, now: datetime) -> Screen:
    """The person's data as they are known here; only what is missing is asked for."""
    person = data.person
    found = is_findable(person)
    return Screen(
        blocks(
            lines(bold(t(data.service.title)), t("Patient: {name}", name=bold(data.whose.name))),
            lines(form_lines(t, person), _snils_line(t, person)),
            t("Please check whether all is right.")
            if found
            else Html("⚠️ ") + t("The number of the policy is missing. Add it, then we can search."),
        ),
        markup(
            [button(t.label("🔎 Search"), data.finds)] if found else [],
            _edit_row(person, now, t.label("✏️ Change the data") if found else t.label("✏️ Add the number")),
            [button(t.label("👤 Change person"), data.whose.change)] if data.whose.change is not None else [],
            back_row(t, ServiceTerms(service=data.service.name)),
        ),
    )


def attachment(t: Texts, found: AttachmentFound, now: datetime) -> Screen:
    """One of: attached, attached nowhere, not known to the registry."""
    person, place = found.person, found.attachment
    heading = lines(bold(t(ATTACHMENT.title)), t("Patient: {name}", name=bold(person.full_name)))
    if place is None:
        told = _attached_nowhere(t) if found.known else _not_found(t)
        rows = (
            [[button(t.label("🏥 Clinics"), RegionList(page=0))]] if found.known else [_not_found_row(t, person, now)]
        )
        return Screen(blocks(heading, told), markup(*rows, back_row(t, GO_ATTACHMENT)))
    clinic = place.clinic
    return Screen(
        blocks(
            heading,
            lines(
                Html("✅ ") + bold(t("Attached")),
                t("Clinic: {clinic}", clinic=short(told_name(t, clinic), LINE)),
                t("Address: {address}", address=clinic_address(clinic)) if clinic_address(clinic) else "",
                t("Phone: {phone}", phone=clinic.phone) if clinic.phone else "",
                t("Attached since: {date}", date=numeric(place.since)) if place.since else "",
                t("Doctor of the area: {doctor}", doctor=short(place.doctor, LINE)) if place.doctor else "",
            ),
        ),
        markup(
            _document_row(t, person, ATTACHMENT_DOCUMENT, now),
            [button(t.label("🩺 Book a doctor"), PersonBook(person=person.id))]
            if may_manage(person, _today(now), now)
            else [],
            back_row(t, GO_ATTACHMENT),
        ),
    )


def coverage(t: Texts, found: CoverageFound, now: datetime) -> Screen:
    """Who insures the person, or that the register has nobody."""
    person, each = found.person, found.coverage
    heading = lines(bold(t(COVERAGE.title)), t("Patient: {name}", name=bold(person.full_name)))
    if each is None:
        return Screen(
            blocks(heading, _not_found(t)),
            markup(_not_found_row(t, person, now), back_row(t, GO_COVERAGE)),
        )
    return Screen(
        lines(heading, *(t("{what}: {value}", what=what, value=value) for what, value in _insured(t, found))),
        markup(_document_row(t, person, COVERAGE_DOCUMENT, now), back_row(t, GO_COVERAGE)),
    )


def attachment_sheet(t: Texts, found: AttachmentFound, day: date) -> Sheet:
    """The paper of whoever is attached. `t`: Russian, for papers are; `day`: of which the answer is."""
    person, place = found.person, found.attachment
    assert place is not None, "there is a paper only of what was found"
    clinic = place.clinic
    facts = (
        (N_("Clinic"), told_name(t, clinic)),
        (N_("Address"), clinic_address(clinic)),
        (N_("Phone"), clinic.phone),
        (N_("Attached since"), numeric(place.since) if place.since else ""),
        (N_("Doctor of the area"), place.doctor),
    )
    return Sheet(
        title=t.label(ATTACHMENT.title),
        clinic=Head(told_name(t, clinic), clinic_address(clinic), clinic.phone),
        person=_person_facts(t, person),
        number="",
        day=day,
        parts=(Facts([Fact(t.label(caption), value) for caption, value in facts if value]), _as_of(t, day)),
    )


def coverage_sheet(t: Texts, found: CoverageFound, day: date) -> Sheet:
    """The paper of whoever is insured. `t`, `day`: as of `attachment_sheet`."""
    each = found.coverage
    assert each is not None, "there is a paper only of what was found"
    return Sheet(
        title=t.label(COVERAGE.title),
        clinic=Head(each.insurer, phone=each.insurer_phone),
        person=_person_facts(t, found.person),
        number="",
        day=day,
        parts=(Facts([Fact(what, value) for what, value in _insured(t, found, in_full=True)]), _as_of(t, day)),
    )


def _person_facts(t: Texts, person: Person) -> Sequence[Fact]:
    """Whom a paper is about, as far as the account is shown it."""
    form = person.shown
    named = [(N_("Patient"), person.full_name)]
    if form is not None:
        named += [
            (N_("Date of birth"), numeric(form.birth_date)),
            (N_("Insurance policy"), policy_words(t, form.policy)),
            (N_("SNILS"), format_snils(form.snils) if form.snils else ""),
        ]
    return [Fact(t.label(caption), value) for caption, value in named if value]


def _as_of(t: Texts, day: date) -> Paragraph:
    return Paragraph(t.label("This is what the register holds on {day}.", day=numeric(day)))


def region_words(t: Texts, code: str) -> str:
    """The name of a subject of the Federation; one that is in no list of ours keeps its code."""
    found = region(code)
    return region_name(t, found) if found is not None else code


def _insured(t: Texts, found: CoverageFound, *, in_full: bool = False) -> Sequence[tuple[str, str]]:
    """What the register says, each with its caption; whose numbers are not shown, nobody's number is told.

    `in_full`: since when and until when, too.
    """
    each = found.coverage
    assert each is not None
    lasts = (
        (N_("In force since"), numeric(each.since) if each.since else ""),
        (N_("In force until"), numeric(each.until) if each.until else ""),
    )
    said = (
        (N_("Subject of the Russian Federation"), region_words(t, each.region)),
        (N_("Insurance company"), each.insurer),
        (N_("Policy number"), policy_words(t, each.policy) if found.person.shown is not None else ""),
        (N_("Form of the policy"), t.label(FORMS[each.form]) if each.form is not None else ""),
        (N_("State"), t.label(STATUSES[each.status])),
        (N_("Phone of the company"), each.insurer_phone),
        *(lasts if in_full else ()),
    )
    return [(t.label(caption), short(value, LINE)) for caption, value in said if value]


def _snils_line(t: Texts, person: Person) -> Html:
    form = person.shown
    return t("SNILS: {number}", number=format_snils(form.snils)) if form is not None and form.snils else Html()


def _attached_nowhere(t: Texts) -> Html:
    return blocks(
        bold(t("Not attached to any clinic")),
        lines(
            t("How to attach: come to the desk of the clinic. Write an application there."),
            t("Take along your passport, policy and SNILS. For a child: the birth certificate."),
            t("The clinic can be changed once a year."),
        ),
    )


def _not_found(t: Texts) -> Html:
    return blocks(
        bold(t("No data are found")),
        lines(
            t("Check the number of the policy: it stands on the policy itself."),
            t("If it is right, ring up the clinic or the insurance company."),
        ),
    )


def _not_found_row(t: Texts, person: Person, now: datetime) -> Row:
    return _edit_row(person, now, t.label("✏️ Change the data"))


def _edit_row(person: Person, now: datetime, label: str) -> Row:
    return [] if editing(person, now) is Editing.NOTHING else [button(label, PersonEdit(person=person.id))]


def _document_row(t: Texts, person: Person, kind: str, now: datetime) -> Row:
    """The paper has the person's own data printed in it, so it is offered where documents are open, too."""
    if not opens(person, Area.DOCUMENTS, Action.SEE, now):
        return []
    return [button(t.label("📄 Open the document"), DocumentOpen(kind=kind, subject=person.id))]


def _today(now: datetime) -> date:
    return local(now, MOSCOW).date()
