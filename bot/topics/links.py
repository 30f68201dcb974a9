"""Links to booking: what posters carry, and links that wait for a form."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cli import qr
from bot.fsm.links import LinkSteps
from bot.handlers import links as _handlers
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
from bot.topic import CliCommand, StartLink, Topic
from bot.views.export import links as links_words
from services.booking.links import Links, read_link
from services.clinics.directory import Directory


def build(kernel: Kernel, *, directory: Directory) -> Mapping[str, object]:
    links = Links(kernel.database, kernel.vault, kernel.registry, kernel.clock)
    return {"links": links, "link_steps": LinkSteps(links, kernel.persons, directory)}


def serve(kernel: Kernel, *, links: Links, link_steps: LinkSteps, wizards: Wizards) -> Mapping[str, object]:
    return {"booking_links": _handlers.BookingLinks(kernel, links, link_steps, wizards)}


async def purge(*, links: Links) -> None:
    await links.purge()


TOPIC = Topic(
    "links",
    build=build,
    serve=serve,
    routes=_handlers.ROUTES,
    links=(StartLink(read_link, _handlers.keep_for_later, _handlers.waited, _handlers.follow),),
    sweeps=(purge,),
    cli=(
        CliCommand(
            "qr",
            "a link with its QR code that opens booking: for a poster or a site",
            qr.add_arguments,
            qr.print_link,
        ),
    ),
    words=(links_words.WORDS,),
)
