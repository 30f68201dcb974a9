"""How much stands on a screen, for everybody and for who reads big letters: the only place where sizes are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.keyboards.kit import HALF_A_LINE, in_two_lines
from bot.keyboards.markup import Button, Markup
from services.accounts.model import Account

WEEK = 7
"""A row of so many is a week of a calendar, and stands as it is: it would be none in other rows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of what is listed, and how buttons share a row.

    `page`: items of a page whose buttons say all; `described`: of a page whose text describes them; `pins`: of a map;
    `times`: of one part of a day; `years`: that are offered together; `houses`: of a street, by their numbers.
    `in_row`: how many buttons may share a row, and `shared`: how many characters each of the two lines of their labels
    may have then.
    `lists_days`: days stand as a list until somebody asks for the calendar.
    """

    page: int
    described: int
    pins: int
    times: int
    years: int
    houses: int
    in_row: int
    shared: int
    lists_days: bool

    def laid(self, markup: Markup) -> Markup:
        """The same buttons in the same order, in rows whose labels can be read."""
        return Markup([line for row in markup.inline_keyboard for line in self._lines(row)])

    def _lines(self, row: Sequence[Button]) -> Iterator[list[Button]]:
        if len(row) == WEEK:
            yield list(row)
            return
        line: list[Button] = []
        for each in row:
            fits = len(line) < self.in_row and all(in_two_lines(other.text, self.shared) for other in (*line, each))
            if line and not fits:
                yield line
                line = []
            line.append(each)
        if line:
            yield line


USUAL = Layout(page=6, described=4, pins=8, times=24, years=8, houses=12, in_row=8, shared=64, lists_days=False)
"""As views put them: Telegram takes no more buttons in a row, and no longer labels."""
LARGE = Layout(page=3, described=2, pins=4, times=8, years=4, houses=6, in_row=2, shared=HALF_A_LINE, lists_days=True)
"""«Крупно»: halves at most, four rows of times, and what half of a narrow phone shows of a label in letters half as
large again."""


def layout_of(account: Account | None) -> Layout:
    """As the account has chosen; guests have chosen nothing."""
    return LARGE if account is not None and account.large else USUAL
