"""What each kind of notification says, as things are now: when it goes out, and when the list shows or opens it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.keyboards.kit import led_back
from bot.topic import Line, LinesSpec, NoticeContext, NoticeSpec, Rendered
from bot.views import common
from bot.views.notifications import NotificationLine
from bot.views.screen import Screen
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.clock import Clock
from services.errors import NotFound
from services.notify.model import Letter, LetterEnd, Notification
from services.texts.i18n import Texts


class Notices:
    """All kinds that the topics have declared; services are filled in."""

    def __init__(self, specs: Sequence[NoticeSpec], lines: Sequence[LinesSpec], persons: Persons, clock: Clock) -> None:
        self._specs: Mapping[str, NoticeSpec] = {each.kind: each for each in specs}
        self._lines = lines
        self._persons = persons
        self._clock = clock

    async def render(self, account: Account, note: Notification, t: Texts) -> Rendered:
        """What is to be sent now; None where it no longer applies. Raises `RegistryUnavailable`."""
        try:
            return await self._specs[note.kind].render(self._context(account, note, t))
        except NotFound:
            return None

    async def letter(self, account: Account, note: Notification, t: Texts) -> Letter | None:
        """The same by e-mail; None where it would tell what is so no longer. Raises `RegistryUnavailable`."""
        write = self._specs[note.kind].letter
        if write is None:
            return None
        try:
            return await write(self._context(account, note, t))
        except NotFound:
            return None

    def goes_elsewhere(self, kind: str) -> bool:
        """Whether letters of this kind go to addresses of their own."""
        return self._specs[kind].own_address is not None

    async def own_address(self, account: Account, note: Notification, t: Texts) -> str | None:
        """Where such a letter goes; None: nowhere any more."""
        own = self._specs[note.kind].own_address
        return await own.of(self._context(account, note, t)) if own is not None else None

    async def letter_ended(self, account: Account, note: Notification, t: Texts, end: LetterEnd) -> None:
        """What has become of such a letter."""
        own = self._specs[note.kind].own_address
        if own is not None:
            await own.ended(self._context(account, note, t), end)

    async def opened(self, account: Account, note: Notification, t: Texts, by: NotificationOpen) -> Screen:
        """What a line of the list leads to, with the way back there; `NotFound` where that is gone.

        Raises `RegistryUnavailable`.
        """
        spec, context = self._specs[note.kind], replace(self._context(account, note, t), opened_by=by)
        if spec.opened is not None:
            screen = await spec.opened(context)
        else:
            notice = await spec.render(context)
            screen = notice if isinstance(notice, Screen) else common.gone(t)
        return replace(screen, markup=led_back(t, screen.markup, NotificationList(page=by.page)))

    async def lines(self, account: Account, notes: Sequence[Notification], t: Texts) -> tuple[NotificationLine, ...]:
        """Lines of the list, each topic asked once for all of its own."""
        known: dict[str, Line] = {}
        for spec in self._lines:
            own = [each for each in notes if each.kind in spec.kinds]
            if own:
                known |= await spec.draw(account, own, t, self._clock.now())
        names = {person.id: person.listed_name for person in await self._persons.family(account)}
        return tuple(self._line(each, known.get(each.id), names, t) for each in notes)

    def is_transient(self, kind: str) -> bool:
        """Whether one that is not sent never happened."""
        return self._specs[kind].transient

    def _context(self, account: Account, note: Notification, t: Texts) -> NoticeContext:
        return NoticeContext(account, note.kind, note.subject_id, t, self._clock.now(), note.person_id)

    def _line(self, note: Notification, known: Line | None, names: Mapping[str, str], t: Texts) -> NotificationLine:
        headline = self._specs[note.kind].headline
        drawn = known or Line()
        person = drawn.person or names.get(note.person_id or "")
        return NotificationLine(note, drawn.headline or t(headline), drawn.about, drawn.names, person, drawn.tz)


def mailed(specs: Sequence[NoticeSpec]) -> Collection[str]:
    """Kinds that are told by e-mail too."""
    return frozenset(each.kind for each in specs if each.letter is not None and not each.letter_alone)


def unlisted(specs: Sequence[NoticeSpec]) -> Collection[str]:
    """Kinds that are told by e-mail alone."""
    return frozenset(each.kind for each in specs if each.letter_alone)


def to_come(specs: Sequence[NoticeSpec]) -> Collection[str]:
    """Kinds that say there is something to come to."""
    return frozenset(each.kind for each in specs if each.ahead)


def of_a_day(specs: Sequence[NoticeSpec]) -> Collection[str]:
    """Kinds whose subject is a day."""
    return frozenset(each.kind for each in specs if each.of_a_day)
