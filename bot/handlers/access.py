"""Codes and consents: what confirms a person, who has access, giving and ending it."""

from __future__ import annotations

from aiogram.utils.deep_linking import create_telegram_link

from bot.front import ConsentFirst
from bot.fsm import access as wizard
from bot.fsm.wizard import Begins, Typed
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
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
    OldGrantCode,
    OldGrantDraft,
)
from bot.routing import on, to
from bot.views import access as view
from bot.visitor import Visitor
from services.accounts import rights
from services.accounts.access import Access
from services.accounts.bases import Bases
from services.accounts.codes import LIFETIME
from services.accounts.consents import Consents
from services.accounts.model import Area, Covers, Person
from services.accounts.persons import Persons
from services.limits.model import LimitReached
from services.memory import Memory
from services.notify import keys
from services.notify.outbox import Outbox
from services.texts.dates import MOSCOW, local

VISITS_ONLY = frozenset({Area.VISITS})
_WAITING = "waiting code"


class WaitingCodes:
    """Codes that came by a link before consent: remembered only, for as long as a code is good."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def keep(self, telegram_id: int, digits: str) -> None:
        await self._memory.keep(_WAITING, telegram_id, digits, LIFETIME)

    async def take(self, telegram_id: int) -> str | None:
        """The code, once."""
        return await self._memory.take(_WAITING, telegram_id)


async def open_code(visitor: Visitor, *, wizards: Wizards) -> None:
    """The screen that asks for a code."""
    await wizards.leave(visitor)
    await wizards.start(visitor, wizard.KIND)


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    await wizards.start(visitor, wizard.KIND)


# --- a code that a link has brought ---------------------------------------------------------------------------------


async def enter(visitor: Visitor, digits: str, *, wizards: Wizards) -> None:
    """What comes of it."""
    await wizards.leave(visitor)
    await wizards.begin(visitor, Begins(wizard.KIND, {}), Typed(digits))


async def keep_code(visitor: Visitor, digits: str, *, waiting_codes: WaitingCodes, consent: ConsentFirst) -> None:
    """Somebody new: consent first."""
    await waiting_codes.keep(visitor.telegram_id, digits)
    await consent.ask(visitor)


async def waited(visitor: Visitor, *, waiting_codes: WaitingCodes) -> str | None:
    """One that has waited for consent; whoever does not consent may still come back with it."""
    return await waiting_codes.take(visitor.telegram_id) if visitor.known is not None else None


# --- «Кому открыт доступ» ------------------------------------------------------------------------------------------


async def how_to_confirm(visitor: Visitor, data: HowToConfirm, *, kernel: Kernel, persons: Persons) -> None:
    person = await persons.get(visitor.account, data.person)
    today = local(visitor.now, MOSCOW).date()
    await visitor.show(view.how_to_confirm(visitor.t, person, today, demo=kernel.demo))


async def open_grants(visitor: Visitor, *, bases: Bases, persons: Persons, wizards: Wizards) -> None:
    await turn_grants(visitor, GrantList(page=0), bases=bases, persons=persons, wizards=wizards)


async def turn_grants(visitor: Visitor, data: GrantList, *, bases: Bases, persons: Persons, wizards: Wizards) -> None:
    await wizards.leave(visitor)
    own = await persons.own(visitor.account)
    confirmed = own is not None and rights.is_confirmed(own, visitor.now)
    found = await bases.standing(visitor.account)
    await visitor.show(view.standing(visitor.t, found, data.page, confirmed=confirmed, layout=visitor.layout))


async def end_basis(visitor: Visitor, data: BasisEnd, *, bases: Bases, outbox: Outbox) -> None:
    """Asked first; then both sides are told, this one by the screen."""
    t, account = visitor.t, visitor.account
    if not data.sure:
        await visitor.show(view.close(t, await bases.get(account, data.link, data.basis)))
        return
    closed = await bases.end(account, data.link, data.basis)
    await visitor.show(view.basis_ended(t, closed.basis))
    await outbox.shown(*closed.told)


async def tick(visitor: Visitor, data: GrantAreas, *, kernel: Kernel, persons: Persons, consents: Consents) -> None:
    """What is to be allowed, one by one: what is ticked stands in the buttons alone."""
    await _areas(visitor, view.covers_of(data.allows, kernel.areas), kernel, persons, consents)


async def tick_anew(
    visitor: Visitor, _: OldGrantDraft, *, kernel: Kernel, persons: Persons, consents: Consents
) -> None:
    """The screen of before there were areas, with seeing ticked beforehand: here nothing is, until it is pressed."""
    await _areas(visitor, frozenset(), kernel, persons, consents)


async def look_again(
    visitor: Visitor, data: OldGrantCode, *, kernel: Kernel, persons: Persons, consents: Consents
) -> None:
    """«Получить код» of that screen: it meant the visits, and there is more to be asked now."""
    await _areas(visitor, view.covers_of(data.covers, VISITS_ONLY), kernel, persons, consents)


async def term(visitor: Visitor, data: GrantTerm, *, kernel: Kernel, persons: Persons, consents: Consents) -> None:
    own, covers = await _granting(visitor, persons, consents), view.covers_of(data.allows, kernel.areas)
    if own is None:
        return
    if not covers:
        await visitor.answer(view.nothing_ticked(visitor.t))
        return
    await visitor.show(view.term(visitor.t, own, covers))


async def code(
    visitor: Visitor, data: GrantIssue, *, kernel: Kernel, persons: Persons, access: Access, consents: Consents
) -> None:
    t, covers = visitor.t, view.covers_of(data.allows, kernel.areas)
    own = await _granting(visitor, persons, consents)
    if own is None:
        return
    if not covers:
        await visitor.answer(view.nothing_ticked(t))
        return
    try:
        issued, until = await access.issue(visitor.account, covers, data.months)
    except LimitReached:
        await visitor.show(view.codes_enough(t))
        return
    username = (await visitor.bot.me()).username or ""
    link = create_telegram_link(username, start=issued.payload)
    await visitor.show(view.code(t, own, issued, link, covers, until))


async def _areas(
    visitor: Visitor, covers: frozenset[Covers], kernel: Kernel, persons: Persons, consents: Consents
) -> None:
    own = await _granting(visitor, persons, consents)
    if own is not None:
        await visitor.show(view.areas(visitor.t, own, covers, kernel.areas))


async def _granting(visitor: Visitor, persons: Persons, consents: Consents) -> Person | None:
    """The account holder, where they may let others act; else why not has been shown."""
    own = await persons.own(visitor.account)
    if own is not None and await consents.may_grant(visitor.account):
        return own
    await visitor.show(view.may_not_grant(visitor.t, own))
    return None


async def revoke(visitor: Visitor, data: GrantRevoke, *, consents: Consents, outbox: Outbox) -> None:
    """Asked first; then both sides are told, this one by the screen."""
    t = visitor.t
    if not data.sure:
        grant = await consents.notice(visitor.account, data.grant)
        await visitor.show(view.ended(t, grant) if grant.ended_at else view.revoke(t, grant))
        return
    grant = await consents.revoke(visitor.account, data.grant)
    await visitor.show(view.ended(t, grant))
    await outbox.shown(keys.access_ended(grant.id, visitor.account.id))


ROUTES = (
    to(GO_ENTER_CODE, open_code),
    to(GO_GRANTS, open_grants),
    on(HowToConfirm, how_to_confirm),
    on(GrantList, turn_grants),
    on(GrantAreas, tick),
    on(GrantTerm, term),
    on(GrantIssue, code),
    on(OldGrantDraft, tick_anew),
    on(OldGrantCode, look_again),
    on(GrantRevoke, revoke),
    on(BasisEnd, end_basis),
)
