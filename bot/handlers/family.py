"""«Полисы»: the list, a person's card, adding somebody, correcting, taking somebody off."""

from __future__ import annotations

from bot.fsm import family as wizard
from bot.fsm.booking import KIND as BOOKING
from bot.handlers.home import Home
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.family import (
    GO_ADD_PERSON,
    GO_POLICIES,
    PersonCard,
    PersonEdit,
    PersonPolicy,
    PersonRemove,
    PolicyList,
    WhoseList,
    WhoseShown,
)
from bot.routing import Replay, on, to
from bot.views import booking as booking_view
from bot.views import family as view
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.accounts.family import Family
from services.accounts.model import Account, Person, Relation
from services.accounts.persons import Persons
from services.accounts.rights import Editing, editing
from services.booking.booking import Booking
from services.booking.visits import Visits
from services.drafts.drafts import Drafts
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import Html

_MANY = 1000


class Policies:
    """The list of «Полисы» on the screen."""

    def __init__(self, persons: Persons, home: Home) -> None:
        self._persons = persons
        self._home = home

    async def screen(self, visitor: Visitor, page: int = 0) -> Screen:
        """An invitation to the form while there is nobody yet."""
        active = await self._persons.active(visitor.account)
        if active is None:
            return self._home.no_form(visitor)
        family = await self._persons.family(visitor.account)
        return view.policies(visitor.t, family, active.id, page, layout=visitor.layout)

    async def card(self, visitor: Visitor, person: Person, note: Html | None = None) -> Screen:
        """One of them; looking at it changes nothing."""
        active = await self._persons.active(visitor.account)
        shown = active is not None and active.id == person.id
        return view.card(visitor.t, person, visitor.now, note, active=shown)


async def open_policies(visitor: Visitor, *, wizards: Wizards, policies: Policies) -> None:
    await wizards.leave(visitor)
    await visitor.show(await policies.screen(visitor))


async def turn_policies(visitor: Visitor, data: PolicyList, *, wizards: Wizards, policies: Policies) -> None:
    await wizards.leave(visitor)
    await visitor.show(await policies.screen(visitor, data.page))


async def card(visitor: Visitor, data: PersonCard, *, persons: Persons, wizards: Wizards, policies: Policies) -> None:
    person = await persons.get(visitor.account, data.person)
    await wizards.leave(visitor)
    await visitor.show(await policies.card(visitor, person))


async def choose_whose(
    visitor: Visitor, data: WhoseList, *, persons: Persons, wizards: Wizards, policies: Policies
) -> None:
    """«Сменить»."""
    await wizards.leave(visitor)
    active = await persons.active(visitor.account)
    if active is None:
        await visitor.show(await policies.screen(visitor))
        return
    family = await persons.family(visitor.account)
    section = Go(to=data.to)
    await visitor.show(view.whose_list(visitor.t, family, active.id, section, data.page, layout=visitor.layout))


async def show_whose(
    visitor: Visitor, data: WhoseShown, *, persons: Persons, accounts: Accounts, replay: Replay
) -> None:
    """The section that it was pressed in, of whoever is the active one from now on."""
    person = await persons.get(visitor.account, data.person)
    changed = await accounts.set_active_person(visitor.account, person.id)
    await replay.press(visitor.become(changed), Go(to=data.to).pack())


async def policy(visitor: Visitor, data: PersonPolicy, *, persons: Persons) -> None:
    await visitor.show(view.policy_mark(visitor.t, await persons.get(visitor.account, data.person)))


async def remove(
    visitor: Visitor,
    data: PersonRemove,
    *,
    persons: Persons,
    accounts: Accounts,
    family: Family,
    visits: Visits,
    drafts: Drafts,
    booking: Booking,
    wizards: Wizards,
    policies: Policies,
) -> None:
    """Asked first, with what stands; one's own is not removed."""
    account = visitor.account
    person = await persons.get(account, data.person)
    if person.relation is Relation.OWN:
        await visitor.show(await policies.card(visitor, person))
        return
    if not data.sure:
        await visitor.show(view.ask_removal(visitor.t, person, await _ahead(visits, account, person)))
        return
    await family.remove(account, person.id)
    # A booking begun for somebody who is off the list leads nowhere; one that is being checked goes on by itself.
    draft = await drafts.open_of(account.id, BOOKING)
    forgets = draft is not None and draft.answers.get("person") == person.id
    if draft is not None and forgets and await booking.outcome(draft.id) is None:
        await wizards.leave(visitor)
        await drafts.drop(draft.id)
    visitor = visitor.become(await accounts.by_telegram(visitor.telegram_id) or account)
    await wizards.leave(visitor)
    await visitor.show(view.told(visitor.t, view.removed(visitor.t, person.full_name)))


async def _ahead(visits: Visits, account: Account, person: Person) -> int | None:
    """How many visits are ahead that this account sees; None while the registry is silent."""
    try:
        found = await visits.upcoming(account, 0, _MANY)
    except RegistryUnavailable:
        return None
    return sum(entry.person.id == person.id for entry in found.items)


# --- adding and correcting ------------------------------------------------------------------------------------------


async def open_adding(
    visitor: Visitor,
    *,
    drafts: Drafts,
    family: Family,
    persons: Persons,
    wizards: Wizards,
    home: Home,
) -> None:
    """«Добавить»: goes on where it was left, or begins."""
    draft = await drafts.open_of(visitor.account.id, wizard.KIND)
    if draft is not None and "surname" in draft.answers:
        await visitor.show(booking_view.resume(visitor.t, wizard.KIND))
        return
    await wizards.leave(visitor)
    await begin_adding(visitor, family=family, persons=persons, wizards=wizards, home=home)


async def begin_adding(visitor: Visitor, *, family: Family, persons: Persons, wizards: Wizards, home: Home) -> None:
    if await family.is_full(visitor.account):
        await visitor.show(view.told(visitor.t, view.too_many(visitor.t)))
    elif await persons.own(visitor.account) is None:
        await visitor.show(home.no_form(visitor))
    else:
        await wizards.start(visitor, wizard.KIND)


async def open_edit(
    visitor: Visitor, data: PersonEdit, *, persons: Persons, wizards: Wizards, policies: Policies
) -> None:
    """«Изменить»: everything is known, so it begins at the check screen."""
    await wizards.leave(visitor)
    await _edit(visitor, data.person, persons, wizards, policies)


async def begin_edit(
    visitor: Visitor, *, drafts: Drafts, persons: Persons, wizards: Wizards, policies: Policies
) -> None:
    """Anew means as the person is now; without a draft nobody knows who."""
    draft = await drafts.open_of(visitor.account.id, wizard.EDIT)
    if draft is None:
        await wizards.show_outdated(visitor)
    else:
        await _edit(visitor, draft.answers["id"], persons, wizards, policies)


async def _edit(visitor: Visitor, person_id: str, persons: Persons, wizards: Wizards, policies: Policies) -> None:
    who = await persons.get(visitor.account, person_id)
    may = editing(who, visitor.now)
    if may is Editing.NOTHING or who.shown is None:
        await visitor.show(await policies.card(visitor, who, view.not_to_be_changed(visitor.t)))
    else:
        await wizards.start(visitor, wizard.EDIT, wizard.edit_answers(who, who.shown, may))


ROUTES = (
    to(GO_POLICIES, open_policies),
    to(GO_ADD_PERSON, open_adding),
    on(PolicyList, turn_policies),
    on(PersonCard, card),
    on(PersonPolicy, policy),
    on(PersonEdit, open_edit),
    on(PersonRemove, remove),
    on(WhoseList, choose_whose),
    on(WhoseShown, show_whose),
)
