"""Authorities, people's certificates and signatures of every kind: real keys, signed for real."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID, ObjectIdentifier

SNILS = ObjectIdentifier("1.2.643.100.3")
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
SIGNS = ("digital_signature", "content_commitment")
AUTHORITY = ("key_cert_sign", "crl_sign")
_USAGES = (
    *SIGNS,
    *("key_encipherment", "data_encipherment", "key_agreement"),
    *AUTHORITY,
    *("encipher_only", "decipher_only"),
)
_GOST_CONF = """
openssl_conf = all
[all]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = name
utf8 = yes
[name]
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
[ca]
default_ca = authority
[authority]
database = index
[tsa]
default_tsa = tsa_own
[tsa_own]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
"""


@dataclass(frozen=True)
class Holder:
    """Whoever has a certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def secret(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same one each time: making it takes long."""
    return rsa.generate_private_key(65537, bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def authority(name: str, issuer: Holder | None = None, *, key: Key | None = None) -> Holder:
    """A root, or one that `issuer` has certified."""
    own = key or ec_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, issuer.certificate.subject if issuer else subject, own, FROM, UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(AUTHORITY), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    return Holder(builder.sign(issuer.key if issuer else own, SHA256()), own)


def person(
    issuer: Holder,
    snils: Sequence[str] = ("11223344595",),
    *,
    name: tuple[str, str] = ("Иванова", "Анна Петровна"),
    usage: Iterable[str] | None = SIGNS,
    since: datetime = FROM,
    until: datetime = UNTIL,
    key: Key | None = None,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Holder:
    """Who signs. `usage`: None leaves out what the key is for; `more`: extensions, and whether each is critical."""
    own = key or ec_key()
    subject = [
        x509.NameAttribute(NameOID.COMMON_NAME, "владелец сертификата"),
        x509.NameAttribute(NameOID.SURNAME, name[0]),
        x509.NameAttribute(NameOID.GIVEN_NAME, name[1]),
        *(x509.NameAttribute(SNILS, each, _ASN1Type.NumericString) for each in snils),
    ]
    builder = _builder(x509.Name(subject), issuer.certificate.subject, own, since, until)
    if usage is not None:
        builder = builder.add_extension(_usage(usage), critical=True)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    return Holder(builder.sign(issuer.key, SHA256()), own)


def signed(
    pdf: bytes,
    *signers: Holder,
    others: Iterable[Holder] = (),
    encoding: Encoding = Encoding.DER,
    attached: bool = False,
    certificates: bool = True,
) -> bytes:
    """CMS of these signers; `others`: certificates that go along."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(pdf)
    for each in signers:
        builder = builder.add_signer(each.certificate, each.key, SHA256())
    for each in others:
        builder = builder.add_certificate(each.certificate)
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    options += [] if attached else [pkcs7.PKCS7Options.DetachedSignature]
    options += [] if certificates else [pkcs7.PKCS7Options.NoCerts]
    return builder.sign(encoding, options)


def revoked(issuer: Holder, *holders: Holder, since: datetime, until: datetime) -> x509.CertificateRevocationList:
    """The issuer's list of those whose certificates are good no more; it is in force for so long."""
    name = issuer.certificate.subject
    builder = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(since).next_update(until)
    for each in holders:
        entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, SHA256())


def openssl(folder: Path, *args: str) -> None:
    """One run of the real one, in `folder`, with GOST. Fails, and says why, where it does not work."""
    (folder / "openssl.cnf").write_text(_GOST_CONF, encoding="ascii")
    ended = subprocess.run(
        ["openssl", *args],
        cwd=folder,
        env={"OPENSSL_CONF": "openssl.cnf", "PATH": "/usr/bin:/bin"},
        capture_output=True,
    )
    assert ended.returncode == 0, (
        f"openssl {args[0]}, with libengine-gost-openssl of packages.txt: {ended.stderr.decode()}"
    )


def signed_by_openssl(folder: Path, pdf: bytes, signer: Holder, *args: str) -> bytes:
    (folder / "pdf").write_bytes(pdf)
    (folder / "signer").write_bytes(signer.pem + signer.secret)
    openssl(
        *(folder, "cms", "-sign", "-binary", "-in", "pdf", "-signer", "signer"),
        *("-outform", "DER", "-out", "signature", *args),
    )
    return (folder / "signature").read_bytes()


def timestamps(folder: Path, pdf: bytes, signer: Holder) -> tuple[bytes, bytes]:
    """What a timestamp server answers about a document, and the token within it."""
    (folder / "pdf").write_bytes(pdf)
    (folder / "signer").write_bytes(signer.pem + signer.secret)
    openssl(folder, "ts", "-query", "-data", "pdf", "-sha256", "-cert", "-out", "query")
    common = ("ts", "-reply", "-queryfile", "query", "-signer", "signer", "-inkey", "signer", "-config", "openssl.cnf")
    openssl(folder, *common, "-out", "reply")
    openssl(folder, *common, "-token_out", "-out", "token")
    return (folder / "reply").read_bytes(), (folder / "token").read_bytes()


@dataclass(frozen=True)
class GostSigned:
    """A signature by GOST R 34.10-2012. `roots`: PEM; `moment`: one at which all of it is in force.

    `nobody`, `listed`: the root's lists of what was revoked, before the signer was and after that, PEM.
    """

    roots: bytes
    signature: bytes
    nobody: bytes
    listed: bytes
    moment: datetime


def signed_by_gost(folder: Path, pdf: bytes, snils: str, bits: int = 256) -> GostSigned:
    """`bits`: 256 or 512. cryptography knows no GOST; OpenSSL begins a certificate at the moment when it makes it."""
    digest, new = f"-md_gost12_{bits}", ("-newkey", f"gost2012_{bits}", "-pkeyopt", "paramset:A", "-nodes")
    (folder / "pdf").write_bytes(pdf)
    openssl(
        *(folder, "req", "-x509", *new, "-days", "3650", "-subj", "/CN=GOST root", digest),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign", "-addext", "basicConstraints=critical,CA:TRUE"),
        *("-keyout", "root.key", "-out", "root"),
    )
    subject = f"/CN=владелец/SN=Иванова/GN=Анна Петровна/SNILS={snils}"
    openssl(folder, "req", *new, "-utf8", "-subj", subject, digest, "-keyout", "own.key", "-out", "own.csr")
    openssl(
        *(folder, "x509", "-req", "-in", "own.csr", "-CA", "root", "-CAkey", "root.key", "-days", "365", digest),
        *("-extfile", "openssl.cnf", "-extensions", "leaf", "-out", "own"),
    )
    openssl(
        *(folder, "cms", "-sign", "-binary", "-in", "pdf", "-signer", "own", "-inkey", "own.key"),
        *("-md", f"md_gost12_{bits}", "-outform", "DER", "-out", "signature"),
    )
    own = x509.load_pem_x509_certificate((folder / "own").read_bytes())
    (folder / "index").write_bytes(b"")
    authority = ("ca", "-config", "openssl.cnf", "-cert", "root", "-keyfile", "root.key", "-md", f"md_gost12_{bits}")
    openssl(folder, *authority, "-gencrl", "-crldays", "30", "-out", "nobody")
    openssl(folder, *authority, "-revoke", "own")
    openssl(folder, *authority, "-gencrl", "-crldays", "30", "-out", "listed")
    return GostSigned(
        roots=(folder / "root").read_bytes(),
        signature=(folder / "signature").read_bytes(),
        nobody=(folder / "nobody").read_bytes(),
        listed=(folder / "listed").read_bytes(),
        moment=own.not_valid_before_utc + timedelta(days=1),
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def _usage(allowed: Iterable[str]) -> x509.KeyUsage:
    wanted = frozenset(allowed)
    return x509.KeyUsage(**{each: each in wanted for each in _USAGES})
