"""Access: what confirms a person, one-time codes, and consents from chat to chat."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.keyboards.buttons.access import (
    GO_ENTER_CODE,
    GO_GRANTS,
    BasisEnd,
    GrantAreas,
    GrantIssue,
    GrantList,
    GrantRevoke,
    GrantTerm,
    HowToConfirm,
)
from bot.keyboards.buttons.family import GO_POLICIES, PersonCard, PolicyList
from bot.keyboards.buttons.help import HelpPage
from bot.keyboards.buttons.person import GO_FORM
from bot.keyboards.buttons.visits import Tab, VisitList
from bot.keyboards.help import topic_row
from bot.keyboards.kit import back_row, button, home_button, in_rows, markup, page_of
from bot.keyboards.layout import Layout
from bot.keyboards.markup import Button
from bot.keyboards.visits import my_bookings
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from bot.views.lists import Item, Listing, draw
from bot.views.people import doctor_names
from bot.views.screen import Screen
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
    Opened,
    Person,
    Relation,
    Shown,
    StandingBasis,
)
from services.accounts.notices import AccountNews
from services.accounts.rights import own_word_counts
from services.limits.model import LIMITS, Act
from services.texts.dates import MOSCOW, local, numeric
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

COMMAND = "python -m bot confirm"
MONTHS = (1, 3, 6, 12)

HEADINGS: Mapping[str, str] = {
    AccountNews.ACCESS_OPENED: N_("Access opened in another chat"),
    AccountNews.ACCESS_GIVEN: N_("Access is open"),
    AccountNews.ACCESS_ENDED: N_("Access is closed"),
    AccountNews.CONSENT_ENDED: N_("The time of an access is over"),
    AccountNews.ACCESS_ERASED: N_("Access is closed"),
    AccountNews.BASIS_ENDED: N_("Access is closed"),
    AccountNews.BASIS_OVER: N_("The time of an access is over"),
}
"""What a line of «Уведомления» is headed by."""

PROBLEMS = {
    CodeProblem.NOT_A_CODE: N_("The code has ten digits. Please check it and write it again."),
    CodeProblem.WRONG: N_(
        "The code does not fit. It is good for ten minutes and only once. Check the digits, and the name and date of "
        "birth in your form. Or ask for a new code."
    ),
    CodeProblem.FORM_FIRST: N_("Fill in your own form first, then enter this code again."),
    CodeProblem.CONFIRM_FIRST: N_(
        "This code is for a child or a ward. First get a code of your own at the desk and enter it here. Then enter "
        "this one again."
    ),
    CodeProblem.OWN_CODE: N_("This is your own code. It is meant for the person whom you give access."),
}

_PAPERS = {
    Relation.OWN: N_("Come to the desk of your clinic with your passport, insurance policy and SNILS."),
    Relation.CHILD: N_(
        "Come to the desk of the child’s clinic. Take the birth certificate (from the age of 14 the passport), the "
        "child’s insurance policy and your own passport."
    ),
    Relation.WARD: N_(
        "Come to the desk of this person’s clinic. Take the paper of guardianship, their document, their insurance "
        "policy and your own passport."
    ),
}


_BY_PAPERS = {
    Relation.OWN: N_("Whose documents were checked: yours"),
    Relation.CHILD: N_("Whose documents were checked: a parent’s"),
    Relation.WARD: N_("Whose documents were checked: a guardian’s"),
}
"""Who stands for a patient by papers: what the patient is to them, and what they are told to be."""


_QUESTIONS = {
    Relation.OWN: N_("Is this you?"),
    Relation.CHILD: N_("Is this your child?"),
    Relation.WARD: N_("Is this your ward?"),
    Relation.SPOUSE: N_("Is this your husband or wife?"),
    Relation.PARENT: N_("Is this your mother or father?"),
    Relation.OTHER: N_("Is this the person who opens their bookings to you?"),
}


class OfferAct(StrEnum):
    """Whether it is taken, and, of a consent where that is not known, from whom."""

    TAKE = "take"
    DECLINE = "decline"
    OPEN = "open"
    """What the desk's code opens is the right person."""
    NOT_THIS = "not_this"
    SPOUSE = Relation.SPOUSE.value
    PARENT = Relation.PARENT.value
    CHILD = Relation.CHILD.value
    OTHER = Relation.OTHER.value


_RELATIONS = {
    OfferAct.SPOUSE: N_("Husband or wife"),
    OfferAct.PARENT: N_("Mother or father"),
    OfferAct.CHILD: N_("Son or daughter"),
    OfferAct.OTHER: N_("Another person"),
}
"""Who may let another act from the own chat, and is to the other one of these."""


@dataclass(frozen=True, slots=True)
class EnterCode:
    """`has_form`: the account's own form is filled; `confirmed`: by documents, which a code for a child needs."""

    has_form: bool
    confirmed: bool


_TICKS: Mapping[Covers, str] = {
    Covers.SEE_VISITS: N_("See my bookings with doctors"),
    Covers.MANAGE_VISITS: N_("Book, move and cancel"),
    Covers.RECORDS: N_("See my medical record"),
    Covers.DOCUMENTS: N_("See my documents"),
    Covers.INSURANCE: N_("See my insurance"),
    Covers.REQUESTS: N_("See my applications"),
}
_ALLOWED: Mapping[Covers, str] = {
    Covers.SEE_VISITS: N_("to see bookings with doctors"),
    Covers.MANAGE_VISITS: N_("to see bookings with doctors, to book, move and cancel"),
    Covers.RECORDS: N_("to see the medical record"),
    Covers.DOCUMENTS: N_("to see documents; policy, SNILS and date of birth are printed in them"),
    Covers.INSURANCE: N_("to see the insurance"),
    Covers.REQUESTS: N_("to see applications"),
}
"""Managing visits says of seeing them as well."""


def covers_of(bits: int, areas: Collection[Area]) -> frozenset[Covers]:
    """What a consent allows, as a button carries it, as far as it stands for something; managing includes seeing."""
    named = {each for place, each in enumerate(Covers) if bits >> place & 1 and each.area in areas}
    return frozenset(named | {Covers.SEE_VISITS}) if Covers.MANAGE_VISITS in named else frozenset(named)


def bits_of(covers: Collection[Covers]) -> int:
    """The same for a button."""
    return sum(1 << place for place, each in enumerate(Covers) if each in covers)


# --- documents and codes ----------------------------------------------------------------------------


def how_to_confirm(t: Texts, person: Person, today: date, *, demo: bool) -> Screen:
    """What to bring to the desk, or whose consent is needed; then the code."""
    by_papers = person.relation in _PAPERS
    return Screen(
        blocks(
            lines(
                bold(t("How to confirm documents") if by_papers else t("How to get access")),
                t("Person: {name}", name=bold(person.full_name)),
            ),
            t(_PAPERS[person.relation])
            if by_papers
            else t(
                "An adult opens access in their own chat here, on the screen “Who has access”. Or come to the clinic’s "
                "desk together, both with passports."
            ),
            t("You will get a code, good for ten minutes. Enter it here."),
            t(
                "From the age of {age} the teenager opens the medical record and the other bookings, in their own "
                "chat.",
                age=person.own_word_from,
            )
            if own_word_counts(person, today)
            else t("Then all bookings and the medical record are seen here.")
            if by_papers
            else t("Then all that is allowed is seen here."),
            t(
                "This is a demonstration: the command {command} makes such a code.",
                command=Html(f"<code>{COMMAND}</code>"),
            )
            if demo
            else "",
        ),
        markup(
            [_code_button(t)],
            topic_row(t, HelpPage.CONFIRM, person.id),
            back_row(t, PersonCard(person=person.id)),
        ),
    )


def enter_code(data: EnterCode, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            bold(t("Enter the code")),
            t("The clinic’s desk gives it, or the person who opens access for you."),
            t("Write the ten digits in a message. For example: 407-122-6583"),
            ""
            if data.confirmed
            else t("If the code is for a child or a ward, enter your own code from the desk first."),
        ),
        markup(
            [] if data.has_form else [button(t.label("📝 Fill in the form"), GO_FORM)],
            back_row(t, buttons.back() or (GO_POLICIES if data.has_form else None)),
        ),
    )


def accept(data: Shown, buttons: StepButtons, scene: Scene) -> Screen:
    """Whom the code opens; of a consent who lets what, until when, and taking it says who they are."""
    t = scene.t
    if isinstance(data, DeskOffer):
        return _is_it(data, buttons, scene)
    relations = [button(t.label(label), buttons.act(each)) for each, label in _RELATIONS.items()]
    take = button(t.label("✅ Take it"), buttons.act(OfferAct.TAKE))
    return Screen(
        scene.text(
            bold(t("You are offered access")),
            lines(
                _whose(t, data.name, data.covers),
                _may(t, data.covers),
                _through(t, data.until),
            ),
            bold(t("Who is this person to you?") if data.asks_relation else t("Take it?")),
        ),
        markup(
            *(in_rows(relations, 2) if data.asks_relation else [[take]]),
            [button(t.label("Do not take it"), buttons.act(OfferAct.DECLINE))],
            back_row(t, buttons.back()),
        ),
    )


def _is_it(data: DeskOffer, buttons: StepButtons, scene: Scene) -> Screen:
    """As much of the patient as whoever knows them recognises."""
    t, own = scene.t, data.relation is Relation.OWN
    yes = t.label("✅ Yes, it is me") if own else t.label("✅ Yes, open")
    no = t.label("No, it is not me") if own else t.label("No, do not open")
    who = bold(t("{initials}, year of birth {year}", initials=data.initials, year=data.born))
    return Screen(
        scene.text(
            bold(t("Whom the code opens")),
            t("Whose bookings: {name}", name=who),
            t(_QUESTIONS[data.relation]),
        ),
        markup(
            [button(yes, buttons.act(OfferAct.OPEN))],
            [button(no, buttons.act(OfferAct.NOT_THIS))],
            back_row(t, buttons.back()),
        ),
    )


def problem(t: Texts, found: CodeProblem) -> Html:
    """Why a code opens nothing, as far as it may be told."""
    return blocks(Html("⚠️ ") + t(PROBLEMS[found]))


def too_many_tries(t: Texts) -> Html:
    return Html("⚠️ ") + t("There were too many codes that do not fit. Please try again in an hour.")


def declined(t: Texts) -> Html:
    return t("You have not taken the access. Nothing has changed.")


def not_opened(t: Texts) -> Html:
    """The code stays good: it may be another's who stands beside."""
    return t("Nothing has been opened. If the desk has given the code to you, tell them that it is for somebody else.")


def opened(t: Texts, data: Opened, today: date) -> Screen:
    """What is possible now."""
    person = data.person
    own = person.relation is Relation.OWN
    consents = [until for basis, until in person.bases if basis is Basis.CONSENT]
    if data.basis is Basis.DESK and own_word_counts(person, today) and not consents:
        told = t("You can book for this person and see what was booked from this chat. The teenager opens the rest.")
    elif own:
        told = t("Now all your bookings are here, those made at the clinic too. You can move and cancel them.")
    else:
        told = t(
            "Now all bookings of this person are here, those made at the clinic too. You can move and cancel them."
        )
    return Screen(
        blocks(
            lines(
                bold(t("✅ Documents are confirmed") if data.basis is Basis.DESK else t("✅ The consent is confirmed")),
                t("Person: {name}", name=bold(person.full_name)),
            ),
            told,
            _through(t, data.until) if data.until else "",
            *(_by_own_consent(t, until) for until in consents if until and data.basis is Basis.DESK),
            _open_elsewhere(t, len(data.elsewhere)),
        ),
        markup(
            *_answers_about_elsewhere(t, data.elsewhere),
            [my_bookings(t)],
            [button(t.label("👪 Policies"), PolicyList(page=0))],
            [_grants_button(t)] if own or data.basis is Basis.CONSENT else [],
            [home_button(t)],
        ),
    )


# --- consents -----------------------------------------------------------------------------------------


def standing(t: Texts, found: Sequence[StandingBasis], page: int, *, confirmed: bool, layout: Layout) -> Screen:
    """«Кому открыт доступ»: what others have over the account's holder, then the consents that it lives by.

    `confirmed`: the holder's documents have been seen, so the others are told of.
    """
    return draw(
        t,
        Listing(
            title=t.label("Who has access"),
            items=[_item(t, each) for each in page_of(found, page, layout.described)],
            page=page,
            total=len(found),
            count=blocks(
                t("Permissions in all: {count}", count=len(found)),
                ""
                if confirmed
                else t(
                    "Once the clinic’s desk has checked your documents, you will see here who else sees your bookings."
                ),
            ),
            nothing=t("No data. Whom you let see your bookings, and whose bookings you may see, will appear here."),
            turned=lambda each: GrantList(page=each),
            below=[
                [button(t.label("➕ Open access for someone close"), GrantAreas(allows=0))],
                [_code_button(t)],
            ],
            out=back_row(t, PolicyList(page=0)),
            size=layout.described,
        ),
    )


def close(t: Texts, basis: StandingBasis) -> Screen:
    """The question before it ends."""
    return Screen(
        blocks(
            bold(t("Give this access up?") if basis.mine else t("Close this access?")),
            _basis(t, basis),
            t(
                "That chat will no longer see your bookings, nor those of your children and wards. The access that was "
                "opened from it to others will be closed, too."
            )
            if basis.relation is Relation.OWN
            else "",
        ),
        markup(
            [button(t.label("No, leave it"), GO_GRANTS)],
            [button(t.label("Yes, close it"), BasisEnd(link=basis.link_id, basis=basis.basis, sure=True))],
            back_row(t, GO_GRANTS),
        ),
    )


def basis_ended(t: Texts, basis: EndedBasis) -> Screen:
    """It is over: to the chat that had it, and to the patient's own chats."""
    holder = (
        t.label("one more chat of yours")
        if basis.relation is Relation.OWN
        else basis.holder or t.label("a Telegram chat")
    )
    return Screen(
        blocks(
            bold(t(HEADINGS[AccountNews.BASIS_ENDED])),
            lines(
                _whose(t, basis.patient, basis.covers)
                if basis.covers is not None
                else t("Person: {name}", name=bold(basis.patient)),
                "" if basis.mine else t("To whom: {name}", name=holder),
            ),
            _over_here(t, basis) if basis.mine else _over_there(t, basis),
        ),
        markup([_grants_button(t)], [home_button(t)]),
    )


def may_not_grant(t: Texts, own: Person | None) -> Screen:
    """Why this account cannot let others act, and what helps."""
    return Screen(
        blocks(
            bold(t("Access cannot be opened yet")),
            t("Person: {name}", name=bold(own.full_name)) if own else "",
            t("It can be opened from the age of 15, once the clinic’s desk has seen the documents."),
        ),
        markup(
            [button(t.label("How to confirm documents"), HowToConfirm(person=own.id))]
            if own
            else [button(t.label("📝 Fill in the form"), GO_FORM)],
            back_row(t, GO_GRANTS),
        ),
    )


def codes_enough(t: Texts) -> Screen:
    """As many codes as may be have been made today."""
    return Screen(
        blocks(
            bold(t("No more codes today")),
            t.n(
                "One chat can make {count} code a day. The next one: tomorrow.",
                "One chat can make {count} codes a day. The next one: tomorrow.",
                LIMITS[Act.CODE].most,
            ),
            t("Access that is open already stays open."),
        ),
        markup(back_row(t, GO_GRANTS)),
    )


def areas(t: Texts, own: Person, covers: frozenset[Covers], offered: Collection[Area]) -> Screen:
    """What to allow, one by one; nothing is ticked at first. `offered`: the areas that stand for something."""
    shown = [each for each in Covers if each.area in offered]
    return Screen(
        blocks(
            bold(t("What do you allow?")),
            t("Person: {name}", name=bold(own.full_name)),
            t("Documents have your policy, SNILS and date of birth printed in them.")
            if Covers.DOCUMENTS in shown
            else "",
        ),
        markup(
            *(
                [
                    button(
                        _tick(t.label(_TICKS[each]), each in covers),
                        GrantAreas(allows=bits_of(_toggled(covers, each))),
                    )
                ]
                for each in shown
            ),
            [button(t.label("➡️ Next"), GrantTerm(allows=bits_of(covers)))],
            back_row(t, GO_GRANTS),
        ),
    )


def term(t: Texts, own: Person, covers: frozenset[Covers]) -> Screen:
    """For how long; with that the code is made."""
    bits = bits_of(covers)
    terms = [button(_months(t, each), GrantIssue(allows=bits, months=each)) for each in MONTHS]
    return Screen(
        blocks(
            bold(t("For how long?")),
            lines(t("Person: {name}", name=bold(own.full_name)), _may(t, covers)),
        ),
        markup(*in_rows(terms, 2), back_row(t, GrantAreas(allows=bits))),
    )


def nothing_ticked(t: Texts) -> str:
    """The toast for a code that would allow nothing."""
    return t.label("Please tick what you allow.")


def code(t: Texts, own: Person, issued: IssuedCode, link: str, covers: frozenset[Covers], until: datetime) -> Screen:
    """The code with its link, once."""
    return Screen(
        blocks(
            bold(t("Code for access")),
            lines(
                _whose(t, own.full_name, covers),
                _may(t, covers),
                _through(t, until),
            ),
            lines(
                t("Code: {code}", code=Html(f"<b><code>{issued.readable}</code></b>")),
                t("Link: {link}", link=link),
            ),
            t("It is good for ten minutes and only once."),
            t("Give it only to someone you trust: whoever enters the code gets the access."),
        ),
        markup(back_row(t, GO_GRANTS)),
    )


def revoke(t: Texts, grant: Grant) -> Screen:
    """The question before a consent ends."""
    return Screen(
        blocks(
            bold(t("Close this access?") if grant.given else t("Give this access up?")),
            _details(t, grant),
        ),
        markup(
            [button(t.label("No, leave it"), GO_GRANTS)],
            [button(t.label("Yes, close it"), GrantRevoke(grant=grant.id, sure=True))],
            back_row(t, GO_GRANTS),
        ),
    )


def accepted(t: Texts, grant: Grant) -> Screen:
    """The other side of `given`: whoever has taken it."""
    return Screen(
        blocks(
            bold(t("✅ You have got access")),
            _details(t, grant),
            t("Each booking bears the name of its patient.") if grant.covers & VISITS_WHOLE else "",
        ),
        markup([my_bookings(t)], [_grants_button(t)], [home_button(t)]),
    )


def given(t: Texts, grant: Grant) -> Screen:
    """Somebody has taken what this account offered, or this account has."""
    if not grant.given:
        return accepted(t, grant)
    return Screen(
        blocks(
            bold(t(HEADINGS[AccountNews.ACCESS_GIVEN])),
            _details(t, grant),
            t("If the code has reached the wrong person, close the access."),
        ),
        markup(
            [button(t.label("Close the access"), GrantRevoke(grant=grant.id, sure=False))],
            [_grants_button(t)],
            [home_button(t)],
        ),
    )


def ended(t: Texts, grant: Grant) -> Screen:
    """One of the two has ended it: the same screen to both."""
    return Screen(
        blocks(bold(t(HEADINGS[AccountNews.ACCESS_ENDED])), _who(t, grant), _what_ended(t, grant)),
        markup([_grants_button(t)], [home_button(t)]),
    )


def expired(t: Texts, grant: Grant) -> Screen:
    """Its time is over."""
    return Screen(
        blocks(
            bold(t(HEADINGS[AccountNews.CONSENT_ENDED])),
            lines(_who(t, grant), _through(t, grant.until)),
            _what_ended(t, grant),
            t("If it is still needed, open the access anew.")
            if grant.given
            else t("If it is still needed, ask for the access to be opened anew."),
        ),
        markup([_grants_button(t)], [home_button(t)]),
    )


def basis_over(t: Texts, basis: EndedBasis) -> Screen:
    """The time of what was given at the desk is over: to the chat that lived by it, and to the patient's own chats."""
    return Screen(
        blocks(
            bold(t(HEADINGS[AccountNews.BASIS_OVER])),
            lines(
                t("Person: {name}", name=bold(basis.patient)),
                "" if basis.mine else t("To whom: {name}", name=basis.holder or t.label("a Telegram chat")),
            ),
            t("What was open can no longer be seen here. The visits stand as they stood.")
            if basis.mine
            else t("This person no longer sees what you had opened."),
            t("If it is still needed, ask for the access to be opened anew.")
            if basis.mine
            else t("If it is still needed, open the access anew."),
        ),
        markup([_grants_button(t)], [home_button(t)]),
    )


def erased(t: Texts, name: str | None, *, given: bool) -> Screen:
    """The other side has erased all its data. `name`: theirs, while it is still known; `given`: by this account."""
    if given:
        who = (
            _taken_back(t, name)
            if name
            else t("Somebody whom you gave access has taken the consent back. All their data are erased.")
        )
        ended = t("This person no longer sees your bookings.")
    else:
        who = (
            _taken_back(t, name)
            if name
            else t("Somebody who gave you access has taken the consent back. All their data are erased.")
        )
        ended = t("These bookings can no longer be seen here. The visits stand as they stood.")
    return Screen(
        blocks(bold(t(HEADINGS[AccountNews.ACCESS_ERASED])), who, ended),
        markup([_grants_button(t)], [home_button(t)]),
    )


def _taken_back(t: Texts, name: str) -> Html:
    return t("{name} has taken the consent back. All data of this person are erased.", name=bold(name))


def opened_elsewhere(t: Texts, person: Person) -> Screen:
    """The desk has confirmed this patient for another chat, too: told to those who have a say already."""
    own = person.relation is Relation.OWN
    return Screen(
        blocks(
            bold(t(HEADINGS[AccountNews.ACCESS_OPENED])),
            t("Whose bookings: {name}", name=bold(person.full_name)),
            t(
                "The clinic’s desk has checked documents and opened the bookings in one more chat. If you know nothing "
                "of it, tell the desk of your clinic."
            ),
            t("You can close it: “Who has access”.") if own else "",
        ),
        markup([_grants_button(t)] if own else [], [my_bookings(t)], [home_button(t)]),
    )


def _open_elsewhere(t: Texts, count: int) -> Html | str:
    if not count:
        return ""
    return t.n(
        "Your bookings are open in {count} more chat. Close the access there?",
        "Your bookings are open in {count} more chats. Close the access there?",
        count,
    )


def _answers_about_elsewhere(t: Texts, found: Sequence[StandingBasis]) -> list[list[Button]]:
    """One chat is closed at once, more of them are looked at first."""
    if not found:
        return []
    mine = button(t.label("No, that is my chat, too"), VisitList(tab=Tab.UPCOMING, page=0))
    if len(found) > 1:
        return [[button(t.label("Show these chats"), GO_GRANTS)], [mine]]
    (other,) = found
    return [
        [button(t.label("Yes, close it there"), BasisEnd(link=other.link_id, basis=other.basis, sure=True))],
        [mine],
    ]


def _item(t: Texts, basis: StandingBasis) -> Item:
    if basis.mine:
        heading = t("Access is open for you")
    else:
        heading = t("You have opened access") if basis.basis is Basis.CONSENT else t("Access by documents")
    closes = BasisEnd(link=basis.link_id, basis=basis.basis, sure=False) if basis.endable else None
    return Item((bold(heading), _basis(t, basis)), _names(t, basis), closes)


def _names(t: Texts, basis: StandingBasis) -> tuple[str, ...]:
    """What `apart` may call it: by whose it is, else by the day since when it stands."""
    who, other = (basis.patient, "") if basis.mine else (_who_has(t, basis), basis.patient)
    since = numeric(local(basis.since, MOSCOW).date())
    told = [*doctor_names(who)[:3], since, f"{other} {since}".strip(), f"{who}, {other}, {since}"]
    return tuple(t.label("Close: {name}", name=each) for each in told)


def _basis(t: Texts, basis: StandingBasis) -> Html:
    by_consent = basis.basis is Basis.CONSENT
    return lines(
        _whose(t, basis.patient, basis.covers),
        "" if basis.mine else t("To whom: {name}", name=_who_has(t, basis)),
        _may(t, basis.covers) if by_consent else t(_BY_PAPERS[basis.relation]),
        t("Since: {day}", day=numeric(local(basis.since, MOSCOW).date())),
        _through(t, basis.until) if basis.until else "",
        "" if basis.endable else t("Only the clinic’s desk can close it."),
    )


def _who_has(t: Texts, basis: StandingBasis) -> str:
    """The holder's own chats all have the one name."""
    if basis.relation is Relation.OWN and not basis.mine:
        return t.label("one more chat of yours")
    return basis.holder or t.label("a Telegram chat")


def _over_here(t: Texts, basis: EndedBasis) -> Html:
    if basis.covers is not None:
        return _over(t, basis.covers, given=False)
    return blocks(
        t("What was open can no longer be seen here. The visits stand as they stood."),
        t(
            "Your other chat, or the clinic’s desk, has closed it. If it was closed by mistake, come to the desk of "
            "your clinic with your passport."
        )
        if basis.relation is Relation.OWN
        else t("If it was closed by mistake, go to the desk of your clinic."),
    )


def _over_there(t: Texts, basis: EndedBasis) -> Html:
    if basis.relation is Relation.OWN:
        return t("That chat no longer sees your bookings. If it was not yours, tell the desk of your clinic.")
    if basis.covers is not None:
        return _over(t, basis.covers, given=True)
    return t("This person has no access to your data any more.")


def _details(t: Texts, grant: Grant) -> Html:
    return lines(_who(t, grant), _may(t, grant.covers), _through(t, grant.until))


def _who(t: Texts, grant: Grant) -> Html:
    return lines(
        _whose(t, grant.name, grant.covers),
        t("To whom: {name}", name=_holder(t, grant)) if grant.given else "",
    )


def _whose(t: Texts, name: str, covers: frozenset[Covers]) -> Html:
    if covers <= VISITS_WHOLE:
        return t("Whose bookings: {name}", name=bold(name))
    return t("Person: {name}", name=bold(name))


def _what_ended(t: Texts, grant: Grant) -> Html:
    return _over(t, grant.covers, given=grant.given)


def _over(t: Texts, covers: frozenset[Covers], *, given: bool) -> Html:
    if covers <= VISITS_WHOLE:
        if given:
            return t("This person no longer sees your bookings.")
        return t("These bookings can no longer be seen here. The visits stand as they stood.")
    if given:
        return t("This person no longer sees what you had opened.")
    return t("What was open can no longer be seen here. The visits stand as they stood.")


def _holder(t: Texts, grant: Grant) -> str:
    return grant.holder or t.label("a Telegram chat")


def _may(t: Texts, covers: frozenset[Covers]) -> Html:
    said = covers - {Covers.SEE_VISITS} if Covers.MANAGE_VISITS in covers else covers
    what = [t(_ALLOWED[each]) for each in Covers if each in said]
    if len(what) == 1:
        return t("What is allowed: {what}", what=what[0])
    return lines(t("What is allowed:"), *(Html("• ") + each for each in what))


def _through(t: Texts, until: datetime) -> Html:
    """Until midnight is said by the last day."""
    return t("Until: {day}, that day included", day=numeric(local(until - timedelta(seconds=1), MOSCOW).date()))


def _by_own_consent(t: Texts, until: datetime) -> Html:
    last_day = numeric(local(until - timedelta(seconds=1), MOSCOW).date())
    return t("The teenager’s own consent, until: {day}, that day included", day=last_day)


def _months(t: Texts, months: int) -> str:
    return t.label("1 year") if months == MONTHS[-1] else t.label_n("{count} month", "{count} months", months)


def _tick(label: str, on: bool) -> str:
    return f"{'☑' if on else '☐'} {label}"


def _toggled(covers: frozenset[Covers], word: Covers) -> frozenset[Covers]:
    """With a tick more or less: who may manage visits sees them, and who does not see them does not manage them."""
    if word not in covers:
        return covers | {word, Covers.SEE_VISITS} if word is Covers.MANAGE_VISITS else covers | {word}
    return covers - VISITS_WHOLE if word is Covers.SEE_VISITS else covers - {word}


def _code_button(t: Texts) -> Button:
    return button(t.label("🔑 Enter a code"), GO_ENTER_CODE)


def _grants_button(t: Texts) -> Button:
    return button(t.label("👥 Who has access"), GO_GRANTS)
