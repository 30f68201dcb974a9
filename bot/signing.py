"""How an application is signed here: its procedure, whose signatures are believed, and in the local chat a signer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from bot.storage import Storage
from services.errors import SetupError
from services.insurer_choice.model import Procedure
from services.signatures.model import SignatureSettings
from services.signatures.signatures import Signatures
from services.signatures.signer import DemoSigner, demo_signer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signing:
    """`procedure`: by which an insurer is chosen; None: that service is off.

    `signatures`: checks what comes in; None: nothing does, for the service is off, or this is a command that runs
    beside the bot. `demo`: signs in the person's place, in the local chat alone. `guide`: the operator's file that
    tells people how to sign; None: there is none.
    """

    procedure: Procedure | None = None
    signatures: Signatures | None = None
    demo: DemoSigner | None = None
    guide: Path | None = None


OFF = Signing()


def signing_beside(settings: Settings) -> Signing:
    """What a command knows that runs beside the bot: nobody sends it a signature, so no root is read."""
    return Signing(settings.procedure, guide=settings.signing_guide)


async def open_signing(settings: Settings, storage: Storage) -> Signing:
    """As the settings have it. `SetupError` names a file that cannot be read. Starts no OpenSSL."""
    if settings.procedure is None:
        return OFF
    if settings.signing_guide is not None:
        _check_readable(settings.signing_guide)
    demo = await demo_signer(storage.database, storage.vault, storage.clock.now()) if settings.demo_signs else None
    checked_by = SignatureSettings(settings.signature_roots, settings.signature_crls)
    signatures = Signatures(checked_by, demo.certificate if demo is not None else b"")
    return Signing(settings.procedure, signatures, demo, settings.signing_guide)


async def tell_what_is_off(signing: Signing) -> None:
    """For the log: what people cannot do here, and what would change that. Asks OpenSSL, a child process."""
    signatures = signing.signatures
    if signatures is None:
        log.info("the choice of an insurer is off; OMS_PROCEDURE turns it on")
    elif not signatures.has_openssl:
        log.warning("no signature can be checked: the command openssl is missing; install the package openssl")
    elif not await signatures.knows_gost():
        log.warning("signatures by GOST will be refused: OpenSSL lacks its engine; install libengine-gost-openssl")


def _check_readable(guide: Path) -> None:
    try:
        guide.open("rb").close()
    except OSError:
        raise SetupError(f"SIGNING_GUIDE names no readable file: {guide}") from None
