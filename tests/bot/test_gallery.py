"""Nothing that a person can meet is missing in the gallery, and what the docs keep of it is there."""

from __future__ import annotations

from pathlib import Path
from types import UnionType
from typing import get_args

from PIL import Image

from services.texts.i18n import LOCALES
from tests.bot.test_screens import EVERY_STEP, SHOWN, name_of, view_functions
from tests.gallery.chosen import CHAT, CHOSEN, DOCS, index
from tests.gallery.pieces import Shown, subjects
from tests.gallery.studio import WIDTH, chromium, studio

_COMMITTED_LIMIT = 1_500_000


def test_every_view_and_every_step_has_its_picture() -> None:
    seen = {subject.view for subject in subjects()}
    assert isinstance(Shown, UnionType)
    by_themselves = {each.__name__ for each in get_args(Shown)} - {"str"}
    assert by_themselves == SHOWN
    views = [each for each in view_functions() if each.__annotations__["return"] in SHOWN]
    assert len(views) > 40, "the search itself works"
    missing = {name_of(each) for each in views if each not in seen}
    missing |= {f"{kind}.{step.name}" for kind, step in EVERY_STEP if step.view not in seen}
    assert missing == set()


def test_every_picture_has_a_name_of_its_own() -> None:
    names = [subject.name for subject in subjects()]
    assert len(names) == len(set(names))
    assert {each.name for each in CHOSEN} <= {*names, "start"}


def test_the_docs_keep_a_handful_with_an_index() -> None:
    kept = {each.name: each.stat().st_size for each in DOCS.iterdir()}
    assert set(kept) == {"README.md", CHAT, *(each.file for each in CHOSEN)}
    assert sum(kept.values()) < _COMMITTED_LIMIT
    assert (DOCS / "README.md").read_text(encoding="utf-8").splitlines() == list(index())
    assert {each.locale for each in CHOSEN} == set(LOCALES)


async def test_a_picture_shows_the_whole_screen(tmp_path: Path) -> None:
    subject = next(each for each in subjects() if each.name == "booking-wizard.time")
    async with chromium() as browser, studio(browser, "en", dark=True) as phone:
        await phone.empty_chat(tmp_path / "start.png")
        first = next(subject.pieces())
        await phone.take(first, tmp_path / "time.png")
        shown = await phone.labels()
    assert "10:00" in shown
    with Image.open(tmp_path / "time.png") as taken, Image.open(tmp_path / "start.png") as before:
        assert taken.width == before.width == WIDTH
        assert taken.tobytes() != before.tobytes()
