"""Connections to other machines: encrypted, and to whom they are meant for. This machine alone is spoken to in clear.

Light on purpose, as the settings are read by it.
"""

from __future__ import annotations

import ipaddress
import ssl

from services.errors import SetupError


def is_this_machine(host: str) -> bool:
    """Whether what is said to this host stays here."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def certificates(setting: str, ca_file: str = "", *, names: bool = True) -> ssl.SSLContext:
    """Which certificates are trusted: those of this system's authorities, or of `ca_file` (PEM) alone.

    `names`: the certificate must be this very host's. `setting`: whose file it is, for the `SetupError` about it.
    """
    try:
        trusted = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise SetupError(f"{setting} names a file of certificates that cannot be read, or is none: {ca_file}") from None
    trusted.check_hostname = names
    return trusted
