"""Links to booking: where they lead as things are now, and how they wait."""

from __future__ import annotations

from typing import cast

import pytest

from services.booking.links import Links, payload_of
from services.booking.model import BookingLink, LinkKind, LinkTarget
from services.booking.tables import waiting_link
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.registry import Registry
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.world import CHILDREN, CLINIC, PAEDIATRICIAN, THERAPIST, World

TO_CLINIC = BookingLink(LinkKind.CLINIC, "c1")
TO_DOCTOR = BookingLink(LinkKind.DOCTOR, "c1", "d1")
SOMEBODY, ANOTHER = 5_100_000_001, 5_100_000_002


@pytest.fixture
def links(world: World, database: Database, vault: Vault) -> Links:
    return Links(database, vault, cast(Registry, world.registry), world.clock)


async def test_where_links_lead(links: Links) -> None:
    doctor = "Ветров Иван Петрович"
    assert await links.target(TO_CLINIC) == LinkTarget(CLINIC)
    assert await links.target(TO_DOCTOR) == LinkTarget(CLINIC, "110", "Терапевт", "d1", doctor)
    assert await links.target(BookingLink(LinkKind.SERVICE, "c1", "110")) == LinkTarget(CLINIC, "110", "Терапевт")
    paediatrics = BookingLink(LinkKind.SERVICE, "c2", PAEDIATRICIAN.service_id)
    assert await links.target(paediatrics) == LinkTarget(CHILDREN, "59", "Педиатр"), "found, whoever it is for"


@pytest.mark.parametrize("kind", LinkKind)
async def test_a_clinic_that_is_gone(links: Links, kind: LinkKind) -> None:
    assert await links.target(BookingLink(kind, "c9", "d1")) is None


@pytest.mark.parametrize(
    "link",
    [
        BookingLink(LinkKind.DOCTOR, "c1", "nobody"),
        BookingLink(LinkKind.DOCTOR, "c2", THERAPIST.id),  # sees patients elsewhere now
        BookingLink(LinkKind.SERVICE, "c1", "999"),
    ],
)
async def test_what_a_clinic_no_longer_has(links: Links, link: BookingLink) -> None:
    target = await links.target(link)
    assert target is not None
    assert target.lost is link.kind
    assert target.service is target.doctor is None


@pytest.mark.parametrize("question", ["clinic", "doctor"])
async def test_a_silent_registry_is_no_lost_clinic(links: Links, world: World, question: str) -> None:
    world.registry.unavailable = {question}
    with pytest.raises(RegistryUnavailable):
        await links.target(TO_DOCTOR)


async def test_a_link_waits_for_its_chat_alone_until_it_is_followed(links: Links) -> None:
    await links.keep(SOMEBODY, TO_CLINIC)
    await links.keep(SOMEBODY, TO_DOCTOR)
    assert await links.waiting(SOMEBODY) == TO_DOCTOR, "the later one"
    assert await links.waiting(ANOTHER) is None
    await links.forget(ANOTHER)
    assert await links.waiting(SOMEBODY) == TO_DOCTOR
    await links.forget(SOMEBODY)
    assert await links.waiting(SOMEBODY) is None


async def test_a_link_waits_for_a_day_and_is_swept_away(links: Links, world: World) -> None:
    await links.keep(SOMEBODY, TO_CLINIC)
    world.clock.advance(hours=12)
    await links.keep(ANOTHER, TO_DOCTOR)
    assert await links.purge() == 0
    world.clock.advance(hours=12)
    assert await links.waiting(SOMEBODY) is None
    assert await links.waiting(ANOTHER) == TO_DOCTOR
    assert await links.purge() == 1
    assert await links.waiting(ANOTHER) == TO_DOCTOR


async def test_neither_the_chat_nor_the_clinic_lies_in_clear(links: Links, database: Database) -> None:
    await links.keep(SOMEBODY, TO_DOCTOR)
    row = (await database.fetch(waiting_link.select())).one()
    assert str(SOMEBODY) not in row.id
    assert payload_of(TO_DOCTOR).encode() not in row.data
