"""Errors that cross rooms. None of them ever carries personal data."""

from __future__ import annotations


class NomerokError(Exception):
    """Base of the product's own errors."""


class SetupError(NomerokError):
    """The product cannot start as it is set up; the message names the setting and what to do."""


class NotAllowed(NomerokError):  # noqa: N818  (it names the answer, not a defect)
    """The actor may not do this to this person; the reason is a word of `accounts.rights`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotFound(NomerokError):  # noqa: N818
    """What a button points at is gone, or never was this account's."""
