"""«Ещё»: what does not stand in the main menu itself."""

from __future__ import annotations

from collections.abc import Sequence

from bot.keyboards.kit import Row, back_row, markup
from bot.views.screen import Screen
from services.texts.i18n import Html, Texts, blocks, bold, lines


def more(t: Texts, told: Sequence[Html], entries: Sequence[Row]) -> Screen:
    """`told`: a sentence about each entry whose button does not say all; `entries`: rows of buttons."""
    return Screen(blocks(bold(t("☰ More")), lines(*told)), markup(*entries, back_row(t, None)))
