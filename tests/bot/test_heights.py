"""Whoever has a small phone sees the question and its buttons at once: every ordinary sample is reckoned, in both
languages, as the text comes and half as large again.

What is ordinary, the samples say of themselves (`Sample.ordinary`): of usual length and number, as most people meet it;
no name at its limit, no full page of the longest. A new topic's count by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import mean

import pytest

from bot.fsm.wizard import AnyStep
from bot.views.common import Scene
from bot.views.screen import Screen
from services.texts.i18n import LOCALES, Texts, texts
from tests.bot.test_screens import EVERY_STEP, keys_of
from tests.gallery.fits import TALLEST
from tests.gallery.pieces import Piece, subjects
from tests.gallery.studio import chromium, studio
from tests.samples import EVERY
from tests.samples.common import NOW, StepSample
from tests.support.heights import ROOM, SCALES, height, label_lines

FIT = {1.0: 0.90, 1.5: 0.50}
"""The share of ordinary samples that fit, at each scale of the text."""
FIT_VIEWS = {1.0: 0.90, 1.5: 0.45}
"""The same of views and steps: one with many samples counts as one."""
HIGHEST = {1.0: 850, 1.5: 1650}
"""Pixels that no ordinary one is above, so that none hides behind the others."""
READ = {"consent.whole"}
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
