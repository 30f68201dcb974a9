"""Updates that nobody can read come by polling and by webhook beside somebody who presses on. Nobody waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.people import BOOKED, RU, to_confirmation, with_consent, with_family
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery

SECRET = "Тайна-Иванова"


def odd_updates(stranger: int) -> list[dict[str, Any]]:
    """Of somebody who has agreed and nothing more."""
    person = {"id": stranger, "is_bot": False, "first_name": SECRET}
    chat = {"id": stranger, "type": "private", "first_name": SECRET}
    sent = {"message_id": 11, "date": 1764000000, "chat": chat, "from": person, "text": SECRET}
    origin = {"type": "user", "date": 1, "sender_user": person}
    poll = {"id": "1", "question": SECRET, "options": [{"text": SECRET, "voter_count": 1}], "total_voter_count": 1}
    deep: Any = {"type": "to_come", "text": SECRET}
    for kind in ("bold", "italic", "underline", "strikethrough", "spoiler", "marked"):
        deep = {"type": kind, "text": deep}
    return [
        {"message": sent | {"message_id": 10, "rich_message": {"blocks": [{"type": "paragraph", "text": deep}]}}},
        {"message": sent | {"forward_origin": {"type": "hidden_user", "date": 1422450181}}},
        {"message": sent | {"message_id": 12, "external_reply": {"origin": origin, "story": {}}}},
        {"message": sent | {"message_id": 13, "forward_origin": {"type": "newest_kind", "date": 1764000000}}},
        {"message": sent | {"message_id": 14, "entities": [{"type": "bold"}]}},
        {"message": {"message_id": 15, "text": SECRET}},
        {"message": SECRET},
        {"poll": poll | {"is_closed": False, "is_anonymous": True, "type": "regular"}},
        {"something_new": {"id": 1, "text": SECRET}},
        {
            "callback_query": {
                "id": "77",
                "from": person,
                "chat_instance": "",
                "data": SECRET,
                "message": {"chat": chat},
            }
        },
        {"callback_query": {"id": "78", "data": SECRET}},
        {"my_chat_member": {"chat": chat, "from": person, "date": 1, "old_chat_member": {}, "new_chat_member": {}}},
        {},
    ]


@pytest_asyncio.fixture(loop_scope="session", params=["polling", "webhook"])
async def bot(
    request: pytest.FixtureRequest, tmp_path: Path, filled: Path, nursery: Nursery
) -> AsyncIterator[BotProcess]:
    """A running bot of this story alone; strangers get answers in chats that the emulator does not have."""
    by_webhook = request.param == "webhook"
    async with running_bot(tmp_path, filled, nursery, webhook=by_webhook, checked=False, LOG_LEVEL="DEBUG") as bot:
        yield bot


async def test_a_visit_is_booked_between_updates_that_nobody_can_read(bot: BotProcess) -> None:
    # STEP 1. Each is delivered, and taken: none is asked for again.
    user = await with_family(bot)
    odd = odd_updates((await with_consent(bot, "Борис")).id)
    for update in odd:
        await bot.emulator.deliver(update)
    assert bot.emulator.world.store.pending(bot.emulator.bot_id) == 0

    # STEP 2. Somebody books while they come.
    async def strange() -> None:
        for update in odd:
            await bot.emulator.deliver(update)

    coming = asyncio.create_task(strange())
    await to_confirmation(user)
    await user.press(RU.confirm)
    assert BOOKED in user.screen().text
    await coming

    # STEP 3. After a restart, too.
    await bot.restart()
    for update in odd:
        await bot.emulator.deliver(update)
    await user.press(RU.my_bookings)
    assert "Всего записей: 1" in user.screen().text

    # STEP 4. The log says what was passed over, and nothing of anybody's.
    log = bot.log.read_text()
    for kind in ("message", "poll", "callback_query", "of a new kind"):
        assert f"passed over: {kind}, id " in log
    assert "Traceback" not in log
    for secret in (SECRET, bot.emulator.token, "Иванов", RU.my_bookings):
        assert secret not in log
