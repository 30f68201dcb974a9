"""«Это не я»: what another chat has done to a visit, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.keyboards.buttons.access import GO_GRANTS
from bot.keyboards.buttons.disputes import Answer, VisitDispute
from bot.keyboards.buttons.visits import VisitCard
from bot.keyboards.kit import Row, back_row, button, home_button, markup
from bot.views import refusals
from bot.views.clinics import told_name
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import STATUSES, outcome, visit_when
from services.accounts import rights
from services.accounts.model import Relation
from services.booking.model import Checking, Deed, DeedKind, Doer, Kept, VisitEntry
from services.disputes.model import Dispute, Settled
from services.registry.model import VisitStatus
from services.texts.dates import MOSCOW, local
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines, plain

TITLE = N_("“It was not me” No. {number}")
"""Of what a denial is sent as."""
_DONE: Mapping[DeedKind, str] = {
    DeedKind.BOOKED: N_("This visit was booked from another chat."),
    DeedKind.MOVED: N_("This visit was moved from another chat."),
    DeedKind.CANCELLED: N_("This visit was cancelled from another chat."),
}
_BY: Mapping[Doer, str] = {
    Doer.PATIENT: N_("That chat is confirmed as the patient’s own, too."),
    Doer.REPRESENTATIVE: N_("That is the chat of a representative whose documents the clinic has seen."),
    Doer.CONSENT: N_("That chat has been given access."),
}
_BY_NAME = N_("That is the chat of somebody you have given access to: {name}.")
_REPORTED: Mapping[DeedKind, str] = {
    DeedKind.BOOKED: N_("The patient says: “It was not me”. The visit was booked from another chat."),
    DeedKind.MOVED: N_("The patient says: “It was not me”. The visit was moved from another chat."),
    DeedKind.CANCELLED: N_("The patient says: “It was not me”. The visit was cancelled from another chat."),
}
_RESTS_ON: Mapping[Doer, str] = {
    Doer.PATIENT: N_("That chat is confirmed by documents as the patient’s own."),
    Doer.REPRESENTATIVE: N_("That is a representative’s chat, confirmed by documents."),
    Doer.CONSENT: N_("That chat has been given access by consent."),
    Doer.UNKNOWN: N_("That chat has confirmed nothing."),
}


class _Closer(StrEnum):
    """Who else ends what the other account has: whoever denies it, at «Кому открыт доступ»; the patient; the desk."""

    HERE = "here"
    PATIENT = "patient"
    DESK = "desk"


_WHO_CLOSES: Mapping[_Closer, str] = {
    _Closer.HERE: N_("access stays: you can close it under “Who has access”"),
    _Closer.PATIENT: N_("access stays: the patient or the clinic’s desk can close it"),
    _Closer.DESK: N_("access stays: only the clinic’s desk can close it"),
}


def told(t: Texts, kind: DeedKind, entry: VisitEntry, deed: Deed | None) -> Html:
    """Above a ticket: what was done, by whom, and what to press. `deed` None: that chat has been erased since."""
    return lines(Html("ℹ️ ") + t(_DONE[kind]), _who(t, deed), _what_to_press(t, entry))


def by_mail(t: Texts) -> Html:
    """The same in a letter, which has no buttons."""
    return t(
        "This visit was booked from another chat. If neither you nor your family did it, open “Notifications” in the "
        "bot and say so there."
    )


def row(t: Texts, entry: VisitEntry) -> Row:
    """The button below it."""
    return [button(_label(t, entry), VisitDispute(visit=entry.visit.id, answer=Answer.ASK))]


def question(t: Texts, dispute: Dispute, now: datetime) -> Screen:
    """Asked before anything is closed."""
    entry = dispute.entry
    visit = entry.visit
    return Screen(
        blocks(
            bold(t("Did somebody close to you do it?")),
            lines(
                t("Patient: {name}", name=bold(entry.person.full_name)),
                t("Date and time: {when}", when=bold(visit_when(t, visit, now))),
                escape(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}"),
                t(STATUSES[visit.status]) if visit.status is not VisitStatus.BOOKED else "",
            ),
            lines(
                t("If you press “{button}”:", button=_denial(t, dispute)),
                *(Html("• ") + each for each in _consequences(t, dispute, now)),
            ),
        ),
        markup(
            [button(t.label("It was my family"), VisitDispute(visit=visit.id, answer=Answer.FAMILY))],
            [button(_denial(t, dispute), VisitDispute(visit=visit.id, answer=Answer.NOT_US))],
            back_row(t, VisitCard(visit=visit.id)),
        ),
    )


def family(t: Texts, entry: VisitEntry, now: datetime) -> Screen:
    """«Это мои близкие»: all is as it was."""
    return outcome(t, entry, now, t("✅ Good. Nothing has been changed."))


def denied(t: Texts, dispute: Dispute, settled: Settled, now: datetime) -> Screen:
    """What has been done about it. `dispute`: with the visit as it is now."""
    card = outcome(t, dispute.entry, now, _outcome(t, dispute, settled))
    if dispute.deed is None or dispute.closes or _closer(dispute, now) is not _Closer.HERE:
        return card
    grants = [button(t.label("Who has access"), GO_GRANTS)]
    return Screen(card.text, markup(grants, *card.markup.inline_keyboard))


def unavailable(t: Texts, again: VisitDispute) -> Screen:
    """The registry does not even say what there is to deny."""
    return Screen(
        blocks(
            bold(t("The registry is not answering")),
            t("Nothing has been changed yet. Please press once more in a few minutes."),
        ),
        markup([button(t.label("🔄 Try again"), again)], [home_button(t)]),
    )


def report(t: Texts, dispute: Dispute) -> str:
    """What whoever answers requests reads: facts to find the visit by, without specialist and doctor."""
    visit, deed = dispute.entry.visit, dispute.deed
    told = [
        t(_REPORTED[deed.kind]) if deed is not None else t("The patient says: “It was not me”."),
        t("Number: {number}", number=visit.number),
        t("Institution: {clinic}", clinic=told_name(t, visit.clinic)),
        t(_RESTS_ON[deed.doer]) if deed is not None else t("That chat has erased its data since."),
        _access(t, dispute),
    ]
    return plain(lines(*told))


def _access(t: Texts, dispute: Dispute) -> Html:
    if dispute.deed is None:
        return Html()
    return t("Its access has been closed.") if dispute.closes else t("Its access stands: please look into it.")


def _who(t: Texts, deed: Deed | None) -> Html:
    if deed is None or deed.doer is Doer.UNKNOWN:
        return Html()
    return t(_BY_NAME, name=deed.name) if deed.name is not None else t(_BY[deed.doer])


def _what_to_press(t: Texts, entry: VisitEntry) -> Html:
    if entry.person.relation is Relation.OWN:
        return t("If neither you nor your family did it, press “It was not me”.")
    return t("If nobody of your family did it, press “It was not us”.")


def _label(t: Texts, entry: VisitEntry) -> str:
    return t.label("🚫 It was not me") if entry.person.relation is Relation.OWN else t.label("🚫 It was not us")


def _denial(t: Texts, dispute: Dispute) -> str:
    if dispute.cancels:
        return t.label("Cancel and close the access") if dispute.closes else t.label("Cancel and report it")
    return t.label("Close the access") if dispute.closes else t.label("Report it")


def _closer(dispute: Dispute, now: datetime) -> _Closer:
    """Of an access that the denial itself does not close."""
    person, deed = dispute.entry.person, dispute.deed
    if deed is not None and deed.doer is Doer.CONSENT:
        return _Closer.PATIENT
    today = local(now, MOSCOW).date()
    by_word = deed is not None and (deed.doer is Doer.PATIENT or rights.decides(person, today))
    return _Closer.HERE if person.relation is Relation.OWN and by_word else _Closer.DESK


def _consequences(t: Texts, dispute: Dispute, now: datetime) -> list[Html]:
    visit = dispute.entry.visit
    kind = dispute.deed.kind if dispute.deed is not None else DeedKind.BOOKED
    found = [t("the booking will be cancelled")] if dispute.cancels else []
    if dispute.closes:
        found.append(t("that chat will no longer see the patient’s bookings"))
    elif dispute.deed is not None:
        found.append(t(_WHO_CLOSES[_closer(dispute, now)]))
    found.append(t("we will send a request, the answer will come here"))
    if kind is DeedKind.MOVED and visit.moved_to is None:
        found.append(t("the booking stays at its new time: you can change it afterwards"))
    if kind is DeedKind.CANCELLED:
        found.append(t("the booking stays cancelled: you can make a new one afterwards"))
    return found


def _outcome(t: Texts, dispute: Dispute, settled: Settled) -> Html:
    sent = (
        t("Request No. {number} has been sent. The answer will come into this chat.", number=str(settled.number))
        if settled.number is not None
        else t("A request about it has been sent before. The answer will come into this chat.")
    )
    return blocks(
        _of_visit(t, settled),
        t("✅ That chat no longer sees the patient’s bookings.") if dispute.closes else Html(),
        sent,
    )


def _of_visit(t: Texts, settled: Settled) -> Html:
    if settled.cancelled is None:
        return Html()
    match settled.cancelled:
        case Checking():
            return refusals.checking_cancel(t)
        case Kept(reason):
            return refusals.kept(t, reason)
    return t("✅ The booking is cancelled.")
