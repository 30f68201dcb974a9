"""What is asked of a signature, and what may come of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB


class Reason(StrEnum):
    """Why a signature is not taken. Values are kept in rows."""

    NO_SIGNATURE = "no_signature"
    """The file is no CMS signature of a document: noise, nothing, certificates alone, another paper."""
    TOO_LARGE = "too_large"
    """Nobody has looked what it is."""
    ATTACHED = "attached"
    """The file carries a content of its own; only what stands beside the document is taken."""
    TIMESTAMP_ONLY = "timestamp_only"
    """It says when the document was there, not who has signed it."""
    SEVERAL_SIGNERS = "several_signers"
    UNSUPPORTED = "unsupported"
    """It is signed by GOST, which cannot be checked here: the engine is missing."""
    WEAK = "weak"
    """By a digest or a key that is too weak, or that is not known."""
    NO_CERTIFICATE = "no_certificate"
    """It comes without the signer's certificate, so nothing says whose it is."""
    NOT_THIS_DOCUMENT = "not_this_document"
    """It does not fit: another document, a changed one, or a changed signature."""
    UNTRUSTED = "untrusted"
    """The certificate does not lead to one of the roots that are trusted here."""
    EXPIRED = "expired"
    """The certificate, or one that it rests on."""
    NOT_YET_VALID = "not_yet_valid"
    """The certificate, or one that it rests on."""
    REVOKED = "revoked"
    WRONG_KEY_USAGE = "wrong_key_usage"
    """The key is not for signing documents: it encrypts, or signs timestamps."""
    OTHER_PERSON = "other_person"
    """The certificate's СНИЛС is not the applicant's, or there is none."""
    UNCHECKED = "unchecked"
    """Nothing has been found out, neither good nor bad: the check itself could not be made. May be tried again."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who has signed, as the certificate says. `snils`: 11 digits, "" where there is none; `serial`: hexadecimal.

    `valid_from`, `valid_to`: in UTC.
    """

    name: str
    snils: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """This person has signed exactly these bytes."""

    signer: Signer


@dataclass(frozen=True, slots=True)
class Refused:
    """`signer`: who has signed all the same, where that is beyond doubt; else None."""

    reason: Reason
    signer: Signer | None = None


Verdict = Accepted | Refused


@dataclass(frozen=True, slots=True)
class SignatureSettings:
    """`roots`: a file of certificates, or a folder of such files, PEM or DER; None: none but those that are passed in.

    `crls`: the same for lists of what was revoked, read anew for each signature; with it, each authority on the way
    from a signer needs a list that is in force. `gost`: whether OpenSSL has the engine; None: it is asked, once, before
    the first check. `most_bytes`: of a signature. `seconds`: for one run of OpenSSL; `openssl`: its command.
    """

    roots: Path | None = None
    crls: Path | None = None
    gost: bool | None = None
    most_bytes: int = MIB
    seconds: float = 20.0
    openssl: str = "openssl"
