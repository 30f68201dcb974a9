"""What people call specialists, and the booking that begins with one, at the active person's own clinic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.keyboards.buttons.links import BookByLink
from bot.keyboards.data import CallbackData
from bot.views.specialties import BY_POST
from bot.visitor import Visitor
from services.accounts.persons import Persons
from services.booking.links import LinkImpossible, payload_of
from services.booking.model import BookingLink, LinkKind
from services.booking.times import Times
from services.clinics.directory import Directory
from services.registry.ports.errors import RegistryUnavailable
from services.texts.dates import local


@dataclass(frozen=True, slots=True)
class Specialist:
    """`posts`: their services' ids (`views.specialties`), the grown-ups' first."""

    posts: tuple[str, ...]

    @property
    def label(self) -> str:
        """An msgid."""
        return BY_POST[self.posts[0]]

    @property
    def words(self) -> str:
        """The section of what people call them."""
        return " ".join(self.posts)


FIRST = Specialist(("110", "59"))
"""Who sees whoever says what hurts."""
SPECIALISTS = tuple(
    Specialist(each)
    for each in (
        *(("59",), ("122", "28"), ("54",), ("53",), ("45",), ("34", "25"), ("v92", "v22"), ("v84",), ("v79",)),
        *(("24",), ("13",), ("103", "101"), ("v72",), ("51",)),
    )
)


def leads_to(posts: Sequence[str]) -> Callable[..., Awaitable[CallbackData | None]]:
    """Where a wish for this specialist leads: a link to booking, None where none is known to be there."""

    async def leads(visitor: Visitor, *, persons: Persons, directory: Directory, times: Times) -> CallbackData | None:
        person = await persons.active(visitor.account)
        if person is None or person.clinic_id is None:
            return None
        try:
            clinic = await directory.clinic(person.clinic_id)
            if clinic is None:
                return None
            age = person.age(local(visitor.now, clinic.tz).date())
            offered = [each.id for each in await times.services("", clinic.id, age)]
            post = next((each for each in posts if each in offered), None)
            return _to_book(clinic.id, post) if post is not None else None
        except RegistryUnavailable:
            return None

    return leads


def _to_book(clinic_id: str, post: str) -> CallbackData | None:
    try:
        return BookByLink(payload=payload_of(BookingLink(LinkKind.SERVICE, clinic_id, post)), sure=False)
    except LinkImpossible:
        return None
