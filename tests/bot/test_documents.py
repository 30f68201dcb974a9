"""Documents in the chat: opened after a fresh check, the same while they say the same, printed, sent by e-mail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from aiogram import Bot
from sqlalchemy import select

from bot.build import build_dispatcher, build_house, build_kernel
from bot.channels.email import EmailChannel
from bot.channels.telegram import TelegramChannel
from bot.common import by_itself
from bot.storage import USERNAME, Storage
from bot.topics import ALL
from services.accounts.mail import Mail
from services.accounts.model import Account, Basis, Person, Relation
from services.documents.documents import KEPT, Documents
from services.documents.model import DrawingFailed
from services.documents.tables import document, document_letter
from services.limits.model import LIMITS, Act
from services.notify.outbox import GIVE_UP_AFTER
from services.notify.smtp import AddressRefused, Delayed, LetterRefused, NotDelivered
from services.storage.engine import Database
from services.storage.statement import insert_row
from services.storage.tables import audit, setting
from services.storage.vault import Vault
from tests.support import pdf
from tests.support.chats import Chat, Letters, OpenGate, Told
from tests.support.clock import FakeClock
from tests.support.machine import unhurried
from tests.support.papers import AGREED, KIND, SLIPS, Slips
from tests.support.world import ADULT, World, at, somebody

ANNA, OLGA = 5_000_000_001, 5_000_000_002
SLIP = "slip00000001"
OPEN, PRINT, MAIL = f"do1:{KIND}:{SLIP}", f"dp1:{KIND}:{SLIP}", f"dm1:{KIND}:{SLIP}"
OWN, TYPED = "anna@example.org", "klinika@example.com"


class Post(Letters):
    """Takes letters, unless it is told what else to do."""

    def __init__(self) -> None:
        super().__init__()
        self.troubles: list[NotDelivered] = []

    async def post(self, letter: Any, address: str, *_: Any) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        await super().post(letter, address)


@dataclass
class Scene:
    """Two chats; the slip is Anna's, who is confirmed by documents."""

    world: World
    telegram: Told
    house: Any
    anna: Chat
    olga: Chat
    account: Account
    other: Account
    person: Person
    slips: Slips
    post: Post

    @property
    def documents(self) -> Documents:
        return cast(Documents, self.house.service(Documents))

    def files(self, chat: int = ANNA) -> list[tuple[str, bytes]]:
        """Every file that was sent there."""
        sent = [said for name, said in self.telegram.said.get(chat, []) if name == "SendDocument"]
        return [(each["document"][0], each["document"][1]) for each in sent]

    def last(self, chat: int = ANNA) -> dict[str, Any]:
        """The last message that was sent or changed there."""
        told = [said for name, said in self.telegram.said[chat] if name.startswith(("Send", "EditMessageText"))]
        return cast(dict[str, Any], told[-1])

    def words(self, chat: int = ANNA) -> str:
        last = self.last(chat)
        return str(last.get("text") or last.get("caption"))

    def buttons(self, chat: int = ANNA) -> dict[str, str]:
        """What its buttons say, and what they hold."""
        rows = (self.last(chat).get("reply_markup") or {}).get("inline_keyboard", [])
        return {each["text"]: each["callback_data"] for row in rows for each in row}

    async def press(self, label: str) -> None:
        """The button of the last message."""
        await self.anna.press(self.buttons()[label], self.telegram._numbers[ANNA])

    async def deliver(self) -> None:
        """What is due goes out, letters first."""
        house = self.house
        channel = EmailChannel(house.kernel, house.service(Mail), house.notices, cast(Any, self.post))
        await channel.deliver_due()
        gate: Any = OpenGate()
        await TelegramChannel(Bot("1:papers", session=self.telegram), house.kernel, house.notices, gate).deliver_due()

    async def rows(self, table: Any) -> Sequence[Any]:
        return (await self.world.database.fetch(select(table))).all()


def stage(world: World, telegram: Told, *, mails: bool = True) -> tuple[Any, Chat, Chat]:
    """A house as a start of the bot builds it."""
    storage = Storage(world.database, world.vault, world.clock)
    common, topics = by_itself(storage, unhurried()), (*ALL, SLIPS)
    kernel = build_kernel(
        *(storage, common, world.house.kernel.registry),
        operator="Больница",
        mails=mails,
        topics=topics,
        agreements=AGREED,
    )
    house = build_house(kernel, topics)
    ready = asyncio.Event()
    ready.set()
    dispatcher, bot = build_dispatcher(house, ready, common), Bot("1:papers", session=telegram)
    return house, Chat(bot, telegram, dispatcher, ANNA), Chat(bot, telegram, dispatcher, OLGA)


@pytest.fixture
async def scene(database: Database, vault: Vault, clock: FakeClock) -> Scene:
    world, telegram = World(database, vault, clock), Told()
    await world.furnish()
    house, anna, olga = stage(world, telegram)
    accounts = house.kernel.accounts
    account, other = [await accounts.give_consent(each, "ru", "согласие") for each in (ANNA, OLGA)]
    person = await world.person(account, somebody(1, ADULT))
    slips = house.service(Slips)
    slips.owners[SLIP], slips.said[SLIP] = person.id, "покой"
    await database.execute(insert_row(setting, {"name": USERNAME, "value": "nomerok_bot"}))
    return Scene(world, telegram, house, anna, olga, account, other, person, slips, Post())


# --- opening --------------------------------------------------------------------------------------


async def test_a_card_opens_the_file_that_names_whose_it_is(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    (name, file), *_ = scene.files()
    assert name == "talon.pdf"
    assert "Назначено покой" in pdf.text(file)
    assert scene.words() == f"<b>Талон № 17</b>\nПациент: {scene.person.full_name}"
    assert list(scene.buttons()) == ["✉️ На электронную почту", "🖨 Распечатать", "✖️ Убрать файл"]
    assert scene.telegram.said[ANNA][-1][0] == "AnswerCallbackQuery"


async def test_it_is_the_same_file_while_it_says_the_same_and_another_once_it_does_not(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    scene.world.clock.advance(days=3)
    await scene.anna.press(OPEN)
    scene.slips.said[SLIP] = "прогулки"
    await scene.anna.press(OPEN)
    first, again, changed = (file for _, file in scene.files())
    assert first == again
    assert "прогулки" in pdf.text(changed)
    assert len(await scene.rows(document)) == 2


async def test_a_pdf_that_there_is_already_goes_into_the_chat_and_into_the_letter_byte_for_byte(scene: Scene) -> None:
    scene.slips.made[SLIP] = b"%PDF-1.7\r\n\x00\xff as it is to be signed\n"
    await confirmed(scene)
    await asked(scene)
    assert scene.files() == [("talon.pdf", scene.slips.made[SLIP])]
    await scene.press("✅ Да, отправить")
    await scene.deliver()
    ((address, letter),) = [each for each in scene.post.posted if each[1].attachments]
    assert (address, letter.attachments[0].data) == (OWN, scene.slips.made[SLIP])
    assert not await scene.rows(document)


async def test_a_pdf_that_there_is_already_is_nobody_elses_and_ends_with_the_right(scene: Scene) -> None:
    scene.slips.made[SLIP] = b"%PDF-1.7"
    await scene.olga.press(OPEN)
    assert not scene.files(OLGA)
    assert "больше ничего нет" in scene.words(OLGA)
    await typed(scene)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    del scene.slips.owners[SLIP]
    await scene.deliver()
    assert not scene.post.posted
    assert "больше нельзя открыть" in scene.words()


async def test_nothing_of_it_lies_in_clear(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    (row,) = await scene.rows(document)
    assert not row.pdf.startswith(b"%PDF")
    assert SLIP not in str(tuple(row))
    assert KIND not in str(tuple(row))


async def test_a_stranger_opens_nothing(scene: Scene) -> None:
    await scene.olga.press(OPEN)
    assert not scene.files(OLGA)
    assert "больше ничего нет" in scene.words(OLGA)
    assert not await scene.rows(document)


@pytest.mark.parametrize("button", ["do1:none:x", f"do1:{KIND}:none", "dm1:none:x", f"dm1:{KIND}:none"])
async def test_what_there_is_none_of_is_gone(scene: Scene, button: str) -> None:
    await scene.anna.press(button)
    assert "больше ничего нет" in scene.words()
    assert not scene.files()


async def test_a_representative_opens_it_and_that_is_noted(scene: Scene) -> None:
    child = await scene.world.person(scene.other, somebody(2, at(9).date().replace(year=2020)), Relation.CHILD)
    scene.slips.owners["slip00000002"], scene.slips.said["slip00000002"] = child.id, "игры"
    await scene.olga.press(f"do1:{KIND}:slip00000002")
    assert len(scene.files(OLGA)) == 1
    looks = [row.action for row in await scene.rows(audit) if row.person_id == child.id]
    assert sorted(set(looks)) == ["read_documents", "read_records"]


async def test_a_word_alone_opens_none(scene: Scene) -> None:
    said = await scene.world.person(scene.other, somebody(3, ADULT), Relation.PARENT, Basis.DECLARED)
    scene.slips.owners["slip00000003"], scene.slips.said["slip00000003"] = said.id, "тайна"
    await scene.olga.press(f"do1:{KIND}:slip00000003")
    assert not scene.files(OLGA)


async def test_where_it_cannot_be_set_the_card_stays(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> bytes:
        raise DrawingFailed

    monkeypatch.setattr(scene.documents._sheets, "compile", fails)
    await scene.anna.press(OPEN)
    name, said = scene.telegram.said[ANNA][-1]
    assert (name, said["text"]) == ("AnswerCallbackQuery", "Сейчас документ создать не получается. Попробуйте позже.")
    assert not scene.files()


async def test_printing_is_one_sentence_beside_the_file(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    await scene.press("🖨 Распечатать")
    assert (
        scene.words() == "🖨 Откройте файл и выберите в меню «Печать». На телефоне она бывает под кнопкой «Поделиться»."
    )
    assert "DeleteMessage" not in [name for name, _ in scene.telegram.said[ANNA]]
    await scene.press("✖️ Убрать")
    assert scene.telegram.said[ANNA][-2][0] == "DeleteMessage"


async def test_papers_are_swept_after_a_month_and_made_again_under_another_id(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    (before,) = await scene.rows(document)
    scene.world.clock.advance(seconds=KEPT.total_seconds() + 1)
    await scene.documents.purge()
    assert not await scene.rows(document)
    await scene.anna.press(OPEN)
    (after,) = await scene.rows(document)
    assert before.id != after.id


# --- the code -------------------------------------------------------------------------------------


async def test_the_code_is_answered_the_same_whether_there_is_such_a_paper_or_not(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    (row,) = await scene.rows(document)
    answers = []
    for chat, whose in ((scene.anna, ANNA), (scene.olga, OLGA)):
        for payload in (f"v-{row.id}", "v-AAAAAAAAAAAA"):
            await chat.write(f"/start {payload}")
            answers.append((scene.words(whose), scene.buttons(whose)))
    assert answers == [answers[0]] * 4
    assert "Такой код есть на документах" in answers[0][0]
    assert len(scene.files()) == 1


async def test_a_guest_hears_the_same_above_the_consent(scene: Scene) -> None:
    guest = Chat(scene.anna._bot, scene.telegram, scene.anna._dispatcher, 5_000_000_009)
    await guest.write("/start v-AAAAAAAAAAAA")
    assert "Такой код есть на документах" in str(scene.telegram.said[5_000_000_009])


# --- by e-mail ------------------------------------------------------------------------------------


async def asked(scene: Scene) -> None:
    await scene.anna.press(OPEN)
    await scene.press("✉️ На электронную почту")


async def confirmed(scene: Scene) -> None:
    scene.account = await scene.world.give_mail(scene.account, OWN)


async def typed(scene: Scene, address: str = TYPED) -> None:
    await asked(scene)
    await scene.anna.write(address)


async def test_to_the_own_address_it_goes_by_two_presses(scene: Scene) -> None:
    await confirmed(scene)
    await asked(scene)
    assert f"Отправить на {OWN}?" in scene.words()
    assert scene.person.full_name in scene.words()
    await scene.press("✅ Да, отправить")
    assert "Отправляем документ" in scene.words()
    await scene.deliver()
    ((address, letter),) = [each for each in scene.post.posted if each[1].attachments]
    assert (address, letter.subject) == (OWN, "Документ от бота «Номерок»")
    (file,) = letter.attachments
    assert (file.name, file.mime) == ("document.pdf", "application/pdf")
    assert file.data == scene.files()[0][1]
    assert "Талон" not in letter.text + letter.html + letter.subject
    assert scene.person.names.surname not in letter.text + letter.html


async def test_a_typed_address_is_shown_back_and_asked_about_twice(scene: Scene) -> None:
    await asked(scene)
    assert "На какой адрес электронной почты отправить документ?" in scene.words()
    await scene.anna.write("no address")
    assert "⚠️" in scene.words()
    await scene.anna.write("klinka@example.com")
    assert "<b>klinka@example.com</b>" in scene.words()
    await scene.press("✏️ Исправить")
    await scene.anna.write(TYPED)
    assert f"<b>{TYPED}</b>" in scene.words()
    await scene.press("✅ Да, отправить")
    assert "Этот адрес не подтверждён" in scene.words()
    assert f"<b>{TYPED}</b>" in scene.words()
    assert not await scene.rows(document_letter)
    await scene.press("✅ Да, отправить")
    await scene.deliver()
    assert [address for address, _ in scene.post.posted] == [TYPED]


async def test_the_own_address_typed_is_not_asked_about_twice(scene: Scene) -> None:
    await confirmed(scene)
    await asked(scene)
    await scene.press("✏️ На другой адрес")
    await scene.anna.write(OWN)
    await scene.press("✅ Да, отправить")
    assert "Отправляем документ" in scene.words()


async def test_the_address_is_sealed_and_forgotten_once_the_letter_has_gone(scene: Scene) -> None:
    await typed(scene)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    (row,) = await scene.rows(document_letter)
    assert row.address is not None
    assert TYPED.encode() not in row.address
    await scene.deliver()
    (row,) = await scene.rows(document_letter)
    assert (row.address, row.end) == (None, "sent")


async def test_two_presses_send_one_letter(scene: Scene) -> None:
    await typed(scene)
    await scene.press("✅ Да, отправить")
    yes, number = scene.buttons()["✅ Да, отправить"], scene.telegram._numbers[ANNA]
    await scene.anna.press(yes, number)
    await scene.anna.press(yes, number)
    await scene.deliver()
    await scene.deliver()
    assert len(scene.post.posted) == 1
    assert "Отправляем документ" in scene.words()


async def test_a_restart_between_question_and_answer_loses_nothing(scene: Scene) -> None:
    await typed(scene)
    await scene.press("✅ Да, отправить")
    house, anna, olga = stage(scene.world, scene.telegram)
    slips = house.service(Slips)
    slips.owners, slips.said = scene.slips.owners, scene.slips.said
    scene.house, scene.anna, scene.olga = house, anna, olga
    await scene.press("✅ Да, отправить")
    await scene.deliver()
    assert [address for address, _ in scene.post.posted] == [TYPED]


async def test_unconfirmed_addresses_are_used_up_before_the_own_one(scene: Scene) -> None:
    for _ in range(LIMITS[Act.DOCUMENT_LETTER_UNCONFIRMED].most):
        await scene.world.limits.spend(ANNA, Act.DOCUMENT_LETTER_UNCONFIRMED)
    await typed(scene)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    assert "адреса без подтверждения" in scene.words()
    assert not await scene.rows(document_letter)
    assert await scene.world.limits.used(ANNA, Act.DOCUMENT_LETTER) == 0, "what was not done is not counted"
    await confirmed(scene)
    await asked(scene)
    await scene.press("✅ Да, отправить")
    assert "Отправляем документ" in scene.words()


async def test_letters_are_used_up(scene: Scene) -> None:
    await confirmed(scene)
    for _ in range(LIMITS[Act.DOCUMENT_LETTER].most):
        await scene.world.limits.spend(ANNA, Act.DOCUMENT_LETTER)
    await asked(scene)
    await scene.press("✅ Да, отправить")
    assert "Сегодня больше нельзя отправлять документы на почту" in scene.words()
    assert not await scene.rows(document_letter)


async def test_without_a_mail_server_there_is_no_button_and_an_old_one_says_so(scene: Scene) -> None:
    house, anna, _ = stage(scene.world, scene.telegram, mails=False)
    slips = house.service(Slips)
    slips.owners, slips.said = scene.slips.owners, scene.slips.said
    await anna.press(OPEN)
    assert list(scene.buttons()) == ["🖨 Распечатать", "✖️ Убрать файл"]
    await anna.press(MAIL)
    assert scene.telegram.said[ANNA][-1][1]["text"] == "Сейчас бот письма не отправляет."


@pytest.mark.parametrize(
    ("trouble", "why"),
    [(AddressRefused("550"), "такого адреса нет"), (LetterRefused("554"), "не приняла письмо")],
)
async def test_what_has_not_arrived_is_told_in_the_chat(scene: Scene, trouble: NotDelivered, why: str) -> None:
    await confirmed(scene)
    await asked(scene)
    await scene.press("✏️ На другой адрес")
    await scene.anna.write(TYPED)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    scene.post.troubles = [trouble]
    await scene.deliver()
    assert "Документ не отправлен на почту" in scene.words()
    assert why in scene.words()
    (row,) = await scene.rows(document_letter)
    assert row.address is None
    own = await scene.world.mail.of(scene.account)
    assert own is not None
    assert not own.refused, "another address has nothing to do with the account's own"
    await scene.press("📄 Открыть документ")
    assert len(scene.files()) == 2


async def test_a_letter_that_nobody_takes_is_given_up_and_told(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    await typed(scene)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    scene.post.troubles = [Delayed("421")]
    with caplog.at_level(logging.DEBUG):
        await scene.deliver()
    assert TYPED not in caplog.text
    assert (await scene.rows(document_letter))[0].address is not None
    scene.world.clock.advance(seconds=(GIVE_UP_AFTER + timedelta(minutes=1)).total_seconds())
    await scene.deliver()
    assert "три дня не принимала" in scene.words()
    assert not scene.post.posted


async def test_a_right_that_has_ended_sends_nothing(scene: Scene) -> None:
    await typed(scene)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    del scene.slips.owners[SLIP]
    await scene.deliver()
    assert not scene.post.posted
    assert "больше нельзя открыть" in scene.words()
    assert "📄 Открыть документ" not in scene.buttons()
    assert (await scene.rows(document_letter))[0].address is None


async def test_a_right_that_has_ended_since_the_card_opens_nothing(scene: Scene) -> None:
    await asked(scene)
    del scene.slips.owners[SLIP]
    await scene.anna.write(TYPED)
    assert "больше ничего нет" in scene.words()
    await scene.anna.press(OPEN)
    assert len(scene.files()) == 1


async def test_what_goes_out_is_the_document_as_it_is_then(scene: Scene) -> None:
    await typed(scene)
    for _ in range(2):
        await scene.press("✅ Да, отправить")
    scene.slips.said[SLIP] = "прогулки"
    await scene.deliver()
    ((_, letter),) = scene.post.posted
    assert "прогулки" in pdf.text(letter.attachments[0].data)
