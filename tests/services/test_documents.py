"""Papers of accounts: one for the same words, whoever asks at once; gone with the right, in the same unit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from services.accounts.model import Account, Area, Basis, Covers, Person, Relation
from services.accounts.persons import covers_words
from services.accounts.tables import link_basis, person_link
from services.documents.documents import Documents
from services.documents.model import Subject, paper_of_link, payload_of
from services.documents.tables import document, document_letter
from services.drafts.model import Draft
from services.errors import NotAllowed, NotFound
from services.limits.model import Act
from services.notify.model import LetterEnd
from services.notify.outbox import EMAIL
from services.notify.tables import notification
from tests.services.test_access import confirmed
from tests.support.papers import a_sheet, documents_of
from tests.support.world import ADULT, World, somebody

OF = Subject("slip", "slip00000001")
PAPERS = (Covers.SEE_VISITS, Covers.MANAGE_VISITS, Covers.RECORDS, Covers.DOCUMENTS)


@dataclass
class Scene:
    """A mother who has let her daughter manage her visits, and see her record and her documents."""

    world: World
    documents: Documents
    mother: Account
    daughter: Account
    hers: Person
    own: Person

    async def paper(self) -> str:
        return (await self.documents.paper(self.daughter, self.hers.id, OF, Area.RECORDS, a_sheet())).id

    async def mail(self, *, confirmed: bool = False) -> str:
        begun = await self.world.drafts.start(Draft("", self.daughter.id, "document", "sure"))
        about = self.daughter, self.hers.id, OF, Area.RECORDS, "a@example.org"
        await self.documents.mail(*about, draft_id=begun.id, confirmed=confirmed)
        return begun.id

    async def covers(self, *covers: Covers) -> None:
        """The consent says this from now on."""
        links = select(person_link.c.id).where(person_link.c.person_id == self.hers.id)
        async with self.world.database.write() as unit:
            now = {"covers": covers_words(covers)}
            await unit.execute(update(link_basis).where(link_basis.c.link_id.in_(links)).values(now))
            await self.world.house.kernel.rights_ended.look(unit, self.daughter.id, self.hers.id)

    async def count(self, table: Any) -> int:
        return len((await self.world.database.fetch(select(table))).all())


@pytest.fixture
async def scene(world: World) -> Scene:
    mother, _ = await confirmed(world, somebody(1, ADULT))
    daughter, own = await confirmed(world, somebody(2, ADULT))
    hers = await world.person(daughter, somebody(1, ADULT), Relation.PARENT, Basis.CONSENT, covers=PAPERS)
    return Scene(world, documents_of(world), mother, daughter, hers, own)


async def test_two_at_once_make_one(scene: Scene) -> None:
    other = documents_of(scene.world)
    about = scene.daughter, scene.hers.id, OF, Area.RECORDS, a_sheet()
    one, two = await asyncio.gather(scene.documents.paper(*about), other.paper(*about))
    assert one == two
    assert await scene.count(document) == 1


@pytest.mark.parametrize("what", ["person", "subject", "words"])
async def test_another_person_subject_or_word_is_another_paper(scene: Scene, what: str) -> None:
    first = await scene.paper()
    person = scene.own.id if what == "person" else scene.hers.id
    of = Subject("slip", "slip00000002") if what == "subject" else OF
    sheet = a_sheet("прогулки") if what == "words" else a_sheet()
    second = await scene.documents.paper(scene.daughter, person, of, Area.RECORDS, sheet)
    assert first != second.id
    assert await scene.paper() == first


async def test_two_accounts_have_papers_of_their_own(scene: Scene) -> None:
    (own,) = await scene.world.persons.family(scene.mother)
    theirs = await scene.documents.paper(scene.mother, own.id, OF, Area.RECORDS, a_sheet())
    assert theirs.id != await scene.paper()


VISITS = (Covers.SEE_VISITS, Covers.MANAGE_VISITS)


@pytest.mark.parametrize(
    "left", [(*VISITS, Covers.RECORDS), (*VISITS, Covers.DOCUMENTS), VISITS, (Covers.RECORDS,)], ids=repr
)
async def test_a_consent_that_says_less_takes_papers_and_letters_along(scene: Scene, left: tuple[Covers, ...]) -> None:
    kept = await scene.documents.paper(scene.daughter, scene.own.id, OF, Area.RECORDS, a_sheet())
    await scene.paper()
    await scene.mail()
    begun = await scene.world.draft(scene.daughter, person=scene.hers.id)
    await scene.covers(*left)
    assert [row.id for row in (await scene.world.database.fetch(select(document))).all()] == [kept.id]
    assert await scene.count(document_letter) == 0
    kinds = [row.kind for row in (await scene.world.database.fetch(select(notification))).all()]
    assert "document_letter" not in kinds
    manages = Covers.MANAGE_VISITS in left
    assert (await scene.world.drafts.get(begun.id) is not None) == manages, "what may still be done is not given up"


async def test_a_consent_that_says_as_much_of_papers_leaves_them(scene: Scene) -> None:
    before = await scene.paper()
    await scene.mail()
    await scene.covers(Covers.SEE_VISITS, Covers.RECORDS, Covers.DOCUMENTS)
    assert await scene.paper() == before
    assert await scene.count(document_letter) == 1


async def test_a_shut_area_gives_no_paper_and_sends_none(scene: Scene) -> None:
    await scene.covers(*VISITS, Covers.RECORDS)
    with pytest.raises(NotAllowed):
        await scene.paper()
    with pytest.raises(NotAllowed):
        await scene.mail()
    assert await scene.count(document) == await scene.count(document_letter) == 0


async def test_a_pdf_that_there_is_already_comes_as_it_is_and_is_not_kept(scene: Scene) -> None:
    made = b"%PDF-1.7\r\n\x00 signed as it is\n"
    assert await scene.documents.pdf(scene.daughter, scene.hers.id, OF, Area.RECORDS, made) == made
    assert await scene.count(document) == 0


async def test_a_pdf_that_there_is_already_is_shut_with_its_person(scene: Scene) -> None:
    about = scene.hers.id, OF, Area.RECORDS, b"%PDF"
    with pytest.raises(NotFound):
        await scene.documents.pdf(scene.mother, *about)
    await scene.covers(*VISITS, Covers.RECORDS)
    with pytest.raises(NotAllowed):
        await scene.documents.pdf(scene.daughter, *about)


async def test_a_right_that_ends_while_the_paper_is_set_leaves_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_: object) -> bytes:
        await scene.covers(*VISITS, Covers.DOCUMENTS)
        return b"%PDF"

    monkeypatch.setattr(scene.documents._sheets, "compile", slow)
    with pytest.raises(NotAllowed):
        await scene.paper()
    assert await scene.count(document) == 0


async def test_a_letter_is_ended_once(scene: Scene) -> None:
    letter = await scene.mail()
    await scene.documents.end_letter(scene.daughter, letter, LetterEnd.NO_MAILBOX)
    await scene.documents.end_letter(scene.daughter, letter, LetterEnd.SENT)
    found = await scene.documents.letter(scene.daughter, letter)
    assert found is not None
    assert (found.address, found.end) == (None, LetterEnd.NO_MAILBOX)
    assert await scene.documents.letter(scene.mother, letter) is None, "nobody else's"


async def test_a_draft_sends_one_letter_whoever_presses(scene: Scene) -> None:
    begun = await scene.world.drafts.start(Draft("", scene.daughter.id, "document", "sure"))
    about = scene.daughter, scene.hers.id, OF, Area.RECORDS, "a@example.org"
    await asyncio.gather(*(scene.documents.mail(*about, draft_id=begun.id, confirmed=False) for _ in range(3)))
    assert await scene.count(document_letter) == 1
    assert await scene.world.limits.used(scene.daughter.telegram_id, Act.DOCUMENT_LETTER_UNCONFIRMED) == 1
    assert [each.notification.person_id for each in await scene.world.outbox.claim(9, EMAIL)] == [scene.hers.id]


def test_a_link_holds_an_id_and_nothing_else() -> None:
    assert payload_of("AbCdEfGhIjKl") == "v-AbCdEfGhIjKl"
    assert paper_of_link("v-AbCdEfGhIjKl") == "AbCdEfGhIjKl"
    for other in (None, "", "v-", "v-short", "v-AbCdEfGhIjKlM", "c-AbCdEfGhIjKl", "v-AbCdEfGhIjK\n"):
        assert paper_of_link(other) is None
