"""How a booking begins: from Home, from a visit, for a person."""

from __future__ import annotations

from bot.fsm import booking
from bot.handlers.home import Home
from bot.handlers.links import BookingLinks
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.family import PersonBook
from bot.keyboards.buttons.visits import VisitAgain
from bot.routing import on, to
from bot.views import booking as view
from bot.visitor import Visitor
from services.accounts.persons import Persons
from services.booking.repeats import Repeats
from services.booking.visits import Visits
from services.clinics.directory import Directory
from services.drafts.drafts import Drafts


async def open_booking(
    visitor: Visitor,
    *,
    directory: Directory,
    repeats: Repeats,
    drafts: Drafts,
    persons: Persons,
    wizards: Wizards,
    home: Home,
    booking_links: BookingLinks,
) -> None:
    """«Записаться к врачу»: goes on where it was left, or begins."""
    draft = await drafts.open_of(visitor.account.id, booking.KIND)
    if draft is not None and "person" in draft.answers:
        offers = await booking.repeats_of(repeats, visitor.account)
        await visitor.show(view.resume(visitor.t, booking.KIND, offers, visitor.now))
        return
    await begin(visitor, directory=directory, persons=persons, wizards=wizards, home=home, booking_links=booking_links)


async def begin(
    visitor: Visitor,
    *,
    directory: Directory,
    persons: Persons,
    wizards: Wizards,
    home: Home,
    booking_links: BookingLinks,
) -> None:
    """For oneself or whoever lets one in, else by the own form; where a link has led somebody new, on from there."""
    if not await booking.has_somebody(persons, visitor.account, visitor.now):
        await visitor.show(home.no_form(visitor))
    elif not await booking_links.go_on_waiting(visitor):
        await wizards.start(visitor, booking.KIND, await booking.first_answers(persons, directory, visitor.account))


async def open_again(visitor: Visitor, data: VisitAgain, *, visits: Visits, repeats: Repeats, wizards: Wizards) -> None:
    """«Записаться ещё раз»: at the doctor's calendar, or at the nearest time."""
    entry = await visits.get(visitor.account, data.visit)
    slot = await repeats.nearest(visitor.account, entry) if data.soonest else None
    standing = await visits.standing(visitor.account, entry.person)
    await wizards.begin(visitor, booking.begins_again(entry, visitor.now, standing, slot))


async def open_for(
    visitor: Visitor, data: PersonBook, *, directory: Directory, persons: Persons, wizards: Wizards
) -> None:
    """«Записать к врачу» on a person's card: who is known, so the clinic is asked first."""
    who = await persons.get(visitor.account, data.person)
    answers = await booking.answers_for(persons, directory, visitor.account, who, visitor.now)
    await wizards.leave(visitor)
    await wizards.start(visitor, booking.KIND, answers)


ROUTES = (to(GO_BOOKING, open_booking), on(VisitAgain, open_again), on(PersonBook, open_for))
