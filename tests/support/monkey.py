"""A walker that presses any button and types anything, for several people at once, and what must hold all the while.

A walk is a list of `Step`s. What a step does depends on what stands in the chat: it chooses among what there is. So the
same list does nearly the same to the same bot, and a walk that went wrong can be gone again (`replayed`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from random import Random

from bot.keyboards.buttons.common import GO_HOME, GO_HOME_BELOW, Close
from bot.keyboards.buttons.consent import ConsentAgain, ConsentPress, ConsentRead
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.person import GO_FORM
from bot.keyboards.buttons.wizard import WizardPress
from emulator import people
from emulator.driver import Button, Fault, Message, User
from emulator.world import World
from services.registry.local.demo_family import enp
from services.registry.model import Sex, VisitStatus
from tests.e2e.desk import desk_of
from tests.e2e.people import BORN
from tests.support.bot_process import BotProcess

HOME = GO_HOME.pack()
_TO_HOME = frozenset({HOME, GO_HOME_BELOW.pack()})
_HOMES = frozenset({*_TO_HOME, GO_MORE.pack(), GO_FORM.pack()})
"""The button to it, and what stands on it alone, with and without somebody to book for."""
_PROMPT = "⬇️"
_CONSENTS = tuple(f"{each.__prefix__}:" for each in (ConsentPress, ConsentAgain, ConsentRead))
_CLOSE = Close().pack()
_WIZARD = f"{WizardPress.__prefix__}:"
_FORGIVEN = ("message to edit not found", "message to delete not found", "query is too old")
"""What Telegram answers where a button of a message that is gone was pressed; the bot shows another."""
_FORWARD_OF = 6
"""Of so many presses one may also lead back; the others go forward where they can, or nobody would get far."""


class Act(StrEnum):
    """What somebody does, or what befalls them."""

    PRESS = "press"
    PRESS_TWICE = "press twice"
    PRESS_OLD = "press old"
    ANSWER = "answer"
    TYPE = "type"
    COMMAND = "command"
    CONTACT = "contact"
    LOCATION = "location"
    PHOTO = "photo"
    FILE = "file"
    STICKER = "sticker"
    LEAVE = "leave and come back"
    LANGUAGE = "language"
    LATER = "later"
    TELEGRAM = "telegram"
    REGISTRY = "registry"
    DOUBLED = "doubled"
    OVERTAKEN = "overtaken"


OFTEN = (
    *(Act.PRESS,) * 24,
    *(Act.PRESS_OLD,) * 5,
    *(Act.PRESS_TWICE,) * 2,
    *(Act.ANSWER,) * 8,
    *(Act.TYPE,) * 3,
    *(Act.COMMAND,) * 2,
    *tuple(Act),
)
"""How often each is done: most people press."""

# No `%` and no `{`: what looks like a place left unfilled is looked for in texts, and theirs are echoed.
_ALPHABETS = (
    *range(0x20, 0x7F),
    *range(0x410, 0x450),
    *range(0x5D0, 0x5EA),
    *range(0x1F600, 0x1F640),
    0,
    0xAD,
    0x200B,
    0x202E,
)
COMMANDS = ("/start", "/help", "/cancel", "/language", "/export_me", "/delete_me", "/start c-demo-01", "/start junk")
_REGISTRY = ("unavailable", "lost", "silent", "refuse:time_busy")
_TELEGRAM = (
    Fault(method="editMessageText", code=502),
    Fault(method="editMessageText", kind="lose_reply"),
    Fault(method="sendMessage", kind="lose_reply"),
    Fault(method="answerCallbackQuery", kind="lose_reply"),
    Fault(method="editMessageText", code=429, retry_after=1),
    Fault(method="deleteMessage", code=502),
)


@dataclass(frozen=True, slots=True)
class Step:
    """`pick`: which of what there is, taken modulo; `text`: what is typed."""

    act: Act
    pick: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody with words of their own, which nobody else may ever be shown.

    `words`: surname, first name, policy number, SNILS, e-mail address.
    """

    user: User
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.user.person.first_name

    @property
    def newest(self) -> Message | None:
        """The bot's newest message that is no mere addition: no file to be closed, no holder of a reply keyboard."""
        for each in reversed(self.user.messages()):
            aside = each.text.startswith(_PROMPT) or set(_data_of(each)) == {_CLOSE}
            if each.from_bot and not each.deleted and not aside:
                return each
        return None

    @property
    def screen(self) -> Message | None:
        """What is dealt with now: the newest message with buttons that is more than something to be closed."""
        shown = [each for each in self.user.messages() if each.from_bot and not each.deleted]
        return next((each for each in reversed(shown) if set(_data_of(each)) - {_CLOSE}), None)


@dataclass
class Walk:
    """One walk over one bot, with a line for every step."""

    bot: BotProcess
    walkers: list[Walker] = field(default_factory=list)
    steps: Sequence[Step] = ()
    lines: list[str] = field(default_factory=list)
    read: dict[tuple[int, int], str] = field(default_factory=dict)

    async def go(self) -> None:
        """All steps, one of each person at once; then trouble ends, and everybody gets home."""
        self.bot.emulator.forgiven = _FORGIVEN
        try:
            for batch in zip_longest(*[iter(self.steps)] * len(self.walkers)):
                for walker, step in zip(self.walkers, batch, strict=True):
                    if step is not None:
                        self.lines.append(self._do(walker, step))
                self.bot.emulator.world.deliver_overtaken()  # nobody came after
                await self.bot.emulator.wait_quiet()
                self._check()
            await self._end()
        except AssertionError as failed:
            raise AssertionError(f"{failed}\n{self._told()}") from failed

    def _do(self, walker: Walker, step: Step) -> str:
        """Does it without waiting; gives the line that tells it."""
        done = _ACTS[step.act](self, walker, step)
        return f"{walker.name}: {step.act} {done}".rstrip()

    def press(self, walker: Walker, step: Step) -> str:
        return self._press(walker, walker.screen, step.pick, 1)

    def press_twice(self, walker: Walker, step: Step) -> str:
        return self._press(walker, walker.screen, step.pick, 2)

    def press_old(self, walker: Walker, step: Step) -> str:
        """A button of any message, of one that is long gone from the screen as well."""
        old = [each for each in walker.user.messages() if each.from_bot and each.buttons]
        return self._press(walker, old[step.pick % len(old)] if old else None, step.pick // 7, 1)

    def _press(self, walker: Walker, message: Message | None, pick: int, times: int) -> str:
        buttons = _forward(message, pick) if message else []
        if message is None or not buttons:
            return self._say(walker, "/start")
        button = buttons[pick % len(buttons)]
        for _ in range(times):
            people.press(*self._where(walker), message.id, button.callback_data or "")
        return f"«{button.text}» on #{message.id}"

    def answer(self, walker: Walker, step: Step) -> str:
        """What fits a question of ours: one's own words, a date, a number."""
        fitting = (*walker.words, f"{BORN:%d.%m.%Y}", "-", "123456", "Балашиха", "Терапевт", "Болит голова")
        return self._say(walker, fitting[step.pick % len(fitting)])

    def type(self, walker: Walker, step: Step) -> str:
        return self._say(walker, step.text if step.text.strip() else "?")

    def command(self, walker: Walker, step: Step) -> str:
        return self._say(walker, COMMANDS[step.pick % len(COMMANDS)])

    def contact(self, walker: Walker, step: Step) -> str:
        people.share_contact(*self._where(walker), None if step.pick % 3 else "+79160000000")
        return ""

    def location(self, walker: Walker, step: Step) -> str:
        people.send_location(*self._where(walker), (step.pick % 181) - 90.0, (step.pick % 361) - 180.0)
        return ""

    def photo(self, walker: Walker, step: Step) -> str:
        people.send_photo(*self._where(walker), caption=step.text[:200])
        return ""

    def file(self, walker: Walker, step: Step) -> str:
        name = ("x.pdf", "x.jpg", "x.html")[step.pick % 3]
        people.send_document(*self._where(walker), name, b"no picture at all")
        return name

    def sticker(self, walker: Walker, _: Step) -> str:
        people.send_sticker(*self._where(walker))
        return ""

    def leave(self, walker: Walker, _: Step) -> str:
        """Blocks the bot and presses RESTART."""
        world, bot_id, user_id = self._where(walker)
        people.set_blocked(world, bot_id, user_id, blocked=True)
        people.start(world, bot_id, user_id)
        return ""

    def language(self, walker: Walker, step: Step) -> str:
        code = ("ru", "en", "de")[step.pick % 3]
        people.edit(walker.user.emulator.world, walker.user.id, {"language_code": code})
        return code

    def later(self, _: Walker, step: Step) -> str:
        minutes = (1, 6, 45, 26 * 60)[step.pick % 4]
        self.bot.shift_clock(timedelta(minutes=minutes))
        return f"{minutes} min"

    def telegram(self, _: Walker, step: Step) -> str:
        fault = _TELEGRAM[step.pick % len(_TELEGRAM)]
        self.bot.emulator.fault(fault)
        return f"{fault.method} {fault.kind} {fault.code}"

    def registry(self, _: Walker, step: Step) -> str:
        """One of its acts fails from now on, or all is well again."""
        if step.pick % 2:
            self.bot.fault()
            return "well"
        method = ("book", "cancel", "move", "slots")[step.pick // 2 % 4]
        fault = _REGISTRY[step.pick // 8 % len(_REGISTRY)] if method == "book" else _REGISTRY[0]
        self.bot.fault(**{method: fault})
        return f"{method} {fault}"

    def doubled(self, _: Walker, __: Step) -> str:
        self.bot.emulator.duplicate_updates()
        return ""

    def overtaken(self, _: Walker, __: Step) -> str:
        self.bot.emulator.reorder_updates()
        return ""

    def _say(self, walker: Walker, text: str) -> str:
        people.say(*self._where(walker), text)
        return repr(text)

    def _where(self, walker: Walker) -> tuple[World, int, int]:
        return self.bot.emulator.world, self.bot.emulator.bot_id, walker.user.id

    def _check(self) -> None:
        """What holds after every step: nothing is thrown, everybody has a way home and sees their own alone."""
        self.bot.emulator.check()
        for walker in self.walkers:
            foreign = [word for other in self.walkers if other is not walker for word in other.words]
            for message in self._unread(walker):
                shown = [
                    word for word in foreign if word in message.text or any(word in each for each in message.labels)
                ]
                assert not shown, f"{walker.name} is shown {shown} of somebody else"
            newest = walker.newest
            assert newest is None or _leads_home(newest), f"{walker.name} has no way home from: {newest.text}"
        twice = self.bot.rows(
            "SELECT slot_id FROM registry_visit WHERE status = ? GROUP BY slot_id HAVING count(*) > 1"
            " UNION ALL SELECT patient_id FROM registry_visit WHERE status = ?"
            " GROUP BY patient_id, starts_at HAVING count(*) > 1",
            *(VisitStatus.BOOKED.value,) * 2,
        )
        assert not twice, f"booked twice: {twice}"

    def _unread(self, walker: Walker) -> Iterable[Message]:
        """The bot's messages that are new or changed since the last look."""
        for message in walker.user.messages():
            known = (walker.user.id, message.id)
            if message.from_bot and self.read.get(known) != message.html + str(message.labels):
                self.read[known] = message.html + str(message.labels)
                yield message

    async def _end(self) -> None:
        """All is well again: whatever has begun is settled, and a press leads everybody home."""
        self.bot.fault()
        self.bot.emulator.world.end_faults()
        self.bot.shift_clock(timedelta(minutes=10))
        open_intents = "SELECT id FROM booking_intent WHERE status = 'pending'"
        await self.bot.comes_true(lambda: not self.bot.rows(open_intents), "every booking has an outcome")
        await self.bot.emulator.wait_quiet()
        for walker in self.walkers:
            screen = walker.screen
            if screen is None:
                await walker.user.send("/start")
                continue
            await walker.user.press_data(screen.id, HOME)
            shown = walker.screen
            assert shown is not None, f"{walker.name} has nothing before them"
            assert _leads_home(shown), f"{walker.name} did not get home"
        self._check()
        async with desk_of(self.bot) as desk:
            for walker in self.walkers:
                starts = [(each.patient_id, each.start) for each in await desk.standing(walker.user)]
                assert len(starts) == len(set(starts)), "one person, two visits at once"

    def _told(self) -> str:
        """The last steps, and where the whole walk lies to be gone again."""
        target = Path("build") / "monkey.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps([asdict(step) for step in self.steps[: len(self.lines)]], ensure_ascii=False))
        last = "\n".join(f"{number}. {line}" for number, line in list(enumerate(self.lines, 1))[-30:])
        return f"--- the walk ---\n{last}\n--- again: make monkey REPLAY={target} ---"


def steps_of(seed: int, count: int) -> list[Step]:
    """The walk of this seed."""
    random = Random(seed)
    return [Step(random.choice(OFTEN), random.randrange(10_000), _text(random)) for _ in range(count)]


def _text(random: Random) -> str:
    """Up to twelve characters of any script, control characters and emoji among them."""
    return "".join(chr(random.choice(_ALPHABETS)) for _ in range(random.randrange(13)))


def replayed(file: Path) -> list[Step]:
    """The steps of a walk that went wrong."""
    return [Step(**{**each, "act": Act(each["act"])}) for each in json.loads(file.read_text())]


async def walkers_of(bot: BotProcess, count: int) -> list[Walker]:
    """Somebody with words that nobody else has; all but the last begin with an account and the ready family."""
    made = []
    for number in range(count):
        user = await bot.emulator.user(_NAMES[number], phone=f"+7916555000{number}")
        await user.send("/start")
        if number < count - 1:
            await user.press("✅")
            await user.press("Взять готовую семью")
        words = (_SURNAMES[number], enp(BORN, Sex.FEMALE, 90_000 + number), f"walker{number}@example.org")
        made.append(Walker(user, words))
    return made


_NAMES = ("Ася", "Боря", "Вика", "Гена")
_SURNAMES = ("Мартышкина", "Шимпанзе", "Гориллова", "Гиббонова")

_ACTS: dict[Act, Callable[[Walk, Walker, Step], str]] = {
    Act.PRESS: Walk.press,
    Act.PRESS_TWICE: Walk.press_twice,
    Act.PRESS_OLD: Walk.press_old,
    Act.ANSWER: Walk.answer,
    Act.TYPE: Walk.type,
    Act.COMMAND: Walk.command,
    Act.CONTACT: Walk.contact,
    Act.LOCATION: Walk.location,
    Act.PHOTO: Walk.photo,
    Act.FILE: Walk.file,
    Act.STICKER: Walk.sticker,
    Act.LEAVE: Walk.leave,
    Act.LANGUAGE: Walk.language,
    Act.LATER: Walk.later,
    Act.TELEGRAM: Walk.telegram,
    Act.REGISTRY: Walk.registry,
    Act.DOUBLED: Walk.doubled,
    Act.OVERTAKEN: Walk.overtaken,
}


def _data_of(message: Message) -> list[str]:
    return [each.callback_data for row in message.buttons for each in row if each.callback_data]


def _forward(message: Message, pick: int) -> list[Button]:
    """What leads on from there, a wizard's own buttons before others; now and then all there is."""
    buttons = [each for row in message.buttons for each in row if each.callback_data]
    onward = [
        each
        for each in buttons
        if each.callback_data not in (HOME, GO_HOME_BELOW.pack())
        and not each.text.startswith(("⬅️", "◀️"))
        and not each.text.endswith(" ▶️")
    ]
    wizards = [each for each in onward if str(each.callback_data).startswith(_WIZARD)]
    return (wizards or onward or buttons) if pick % _FORWARD_OF else buttons


def _leads_home(message: Message) -> bool:
    """A way home, or Home itself; before consent, consent."""
    data = _data_of(message)
    return not _HOMES.isdisjoint(data) or any(each.startswith(_CONSENTS) for each in data)
