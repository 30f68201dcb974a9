"""What the driver looks at by itself when a test has ended well."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from emulator import people
from emulator.checks import logged, raw_msgids
from emulator.driver import Emulator, Fault

from .conftest import polling_bot

CATALOGUES = {
    "ru": {"Back": "Назад", "Home": "Домой", "Yes": "Да"},
    "en": {"Back": "Back", "Home": "Home", "Yes": "Yes"},
}
LOG = """INFO Update id=7 is not handled. Duration 1 ms by bot id=1
Traceback (most recent call last):
  File "bot.py", line 1, in <module>
ZeroDivisionError: division by zero
INFO going on
"""


@pytest.mark.parametrize(
    ("lines", "raw"),
    [
        (["Назад", "Домой", "что угодно"], []),
        (["Back", "Home"], []),
        (["Назад", "Home", "Да"], ["Home"]),
        (["anything", ""], []),
        ([], []),
    ],
)
def test_a_msgid_among_translated_lines_is_raw(lines: list[str], raw: list[str]) -> None:
    assert raw_msgids(lines, CATALOGUES) == raw
    assert raw_msgids(lines, {}) == []


def test_a_key_that_is_no_text_of_any_language_is_raw() -> None:
    catalogues = {"ru": {"menu.back": "Назад"}, "en": {"menu.back": "Back"}}
    assert raw_msgids(["menu.back"], catalogues) == ["menu.back"]


def test_what_a_log_tells() -> None:
    assert logged(LOG) == [
        "logged: Update id=7 is not handled",
        "exception logged: ZeroDivisionError: division by zero",
    ]
    assert logged("INFO all is well\n") == []


async def blamed(tmp_path: Path, *texts: str, **options: object) -> str:
    """What is said of a bot that echoes these texts."""
    with pytest.raises(AssertionError) as caught:  # noqa: PT012 (the end of the block raises)
        async with Emulator.start(tmp_path, quiet_ms=20, **options) as emulator, polling_bot(emulator):  # type: ignore[arg-type]
            user = await emulator.user()
            for text in texts:
                await user.send(text)
    return str(caught.value)


async def test_an_untold_end_is_told_with_the_dialogue(tmp_path: Path) -> None:
    said = await blamed(tmp_path, "Здравствуйте, {name}", "Назад\nHome", catalogues=CATALOGUES)
    problems, _, dialogue = said.partition("---")
    assert problems.splitlines() == [
        "placeholder {name} in 'Здравствуйте, {name}'",
        "msgid 'Home' in ['Назад\\nHome']",
    ]
    assert "bot #2: Здравствуйте, {name}" in dialogue


async def test_the_bots_log_is_read(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text(LOG)
    said = await blamed(tmp_path, "hello", bot_log=tmp_path / "bot.log")
    assert said.startswith("logged: Update id=7 is not handled\nexception logged: ZeroDivisionError")


async def test_a_message_about_which_nothing_is_done(tmp_path: Path) -> None:
    told = r"message 'person #1: /silent' of \d+ unhandled"
    with pytest.raises(AssertionError, match=told):  # noqa: PT012 (the end of the block raises)
        async with Emulator.start(tmp_path, quiet_ms=20) as emulator, polling_bot(emulator):
            user = await emulator.user()
            people.say(emulator.world, emulator.bot_id, user.id, "/silent")
            await emulator.wait_quiet()


async def test_what_the_bot_tried_counts_and_what_is_forgiven_does_not(tmp_path: Path) -> None:
    async with Emulator.start(tmp_path, quiet_ms=20) as emulator, polling_bot(emulator):
        user = await emulator.user()
        emulator.fault(Fault("sendMessage", code=403))
        people.say(emulator.world, emulator.bot_id, user.id, "hello")
        while all(call.ok for call in emulator.calls):
            await emulator.journal.activity.changed(5)
        await emulator.wait_quiet()
        assert emulator.problems() == []
        await user.send("{name}")
        emulator.forgiven = ("placeholder {name}",)
        emulator.check()
        emulator.forgiven = ()
        emulator.check()  # what was forgiven once is not told later
        await user.send("{surname}")
        with pytest.raises(AssertionError, match="surname"):
            emulator.check()
        await user.send("{surname}")
        with pytest.raises(AssertionError, match="surname"):
            emulator.check()  # the same trouble once more is a new one


async def test_a_test_that_fails_is_not_spoken_over(tmp_path: Path) -> None:
    with pytest.raises(asyncio.InvalidStateError):  # noqa: PT012
        async with Emulator.start(tmp_path, quiet_ms=20) as emulator, polling_bot(emulator):
            await (await emulator.user()).send("{name}")
            raise asyncio.InvalidStateError
