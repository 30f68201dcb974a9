"""Whoever has a small phone sees the question and its buttons at once: every ordinary sample is reckoned, in both
languages, as the text comes and half as large again; and what a button says is not said again above it.

What is ordinary, the samples say of themselves (`Sample.ordinary`): of usual length and number, as most people meet it;
no name at its limit, no full page of the longest. A new topic's count by themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import mean

import pytest

from bot.fsm import booking, moving
from bot.fsm.wizard import AnyStep
from bot.views import refusals
from bot.views.common import Scene
from bot.views.screen import Screen
from services.errors import Denial
from services.registry.model import Clinic, Refusal
from services.texts.i18n import LOCALES, Html, Texts, texts
from tests.bot.test_screens import EVERY_STEP, keys_of
from tests.gallery.fits import TALLEST
from tests.gallery.pieces import Piece, subjects
from tests.gallery.studio import chromium, studio
from tests.samples import EVERY
from tests.samples.common import NOW, PLAIN, StepSample
from tests.support.heights import ROOM, SCALES, height, label_lines
from tests.support.telegram_limits import formatted

FIT = {1.0: 0.92, 1.5: 0.55}
"""The share of ordinary samples that fit, at each scale of the text."""
FIT_VIEWS = {1.0: 0.92, 1.5: 0.48}
"""The same of views and steps: one with many samples counts as one."""
HIGHEST = {1.0: 850, 1.5: 1650}
"""Pixels that no ordinary one is above, so that none hides behind the others."""
Said = Callable[[Texts, Refusal | Denial, Clinic], Html]
REFUSED: list[tuple[str, Mapping[Refusal | Denial, str], Said]] = [
    ("booking", booking.NEXT_SCREENS, refusals.refusal),
    ("moving", moving.NEXT_SCREENS, refusals.move_refusal),
]
"""By wizard: which step follows why a time is not had, and how that is said."""
READ = {"consent.whole", "insurer_choice.guide_page"}
"""What is opened to be read to its end, however long it is."""
COMPARED = 24
_NEAR = 0.05


def ordinary() -> Iterator[tuple[str, Callable[[Texts], Screen]]]:
    """By the names of the gallery."""
    for kind, step in EVERY_STEP:
        for sample in EVERY.steps[kind][step.name]:
            if sample.ordinary:
                yield f"{kind}-wizard.{step.name}", partial(_step, kind, step, sample)
    for each in EVERY.screens:
        if each.ordinary:
            yield str(each), each.draw


def _step(kind: str, step: AnyStep, sample: StepSample, t: Texts) -> Screen:
    return step.view(sample.data, keys_of(kind, step), Scene(t, NOW))


NEEDED = {
    "access-wizard.accept": "it is the question",
    "access.opened_elsewhere": "it says which of two buttons ends the access",
    "disputes.question": "it says what each of the two does",
    "disputes.row": "it says what the button is for",
    "edit-wizard.check": "what is to be corrected is seen there",
    "help.topic": "help is about buttons",
    "more.more": "it says what is behind a short name",
    "record.record": "it says what is behind a short name",
    "wishes.offers": "it says what is behind a short name",
}
"""Where a text names a button below it, and why one cannot choose without."""
_MARK = re.compile(r"^\W+")
_BY_NUMBER = re.compile(r"\d*($| · )")


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_button_says_is_not_said_again_above_it(locale: str) -> None:
    """Those of a number aside: the text is what they are chosen by."""
    named = defaultdict(set)
    for name, draw in ordinary():
        screen = draw(texts(locale))
        text = formatted(screen.text).text
        for label in (_MARK.sub("", each.text) for row in screen.markup.inline_keyboard for each in row):
            if not _BY_NUMBER.match(label) and re.search(rf"\b{re.escape(label)}\b", text):
                named[name].add(label)
    assert {name: labels for name, labels in named.items() if name not in NEEDED} == {}
    assert set(named) == set(NEEDED), "these are needed no more"


def test_every_view_and_every_step_says_what_is_ordinary() -> None:
    every = {f"{kind}-wizard.{step.name}" for kind, step in EVERY_STEP} | {str(each) for each in EVERY.screens}
    assert every - {name for name, _ in ordinary()} == READ


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("locale", LOCALES)
def test_most_ordinary_screens_fit_a_small_phone_and_none_is_far_above(locale: str, scale: float) -> None:
    t = texts(locale)
    heights = sorted(((height(draw(t), scale), name) for name, draw in ordinary()), reverse=True)
    tallest = "\n".join(f"{pixels:.0f} px: {name}" for pixels, name in heights[:TALLEST])
    fitting: dict[str, list[bool]] = defaultdict(list)
    for pixels, name in heights:
        fitting[name].append(pixels <= ROOM)
    of_samples, of_views = mean(chain(*fitting.values())), mean(mean(each) for each in fitting.values())
    told = (
        f"{of_samples:.1%} of {len(heights)} samples and {of_views:.1%} of views fit {ROOM} px; the tallest:\n{tallest}"
    )
    assert of_samples >= FIT[scale], told
    assert of_views >= FIT_VIEWS[scale], told
    assert heights[0][0] <= HIGHEST[scale], f"the tallest:\n{tallest}"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "next_screens", "said"), REFUSED, ids=[kind for kind, *_ in REFUSED])
def test_why_a_time_is_refused_fits_above_the_others(
    locale: str, kind: str, next_screens: Mapping[Refusal | Denial, str], said: Said
) -> None:
    """What does not fit above what is to be chosen now is told by itself."""
    t = texts(locale)
    (step,) = (each for of, each in EVERY_STEP if (of, each.name) == (kind, "time"))
    ordinary_times = [each for each in EVERY.steps[kind]["time"] if each.ordinary]
    for reason in (reason for reason, name in next_screens.items() if name == "time"):
        for sample in ordinary_times:
            screen = step.view(sample.data, keys_of(kind, step), Scene(t, NOW, said(t, reason, PLAIN)))
            assert height(screen, 1.0) <= ROOM, (reason, screen.text)


async def test_the_reckoning_is_what_chromium_draws(tmp_path: Path) -> None:
    """Within five hundredths or a line, whichever is more."""
    first = [each.first for each in subjects()]
    screens = [each for each in first if isinstance(each.draw(texts("ru")), Screen)]
    pieces = screens[:: len(screens) // COMPARED][:COMPARED]
    assert len(pieces) == COMPARED
    async with chromium() as browser:
        for locale in LOCALES:
            async with studio(browser, locale, dark=False) as phone:
                await phone.empty_chat(tmp_path / "start.png")
                for piece in pieces:
                    check(piece, locale, await phone.take(piece, tmp_path / "taken.png"))


def check(piece: Piece, locale: str, drawn: dict[float, float]) -> None:
    screen = piece.draw(texts(locale))
    assert isinstance(screen, Screen)
    for scale, pixels in drawn.items():
        line = 1.38 * 16 * scale
        off = height(screen, scale) - pixels
        assert abs(off) <= max(_NEAR * pixels, line + 1), (
            f"{piece.name} in {locale} at {scale}: {off:+.0f} of {pixels:.0f}"
        )


def test_what_is_longer_is_taller() -> None:
    """The reckoning sees a word that wraps, a label that wraps, and a row more."""
    assert label_lines("Терапевт", 9) == 1
    assert label_lines("Терапевт, завтра 09:20", 9) == 2
    assert label_lines("Травматолог-ортопед", 9) == 2
