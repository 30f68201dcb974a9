"""`python -m bot qr`: a link that opens booking at a clinic, a doctor or a service, with its QR code for a poster."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import segno

from bot.operator import Operator
from services.booking.links import LinkImpossible, payload_of
from services.booking.model import BookingLink, LinkKind
from services.errors import NomerokError
from services.imports.cells import make_ref
from services.registry.model import ADULT_AGE, Clinic, Doctor, ServiceOffer
from services.registry.ports.registry import Registry

WRONG = 2
_USAGE = {"clinic": "ID", "doctor": "ID", "service": "CLINIC ID"}
_KINDS = (".png", ".svg")
_SCALE = 12
"""Dots a module: a code of 41 modules and its margin becomes 588 dots, five centimetres in print."""


class _Wrong(NomerokError):  # noqa: N818
    """The command cannot be done; the message is for the operator."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`clinic ID`, `doctor ID`, `service CLINIC ID`."""
    parser.add_argument("what", choices=list(_USAGE), help="what the link opens booking at")
    parser.add_argument(
        "ids",
        nargs="+",
        metavar="ID",
        help="as in the files of `import` (with its --prefix); for a service: the clinic's, then the code or the name",
    )
    parser.add_argument("--to", metavar="FILE", type=Path, help="write the QR code into a file, too: .png or .svg")


async def run(
    args: argparse.Namespace,
    registry: Registry,
    link: Callable[[str], str] | None,
    *,
    stdout: TextIO,
    stderr: TextIO,
) -> int:
    """Prints what the link opens, the link and its code; gives the exit code. `link`: makes it of a payload."""
    try:
        if args.to is not None and args.to.suffix.lower() not in _KINDS:
            raise _Wrong(f"--to: a file that ends in {' or '.join(_KINDS)}")
        found, told = await _find(args.what, args.ids, registry)
        if link is None:
            raise _Wrong("there is no link yet: the bot must have run once with this database")
        address = link(payload_of(found))
    except _Wrong as wrong:
        print(wrong, file=stderr)
        return WRONG
    except LinkImpossible:
        print("a link cannot carry this id: it is too long, or holds more than A–Z, digits, «-» and «_»", file=stderr)
        return WRONG
    print(f"Opens booking at: {told}", file=stdout)
    print(f"Link: {address}", file=stdout)
    picture = segno.make(address, micro=False)
    picture.terminal(out=stdout, compact=True)
    if args.to is None:
        return 0
    try:
        picture.save(str(args.to), scale=_SCALE)
    except OSError:
        print(f"--to: the file {args.to} cannot be written; the link above is good all the same", file=stderr)
        return WRONG
    print(f"The QR code is in {args.to}", file=stdout)
    return 0


async def _find(what: str, ids: list[str], registry: Registry) -> tuple[BookingLink, str]:
    """The link, and what it opens in words."""
    if len(ids) != len(_USAGE[what].split()):
        raise _Wrong(f"say: qr {what} {_USAGE[what]}")
    if what == "doctor":
        doctor = await _doctor(ids[0], registry)
        clinic = await _clinic(doctor.clinic_id, registry)
        told = f"{clinic.name}, {doctor.service}, {doctor.name}"
        return BookingLink(LinkKind.DOCTOR, clinic.id, doctor.id), told
    clinic = await _clinic(ids[0], registry)
    if what == "clinic":
        return BookingLink(LinkKind.CLINIC, clinic.id), clinic.name
    service = await _service(clinic, ids[1], registry)
    return BookingLink(LinkKind.SERVICE, clinic.id, service.id), f"{clinic.name}, {service.name}"


async def _clinic(given: str, registry: Registry) -> Clinic:
    found = await registry.clinic(given) or await registry.clinic(make_ref(given))
    if found is None:
        raise _Wrong(f"there is no clinic «{given}» in the registry")
    return found


async def _doctor(given: str, registry: Registry) -> Doctor:
    found = await registry.doctor(given) or await registry.doctor(make_ref(given))
    if found is None:
        raise _Wrong(f"there is no doctor «{given}» in the registry")
    return found


async def _service(clinic: Clinic, given: str, registry: Registry) -> ServiceOffer:
    offers = [offer for age in (ADULT_AGE, 0) for offer in await registry.services(clinic.id, age=age)]
    found = next((each for each in offers if given.casefold() in (each.id.casefold(), each.name.casefold())), None)
    if found is None:
        known = sorted({f"{each.id} ({each.name})" for each in offers})
        raise _Wrong(f"«{clinic.name}» has no service «{given}»; it has: {', '.join(known) or 'none'}")
    return found


async def print_link(args: argparse.Namespace, operator: Operator) -> int:
    link = await operator.link()
    return await run(args, operator.registry, link, stdout=operator.stdout, stderr=operator.stderr)
