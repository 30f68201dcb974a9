"""Reporting a problem over real services: text, photos, both, and whatever comes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bot.casebook import Casebook
from bot.fsm.wizard import FileLost, Input, Reply, SentPhoto, Typed, Unreadable
from bot.keyboards.buttons.notifications import NotificationOpen
from bot.keyboards.buttons.wizard import WizardPress
from bot.views.screen import Screen
from services.accounts.model import Account
from services.cases.model import Case
from services.drafts.model import Draft
from services.limits.model import LIMITS, Act
from services.requests.model import LONGEST_TEXT, MOST_PHOTOS, PHOTOS_KEPT, RequestKind, RequestStatus
from services.requests.pictures import MOST_BYTES
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.i18n import texts
from tests.bot.wizards import pressed
from tests.support.clock import FakeClock
from tests.support.photos import camera_photo, truncated
from tests.support.telegram_limits import formatted
from tests.support.world import World

T = texts("ru")
KIND = RequestKind.PROBLEM.value
PHOTO = camera_photo(60, 40)
MESSAGE = 1


class Chat:
    """One of the wizards as it stands on the screen."""

    def __init__(self, world: World, account: Account) -> None:
        self.account, self.world = account, world
        self.wizard = world.house.wizard(KIND)
        self.now: Reply | None = None
        self.asked: list[int] = []

    @property
    def reply(self) -> Reply:
        assert self.now is not None
        return self.now

    @property
    def step(self) -> str:
        return self.reply.draft.step

    @property
    def text(self) -> str:
        return read(self.reply.screen)

    @property
    def labels(self) -> list[str]:
        assert self.reply.screen is not None
        return [each.text for row in self.reply.screen.markup.inline_keyboard for each in row]

    async def open(self) -> None:
        self.now = await self.wizard.start(self.account, T, {})

    async def give(self, given: Input) -> None:
        self.now = await self.wizard.receive(self.account, T, given)

    async def photo(self, data: bytes | Exception | None = PHOTO, caption: str = "") -> None:
        """None: Telegram has more of it than may be had."""

        async def fetch(limit: int) -> bytes | None:
            self.asked.append(limit)
            if isinstance(data, Exception):
                raise data
            return data

        await self.give(SentPhoto(fetch, caption))

    async def act(self, name: str, draft: Draft | None = None) -> None:
        await self.press(f"a:{name}", draft or self.reply.draft)

    async def back(self) -> None:
        await self.press("b:", self.reply.draft)

    async def press(self, what: str, draft: Draft) -> None:
        data = WizardPress.unpack(f"w1:{draft.id}:{draft.step}:{draft.version}:{what}")
        self.now = await pressed(self.wizard, self.world.drafts, self.account, T, data, MESSAGE)

    async def sent(self) -> Case:
        """What has come of it: the only request of the account."""
        found = await self.world.cases.page(self.account, 0, 8)
        assert found.total == 1
        return await self.world.cases.get(self.account, found.items[0].id)


def read(screen: Any) -> str:
    assert isinstance(screen, Screen)
    return formatted(screen.text).text


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: a request needs none."""
    return World(database, vault, clock)


@pytest.fixture
async def chat(world: World) -> Chat:
    chat = Chat(world, await world.account())
    await chat.open()
    return chat


async def test_a_text_is_shown_back_and_sent(chat: Chat) -> None:
    assert "Что Вы нажали и что увидели?" in chat.text
    assert "звоните 103 или 112" in chat.text
    await chat.give(Typed("Не открывается <b>запись</b>"))
    assert chat.step == "check"
    assert "Не открывается <b>запись</b>" in chat.text
    assert "🗑 Убрать фото" not in chat.labels
    await chat.act("send")
    assert chat.reply.over
    assert chat.text.startswith("✅ Обращение № 1001 принято")
    sent = await chat.sent()
    assert (sent.content, sent.photos, sent.kind) == ("Не открывается <b>запись</b>", (), RequestKind.PROBLEM)


async def test_photos_alone_with_a_caption_and_more(chat: Chat) -> None:
    await chat.photo(caption="Вот экран")
    assert (chat.step, chat.asked) == ("check", [MOST_BYTES])
    assert "Всего фото: 1" in chat.text
    await chat.give(Typed("И ещё слово"))
    await chat.photo()
    assert "Вот экран\nИ ещё слово\nФото: 2" in chat.text
    await chat.act("send")
    sent = await chat.sent()
    assert (sent.content, len(sent.photos)) == ("Вот экран\nИ ещё слово", 2)
    assert len(chat.asked) == 2, "each is downloaded once"


async def test_a_photo_without_a_word(chat: Chat) -> None:
    await chat.photo()
    await chat.act("send")
    sent = await chat.sent()
    assert (sent.content, len(sent.photos)) == ("", 1)


async def test_more_photos_than_fit(chat: Chat) -> None:
    for _ in range(MOST_PHOTOS):
        await chat.photo()
    await chat.photo(caption="шестое")
    assert "Больше 5 фото в одно обращение не войдёт. Это фото мы не добавили" in chat.text
    assert "шестое" in chat.text, "its caption is no photo"
    assert len(chat.asked) == MOST_PHOTOS, "what is not taken is not downloaded"
    await chat.act("send")
    assert len((await chat.sent()).photos) == MOST_PHOTOS


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF", "Этот файл не фото"),
        (truncated(), "Это фото повреждено"),
        (None, "слишком большой"),
        (bytes(MOST_BYTES + 1), "слишком большой"),
        (FileLost(), "Фото не дошло"),
    ],
    ids=["pdf", "half", "too large for bots", "too large", "lost"],
)
async def test_a_photo_that_is_none_loses_nothing(chat: Chat, data: bytes | Exception | None, said: str) -> None:
    await chat.photo(data)
    assert chat.step == "message", "there is nothing to check yet"
    assert said in chat.text
    await chat.photo(data, caption="Подпись")
    assert chat.step == "check"
    assert said in chat.text
    assert "Подпись" in chat.text
    await chat.photo()
    await chat.photo(data)
    assert said in chat.text
    assert "Подпись\nФото: 1" in chat.text
    await chat.act("send")
    sent = await chat.sent()
    assert (sent.content, len(sent.photos)) == ("Подпись", 1)


@pytest.mark.parametrize(
    ("spent", "said", "asked"),
    [
        (Act.PHOTO, "За сутки из этого чата пришло много фото", 0),
        (Act.PHOTO_BYTES, "За сутки из этого чата пришло много фото", 1),
        (None, "Сейчас фото принять не получается", 0),
    ],
    ids=["photos of a day", "bytes of a day", "the disk"],
)
async def test_a_photo_for_which_there_is_no_room(
    chat: Chat, world: World, spent: Act | None, said: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said before it is downloaded, where it is known; its caption is kept, and the text goes on."""
    if spent is not None:
        await world.limits.spend(chat.account.telegram_id, spent, LIMITS[spent].most)
    else:
        monkeypatch.setattr(world.database.aside, "free_bytes", lambda: 0)
    await chat.photo(caption="Подпись")
    assert said in chat.text
    assert "Подпись" in chat.text
    assert len(chat.asked) == asked
    await chat.act("send")
    sent = await chat.sent()
    assert (sent.content, sent.photos) == ("Подпись", ())


async def test_an_account_that_keeps_too_much(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.requests.requests.PHOTOS_IN_ALL", 100)
    await chat.photo(caption="Подпись")
    assert "Место для фото этого чата закончилось" in chat.text
    await chat.act("send")
    assert (await chat.sent()).photos == ()


async def test_the_card_says_what_becomes_of_the_photos(chat: Chat, world: World) -> None:
    await chat.photo(caption="Подпись")
    await chat.act("send")
    sent = await chat.sent()
    assert "Фото хранятся 180 дней после ответа" in read(
        world.house.service(Casebook).card(T, sent, world.clock.now(), None)
    )
    await world.case_desk.move(sent.number, RequestStatus.ANSWERED, "Готово")
    world.clock.advance(days=PHOTOS_KEPT.days)
    await world.requests.forget_old_photos()
    told = read(world.house.service(Casebook).card(T, await chat.sent(), world.clock.now(), None))
    assert "Фото: 1. Они удалены: ответ был давно." in told
    assert "хранятся" not in told


async def test_what_is_neither_text_nor_photo(chat: Chat) -> None:
    await chat.give(Unreadable())
    assert "только текст и фото" in chat.text
    await chat.give(Typed("Слово"))
    await chat.give(Unreadable())
    assert "только текст и фото" in chat.text
    assert "Слово" in chat.text


async def test_text_that_no_longer_fits(chat: Chat) -> None:
    whole = "я" * LONGEST_TEXT
    await chat.give(Typed(whole))
    assert "Здесь начало, сохранено всё" in chat.text
    await chat.give(Typed("ещё"))
    assert "Больше 4096 знаков в одно обращение не войдёт" in chat.text
    await chat.photo(caption="ещё")
    assert "Больше 4096 знаков в одно обращение не войдёт" in chat.text
    await chat.act("send")
    assert (await chat.sent()).content == whole


async def test_written_anew_and_left_as_it_is(chat: Chat) -> None:
    await chat.give(Typed("Первое"))
    await chat.act("edit")
    assert chat.step == "message"
    assert "Сейчас написано\nПервое" in chat.text
    await chat.act("keep")
    assert chat.step == "check"
    await chat.back()
    await chat.give(Typed("Второе"))
    assert "Первое" not in chat.text
    await chat.act("send")
    assert (await chat.sent()).content == "Второе"


async def test_photos_left_out(chat: Chat) -> None:
    await chat.photo(caption="Слово")
    await chat.act("drop")
    assert "Фото убраны" in chat.text
    assert "🗑 Убрать фото" not in chat.labels
    await chat.act("send")
    assert (await chat.sent()).photos == ()


async def test_nothing_at_all_cannot_be_sent(chat: Chat) -> None:
    await chat.photo()
    await chat.act("drop")
    assert chat.step == "message", "without the photo there is nothing to send"
    await chat.act("send")
    assert not chat.reply.over
    assert (await chat.world.cases.page(chat.account, 0, 8)).total == 0


async def test_sent_twice_is_sent_once(chat: Chat) -> None:
    await chat.give(Typed("Слово"))
    pressed = chat.reply.draft
    await chat.act("send")
    await chat.act("send", pressed)
    assert chat.text.startswith("✅ Обращение № 1001 принято"), "the number again"
    await chat.sent()


async def test_a_restart_in_the_middle(chat: Chat, world: World) -> None:
    await chat.photo(caption="Слово")
    again = Chat(chat.world, chat.account)
    again.now = await again.wizard.resume(chat.account, T)
    assert "Слово\nФото: 1" in again.text
    await again.act("send")
    sent = await again.sent()
    assert len(await world.case_desk.photos(sent.number)) == 1


async def test_the_limit_is_told_and_nothing_is_lost(chat: Chat, world: World) -> None:
    await chat.give(Typed("Слово"))
    for _ in range(LIMITS[Act.REQUEST].most):
        draft = await world.drafts.start(Draft("", chat.account.id, "feedback", "message"))
        await world.requests.send(chat.account, RequestKind.FEEDBACK, "x", [], draft_id=draft.id)
    await chat.act("send")
    assert "За сутки из чата можно отправить 10 обращений" in chat.text
    assert "Слово" in chat.text
    assert not chat.reply.over


async def test_what_a_notification_says_as_things_are_now(chat: Chat, world: World) -> None:
    await chat.give(Typed("Слово"))
    await chat.act("send")
    note = (await world.outbox.page(chat.account.id, 0, 8)).items[0]

    async def rendered() -> str:
        return read(await world.house.notices.render(chat.account, note, T))

    async def opened() -> str:
        return read(
            await world.house.notices.opened(chat.account, note, T, NotificationOpen(notification=note.id, page=0))
        )

    assert (await rendered()).startswith("✅ Обращение № 1001 принято")
    assert (await opened()).startswith("Проблема № 1001\nЗаявитель: Вы\nДата: сегодня, пн 23 ноября, 09:00")
    await world.case_desk.move(1001, RequestStatus.IN_PROGRESS)
    assert (await rendered()).startswith("📬 У обращения № 1001 новый статус.\n\nПроблема № 1001")
    await world.case_desk.move(1001, RequestStatus.ANSWERED, "Исправили")
    assert (await rendered()).startswith("📬 На обращение № 1001 дан ответ.")
    for text in (await rendered(), await opened()):
        assert "Статус: Ответ дан" in text
        assert "Ответ\nИсправили" in text
        assert "Вы отправили\nСлово" in text
    stranger = await world.account()
    assert await world.house.notices.render(stranger, note, T) is None
