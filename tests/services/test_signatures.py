"""Signatures over a PDF: real keys and roots of the test's own, every reason why one is not taken, any bytes at all."""

from __future__ import annotations

import asyncio
import base64
import errno
import logging
import os
import select
import socket
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import SetupError
from services.signatures import child, cms, demo
from services.signatures import signatures as checking
from services.signatures.model import MIB, Accepted, Reason, Refused, SignatureSettings, Verdict
from services.signatures.signatures import Signatures, gost_engine
from tests.support import signing
from tests.support.clock import MONDAY_MORNING
from tests.support.machine import PATIENCE
from tests.support.signing import FROM, UNTIL, GostSigned, Holder, authority, person, revoked, rsa_key, signed

ANNA, BORIS = "11223344595", "08765430300"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8 + b"\r\n\n%%EOF\r"
"""With every kind of line's end: what is text to somebody would be changed on the way."""
OTHER_PDF = PDF.replace(b"EOF", b"EOG")
DAY = timedelta(days=1)
WITH_GOST = SignatureSettings(gost=True)


@dataclass(frozen=True)
class Attempt:
    """What somebody sends, to whom; `roots`, `crls`: PEM."""

    signature: bytes
    roots: bytes = b""
    pdf: bytes = PDF
    snils: str = ANNA
    moment: datetime = MONDAY_MORNING
    crls: bytes = b""
    settings: SignatureSettings = WITH_GOST

    async def made(self, folder: Path) -> Verdict:
        own = replace(self.settings, roots=_file(folder / "roots", self.roots))
        if self.crls:
            own = replace(own, crls=_file(folder / "lists", self.crls))
        return await Signatures(own).check(self.pdf, self.signature, snils=self.snils, moment=self.moment)


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


class World:
    """A root that is trusted, Anna who has a certificate of it, and what else a case needs; keys are made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = authority("Корень")
        self.anna = person(self.root)
        self.good = signed(PDF, self.anna)
        self._accepted: dict[str, Attempt] = {}

    def by(self, *signers: Holder, roots: Holder | None = None, others: tuple[Holder, ...] = ()) -> Attempt:
        return Attempt(signed(PDF, *signers, others=others), (roots or self.root).pem)

    def sent(self, signature: bytes) -> Attempt:
        return Attempt(signature, self.root.pem)

    def accepted(self, name: str) -> Attempt:
        """One of `ACCEPTED`, the same each time."""
        if name not in self._accepted:
            self._accepted[name] = ACCEPTED[name](self)
        return self._accepted[name]

    @cached_property
    def gost(self) -> GostSigned:
        return signing.signed_by_gost(self.folder, PDF, ANNA)

    @cached_property
    def timestamps(self) -> tuple[bytes, bytes]:
        """An answer of a server, and the token in it."""
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return signing.timestamps(self.folder, PDF, person(self.root, more=[(only, True)]))

    def listed(self, *holders: Holder, since: datetime = FROM, until: datetime = UNTIL) -> bytes:
        return revoked(self.root, *holders, since=since, until=until).public_bytes(Encoding.PEM)

    def openssl(self, name: str, script: str) -> SignatureSettings:
        """Settings with a stand-in for OpenSSL."""
        path = _file(self.folder / name, f"#!/bin/sh\n{script}\n".encode())
        path.chmod(0o700)
        return SignatureSettings(gost=True, openssl=str(path))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("signing"))


# --- accepted -----------------------------------------------------------------------------------------


def _pem_of(world: World) -> Attempt:
    return world.sent(signed(PDF, world.anna, encoding=Encoding.PEM))


def _cms_pem(world: World) -> Attempt:
    return world.sent(_armoured(world.good, b"CMS"))


def _armoured(der: bytes, kind: bytes) -> bytes:
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (kind, base64.encodebytes(der), kind)


def _streamed(world: World) -> Attempt:
    """BER whose lengths are not said."""
    kind, data = _opened(world.good)
    inner = b"".join(bytes(each.whole) for each in data)
    return world.sent(b"\x30\x80" + kind + b"\xa0\x80\x30\x80" + inner + bytes(6))


def _opened(signature: bytes) -> tuple[bytes, list[cms._Element]]:
    """What kind it says it is, and the parts of what is signed."""
    kind, wrapped = next(iter(cms._elements(memoryview(signature)))).parts()
    (data,) = wrapped.parts()
    return bytes(kind.whole), data.parts()


def _by_gost(world: World) -> Attempt:
    return Attempt(world.gost.signature, world.gost.roots, moment=world.gost.moment)


def _by_long_gost(world: World) -> Attempt:
    long = signing.signed_by_gost(world.folder, PDF, ANNA, 512)
    return Attempt(long.signature, long.roots, moment=long.moment)


def _by_rsa(world: World) -> Attempt:
    root = authority("RSA", key=rsa_key())
    return world.by(person(root, key=rsa_key()), roots=root)


def _through_another(world: World) -> Attempt:
    between = authority("Удостоверяющий центр", world.root)
    return world.by(person(between), others=(between,))


def _afterwards(world: World) -> Attempt:
    """The certificate has ended since; what counts is the day of the receipt."""
    return world.by(person(world.root, until=MONDAY_MORNING + timedelta(seconds=1)))


ACCEPTED: dict[str, Callable[[World], Attempt]] = {
    "DER": lambda world: world.sent(world.good),
    "PEM": _pem_of,
    "PEM, called CMS": _cms_pem,
    "PEM with the lines of Windows": lambda world: replace(
        _pem_of(world), signature=_pem_of(world).signature.replace(b"\n", b"\r\n")
    ),
    "base64": lambda world: world.sent(base64.b64encode(world.good)),
    "base64 in lines, with a mark of its encoding": lambda world: world.sent(
        b"\xef\xbb\xbf" + base64.encodebytes(world.good).replace(b"\n", b"\r\n")
    ),
    "BER": _streamed,
    "RSA": lambda world: world.by(person(world.root, key=rsa_key())),
    "RSA all the way": _by_rsa,
    "RSA, no engine": lambda world: replace(
        world.by(person(world.root, key=rsa_key())), settings=SignatureSettings(gost=False)
    ),
    "ECDSA, P-384": lambda world: world.by(person(world.root, key=ec.generate_private_key(ec.SECP384R1()))),
    "GOST, 256 bits": _by_gost,
    "GOST, 512 bits": _by_long_gost,
    "GOST, not on the list of the revoked": lambda world: replace(_by_gost(world), crls=world.gost.nobody),
    "through another authority": _through_another,
    "without signed attributes": lambda world: world.sent(
        signing.signed_by_openssl(world.folder, PDF, world.anna, "-noattr")
    ),
    "only for what cannot be denied": lambda world: world.by(person(world.root, usage=["content_commitment"])),
    "with other purposes too": lambda world: world.by(
        person(world.root, more=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)])
    ),
    "on the last day": _afterwards,
    "not on the list of the revoked": lambda world: replace(
        world.sent(world.good), crls=world.listed(person(world.root))
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
async def test_it_is_accepted_with_who_has_signed(world: World, tmp_path: Path, name: str) -> None:
    verdict = await ACCEPTED[name](world).made(tmp_path)
    assert isinstance(verdict, Accepted)
    assert (verdict.signer.name, verdict.signer.snils) == ("Иванова Анна Петровна", ANNA)


async def test_the_signer_is_as_the_certificate_says(world: World, tmp_path: Path) -> None:
    verdict = await world.sent(world.good).made(tmp_path)
    assert isinstance(verdict, Accepted)
    own = world.anna.certificate
    assert verdict.signer.issuer == "Корень"
    assert int(verdict.signer.serial, 16) == own.serial_number
    assert (verdict.signer.valid_from, verdict.signer.valid_to) == (FROM, UNTIL)


async def test_the_applicants_number_may_have_its_hyphens(world: World, tmp_path: Path) -> None:
    assert isinstance(await replace(world.sent(world.good), snils="112-233-445 95").made(tmp_path), Accepted)


# --- refused, each with its reason --------------------------------------------------------------------


def _stranger(world: World) -> Attempt:
    return world.by(person(authority("Другой корень")))


def _brings_its_root(world: World) -> Attempt:
    other = authority("Другой корень")
    return world.by(person(other), others=(other,))


def _namesake_of_the_root(world: World) -> Attempt:
    other = authority("Корень")
    return world.by(person(other), others=(other,))


def _certified_by_a_person(world: World) -> Attempt:
    return world.by(person(world.anna), others=(world.anna,))


def _revoked(world: World) -> Attempt:
    return replace(world.sent(world.good), crls=world.listed(world.anna))


def _authority_revoked(world: World) -> Attempt:
    between = authority("Удостоверяющий центр", world.root)
    own = revoked(between, since=FROM, until=UNTIL).public_bytes(Encoding.PEM)
    return replace(world.by(person(between), others=(between,)), crls=own + world.listed(between))


def _brings_an_old_list(world: World) -> Attempt:
    """One of before it was revoked, which is in force still."""
    old = revoked(world.root, since=FROM, until=UNTIL)
    signature = with_list(world.good, old.public_bytes(Encoding.DER))
    return replace(world.sent(signature), crls=world.listed(world.anna, since=MONDAY_MORNING - DAY))


def with_list(signature: bytes, crl: bytes) -> bytes:
    """The same signature with a list of what was revoked within."""
    kind, data = _opened(signature)
    *before, signers = (bytes(each.whole) for each in data)
    inner = cms._made(0x30, b"".join([*before, cms._made(0xA1, crl), signers]))
    return cms._made(0x30, kind + cms._made(0xA0, inner))


def _broken(world: World) -> Attempt:
    return world.sent(world.good[:-1] + bytes([world.good[-1] ^ 1]))


def _by(world: World, name: str, script: str) -> Attempt:
    return replace(world.sent(world.good), settings=world.openssl(name, script))


def _gost_is_gone(world: World) -> Attempt:
    """It was there at the start. Without it OpenSSL would say that the root is strange."""
    real = "OPENSSL_CONF=/dev/null exec /usr/bin/openssl"
    return replace(_by_gost(world), settings=world.openssl("gone", f'{real} "$@"'))


def _weak(world: World, digest: str) -> Attempt:
    return world.sent(signing.signed_by_openssl(world.folder, PDF, person(world.root, key=rsa_key()), "-md", digest))


REFUSED: dict[tuple[Reason, str], Callable[[World], Attempt]] = {
    (Reason.NO_SIGNATURE, "nothing"): lambda world: world.sent(b""),
    (Reason.NO_SIGNATURE, "blanks"): lambda world: world.sent(b" \r\n"),
    (Reason.NO_SIGNATURE, "the document"): lambda world: world.sent(PDF),
    (Reason.NO_SIGNATURE, "noise"): lambda world: world.sent(bytes(range(256)) * 100),
    (Reason.NO_SIGNATURE, "noise that begins well"): lambda world: world.sent(b"\x30\x82" + bytes(range(256)) * 100),
    (Reason.NO_SIGNATURE, "base64 of noise"): lambda world: world.sent(base64.b64encode(PDF)),
    (Reason.NO_SIGNATURE, "cut off"): lambda world: world.sent(world.good[:-1]),
    (Reason.NO_SIGNATURE, "something behind it"): lambda world: world.sent(world.good + b"\0"),
    (Reason.NO_SIGNATURE, "another behind it"): lambda world: world.sent(world.good + world.good),
    (Reason.NO_SIGNATURE, "a certificate"): lambda world: world.sent(world.anna.pem),
    (Reason.NO_SIGNATURE, "certificates alone"): lambda world: world.sent(
        pkcs7.serialize_certificates([world.anna.certificate], Encoding.DER)
    ),
    (Reason.TOO_LARGE, "20 MB of noise"): lambda world: world.sent(bytes(20 * MIB)),
    (Reason.TOO_LARGE, "a byte more than may be"): lambda world: world.sent(world.good.ljust(MIB + 1, b"\0")),
    (Reason.ATTACHED, "the document within"): lambda world: world.sent(signed(PDF, world.anna, attached=True)),
    (Reason.ATTACHED, "the document within, in pieces"): lambda world: world.sent(
        signing.signed_by_openssl(world.folder, PDF, world.anna, "-stream")
    ),
    (Reason.TIMESTAMP_ONLY, "a token"): lambda world: world.sent(world.timestamps[1]),
    (Reason.TIMESTAMP_ONLY, "a server's answer"): lambda world: world.sent(world.timestamps[0]),
    (Reason.SEVERAL_SIGNERS, "two"): lambda world: world.by(world.anna, person(world.root)),
    (Reason.SEVERAL_SIGNERS, "the same twice"): lambda world: world.by(world.anna, world.anna),
    (Reason.UNSUPPORTED, "no engine"): lambda world: replace(_by_gost(world), settings=SignatureSettings(gost=False)),
    (Reason.WEAK, "SHA-1"): lambda world: _weak(world, "sha1"),
    (Reason.WEAK, "MD5"): lambda world: _weak(world, "md5"),
    (Reason.WEAK, "a short key"): lambda world: world.by(person(world.root, key=rsa_key(1024))),
    (Reason.NO_CERTIFICATE, "none at all"): lambda world: world.sent(signed(PDF, world.anna, certificates=False)),
    (Reason.NOT_THIS_DOCUMENT, "another"): lambda world: replace(world.sent(world.good), pdf=OTHER_PDF),
    (Reason.NOT_THIS_DOCUMENT, "another, RSA"): lambda world: replace(
        world.by(person(world.root, key=rsa_key())), pdf=OTHER_PDF
    ),
    (Reason.NOT_THIS_DOCUMENT, "another, GOST"): lambda world: replace(_by_gost(world), pdf=OTHER_PDF),
    (Reason.NOT_THIS_DOCUMENT, "another, without signed attributes"): lambda world: replace(
        ACCEPTED["without signed attributes"](world), pdf=OTHER_PDF
    ),
    (Reason.NOT_THIS_DOCUMENT, "a byte more"): lambda world: replace(world.sent(world.good), pdf=PDF + b"\n"),
    (Reason.NOT_THIS_DOCUMENT, "other line ends"): lambda world: replace(
        world.sent(world.good), pdf=PDF.replace(b"\r\n", b"\n")
    ),
    (Reason.NOT_THIS_DOCUMENT, "a changed signature"): _broken,
    (Reason.UNTRUSTED, "a stranger's"): _stranger,
    (Reason.UNTRUSTED, "a stranger's who brings the root"): _brings_its_root,
    (Reason.UNTRUSTED, "a root of the same name"): _namesake_of_the_root,
    (Reason.UNTRUSTED, "certified by a person"): _certified_by_a_person,
    (Reason.UNTRUSTED, "the authority between is missing"): lambda world: world.by(
        person(authority("Удостоверяющий центр", world.root))
    ),
    (Reason.UNTRUSTED, "GOST, a stranger's"): lambda world: replace(_by_gost(world), roots=world.root.pem),
    (Reason.EXPIRED, "yesterday"): lambda world: world.by(person(world.root, until=MONDAY_MORNING - DAY)),
    (Reason.EXPIRED, "the root too"): lambda world: replace(world.sent(world.good), moment=UNTIL + DAY),
    (Reason.NOT_YET_VALID, "tomorrow"): lambda world: world.by(person(world.root, since=MONDAY_MORNING + DAY)),
    (Reason.REVOKED, "listed"): _revoked,
    (Reason.REVOKED, "listed, GOST"): lambda world: replace(_by_gost(world), crls=world.gost.listed),
    (Reason.REVOKED, "its authority is listed"): _authority_revoked,
    (Reason.REVOKED, "brings an older list"): _brings_an_old_list,
    (Reason.WRONG_KEY_USAGE, "encrypts"): lambda world: world.by(
        person(world.root, usage=["key_encipherment", "data_encipherment"], key=rsa_key())
    ),
    (Reason.WRONG_KEY_USAGE, "agrees on keys"): lambda world: world.by(person(world.root, usage=["key_agreement"])),
    (Reason.WRONG_KEY_USAGE, "does not say"): lambda world: world.by(person(world.root, usage=None)),
    (Reason.WRONG_KEY_USAGE, "signs timestamps"): lambda world: world.by(
        person(world.root, more=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)])
    ),
    (Reason.OTHER_PERSON, "Boris"): lambda world: world.by(person(world.root, [BORIS])),
    (Reason.OTHER_PERSON, "no number"): lambda world: world.by(person(world.root, [])),
    (Reason.OTHER_PERSON, "two numbers"): lambda world: world.by(person(world.root, [ANNA, BORIS])),
    (Reason.OTHER_PERSON, "half a number"): lambda world: world.by(person(world.root, [ANNA[:6]])),
    (Reason.OTHER_PERSON, "the applicant has none"): lambda world: replace(world.sent(world.good), snils=""),
    (Reason.OTHER_PERSON, "neither has one"): lambda world: replace(world.by(person(world.root, [])), snils=""),
    (Reason.UNCHECKED, "no OpenSSL"): lambda world: replace(
        world.sent(world.good), settings=SignatureSettings(openssl="/nowhere/openssl")
    ),
    (Reason.UNCHECKED, "killed"): lambda world: _by(world, "killed", "kill -9 $$"),
    (Reason.UNCHECKED, "fails otherwise"): lambda world: _by(world, "fails", "exit 1"),
    (Reason.UNCHECKED, "has no memory"): lambda world: _by(world, "poor", "echo malloc failure >&2; exit 32"),
    (Reason.UNCHECKED, "says yes and shows nobody"): lambda world: _by(world, "yes", "exit 0"),
    (Reason.UNCHECKED, "the engine is gone"): _gost_is_gone,
    (Reason.UNCHECKED, "no list of this authority"): lambda world: replace(
        world.sent(world.good), crls=revoked(_other(), since=FROM, until=UNTIL).public_bytes(Encoding.PEM)
    ),
    (Reason.UNCHECKED, "an old list"): lambda world: replace(
        world.sent(world.good), crls=world.listed(until=MONDAY_MORNING - DAY)
    ),
}


def _other() -> Holder:
    return authority("Другой корень")


def test_every_reason_has_a_case() -> None:
    assert {reason for reason, _ in REFUSED} == set(Reason)


@pytest.mark.parametrize(("reason", "name"), REFUSED)
async def test_it_is_refused_with_its_reason(world: World, tmp_path: Path, reason: Reason, name: str) -> None:
    verdict = await REFUSED[reason, name](world).made(tmp_path)
    assert isinstance(verdict, Refused)
    assert verdict.reason is reason
    proven = reason in {Reason.OTHER_PERSON, Reason.WRONG_KEY_USAGE}
    assert (verdict.signer is not None) == proven, "who has signed is said where that is beyond doubt, nowhere else"


async def test_a_stranger_who_has_truly_signed_is_named(world: World, tmp_path: Path) -> None:
    verdict = await REFUSED[Reason.OTHER_PERSON, "Boris"](world).made(tmp_path)
    assert isinstance(verdict, Refused)
    assert verdict.signer is not None
    assert verdict.signer.snils == BORIS


async def test_without_lists_nothing_is_asked_of_them(world: World, tmp_path: Path) -> None:
    assert isinstance(await replace(_revoked(world), crls=b"").made(tmp_path), Accepted)


async def test_an_older_list_within_would_be_believed_if_it_were_left_there(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why it is taken out, and that what `_brings_an_old_list` makes is what it says."""
    attempt = _brings_an_old_list(world)
    monkeypatch.setattr(checking, "shell_of", lambda der: replace(cms.shell_of(der), bare=der))
    assert isinstance(await attempt.made(tmp_path), Accepted)


async def test_a_list_is_read_anew(world: World, tmp_path: Path) -> None:
    """What the operator's task has fetched this morning counts, without a new start."""
    lists = _file(tmp_path / "lists.pem", world.listed())
    own = SignatureSettings(roots=_file(tmp_path / "roots", world.root.pem), crls=lists)
    signatures = Signatures(own)
    first = await signatures.check(PDF, world.good, snils=ANNA, moment=MONDAY_MORNING)
    lists.write_bytes(world.listed(world.anna))
    second = await signatures.check(PDF, world.good, snils=ANNA, moment=MONDAY_MORNING)
    lists.unlink()
    third = await signatures.check(PDF, world.good, snils=ANNA, moment=MONDAY_MORNING)
    assert isinstance(first, Accepted)
    assert (second, third) == (Refused(Reason.REVOKED), Refused(Reason.UNCHECKED))


# --- what the machine trusts, and what a file would have fetched --------------------------------------


def test_a_root_that_only_the_system_knows_is_strange(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = authority("Корень системы")
    attempt = world.by(person(strange))
    known = _file(tmp_path / "system.pem", strange.pem)
    folder = tmp_path / "certs"
    folder.mkdir()
    named = subprocess.check_output(["openssl", "x509", "-in", known, "-noout", "-subject_hash"], text=True).strip()
    (folder / f"{named}.0").write_bytes(strange.pem)
    system = {"SSL_CERT_FILE": str(known), "SSL_CERT_DIR": str(folder)}
    for name, value in system.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "signature").write_bytes(attempt.signature)
    (tmp_path / "pdf").write_bytes(PDF)
    at = ["-attime", str(int(MONDAY_MORNING.timestamp()))]
    plain = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "pdf", *at]
    # This is what it is to be told from: left alone, the machine's OpenSSL believes it.
    assert subprocess.run([*plain, "-purpose", "any", "-out", "/dev/null"], cwd=tmp_path).returncode == 0

    assert asyncio.run(attempt.made(tmp_path)) == Refused(Reason.UNTRUSTED)
    # Nor where the system's roots are at hand for the child itself.
    within = " ".join(f"{name}={value}" for name, value in system.items())
    own = world.openssl("with roots", f'{within} exec /usr/bin/openssl "$@"')
    assert asyncio.run(replace(attempt, settings=own).made(tmp_path)) == Refused(Reason.UNTRUSTED)
    assert isinstance(asyncio.run(replace(world.sent(world.good), settings=own).made(tmp_path)), Accepted)


async def test_nothing_is_fetched_from_addresses_within(world: World, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        at = x509.UniformResourceIdentifier(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        asked = (AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP)
        addresses: list[tuple[x509.ExtensionType, bool]] = [
            (x509.AuthorityInformationAccess([x509.AccessDescription(each, at) for each in asked]), False),
            (x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)]), False),
        ]
        anna, stranger = person(world.root, more=addresses), person(_other(), more=addresses)
        assert isinstance(await world.by(anna).made(tmp_path), Accepted)
        assert await world.by(stranger).made(tmp_path) == Refused(Reason.UNTRUSTED)
        listed = replace(world.by(anna), crls=revoked(_other(), since=FROM, until=UNTIL).public_bytes(Encoding.PEM))
        assert await listed.made(tmp_path) == Refused(Reason.UNCHECKED)
        with pytest.raises(BlockingIOError):
            listening.accept()


# --- the child ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["20 MB of noise", "a byte more than may be"])
async def test_what_is_too_large_starts_nothing_and_is_not_looked_at(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def never(*_: object, **__: object) -> object:
        raise AssertionError

    monkeypatch.setattr(child, "run", never)
    monkeypatch.setattr(checking, "der_of", never)
    assert await REFUSED[Reason.TOO_LARGE, name](world).made(tmp_path) == Refused(Reason.TOO_LARGE)


async def test_a_child_that_hangs_tells_nothing(world: World, tmp_path: Path) -> None:
    own = world.openssl("hangs", "/bin/sleep 600")
    verdict = await replace(world.sent(world.good), settings=replace(own, seconds=0.2)).made(tmp_path)
    assert verdict == Refused(Reason.UNCHECKED)


async def test_when_its_time_is_up_nothing_of_a_child_is_left(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is up as soon as it has begun another process, whatever the machine's speed."""
    begun, processes = tmp_path / "begun", list[int]()
    os.mkfifo(begun)
    wait = subprocess.Popen.wait

    def up(self: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is None:
            return wait(self)
        processes.extend(map(int, begun.read_text().split()))
        raise subprocess.TimeoutExpired("openssl", timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", up)
    own = world.openssl("begins another", f"/bin/sleep 600 & echo $$ $! >{begun}; wait")
    assert await replace(world.sent(world.good), settings=own).made(tmp_path) == Refused(Reason.UNCHECKED)
    assert len(processes) == 2
    for each in processes:
        assert _ends(each)


def _ends(process: int) -> bool:
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)


async def test_a_child_has_little(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits, no environment, nobody else's folder; and the folder is gone afterwards."""
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    (tmp_path / "noted").mkdir()
    said = " ".join(f'"$(ulimit -{each})"' for each in ("t", "v", "f", "c"))
    script = f"cd {tmp_path}/noted; echo {said} >limits; /usr/bin/env >environment; cd - >folder; exit 32"
    inside = f'/usr/bin/stat -c "%a %u" . >{tmp_path}/noted/mode; /bin/ls >{tmp_path}/noted/files'
    verdict = await replace(world.sent(world.good), settings=world.openssl("looks", f"{inside}; {script}")).made(
        tmp_path
    )
    assert verdict == Refused(Reason.NOT_THIS_DOCUMENT)

    def noted(name: str) -> str:
        return (tmp_path / "noted" / name).read_text()

    seconds, memory, blocks, core = map(int, noted("limits").split())
    assert seconds <= 10
    assert memory <= MIB  # in KiB
    assert blocks * 512 <= 4 * MIB
    assert core == 0
    assert {line.split("=")[0] for line in noted("environment").splitlines()} <= {
        "OPENSSL_CONF",
        "PWD",
        "OLDPWD",
        "_",
    }  # the shell's own
    mode, owner = noted("mode").split()
    assert (mode, int(owner)) == ("700", os.getuid())
    assert {"document", "signature", "trusted"} <= set(noted("files").split())
    assert not Path(noted("folder").strip()).exists()


async def test_a_child_cannot_fill_the_disk(world: World, tmp_path: Path) -> None:
    big = tmp_path / "big"
    await _by(world, "writes", f"exec /usr/bin/head -c {64 * MIB} /dev/zero >{big}").made(tmp_path)
    assert stat.S_ISREG(big.stat().st_mode)
    assert 0 < big.stat().st_size <= 4 * MIB


@pytest.mark.parametrize("name", ["DER", "GOST, 256 bits"])
async def test_a_full_disk_tells_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    attempt = world.accepted(name)

    def full(**_: object) -> object:
        raise OSError(errno.ENOSPC, "Иванова")

    monkeypatch.setattr(checking, "TemporaryDirectory", full)
    assert await attempt.made(tmp_path) == Refused(Reason.UNCHECKED)


async def test_what_a_child_says_stands_in_no_log(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await _by(world, "talks", f"echo Иванова {ANNA}; echo Иванова {ANNA} >&2; exit 1").made(tmp_path)
    await _by(world, "says yes", f"echo Иванова {ANNA} >signer").made(tmp_path)
    assert "could not be checked" in caplog.text
    assert "Иванова" not in caplog.text
    assert ANNA not in caplog.text


# --- any bytes at all ---------------------------------------------------------------------------------

_AT = st.integers(0, 4000)
_FLIP = st.tuples(st.just("flip"), _AT, st.integers(1, 255))
_CHANGES = st.one_of(
    *(_FLIP, _FLIP, _FLIP),
    st.tuples(st.just("cut"), _AT, st.integers(1, 64)),
    st.tuples(st.just("end"), _AT, st.just(0)),
    st.tuples(st.just("put"), _AT, st.integers(0, 255)),
)


def _changed(good: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    data = bytearray(good)
    for kind, at, value in changes:
        at %= len(data) or 1
        if kind == "flip" and data:
            data[at] ^= value
        elif kind == "cut":
            del data[at : at + value]
        elif kind == "end":
            del data[at:]
        elif kind == "put":
            data.insert(at, value)
    return bytes(data)


@settings(max_examples=50)
@given(name=st.sampled_from(["DER", "RSA", "GOST, 256 bits"]), changes=st.lists(_CHANGES, min_size=1, max_size=2))
def test_a_changed_signature_says_at_most_what_it_said(
    world: World, name: str, changes: list[tuple[str, int, int]]
) -> None:
    """What a signature does not cover may be changed; but then the same person has signed the same bytes, no others."""
    good = world.accepted(name)
    attempt = replace(good, signature=_changed(good.signature, changes))
    other = replace(attempt, pdf=OTHER_PDF)
    own, others = (asyncio.run(each.made(world.folder)) for each in (attempt, other))
    assert isinstance(others, Refused)
    if isinstance(own, Accepted):
        assert own == asyncio.run(good.made(world.folder))
    else:
        assert own.reason is not Reason.UNCHECKED


@settings(max_examples=15)
@given(at=st.integers(0, len(PDF) - 1), bits=st.integers(1, 255))
def test_a_changed_document_is_another(world: World, at: int, bits: int) -> None:
    pdf = _changed(PDF, [("flip", at, bits)])
    signatures = Signatures(SignatureSettings(), world.root.pem)
    verdict = asyncio.run(signatures.check(pdf, world.good, snils=ANNA, moment=MONDAY_MORNING))
    assert verdict == Refused(Reason.NOT_THIS_DOCUMENT)


@settings(max_examples=300)
@given(data=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda each: b"\x30\x80" + each)))
def test_noise_is_no_signature(data: bytes) -> None:
    with pytest.raises(cms.NotCms):
        cms.shell_of(cms.der_of(data))


@settings(max_examples=300)
@given(changes=st.lists(_CHANGES, min_size=1, max_size=3))
def test_a_changed_shell_is_read_or_is_none(world: World, changes: list[tuple[str, int, int]]) -> None:
    try:
        shell = cms.shell_of(cms.der_of(_changed(world.good, changes)))
    except cms.NotCms:
        return
    assert cms.shell_of(shell.bare).bare == shell.bare


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80" * (MIB // 2),
        b"\x30\x80" + b"\x05\x00" * (MIB // 2 - 2) + b"\0\0",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30",
    ],
    ids=["nested", "in many parts", "longer than it is", "a head alone"],
)
def test_what_is_made_to_be_read_long_is_not(data: bytes) -> None:
    with pytest.raises(cms.NotCms):
        cms.shell_of(cms.der_of(data))


# --- set up -------------------------------------------------------------------------------------------


async def test_whether_gost_is_there_is_known_at_the_start(world: World) -> None:
    assert await gost_engine(), "install packages.txt's libengine-gost-openssl"
    gone = world.openssl("gone at the start", 'OPENSSL_CONF=/dev/null exec /usr/bin/openssl "$@"')
    assert not await gost_engine(gone.openssl)
    assert not await gost_engine(world.openssl("any", "echo 0000 >digest").openssl)
    assert not await gost_engine("/nowhere/openssl")


async def test_roots_come_as_files_of_a_folder_too(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "roots"
    folder.mkdir()
    _file(folder / "one.pem", _other().pem + b"\nwords between\n" + _other().pem)
    _file(folder / "two.cer", world.root.certificate.public_bytes(Encoding.DER))
    _file(folder / ".hidden", b"of an editor's")
    _file(tmp_path / "list.crl", revoked(world.root, world.anna, since=FROM, until=UNTIL).public_bytes(Encoding.DER))
    signatures = Signatures(SignatureSettings(roots=folder))
    assert isinstance(await signatures.check(PDF, world.good, snils=ANNA, moment=MONDAY_MORNING), Accepted)
    signatures = Signatures(SignatureSettings(roots=folder, crls=tmp_path / "list.crl"))
    verdict = await signatures.check(PDF, world.good, snils=ANNA, moment=MONDAY_MORNING)
    assert verdict == Refused(Reason.REVOKED)


async def test_a_list_trusts_nobody(world: World, tmp_path: Path) -> None:
    """A certificate that stands among the lists is no root."""
    stranger = _other()
    lists = stranger.pem + world.listed() + revoked(stranger, since=FROM, until=UNTIL).public_bytes(Encoding.PEM)
    assert await replace(world.by(person(stranger)), crls=lists).made(tmp_path) == Refused(Reason.UNTRUSTED)


@pytest.mark.parametrize("content", [None, b"", b"words", b"-----BEGIN CERTIFICATE-----\nwords\n"])
def test_roots_that_cannot_be_read_stop_the_start(world: World, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "roots"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SetupError, match="SIGNATURE_ROOTS"):
        Signatures(SignatureSettings(roots=path))
    with pytest.raises(SetupError, match="SIGNATURE_CRLS"):
        Signatures(SignatureSettings(crls=path), world.root.pem)


def test_without_any_root_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for roots in (None, tmp_path / "empty"):
        with pytest.raises(SetupError, match="SIGNATURE_ROOTS"):
            Signatures(SignatureSettings(roots=roots))


# --- the demo's signer --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Иванова Анна Петровна", "Иванов", "Константинопольская " + "Анна-Мария " * 9])
async def test_the_demos_signature_is_taken_where_its_root_is(world: World, tmp_path: Path, name: str) -> None:
    root = demo.new_root(MONDAY_MORNING)
    signature = demo.signed(root, PDF, name=name, snils=ANNA, moment=MONDAY_MORNING)
    own = Attempt(signature, demo.certificate_of(root))
    verdict = await own.made(tmp_path)
    assert isinstance(verdict, Accepted)
    assert verdict.signer.name == name.strip()
    assert verdict.signer.issuer == "демо-подпись, юридической силы не имеет"
    assert await replace(own, pdf=OTHER_PDF).made(tmp_path) == Refused(Reason.NOT_THIS_DOCUMENT)
    assert demo.MARK.encode() in signature


async def test_the_demos_signature_is_worth_nothing_elsewhere(world: World, tmp_path: Path) -> None:
    """Neither under real roots nor under those of another demo, which are called the same."""
    root, another = demo.new_root(MONDAY_MORNING), demo.new_root(MONDAY_MORNING)
    signature = demo.signed(root, PDF, name="Иванова Анна", snils=ANNA, moment=MONDAY_MORNING)
    for roots in (world.root.pem, demo.certificate_of(another)):
        assert await Attempt(signature, roots).made(tmp_path) == Refused(Reason.UNTRUSTED)
    assert b"PRIVATE" not in demo.certificate_of(root)
