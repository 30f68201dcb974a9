"""A signer for trying it out: an authority and a person's certificate that say of themselves what they are worth.

The authority is made at run time and lives where its caller keeps the bytes; no root that others trust knows it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
)
from cryptography.x509.oid import NameOID

from services.signatures.signatures import SNILS

MARK = "демо-подпись, юридической силы не имеет"
_LONGEST = 64
"""Bytes of a name within a certificate; surname and given name stand there whole."""
_ROOT_LASTS, _CERTIFICATE_LASTS = timedelta(days=3650), timedelta(days=1)
_BEFORE = timedelta(hours=1)
_AUTHORITY = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK)])


def new_root(moment: datetime) -> bytes:
    """A new authority's key and certificate, PEM; to be kept as what it is: whoever has it signs as anybody."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _certificate(_AUTHORITY, key.public_key(), moment, _ROOT_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)


def certificate_of(root: bytes) -> bytes:
    """The part of an authority that may be shown, and trusted: PEM."""
    return x509.load_pem_x509_certificate(root).public_bytes(Encoding.PEM)


def signed(root: bytes, pdf: bytes, *, name: str, snils: str, moment: datetime) -> bytes:
    """A detached signature, DER, of a person who has a certificate just for it.

    `name`: surname first; `snils`: 11 digits.
    """
    authority = load_pem_private_key(root, password=None)
    if not isinstance(authority, ec.EllipticCurvePrivateKey):
        raise TypeError("no root of the demo's")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _certificate(_person(name, snils), key.public_key(), moment, _CERTIFICATE_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .sign(authority, SHA256())
    )
    return (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(pdf)
        .add_signer(certificate, key, SHA256())
        .sign(
            Encoding.DER,
            [
                pkcs7.PKCS7Options.DetachedSignature,
                pkcs7.PKCS7Options.Binary,
                pkcs7.PKCS7Options.NoCapabilities,
            ],
        )
    )


def _person(name: str, snils: str) -> x509.Name:
    surname, _, given = " ".join(name.split()).partition(" ")
    return x509.Name(
        [
            x509.NameAttribute(oid, value)
            for oid, value in (
                (NameOID.COMMON_NAME, f"{surname} {given}".strip().encode()[:_LONGEST].decode(errors="ignore")),
                (NameOID.SURNAME, surname),
                (NameOID.GIVEN_NAME, given),
                (NameOID.ORGANIZATION_NAME, MARK),
                (SNILS, snils),
            )
            if value
        ]
    )


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, moment: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_AUTHORITY)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - _BEFORE)
        .not_valid_after(moment + lasts)
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{each: allowed.get(each, False) for each in names})
