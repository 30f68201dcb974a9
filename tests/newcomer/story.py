"""What a person meets of the topic, from consent to erasing: run in a folder whose house has it (`test_a_new_topic`).

Nothing here imports the topic: all of it is found where the house shows it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, User
from sqlalchemy import create_engine, func, select

from bot.build import build_dispatcher
from bot.channels.telegram import TelegramChannel
from bot.common import by_itself
from bot.middlewares.outgoing import Gate
from bot.storage import Storage, rotation
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault, VaultError, id_of_key, key_named_in
from services.tables import metadata
from tests.support.clock import FakeClock
from tests.support.machine import unhurried
from tests.support.phone import Phone, Telegram
from tests.support.world import World

OLD, NEW = bytes(KEY_BYTES), bytes(range(KEY_BYTES))
WRITTEN = "Dizzy in the mornings <since Monday>"
SHOWN = "Dizzy in the mornings &lt;since Monday&gt;"
ANNA = User(id=5_000_000_001, is_bot=False, first_name="Anna", language_code="en")


async def story(folder: Path) -> None:
    url = f"sqlite:///{folder / 'story.sqlite'}"
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    database, clock, keys = Database.from_url(url), FakeClock(), [OLD]
    storage = Storage(database, Vault(*keys, look=lambda: tuple(keys), now=count().__next__), clock)
    world = World(database, storage.vault, clock)
    telegram, ready = Telegram(), asyncio.Event()
    ready.set()
    bot = Bot("1:story", session=telegram)
    anna = Phone(bot, telegram, build_dispatcher(world.house, ready, by_itself(storage, unhurried())), ANNA)
    channel = TelegramChannel(bot, world.house.kernel, world.house.notices, Gate())
    table = metadata.tables["note"]

    print("1. consent, and «Ещё» has the entry")
    await anna.write("/notes")
    assert "✅ I agree" in anna.buttons, "consent comes first"
    await anna.press("✅ I agree")
    await anna.press("☰ More")
    assert "Notes: what you want to tell the doctor." in anna.text

    print("2. two steps of the wizard")
    await anna.press("🗒 Notes")
    assert "Notes in all: 0" in anna.text
    await anna.press("✏️ Write a note")
    await anna.write("x" * 501)
    assert "Please write it shorter." in anna.text
    await anna.write("Dizzy")
    await anna.press("✏️ Correct")
    await anna.write(WRITTEN)
    assert SHOWN in anna.text
    await anna.press("✅ Keep")
    assert anna.text.startswith("✅ The note is kept.")

    print("3. the list and the card")
    await anna.press("⬅️ Back")
    assert "Notes in all: 1" in anna.text
    await anna.press("1 · Dizzy in the mornings")
    assert anna.text.startswith(SHOWN)

    print("4. the notice, once, with its line")
    shown = len(telegram.calls)
    assert await channel.deliver_due() == 1
    assert await channel.deliver_due() == 0
    assert len(telegram.calls) == shown + 1
    assert anna.text.startswith("✅ The note is kept.")
    account = await world.accounts.by_telegram(ANNA.id)
    assert account is not None
    (note,) = (await world.outbox.page(account.id, 0, 8)).items
    assert (note.kind, note.subject_id) == ("note_kept", (await row(database)).id)

    print("5. /notes")
    await anna.write("/notes")
    assert "Notes in all: 1" in anna.text
    assert ("notes", "your notes for the doctor") in world.house.entries.commands

    print("6. a new key seals it anew, and opens it alone")
    sealed = (await row(database)).text
    assert WRITTEN.encode() not in sealed
    assert key_named_in(sealed) == id_of_key(OLD)
    keys.insert(0, NEW)
    assert not (await rotation(storage, asyncio.sleep).run()).unreadable
    keys.remove(OLD)
    assert key_named_in((await row(database)).text) == id_of_key(NEW)
    try:
        Vault(OLD).open(table.c.text, note.subject_id, (await row(database)).text)
    except VaultError:
        pass
    else:
        raise AssertionError("the old key still opens it")
    await anna.write("/notes")
    await anna.press("1 · Dizzy in the mornings")
    assert anna.text.startswith(SHOWN)

    print("7. the export tells it, and what its names mean")
    await anna.write("/export_me")
    told = document(telegram)
    assert [each["note"] for each in told["notes"]] == [WRITTEN]
    captions = {"notes": "your notes for the doctor", "note": "what you noted", "kept_at": "when it was kept"}
    assert {name: told["words"].get(name) for name in captions} == captions
    assert [each["kind"] for each in told["drafts"]] == ["writing a note"]
    assert [each["what"] for each in told["notifications"]] == ["A note is kept"]

    print("8. erasing leaves no row")
    await anna.write("/delete_me")
    await anna.press("🗑 Yes, erase all")
    assert "All your data are erased" in anna.text
    assert (await database.fetch(select(func.count()).select_from(table))).scalar_one() == 0
    await bot.session.close()
    await database.close()


async def row(database: Database) -> Any:
    return (await database.fetch(select(metadata.tables["note"]))).one()


def document(telegram: Telegram) -> Any:
    (sent,) = [each for each in telegram.calls if isinstance(each, SendDocument)]
    assert isinstance(sent.document, BufferedInputFile)
    return json.loads(sent.document.data)


if __name__ == "__main__":
    asyncio.run(story(Path(sys.argv[1])))
