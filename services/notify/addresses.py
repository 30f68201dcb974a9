"""E-mail addresses: text as people type it → an address that a mail server takes.

Light on purpose: the settings are read by it before anything heavy is imported. So `idna` is imported with the first
domain that is not plain ASCII.
"""

from __future__ import annotations

import re
import unicodedata

from services.errors import NomerokError
from services.notify.model import EmailProblem

_LENGTH, _NAME_LENGTH = 254, 64  # RFC 5321, 4.5.3.1
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_ENCODED = re.compile(r"(?:^|\.)xn--")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Categories of what nobody sees: a copied address may have them at its ends, and none within."""


class EmailError(NomerokError):
    """The typed text is no address. Carries the problem only, never the text."""

    def __init__(self, problem: EmailProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def parse_email(text: str) -> str:
    """An address as it is kept and shown: «anna@example.ru», «anna@пример.рф». Raises `EmailError`.

    A domain may be in any script, one in each of its words. A name before the @ that is not in Latin letters is
    refused: hardly any server delivers to it.
    """
    address = _bare(_bare(text).strip("<>").removeprefix("mailto:"))
    name, at, _ = address.rpartition("@")
    if not at or not name or any(unicodedata.category(char) in _UNSEEN for char in address):
        raise EmailError(EmailProblem.NOT_AN_ADDRESS)
    if not name.isascii():
        raise EmailError(EmailProblem.NAME_NOT_LATIN)
    wire = wire_email(address)
    if len(wire) > _LENGTH or len(name) > _NAME_LENGTH:
        raise EmailError(EmailProblem.TOO_LONG)
    coded = wire.rpartition("@")[2]
    # All that came of the domain: in its ASCII form a character of another width may have become an @ or a comma.
    # And «=?» begins a word that libraries would decode, into a second address for one.
    if not _NAME.fullmatch(name) or "=?" in name or not _DOMAIN.fullmatch(coded):
        raise EmailError(EmailProblem.NOT_AN_ADDRESS)
    # Kept as it is spelt where letters go, so that what is shown back is that, and not what looks like it.
    shown = _decoded(coded)
    if any(_is_mixed(word) for word in shown.split(".")):
        raise EmailError(EmailProblem.MIXED_LETTERS)
    return f"{name}@{shown}"


def wire_email(address: str) -> str:
    """The address as servers are given it: a domain of another script in its ASCII form. Raises `EmailError`.

    By IDNA 2008 (UTS 46, non-transitional), as browsers and registries have it: «straße.de» is not «strasse.de».
    """
    name, _, domain = address.rpartition("@")
    if domain.isascii() and not _ENCODED.search(domain.lower()):
        return f"{name}@{domain.lower()}"
    import idna

    try:
        return f"{name}@{idna.encode(domain, uts46=True, std3_rules=True).decode('ascii')}"
    except UnicodeError:  # idna's own errors are of this kind
        raise EmailError(EmailProblem.NOT_AN_ADDRESS) from None


def _decoded(domain: str) -> str:
    if not _ENCODED.search(domain):
        return domain
    import idna

    return str(idna.decode(domain))


def _bare(text: str) -> str:
    """Without spaces and marks that nobody sees at its ends."""
    seen = [place for place, char in enumerate(text) if unicodedata.category(char) not in _UNSEEN]
    return text[seen[0] : seen[-1] + 1] if seen else ""


def _is_mixed(word: str) -> bool:
    """Whether Latin letters stand among those of Cyrillic or Greek, some of which look the same."""
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1
