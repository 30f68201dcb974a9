"""Whether a detached signature is this person's, over exactly these bytes, at this moment.

OpenSSL decides: digest, signature, the way to our roots, the time, what was revoked. What is left is looked up in the
certificate that it has found: whose it is, and what its key is for. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from services.errors import SetupError
from services.signatures import child
from services.signatures.cms import DATA, TIMESTAMP, NotCms, Shell, der_of, shell_of
from services.signatures.model import Accepted, Reason, Refused, SignatureSettings, Signer, Verdict
from services.signatures.pem import certificates_in, revocations_in

SNILS = ObjectIdentifier("1.2.643.100.3")
_SNILS_DIGITS = 11
_AT_ONCE = 2
"""Checks of one process; more wait, and no thread with them."""
_NOT_FOR_DOCUMENTS = frozenset({ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING})
_KNOWN = (
    b"012345678901234567890123456789012345678901234567890123456789012",
    b"9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
)
"""The first example of GOST R 34.11-2012, and its digest of 256 bits."""

# Exit codes of `openssl cms -verify -verify_retcode` (apps/cms.c): 32 and the number of X509_V_ERR_… (x509_vfy.h).
_GOOD, _UNREADABLE, _UNFIT = 0, 2, 32
_CHAIN: dict[int, Reason] = {
    9: Reason.NOT_YET_VALID,
    10: Reason.EXPIRED,
    23: Reason.REVOKED,
    **dict.fromkeys((1, 17, 69, 70), Reason.UNCHECKED),  # out of memory, and what should not happen
    **dict.fromkeys((66, 67, 68), Reason.WEAK),  # keys of the signer and of authorities, digests on the way
    # No list of an authority's, or one that is not in force or cannot be read: the operator's matter.
    **dict.fromkeys((3, 5, 8, 11, 12, 15, 16, 33, 35, 36, 44, 54), Reason.UNCHECKED),
}
_NO_CERTIFICATE = b"signer certificate not found"
_NO_MEMORY = b"malloc failure"

logger = logging.getLogger(__name__)


async def gost_engine(openssl: str = "openssl", seconds: float = 20.0) -> bool:
    """Whether OpenSSL knows GOST here: it is given a text whose digest is known. Raises `OSError`: a full disk."""
    return await asyncio.to_thread(_knows_gost, openssl, seconds)


class Signatures:
    """Raises `SetupError` where roots, or lists of what was revoked, cannot be read, or where there is no root at all.

    `more_roots`: PEM, trusted like those of the settings; the demo's.
    """

    def __init__(self, settings: SignatureSettings, more_roots: bytes = b"") -> None:
        self._settings = settings
        self._roots = _roots(settings, more_roots)
        self._gost = settings.gost
        self._turns = asyncio.Semaphore(_AT_ONCE)
        if settings.crls is not None:
            try:
                revocations_in(settings.crls)
            except (OSError, ValueError):
                raise SetupError(f"SIGNATURE_CRLS names no readable lists of revocation: {settings.crls}") from None

    @property
    def has_openssl(self) -> bool:
        """Whether its command is there; without it nothing can be checked."""
        return shutil.which(self._settings.openssl) is not None

    async def knows_gost(self) -> bool:
        """Whether signatures by GOST can be checked. Raises `OSError`: a full disk."""
        return await asyncio.to_thread(self._knows_gost)

    async def check(self, pdf: bytes, signature: bytes, *, snils: str, moment: datetime) -> Verdict:
        """Who has signed `pdf`, or why this is not taken. Never raises, whatever the bytes are.

        `signature`: CMS as DER, PEM or plain base64; `snils`: the applicant's; `moment`: of the receipt, with a zone.
        """
        if len(signature) > self._settings.most_bytes:
            return Refused(Reason.TOO_LARGE)
        async with self._turns:
            return await asyncio.to_thread(self._checked, pdf, signature, snils, moment)

    def _checked(self, pdf: bytes, signature: bytes, snils: str, moment: datetime) -> Verdict:
        try:
            verdict = self._looked_at(pdf, signature, snils, moment)
        except Exception as error:
            # An odd certificate, a full disk: nothing that anybody may pass by. Texts of errors may hold names.
            logger.error("a signature could not be checked: %s", type(error).__name__)
            return Refused(Reason.UNCHECKED)
        if verdict == Refused(Reason.UNCHECKED):
            logger.warning("a signature could not be checked: OpenSSL, its GOST engine or a list of what was revoked")
        return verdict

    def _looked_at(self, pdf: bytes, signature: bytes, snils: str, moment: datetime) -> Verdict:
        try:
            shell = shell_of(der_of(signature))
        except NotCms:
            return Refused(Reason.NO_SIGNATURE)
        gost = self._knows_gost()
        refused = _outside(shell, gost=gost)
        if refused is not None:
            return Refused(refused)
        found = self._verified(pdf, shell.bare, moment, gost=gost)
        if isinstance(found, x509.Certificate):
            return _judged(found, snils, moment)
        if shell.signers[0].gost and not _knows_gost(self._settings.openssl, self._settings.seconds):
            return Refused(Reason.UNCHECKED)  # without its engine, OpenSSL calls the root strange
        return Refused(found)

    def _knows_gost(self) -> bool:
        if self._gost is None:
            self._gost = _knows_gost(self._settings.openssl, self._settings.seconds)
        return self._gost

    def _verified(self, pdf: bytes, signature: bytes, moment: datetime, *, gost: bool) -> x509.Certificate | Reason:
        """The certificate that the signature was made with, which leads to our roots; or why not."""
        with TemporaryDirectory(prefix="signature-") as name:
            folder = Path(name)
            (folder / "document").write_bytes(pdf)
            (folder / "signature").write_bytes(signature)
            (folder / "trusted").write_bytes(self._roots + b"".join(_pem(each) for each in self._revocations()))
            ended = child.run(
                self._settings.openssl,
                [
                    *("cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "document"),
                    *("-CAfile", "trusted", "-no-CApath", "-no-CAstore", "-purpose", "any", "-auth_level", "2"),
                    *("-attime", str(int(moment.timestamp()))),
                    *(("-crl_check_all",) if self._settings.crls is not None else ()),
                    *("-verify_retcode", "-signer", "signer", "-out", "/dev/null"),
                ],
                folder,
                gost=gost,
                seconds=self._settings.seconds,
            )
            if ended.code != _GOOD:
                return _refused(ended)
            signers = x509.load_pem_x509_certificates((folder / "signer").read_bytes())
        return signers[0] if len(signers) == 1 else Reason.SEVERAL_SIGNERS

    def _revocations(self) -> list[x509.CertificateRevocationList]:
        return revocations_in(self._settings.crls) if self._settings.crls is not None else []


def _judged(certificate: x509.Certificate, snils: str, moment: datetime) -> Verdict:
    signer = signer_of(certificate)
    if not signer.valid_from <= moment:
        return Refused(Reason.NOT_YET_VALID, signer)
    if not moment <= signer.valid_to:
        return Refused(Reason.EXPIRED, signer)
    if not _signs_documents(certificate):
        return Refused(Reason.WRONG_KEY_USAGE, signer)
    if not signer.snils or signer.snils != _digits(snils):
        return Refused(Reason.OTHER_PERSON, signer)
    return Accepted(signer)


def signer_of(certificate: x509.Certificate) -> Signer:
    """Raises `ValueError` where the names cannot be read."""
    subject = certificate.subject
    surname, given = _one(subject, NameOID.SURNAME), _one(subject, NameOID.GIVEN_NAME)
    issuer = _one(certificate.issuer, NameOID.COMMON_NAME) or _one(certificate.issuer, NameOID.ORGANIZATION_NAME)
    return Signer(
        name=f"{surname} {given}" if surname and given else _one(subject, NameOID.COMMON_NAME),
        snils=_digits(_one(subject, SNILS)),
        issuer=issuer or certificate.issuer.rfc4514_string(),
        serial=f"{certificate.serial_number:X}",
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )


def _roots(settings: SignatureSettings, more: bytes) -> bytes:
    try:
        roots = certificates_in(settings.roots) if settings.roots is not None else []
        roots += x509.load_pem_x509_certificates(more) if more else []
    except (OSError, ValueError):
        raise SetupError(f"SIGNATURE_ROOTS names no readable certificates: {settings.roots}") from None
    if not roots:
        raise SetupError("SIGNATURE_ROOTS is empty: there is no root whose signatures could be believed")
    return b"".join(map(_pem, roots))


def _pem(each: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return each.public_bytes(Encoding.PEM)


def _outside(shell: Shell, *, gost: bool) -> Reason | None:
    """What can be said before OpenSSL has looked."""
    if shell.content_type == TIMESTAMP:
        return Reason.TIMESTAMP_ONLY
    if shell.content_type != DATA or not shell.signers:
        return Reason.NO_SIGNATURE
    if shell.attached:
        return Reason.ATTACHED
    if len(shell.signers) > 1:
        return Reason.SEVERAL_SIGNERS
    if shell.signers[0].gost and not gost:
        return Reason.UNSUPPORTED
    return None if shell.signers[0].strong else Reason.WEAK


def _refused(ended: child.Ended) -> Reason:
    if ended.code is None or _NO_MEMORY in ended.said:
        return Reason.UNCHECKED
    if ended.code == _UNREADABLE:
        return Reason.NO_SIGNATURE
    if ended.code == _UNFIT:
        return Reason.NO_CERTIFICATE if _NO_CERTIFICATE in ended.said else Reason.NOT_THIS_DOCUMENT
    return _CHAIN.get(ended.code - _UNFIT, Reason.UNTRUSTED) if ended.code > _UNFIT else Reason.UNCHECKED


def _signs_documents(certificate: x509.Certificate) -> bool:
    """A certificate that does not say what its key is for is not for this."""
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    try:
        purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        purposes = set()
    return (usage.digital_signature or usage.content_commitment) and not (purposes and purposes <= _NOT_FOR_DOCUMENTS)


def _one(name: x509.Name, oid: ObjectIdentifier) -> str:
    """The name's only value of this kind; "" where it has none, or several that differ."""
    values = {str(each.value).strip() for each in name.get_attributes_for_oid(oid)}
    return values.pop() if len(values) == 1 else ""


def _digits(snils: str) -> str:
    """A СНИЛС without its hyphens; "" where it is none."""
    digits = "".join(each for each in snils if each in "0123456789")
    return digits if len(digits) == _SNILS_DIGITS else ""


def _knows_gost(openssl: str, seconds: float) -> bool:
    text, digest = _KNOWN
    with TemporaryDirectory(prefix="signature-") as name:
        folder = Path(name)
        (folder / "text").write_bytes(text)
        args = ["dgst", "-md_gost12_256", "-r", "-out", "digest", "text"]
        ended = child.run(openssl, args, folder, gost=True, seconds=seconds)
        made = folder / "digest"
        return ended.code == 0 and made.is_file() and made.read_bytes().startswith(digest)
