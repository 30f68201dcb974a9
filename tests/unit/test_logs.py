"""Logs: nothing of what people write, whichever library says it and whatever fails."""

from __future__ import annotations

import ast
import importlib
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from aiogram.exceptions import ClientDecodeError, TelegramBadRequest
from aiogram.methods import SendMessage

from bot.logs import DiscreetFormatter, mask, set_up_logging
from services.errors import NomerokError
from services.requests.pictures import clean
from tests.support.machine import ROOT, environment
from tests.support.photos import SECRET, camera_photo


@pytest.mark.parametrize(
    "number",
    [
        *("112-233-445 95", "11223344595", "5097579792000180", "5097 5797 9200 0180", "5097-5797-9200-0180"),
        *(
            "123456789",
            "+7 916 123-45-67",
            "+79161234567",
            "8 (916) 123-45-67",
            "+7 (916) 123-45-67",
            "8(916)123-45-67",
        ),
        *("1234567890123456789012345", "5000000001"),
    ],
)
def test_a_long_number_keeps_its_last_two_digits(number: str) -> None:
    digits = [char for char in number if char.isdigit()]
    told = mask(f"typed «{number}», no more")
    assert told == f"typed «***{digits[-2]}{digits[-1]}», no more"


@pytest.mark.parametrize("text", ["12345678", "50-АБ 1234567", "step 3 of 8", "c 10 по 20", "4071-2265", ""])
def test_short_numbers_stay(text: str) -> None:
    assert mask(text) == text


POLICY = "5097579792000180"
TOKEN = "1234567890:AAH-secret_secret_secret_secret_secret"
SECRETS = (POLICY, "Иванова", TOKEN, "123-45-67")


class OwnError(NomerokError):
    """As the product's own are: it answers for the text."""


OwnError.__module__ = "services.errors"


def record(name: str, message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, "library/wire.py", 17, message, args, trace, "send")


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def told(record: logging.LogRecord, *secrets: str) -> str:
    return DiscreetFormatter(secrets).format(record)


def test_of_what_we_say_ourselves_only_numbers_are_masked() -> None:
    text = told(record("bot.jobs", "failed for %s", "112-233-445 95"))
    assert text.endswith("ERROR bot.jobs: failed for ***95")


def test_of_what_a_library_says_its_values_are_left_out() -> None:
    text = told(record("aiohttp.server", "cannot read %r of %s", "Иванова", POLICY))
    assert text.endswith("ERROR aiohttp.server: cannot read %r of %s")
    text = told(record("asyncio", f"Иванова, {POLICY}: never retrieved"))
    assert text.endswith("ERROR asyncio: (said by wire.send, line 17)")


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"Иванова {POLICY} of +7 (916) 123-45-67"),
        ConnectionError(f"http://telegram/bot{TOKEN}/sendMessage"),
        KeyError("Иванова"),
        UnicodeDecodeError("ascii", "Иванова".encode(), 0, 1, "Иванова"),
        ExceptionGroup("Иванова", [ValueError(POLICY), ExceptionGroup(TOKEN, [KeyError("Иванова")])]),
        raised(OwnError("the registry is away"), ValueError(f"Иванова {POLICY}")),
        ClientDecodeError("Иванова", ValueError("Иванова"), {"text": "Иванова"}),
        TelegramBadRequest(SendMessage(chat_id=1, text="Иванова"), "can't parse Иванова"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_says_its_kind_and_where_and_nothing_of_what_it_holds(error: BaseException) -> None:
    error = raised(error)
    error.add_note("Иванова")
    for name in ("bot.jobs", "aiogram.event"):
        text = told(record(name, "failed", error=error))
        assert type(error).__qualname__ in text
        assert "in raised" in text, "where it came from"
        for secret in SECRETS:
            assert secret not in text
    assert "the registry is away" in text or not isinstance(error, OwnError)
    assert "builtins.KeyError" in text or not isinstance(error, ExceptionGroup)


def test_exceptions_that_go_round_in_a_ring() -> None:
    first, second = ValueError("Иванова"), KeyError("Иванова")
    first.__cause__, second.__cause__ = second, first
    assert told(record("bot", "failed", error=first)).count("builtins.") == 2


def test_a_chain_without_an_end_is_cut() -> None:
    error: BaseException = ValueError("Иванова")
    for _ in range(2000):
        error = raised(KeyError("Иванова"), error)
    assert told(record("bot", "failed", error=error)).count("builtins.") < 100


def test_words_of_the_settings_never_stand_there() -> None:
    text = told(record("bot.process", "%s, %s and %s", "pass-word", "pass", TOKEN), "pass", "", "pass-word")
    assert text.endswith("bot.process: ***, *** and ***")


def test_the_moment_stays_readable() -> None:
    text = told(record("bot", "ready"))
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ERROR bot: ready$", text)


UNCAUGHT = """
import gc, logging, sys, threading, warnings
import bot.settings
from bot.logs import set_up_logging
set_up_logging("DEBUG", ("pass-word",))
class Ill:
    def __del__(self): raise ValueError("Иванова pass-word")
Ill(); gc.collect()
threading.Thread(target=lambda: 1 / int("Иванова")).start()
warnings.warn("Иванова pass-word")
logging.getLogger("bot").info("%s and %s", "Иванова pass-word")
class Dumb(bot.settings.SetupError):
    def __str__(self): raise ValueError("Иванова")
try: raise Dumb
except Exception: logging.getLogger("bot").exception("well")
async def lost(): raise KeyError("Иванова")
async def main():
    task = asyncio.create_task(lost()); await asyncio.sleep(0); await asyncio.sleep(0); del task; gc.collect()
    asyncio.get_running_loop().call_soon(int, "Иванова"); await asyncio.sleep(0)
import asyncio; asyncio.run(main())
import bot.process, bot.web.webhook, bot.web.server, bot.shared, bot.channels.email, services.storage.migrate
for name, logger in logging.root.manager.loggerDict.items():
    ways = [each for each in getattr(logger, "handlers", ()) if not isinstance(each, logging.NullHandler)]
    if ways or not getattr(logger, "propagate", True):
        print("a way of its own:", name)
raise ValueError("Иванова pass-word")
"""


def test_nothing_reaches_the_log_by_another_way() -> None:
    """What nobody catches, in a thread, a task or while something is taken apart, and whichever logger there is."""
    ended = subprocess.run(
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False, cwd=ROOT, env=environment()
    )
    assert ended.returncode == 1
    assert "Иванова" not in ended.stderr + ended.stdout
    assert "pass-word" not in ended.stderr + ended.stdout
    assert ended.stdout == ""
    for name in ("py.warnings", "asyncio", "builtins.KeyError"):
        assert name in ended.stderr
    assert ended.stderr.count("CRITICAL bot.logs: nobody has caught this") == 3
    assert ended.stderr.count("builtins.ValueError") == 4


FILES = sorted(path for room in ("bot", "services") for path in (ROOT / room).rglob("*.py"))


def told_of_exceptions(module: ModuleType, tree: ast.AST) -> Iterator[str]:
    """Calls of the log that are handed an exception which is not our own, or anything made of one but its kind."""
    for handler in ast.walk(tree):
        if not isinstance(handler, ast.ExceptHandler) or handler.name is None or handler.type is None:
            continue
        kinds = eval(f"[{ast.unparse(handler.type)}]", vars(module))
        kinds = [each for kind in kinds for each in (kind if isinstance(kind, tuple) else (kind,))]
        if all(kind.__module__.partition(".")[0] in ("bot", "services") for kind in kinds):
            continue
        for call in ast.walk(handler):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("log."):
                said = ", ".join(ast.unparse(each) for each in call.args[1:])
                bare = re.sub(rf"type\({handler.name}\)\.__name__|{handler.name}\.(retry_after|updates)", "", said)
                if re.search(rf"\b{handler.name}\b", bare):
                    yield f"line {call.lineno}: {said}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_line_of_ours_tells_the_text_of_an_exception(path: Path) -> None:
    text = path.read_text("utf-8")
    if "log." not in text:
        return
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert list(told_of_exceptions(module, ast.parse(text))) == []


def test_the_search_itself_finds_one() -> None:
    said = "try: pass\nexcept ValueError as error: log.info('%s %s', type(error).__name__, error)"
    assert list(told_of_exceptions(ModuleType("any"), ast.parse(said)))


def test_debug_says_nothing_of_what_a_camera_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    root, quiet = logging.getLogger(), ("aiosqlite", "alembic", "apscheduler", "PIL")
    before = root.handlers, root.level, [logging.getLogger(name).level for name in quiet]
    root.handlers = []
    try:
        set_up_logging("DEBUG")
        logging.getLogger("bot").debug("a word of our own")
        clean(camera_photo())
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
        for name, level in zip(quiet, before[2], strict=True):
            logging.getLogger(name).setLevel(level)
    told = capsys.readouterr().err
    assert "a word of our own" in told
    assert SECRET.decode() not in told
    assert "GPS" not in told
