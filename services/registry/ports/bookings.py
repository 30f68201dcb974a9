"""What a patient's act does to visits."""

from __future__ import annotations

from typing import Protocol

from services.registry.model import BookingAnswer, CancelAnswer
from services.registry.ports.visits import VisitsPort


class BookingsPort(VisitsPort, Protocol):
    """Booking, moving, cancelling. `book`, `move` and `cancel` never raise: silence is `Unknown`."""

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        """Takes the time. The same `key` again gives the same visit and never a second one."""
        ...

    async def find_booking(self, key: str) -> BookingAnswer | None:
        """What became of `book` with this key: the visit; None if it never arrived; `Unknown` if it cannot tell."""
        ...

    async def move(self, key: str, visit_id: str, slot_id: str) -> BookingAnswer:
        """Takes the time instead of the visit's own: both or neither; `find_booking` knows the key too.

        The visit to be moved is left out of both conflict checks, ends as `moved` and names its successor.
        Only with `capabilities().moves`. Never raises.
        """
        ...

    async def cancel(self, visit_id: str) -> CancelAnswer:
        """Cancels for the patient and frees the time. Asked again, the first one's doing is `already_cancelled`.

        Never raises: silence is `Unknown`.
        """
        ...
