"""Errors that cross rooms. None of them ever carries personal data."""

from __future__ import annotations

from enum import StrEnum


class NomerokError(Exception):
    """Base of the product's own errors."""


class SetupError(NomerokError):
    """The product cannot start as it is set up; the message names the setting and what to do."""


class Denial(StrEnum):
    """Why an account may not act for a person."""

    GROWN_UP = "grown_up"
    BASIS_ENDED = "basis_ended"
    NOT_COVERED = "not_covered"
    """A consent lets the visits be seen, no more."""
    NOT_OPEN = "not_open"
    """Another area of the person is shut to the account."""
    TOO_MANY_DECLARED = "too_many_declared"
    TOO_MANY_A_DAY = "too_many_a_day"
    """Bookings for declared persons."""
    TOO_MANY_TRIES = "too_many_tries"
    HIDDEN_CLASH = "hidden_clash"
    """It clashes with a visit that the account may not see; nothing more may be told."""
    TOO_MANY_CLASHES = "too_many_clashes"
    """It has been told that of this person as often as it may be in a day: now nothing is asked for them."""


class NotAllowed(NomerokError):  # noqa: N818  (it names the answer, not a defect)
    """The actor may not do this to this person: who may, `accounts.rights` says."""

    def __init__(self, reason: Denial) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ConsentNeeded(NomerokError):  # noqa: N818
    """The text that the account has agreed to does not speak of what is to be opened: it is to be asked anew."""


class NotFound(NomerokError):  # noqa: N818
    """What a button points at is gone, or never was this account's."""
