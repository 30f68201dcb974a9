"""«Полисы»: everybody on the account's list, a person's card, adding and removing, and what age brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.keyboards.buttons.access import GO_ENTER_CODE, GO_GRANTS, HowToConfirm
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.common import GO_HOME, Go
from bot.keyboards.buttons.family import (
    GO_ADD_PERSON,
    GO_POLICIES,
    PersonBook,
    PersonCard,
    PersonEdit,
    PersonPolicy,
    PersonRemove,
    PolicyList,
    WhoseList,
    WhoseShown,
)
from bot.keyboards.buttons.help import HelpPage
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.help import topic_row
from bot.keyboards.kit import back_row, button, home_button, markup, page_of
from bot.keyboards.layout import Layout
from bot.keyboards.visits import my_bookings
from bot.keyboards.wizard import StepButtons
from bot.views import common
from bot.views.booking import RELATIONS
from bot.views.common import Scene
from bot.views.lists import Item, Listing, draw
from bot.views.people import person_names
from bot.views.person import policy_words
from bot.views.screen import Screen
from services.accounts.fields import format_phone, format_snils
from services.accounts.model import Action, Area, Basis, LinkNotice, Person, Relation
from services.accounts.notices import AccountNews
from services.accounts.rights import (
    Editing,
    VisitScope,
    allowed,
    editing,
    is_declared,
    may_manage,
    own_word_counts,
    standing_bases,
    visit_scope,
)
from services.registry.model import PatientIdentity, PolicyKind
from services.texts.dates import MOSCOW, local, numeric
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines


class RelationAct(StrEnum):
    """Who is to be added, or the way to what does not suit the choice."""

    CHILD = Relation.CHILD.value
    SPOUSE = Relation.SPOUSE.value
    PARENT = Relation.PARENT.value
    WARD = Relation.WARD.value
    OTHER = Relation.OTHER.value
    BIRTH = "birth"


_CHOICES = {
    RelationAct.CHILD: N_("👶 Child"),
    RelationAct.SPOUSE: N_("💍 Husband or wife"),
    RelationAct.PARENT: N_("👵 Mother or father"),
    RelationAct.WARD: N_("🤝 Somebody under guardianship"),
    RelationAct.OTHER: N_("👤 Another person"),
}
_MISFITS = {
    Relation.CHILD: N_("By this date of birth it is an adult. Please choose who this person is to you."),
    Relation.SPOUSE: N_(
        "For a husband or wife this date of birth is too late. Please choose who this person is to you."
    ),
    Relation.PARENT: N_(
        "For a mother or father this date of birth is too late. Please choose who this person is to you."
    ),
}
"""Why somebody born on that day is not who was chosen."""
_CONFIRMED_BY_PAPERS = frozenset({Relation.OWN, Relation.CHILD, Relation.WARD})
HEADINGS: Mapping[str, str] = {
    AccountNews.TURNED_15: N_("A teenager’s age: what changes"),
    AccountNews.TURNED_18: N_("18 years: what changes"),
    AccountNews.GUARDIANSHIP_ENDED: N_("The guardianship paper has ended"),
}
"""What a line of «Уведомления» is headed by."""


@dataclass(frozen=True, slots=True)
class RelationChoice:
    """`unfit`: the birth date that was typed is not one of who was chosen, so the date may be corrected instead.

    `name`: of whom, where it has been told already.
    """

    unfit: bool
    name: str | None = None


# --- the list and the card ------------------------------------------------------------------------


def policies(t: Texts, family: Sequence[Person], active_id: str | None, page: int, *, layout: Layout) -> Screen:
    """Everybody, and whose policy stands in the main menu."""
    return draw(
        t,
        Listing(
            title=t.label("👪 Policies"),
            items=[
                Item(_told(t, each, active=each.id == active_id), person_names(each), PersonCard(person=each.id))
                for each in page_of(family, page, layout.described)
            ],
            page=page,
            total=len(family),
            count=t("Policies in all: {count}", count=len(family)),
            nothing=t("No data. Everybody you book for will appear here."),
            turned=lambda each: PolicyList(page=each),
            below=[[button(t.label("➕ Add"), GO_ADD_PERSON), button(t.label("🔑 Enter a code"), GO_ENTER_CODE)]],
            out=back_row(t, GO_MORE),
            size=layout.described,
        ),
    )


def whose_list(t: Texts, family: Sequence[Person], active_id: str, section: Go, page: int, *, layout: Layout) -> Screen:
    """Whose card the section is to show: everybody by name."""
    return draw(
        t,
        Listing(
            title=t.label("👤 Whose card to show"),
            items=[
                _whose(t, each, section, active=each.id == active_id) for each in page_of(family, page, layout.page)
            ],
            page=page,
            total=len(family),
            count=blocks(
                t("People in all: {count}", count=len(family)),
                t("Whom you choose stands in the main menu and in all sections."),
            ),
            nothing=t("No data. Everybody you book for will appear here."),
            turned=lambda each: WhoseList(to=section.to, page=each),
            size=layout.page,
            out=back_row(t, section),
        ),
    )


def form_kept(t: Texts, person: Person, said: Html) -> Screen:
    """The own form is filled in. `said`: what came of it (`person.registered`)."""
    told = blocks(said, lines(bold(person.full_name), form_lines(t, person)))
    return common.told(t, told, [button(t.label("🩺 Book a doctor"), GO_BOOKING)])


def told(t: Texts, said: Html) -> Screen:
    """What has become of the list, and the way back to it."""
    return common.told(t, said, [button(t.label("👪 Policies"), GO_POLICIES)])


def card(t: Texts, person: Person, now: datetime, note: Html | None = None, *, active: bool = False) -> Screen:
    """One person: who it is, what may be done from here and why. `active`: this policy stands in the main menu."""
    own = person.relation is Relation.OWN
    may = editing(person, now)
    can_confirm = is_declared(person) and person.relation in _CONFIRMED_BY_PAPERS
    return Screen(
        blocks(
            note or "",
            lines(
                bold(person.full_name),
                t("This is you") if own else _relation_line(t, person.relation),
                _active_line(t) if active else "",
            ),
            lines(form_lines(t, person), *(_contacts(t, person) if may is not Editing.NOTHING else ())),
            _rights(t, person, now),
        ),
        markup(
            [button(t.label("👉 Show this policy"), WhoseShown(to=GO_HOME.to, person=person.id))] if not active else [],
            [button(t.label("🩺 Book a doctor for this person"), PersonBook(person=person.id))]
            if not own and may_manage(person, _today(now), now)
            else [],
            [button(_mark_label(t, person, person.shown), PersonPolicy(person=person.id))] if person.shown else [],
            [button(t.label("🔎 How to confirm"), HowToConfirm(person=person.id))] if can_confirm else [],
            [button(t.label("👥 Who has access"), GO_GRANTS)] if own else [],
            [
                *(
                    [button(t.label("✏️ Change the data"), PersonEdit(person=person.id))]
                    if may is not Editing.NOTHING
                    else []
                ),
                *(
                    [button(t.label("🗑 Take off the list"), PersonRemove(person=person.id, sure=False))]
                    if not own
                    else []
                ),
            ],
            back_row(t, GO_POLICIES),
        ),
    )


def form_lines(t: Texts, person: Person, *, in_full: bool = True) -> Html:
    """Birth date and policy, or that they are not shown here. `in_full`: the mark of the policy in words, too."""
    if person.shown is None:
        return not_shown(t)
    born = t("Date of birth: {date}", date=numeric(person.shown.birth_date))
    return lines(born, _policy_line(t, person, person.shown, in_full=in_full))


def not_shown(t: Texts) -> Html:
    """What stands in the place of a form that is another one's own."""
    return t("The policy and the date of birth are seen by the person alone.")


def _policy_line(t: Texts, person: Person, form: PatientIdentity, *, in_full: bool = True) -> Html:
    """«Полис ОМС ребёнка: 5097 5797 9200 0180 ✅ подтверждён»."""
    policy = form.policy
    child = person.relation is Relation.CHILD
    if policy.kind is PolicyKind.NONE:
        return t("The child’s insurance policy: none") if child else t("Insurance policy: none")
    number = _number(t, form)
    if person.verified and not in_full:
        number += " ✅"
    elif person.verified:
        return (
            t("The child’s insurance policy: {number} ✅ confirmed by the registry", number=number)
            if child
            else t("Insurance policy: {number} ✅ confirmed by the registry", number=number)
        )
    return (
        t("The child’s insurance policy: {number}", number=number)
        if child
        else t("Insurance policy: {number}", number=number)
    )


def policy_mark(t: Texts, person: Person) -> Screen:
    """What the verified mark means and how it comes; what to do where there is no policy."""
    form = person.shown
    no_policy = form is not None and form.policy.kind is PolicyKind.NONE
    if form is None:
        heading = bold(t("Insurance policy"))
        told = t("The number is not needed for bookings here.")
    elif no_policy:
        heading = bold(t("How to get a policy"))
        told = _how_to_get(t, person)
    elif person.verified:
        heading = bold(t("✅ The policy is confirmed"))
        told = t(
            "The registry knows this number, name and date of birth by documents. If the number is changed here, the "
            "mark goes until the registry confirms the new one."
        )
    else:
        heading = bold(t("The policy is not confirmed"))
        told = t(
            "The number was typed here. You can book all the same. The mark ✅ appears once the clinic’s desk has seen "
            "the documents, and all agrees with what the registry has."
        )
    return Screen(
        blocks(
            heading,
            lines(
                t("Person: {name}", name=bold(person.full_name)),
                not_shown(t) if form is None else _policy_line(t, person, form),
            ),
            told,
        ),
        markup(
            topic_row(t, HelpPage.POLICY) if no_policy and person.relation is Relation.CHILD else [],
            back_row(t, PersonCard(person=person.id)),
        ),
    )


def ask_removal(t: Texts, person: Person, ahead: int | None) -> Screen:
    """The question before a person leaves the list. `ahead`: future visits seen from here, None: not known now."""
    if ahead is None:
        visits = t("The registry is not answering now. If there are bookings ahead, they stand at the clinic.")
    elif ahead:
        visits = t.n(
            "There is {count} booking ahead. It stands at the clinic, but it will no longer be seen here. There will "
            "be no reminder, and you cannot move or cancel it here.",
            "There are {count} bookings ahead. They stand at the clinic, but they will no longer be seen here. There "
            "will be no reminders, and you cannot move or cancel them here.",
            ahead,
        )
    else:
        visits = t("There are no bookings ahead that are seen from here.")
    by_consent = any(basis is Basis.CONSENT for basis, _ in person.bases)
    return Screen(
        blocks(
            bold(t("Take this person off the list?")),
            lines(bold(person.full_name), _relation_line(t, person.relation)),
            visits,
            t("The access that this person has opened to you will be closed, and they will be told.")
            if by_consent
            else "",
        ),
        markup(
            [button(t.label("No, leave it"), PersonCard(person=person.id))],
            [button(t.label("Yes, take off the list"), PersonRemove(person=person.id, sure=True))],
            [my_bookings(t)] if ahead else [],
            back_row(t, PersonCard(person=person.id)),
        ),
    )


# --- adding and correcting ------------------------------------------------------------------------


def relation(data: RelationChoice, buttons: StepButtons, scene: Scene) -> Screen:
    """Who is to be added."""
    t = scene.t
    return Screen(
        scene.text(
            bold(t("Who is this person to you?") if data.name else t("Who is to be added?")),
            t("Patient: {name}", name=data.name) if data.name else "",
        ),
        markup(
            *([button(t.label(label), buttons.act(each))] for each, label in _CHOICES.items()),
            [button(t.label("✏️ Correct the date of birth"), buttons.act(RelationAct.BIRTH))] if data.unfit else [],
            back_row(t, GO_POLICIES),
        ),
    )


def misfit(t: Texts, chosen: Relation) -> Html:
    """Somebody born on that day is not who was chosen."""
    return Html("⚠️ ") + t(_MISFITS[chosen])


def misfit_of_known(t: Texts) -> Html:
    """The same in a correction, where who it is cannot be chosen anew."""
    return Html("⚠️ ") + t(
        "This date of birth does not suit who the person is to you. Please check the year. If it is right, take the "
        "person off the list and add them anew."
    )


def added(t: Texts, person: Person) -> Html:
    """What came of the form of a relative: the same whether the registry knows them, for anybody can be typed."""
    if person.shown is not None and person.shown.policy.kind is PolicyKind.NONE:
        return t("✅ Done. While there is no policy, visits are booked by the clinic’s phone.")
    return t(
        "✅ Done. When you book, we will ask the registry about this person. If it does not know them, the clinic’s "
        "desk will help."
    )


def saved(t: Texts, *, mark_lost: bool) -> Html:
    if mark_lost:
        return t("✅ Saved. The policy is no longer marked as confirmed, until the registry confirms the new data.")
    return t("✅ Saved.")


def already_there(t: Texts) -> Html:
    return t("This person is on your list already: here is the card.")


def removed(t: Texts, name: str) -> Html:
    return t("Taken off the list: {name}", name=bold(name))


def too_many(t: Texts) -> Html:
    """The list is full."""
    return Html("⚠️ ") + t("There may be 20 people on the list. To add another one, take somebody off it.")


def added_enough(t: Texts) -> Html:
    """As many people as may be have been added today."""
    return Html("⚠️ ") + t("Many people have been added to the list today. Another one can be added tomorrow.")


def not_to_be_changed(t: Texts) -> Html:
    """The data are the other one's own."""
    return Html("⚠️ ") + t("These data are changed by the person themselves, in their own chat.")


# --- what age brings ------------------------------------------------------------------------------


def turned_15(t: Texts, name: str, own_word_from: int) -> Screen:
    """The own word comes first from today on: at 15, or at the clinic's later age."""
    return Screen(
        blocks(
            bold(t("{age} years: {name}", age=own_word_from, name=name)),
            t(
                "From the age of {age} only the bookings made from this chat are seen here. You can go on booking, "
                "and you move and cancel those bookings as before.",
                age=own_word_from,
            ),
            t("The others can be opened to you from the teenager’s own chat."),
        ),
        markup([button(t.label("👪 Policies"), GO_POLICIES)], [home_button(t)]),
    )


def turned_18(t: Texts, data: LinkNotice) -> Screen:
    """To the parent, or to the grown child."""
    if data.relation is Relation.OWN:
        return Screen(
            blocks(
                bold(t("18 years: {name}", name=data.name)),
                t(
                    "From this day your bookings are seen by you and by those you have opened access to. Your parents "
                    "or guardians can no longer book for you."
                ),
                t("Bookings that are ahead stand."),
            ),
            markup([button(t.label("👥 Who has access"), GO_GRANTS)], [home_button(t)]),
        )
    kept = data.consent and not data.ended
    return Screen(
        blocks(
            bold(t("18 years: {name}", name=data.name)),
            t("You go on seeing the bookings: this person has opened access to you.")
            if kept
            else blocks(
                t(
                    "From the age of 18 people book for themselves. The person is off your list, and their bookings "
                    "are no longer seen here. Those that are ahead stand."
                ),
                t("If you are to help as before, access can be opened to you from the person’s own chat."),
            ),
        ),
        markup(
            [button(t.label("🔑 Enter a code"), GO_ENTER_CODE)] if not kept else [],
            [button(t.label("👪 Policies"), GO_POLICIES)],
            [home_button(t)],
        ),
    )


def guardianship_ended(t: Texts, data: LinkNotice) -> Screen:
    return Screen(
        blocks(
            bold(t("The guardianship paper has ended")),
            t("Person: {name}", name=bold(data.name)),
            t("The person is off your list, and their bookings are no longer seen here. Those that are ahead stand.")
            if data.ended
            else t("The person stays on your list, but the paper gives no rights. The card says what you can do now."),
            t("If there is a new paper, show it at the clinic’s desk: you will get a code."),
        ),
        markup(
            [button(t.label("🔑 Enter a code"), GO_ENTER_CODE)],
            [button(t.label("👪 Policies"), GO_POLICIES)],
            [home_button(t)],
        ),
    )


# --- parts ----------------------------------------------------------------------------------------


def _told(t: Texts, person: Person, *, active: bool) -> Sequence[Html]:
    return (
        _who_it_is(t, person),
        *_form_in_list(t, person),
        *([_active_line(t)] if active else []),
    )


def _who_it_is(t: Texts, person: Person) -> Html:
    """By name and relation; that it is a child, the policy says."""
    name = bold(person.full_name)
    if person.relation is Relation.CHILD and person.shown is not None:
        return name
    return t("{name} ({relation})", name=name, relation=t(RELATIONS[person.relation]))


def _active_line(t: Texts) -> Html:
    return t("👉 This policy stands in the main menu")


def _whose(t: Texts, person: Person, section: Go, *, active: bool) -> Item:
    told = t("{name} ({relation})", name=person.listed_name, relation=t(RELATIONS[person.relation]))
    mark = "✅ " if active else ""
    names = tuple(mark + each for each in person_names(person))
    return Item([told], names, WhoseShown(to=section.to, person=person.id), mark)


def _form_in_list(t: Texts, person: Person) -> tuple[Html, ...]:
    if person.shown is None:
        return (not_shown(t),)
    policy = _number(t, person.shown) + (" ✅" if person.verified else "")
    of = t("The child’s insurance policy") if person.relation is Relation.CHILD else t("Insurance policy")
    born = numeric(person.shown.birth_date)
    return t("{label}: {value}", label=of, value=policy), t("Date of birth: {date}", date=born)


def _number(t: Texts, form: PatientIdentity) -> Html:
    return Html("<code>") + policy_words(t, form.policy) + Html("</code>")


def _relation_line(t: Texts, relation: Relation) -> Html:
    return t("Who it is to you: {relation}", relation=t(RELATIONS[relation]))


def _contacts(t: Texts, person: Person) -> list[Html]:
    form = person.shown
    phone, snils = (form.phone, form.snils) if form is not None else (None, None)
    return [
        *([t("Phone: {phone}", phone=format_phone(phone))] if phone else []),
        *([t("SNILS: {snils}", snils=format_snils(snils))] if snils else []),
    ]


def _mark_label(t: Texts, person: Person, form: PatientIdentity) -> str:
    if form.policy.kind is PolicyKind.NONE:
        return t.label("How to get a policy")
    return t.label("✅ The policy is confirmed") if person.verified else t.label("Policy not confirmed: why?")


def _how_to_get(t: Texts, person: Person) -> Html:
    if person.relation is Relation.OWN:
        return t(
            "Come to any insurance company of the region with a passport and SNILS, or apply through Gosuslugi. It is "
            "free. When you have the number, press “✏️ Change the data” on the card."
        )
    return t(
        "Any insurance company of the region makes it, and so does Gosuslugi. It is free. For a child: the birth "
        "certificate, the child’s SNILS if there is one, and the passport of a parent. When you have the number, press "
        "“✏️ Change the data” on the card."
    )


def _rights(t: Texts, person: Person, now: datetime) -> Html:
    """What this account may do for the person today, and why."""
    today = _today(now)
    bases = standing_bases(person, today, now)
    if not bases:
        return t("The access is over: bookings can no longer be made or seen from here.")
    return lines(
        _why(t, person, bases),
        *_sees(t, person, bases, today, now),
        _acts(t, person, today, now),
        t("The medical record is open to you.")
        if allowed(person, Area.RECORDS, Action.SEE, today, now)
        else t("The medical record is not open to you."),
    )


def _why(t: Texts, person: Person, bases: frozenset[Basis]) -> Html:
    until = {basis: end for basis, end in person.bases if basis in bases}
    told = []
    if bases & {Basis.DESK, Basis.OIDC}:
        end = until.get(Basis.DESK)
        told.append(
            t("Confirmed by documents until {day}, that day included.", day=_last_day(end))
            if end and Basis.OIDC not in bases
            else t("Confirmed by documents.")
        )
    if Basis.CONSENT in bases:
        end = until[Basis.CONSENT]
        told.append(
            t("Access is open to you until {day}, that day included.", day=_last_day(end))
            if end
            else t("Access is open to you.")
        )
    return lines(*told) if told else t("Entered by you, not confirmed by documents.")


def _sees(t: Texts, person: Person, bases: frozenset[Basis], today: date, now: datetime) -> list[Html]:
    stands_for = bool(bases & {Basis.DESK, Basis.OIDC}) and own_word_counts(person, today)
    scope = visit_scope(person, today, now)
    if scope is VisitScope.ALL:
        told = [t("You see all bookings.")]
        if stands_for:
            told.append(
                t(
                    "From the age of {age} the teenager decides: they have allowed it, and can close it at any time.",
                    age=person.own_word_from,
                )
            )
        return told
    if scope is VisitScope.NONE:
        return [t("You do not see the bookings.")]
    told = [t("You see only the bookings made from this chat.")]
    if stands_for:
        told.append(
            t(
                "From the age of {age} the teenager decides: the other bookings can be opened from their own chat.",
                age=person.own_word_from,
            )
        )
    return told


def _acts(t: Texts, person: Person, today: date, now: datetime) -> Html:
    if may_manage(person, today, now):
        if person.relation is Relation.OWN:
            return t("You can book visits, move and cancel them.")
        return t("You can book, move and cancel.")
    return t("You cannot book, move or cancel.")


def _last_day(until: datetime) -> str:
    """Until midnight is said by the last day."""
    return numeric(local(until - timedelta(seconds=1), MOSCOW).date())


def _today(now: datetime) -> date:
    return local(now, MOSCOW).date()
