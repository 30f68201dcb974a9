"""Certificates and lists of what was revoked, as an operator keeps them: PEM or DER, a file or a folder of files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

from cryptography import x509

_LISTS = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
_ARMOUR = b"-----BEGIN "

Found = TypeVar("Found")


def certificates_in(path: Path) -> list[x509.Certificate]:
    """At least one. Raises `OSError`, `ValueError`."""
    return _some(
        [
            each
            for data in _files(path)
            for each in (
                x509.load_pem_x509_certificates(data) if _ARMOUR in data else [x509.load_der_x509_certificate(data)]
            )
        ]
    )


def revocations_in(path: Path) -> list[x509.CertificateRevocationList]:
    """At least one. Raises `OSError`, `ValueError`."""
    return _some(
        [
            each
            for data in _files(path)
            for each in (
                [x509.load_pem_x509_crl(pem) for pem in _LISTS.findall(data)]
                if _ARMOUR in data
                else [x509.load_der_x509_crl(data)]
            )
        ]
    )


def _files(path: Path) -> list[bytes]:
    return [
        each.read_bytes()
        for each in (sorted(path.iterdir()) if path.is_dir() else [path])
        if each.is_file() and not each.name.startswith(".")
    ]


def _some(found: list[Found]) -> list[Found]:
    if not found:
        raise ValueError("nothing in it")
    return found
