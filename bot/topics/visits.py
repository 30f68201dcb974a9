"""«Мои записи»: visits, cancelling them, the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.handlers import visits
from bot.kernel import Kernel
from bot.keyboards.buttons.visits import Tab, VisitList
from bot.notices import visits as notices
from bot.topic import Entry, Place, ServiceSpec, Tick, Topic, Wish
from bot.views import visits as view
from bot.views.export import calendar as calendar_words
from bot.views.export import visits as visits_words
from services.accounts.model import Area
from services.booking.booking import Booking
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.deeds import Deeds
from services.booking.links import Links
from services.booking.mydata import BookingData
from services.booking.own_clinic import OwnClinic
from services.booking.repeats import Repeats
from services.booking.telling import Telling
from services.booking.times import Times
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.clinics.directory import Directory
from services.texts.i18n import N_


def build(
    kernel: Kernel, *, booking: Booking, times: Times, watch: Watch, telling: Telling, directory: Directory
) -> Mapping[str, object]:
    database, registry, clock = kernel.database, kernel.registry, kernel.clock
    found = Visits(database, registry, kernel.persons, booking, clock)
    return {
        "visits": found,
        "cancelling": Cancelling(database, registry, found, watch, telling, kernel.outbox, clock, kernel.patience),
        "calendar": Calendar(database, kernel.vault, found),
        "deeds": Deeds(database, kernel.vault, clock),
        "repeats": Repeats(found, times, clock),
        "own_clinic": OwnClinic(kernel.persons, directory, found),
    }


def personal(*, kernel: Kernel, visits: Visits, links: Links) -> BookingData:
    return BookingData(
        *(kernel.database.aside, kernel.vault, kernel.registry, kernel.accounts, kernel.persons),
        *(visits, links, kernel.clock),
    )


async def recover(*, cancelling: Cancelling) -> None:
    await cancelling.recover()


_UPCOMING = VisitList(tab=Tab.UPCOMING, page=0)

TOPIC = Topic(
    "visits",
    build=build,
    routes=visits.ROUTES,
    entries=(Entry(Place.HOME, N_("📋 My bookings"), _UPCOMING, 20),),
    offers=(ServiceSpec(view.BOOKING, 10, beside=visits.booked), ServiceSpec(view.CANCELLING, 20)),
    wishes=(
        Wish(
            "mine",
            N_("📋 My bookings"),
            _UPCOMING,
        ),
        Wish(
            "cancel",
            N_("📋 My bookings"),
            _UPCOMING,
            said=N_("To cancel: open the booking and press “✖️ Cancel the booking”."),
        ),
        Wish(
            "move",
            N_("📋 My bookings"),
            _UPCOMING,
            said=N_("To move: open the booking and press “🔁 Move the booking”."),
        ),
    ),
    notices=notices.SPECS,
    lines=notices.LINES,
    personal=personal,
    ticks=(Tick("recovery of cancelling", timedelta(seconds=5), recover),),
    words=(
        visits_words.WORDS,
        calendar_words.WORDS,
    ),
    areas=(Area.VISITS,),
)
