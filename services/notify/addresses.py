"""E-mail addresses: text as people type it → an address that a mail server takes.

Light on purpose: the settings are read by it before anything heavy is imported.
"""

from __future__ import annotations

import re

from services.errors import NomerokError
from services.notify.model import EmailProblem

_LENGTH, _NAME_LENGTH = 254, 64  # RFC 5321, 4.5.3.1
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


class EmailError(NomerokError):
    """The typed text is no address. Carries the problem only, never the text."""

    def __init__(self, problem: EmailProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def parse_email(text: str) -> str:
    """An address as it is kept and shown: «anna@example.ru», «anna@пример.рф». Raises `EmailError`.

    A domain may be in any script. A name before the @ that is not in Latin letters is refused: hardly any server
    delivers to it.
    """
    address = text.strip().strip("<>").removeprefix("mailto:")
    name, at, domain = address.rpartition("@")
    if not at or not name or any(char.isspace() for char in address):
        raise EmailError(EmailProblem.NOT_AN_ADDRESS)
    if not name.isascii():
        raise EmailError(EmailProblem.NAME_NOT_LATIN)
    kept = f"{name}@{domain.lower()}"
    wire = wire_email(kept)
    if len(wire) > _LENGTH or len(name) > _NAME_LENGTH:
        raise EmailError(EmailProblem.TOO_LONG)
    # All that came of the domain: in its ASCII form a character of another width may have become an @ or a comma.
    if not _NAME.fullmatch(name) or not _DOMAIN.fullmatch(wire.removeprefix(f"{name}@")):
        raise EmailError(EmailProblem.NOT_AN_ADDRESS)
    return kept


def wire_email(address: str) -> str:
    """The address as servers are given it: a domain of another script in its ASCII form. Raises `EmailError`."""
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise EmailError(EmailProblem.NOT_AN_ADDRESS) from None
