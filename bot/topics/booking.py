"""Booking a visit: times, holds, the registry's answer, and what others change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.fsm import booking as wizard
from bot.fsm.clinics import ClinicSteps
from bot.fsm.confirmation import Confirming
from bot.fsm.elsewhere import ElsewhereSteps
from bot.fsm.map import MapSteps
from bot.fsm.person import FormSteps
from bot.fsm.times import TimeSteps, WhoAndWhere
from bot.fsm.wizard import Table
from bot.handlers import booking
from bot.handlers.specialists import FIRST, SPECIALISTS, leads_to
from bot.kernel import Kernel
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.topic import Entry, Place, Tick, Topic, Wish, WizardSpec
from bot.views import refusals
from bot.views.export import booking as booking_words
from bot.views.export import map as map_words
from bot.views.export import times as times_words
from services.accounts.mail import Mail
from services.booking.booking import Booking
from services.booking.holds import Holds
from services.booking.narrowed import VisitsTold
from services.booking.repeats import Repeats
from services.booking.telling import Telling
from services.booking.times import Times
from services.booking.visits import Visits
from services.booking.warnings import Warnings
from services.booking.watch import Watch
from services.clinics.directory import Directory
from services.documents.map import Maps
from services.drafts.model import Draft
from services.registry.following import Followed
from services.registry.ports.registry import port_of
from services.registry.ports.visits import VisitChangesPort
from services.texts.i18n import N_, Html, Texts


def build(kernel: Kernel) -> Mapping[str, object]:
    database, registry, clock = kernel.database, kernel.registry, kernel.clock
    changes = port_of(registry, VisitChangesPort)
    watch = Watch(
        *(database, kernel.vault, registry, kernel.accounts, kernel.persons, kernel.outbox, clock, changes),
        patience=kernel.patience,
    )
    telling = Telling(database, kernel.vault, kernel.accounts, kernel.persons, kernel.outbox, watch, clock)
    holds = Holds(database, kernel.limits, clock)
    booking = Booking(
        *(database, kernel.vault, registry, kernel.persons, kernel.drafts, holds, kernel.outbox, watch),
        *(telling, kernel.limits, clock, kernel.patience),
    )
    return {
        "watch": watch,
        "telling": telling,
        "booking": booking,
        "holds": holds,
        "times": Times(registry, holds),
        "warnings": Warnings(database, kernel.vault),
    }


def table(
    *,
    kernel: Kernel,
    directory: Directory,
    maps: Maps,
    times: Times,
    holds: Holds,
    booking: Booking,
    visits: Visits,
    repeats: Repeats,
    warnings: Warnings,
    mail: Mail,
) -> Table:
    known = WhoAndWhere(kernel.persons, directory)
    clinics = ClinicSteps(known, directory, booking, warnings)
    time_steps = TimeSteps(known, times, holds, visits)
    steps = wizard.BookingSteps(
        known=known,
        form=FormSteps(kernel.persons, demo=kernel.demo),
        clinics=clinics,
        map=MapSteps(clinics, directory, maps),
        times=time_steps,
        elsewhere=ElsewhereSteps(known, time_steps, clinics, directory),
        confirming=Confirming(known, booking, visits, mail),
        accounts=kernel.accounts,
        persons=kernel.persons,
        directory=directory,
        repeats=repeats,
        booking=booking,
        visits=visits,
        warnings=warnings,
    )
    return Table(steps.table(), steps.after)


async def not_yet_known(t: Texts, draft: Draft, *, booking: Booking) -> Html | None:
    """Whether the visit stands is not known yet."""
    return refusals.still_checking(t) if await booking.outcome(draft.id) is not None else None


async def recover(*, booking: Booking) -> None:
    await booking.recover()


def follows(*, watch: Watch) -> Sequence[Followed[Any]]:
    return watch.followed()


async def look(*, watch: Watch) -> None:
    while await watch.look():
        pass  # a batch at a time, until everybody has been asked about


async def purge_holds(*, holds: Holds) -> None:
    await holds.purge()


async def purge_watch(*, watch: Watch) -> None:
    await watch.purge()


_AS_ANY_BOOKING = N_("First I ask who the visit is for, then I show the free times.")
_WHO_LOOKS_FIRST = N_(
    "A general practitioner looks first, for a child a paediatrician, and says who comes next. "
    "If it gets worse, call 103 or 112."
)

TOPIC = Topic(
    "booking",
    build=build,
    routes=booking.ROUTES,
    wizards=(
        WizardSpec(
            wizard.KIND,
            wizard.BookingForm,
            wizard.LIFETIME,
            table,
            booking.begin,
            kept=not_yet_known,
        ),
    ),
    entries=(Entry(Place.HOME, N_("🩺 Book a doctor"), GO_BOOKING, 10),),
    wishes=(
        *(
            Wish(each.words, each.label, GO_BOOKING, leads=leads_to(each.posts), said=_AS_ANY_BOOKING)
            for each in SPECIALISTS
        ),
        Wish(FIRST.words, FIRST.label, GO_BOOKING, leads_to(FIRST.posts), said=_WHO_LOOKS_FIRST, yields=True),
        Wish(
            "any",
            N_("🩺 Book a doctor"),
            GO_BOOKING,
            yields=True,
        ),
    ),
    follows=follows,
    ticks=(
        Tick("recovery", timedelta(seconds=5), recover),
        Tick("watch", timedelta(seconds=30), look),
    ),
    sweeps=(purge_holds, purge_watch),
    rests=VisitsTold,
    words=(
        booking_words.WORDS,
        times_words.WORDS,
        map_words.WORDS,
    ),
)
