"""Every screen in every language, checked against Telegram's limits and our own promises."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import bot.views
from bot.fsm.access import KIND as ACCESS
from bot.fsm.access import access_steps
from bot.fsm.booking import KIND as BOOKING
from bot.fsm.booking import booking_steps
from bot.fsm.family import EDIT, edit_steps, family_steps
from bot.fsm.family import KIND as FAMILY
from bot.fsm.mail import KIND as MAIL
from bot.fsm.mail import mail_steps
from bot.fsm.moving import KIND as MOVING
from bot.fsm.moving import moving_steps
from bot.fsm.person import KIND as PERSON
from bot.fsm.person import own_form_steps
from bot.fsm.requests import KINDS as REQUESTS
from bot.fsm.requests import request_steps
from bot.fsm.storage import GROUPS
from bot.fsm.wizard import Step
from bot.keyboards.buttons.visits import Tab
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.wizard import StepButtons
from bot.views import booking, notifications, times, visits
from bot.views.common import Scene
from bot.views.prompts import PromptMessage
from bot.views.screen import Screen
from services.booking.model import VisitEntry, VisitPage
from services.notify.model import Notification, NotificationKind
from services.registry.model import DayOffer, VisitStatus
from services.texts.i18n import LOCALES, Html, Texts, texts
from tests.bot import samples
from tests.bot.samples import EVIL, NOW, PROMPTS, SAMPLE_DATA, SCREENS, SENTENCES, STEPS, TOASTS, Sample
from tests.support import telegram_limits as limits

WIZARDS = {BOOKING: booking_steps(), MOVING: moving_steps(), PERSON: own_form_steps(), ACCESS: access_steps()}
WIZARDS |= {kind: request_steps(kind) for kind in REQUESTS}
WIZARDS |= {FAMILY: family_steps(), EDIT: edit_steps(), MAIL: mail_steps()}
EVERY_STEP = [(kind, step) for kind, steps in WIZARDS.items() for step in steps]
KNOWN = limits.beginnings(SAMPLE_DATA)
NO_WAY_BACK = {(BOOKING, "checking"), (MOVING, "checking")}
"""The registry may have booked: there is nothing to go back to until it answers."""


def step_id(value: object) -> str:
    return value.name if isinstance(value, Step) else str(value)


def keys_of(kind: str, step: Step) -> StepButtons:
    first = WIZARDS[kind][0]
    return StepButtons("W" * 12, step.name, 99_999, can_go_back=step is not first)


def check_language(t: Texts, text: str, labels: list[str]) -> None:
    for said in (text, *labels):
        said = said.replace(EVIL, "").replace("{name}", "")
        if t.locale == "ru":
            limits.check_russian(said)
        else:
            limits.check_english(said, KNOWN)


def check_escaped(html: str) -> None:
    entities = limits.formatted(html).entities
    assert not [each for each in entities if each["type"] == "underline"], "somebody's name became markup"


def without_evil(text: str) -> str:
    """A name may hold braces; a sentence may not."""
    return text.replace("{name}", "")


@pytest.fixture(params=LOCALES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts(request.param)


# --- wizards --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "step"), EVERY_STEP, ids=step_id)
def test_a_step_in_every_shape_and_with_every_note(kind: str, step: Step, t: Texts) -> None:
    buttons = keys_of(kind, step)
    for sample in STEPS[kind][step.name]:
        for note in (None, *(samples.notes(t) if sample.full else ())):
            screen = step.view(sample.data, buttons, Scene(t, NOW, note))
            check_wizard_screen(kind, step, screen, t, sample.name)


def check_wizard_screen(kind: str, step: Step, screen: Screen, t: Texts, name: str) -> None:
    try:
        check_escaped(screen.text)
        safe = Screen(Html(without_evil(screen.text)), markup_without_evil(screen), screen.picture)
        text, labels = limits.check_screen(safe)
        check_language(t, text, labels)
        data = limits.data_of(screen)
        assert limits.HOME in data
        verbs = [WizardPress.unpack(each).verb for each in data if each.startswith(WizardPress.__prefix__ + ":")]
        first = step is WIZARDS[kind][0]
        assert verbs.count(Verb.BACK) == (0 if first or (kind, step.name) in NO_WAY_BACK else 1)
    except AssertionError as error:
        error.add_note(f"{kind}.{step.name}: {name}")
        raise


def markup_without_evil(screen: Screen) -> Any:
    rows = [
        [button.model_copy(update={"text": without_evil(button.text)}) for button in row]
        for row in screen.markup.inline_keyboard
    ]
    return screen.markup.model_copy(update={"inline_keyboard": rows})


def test_every_step_of_every_wizard_has_a_sample() -> None:
    assert set(WIZARDS) == set(GROUPS), "a wizard without a table here"
    for kind, steps in WIZARDS.items():
        assert {step.name for step in steps} == set(STEPS[kind])
        for step in steps:
            assert any(sample.full for sample in STEPS[kind][step.name]), f"{step.name} is never drawn with notes"


def test_every_state_has_a_step() -> None:
    for kind, group in GROUPS.items():
        assert [step.state for step in WIZARDS[kind]] == list(group.__states__)


# --- other screens --------------------------------------------------------------------------------


@pytest.mark.parametrize("view", sorted({sample.draws for sample in SCREENS}, key=str), ids=lambda view: view.__name__)
def test_a_screen_in_every_shape(view: Callable[..., Any], t: Texts) -> None:
    for sample in SCREENS:
        if sample.draws is not view:
            continue
        screen = sample.draw(t)
        try:
            assert isinstance(screen, Screen)
            check_escaped(screen.text)
            text, labels = limits.check_screen(Screen(Html(without_evil(screen.text)), markup_without_evil(screen)))
            check_language(t, text, labels)
            assert not sample.home or limits.HOME in limits.data_of(screen)
        except AssertionError as error:
            error.add_note(f"{sample} of {str(sample.args)[:300]}")
            raise


@pytest.mark.parametrize("sample", TOASTS, ids=str)
def test_a_toast_is_short_and_plain(sample: Sample, t: Texts) -> None:
    said = sample.draw(t)
    assert 1 <= len(said) <= limits.TOAST
    assert "<" not in said
    check_language(t, said, [])


@pytest.mark.parametrize("sample", PROMPTS, ids=str)
def test_a_prompt(sample: Sample, t: Texts) -> None:
    prompt = sample.draw(t)
    assert isinstance(prompt, PromptMessage)
    text = limits.check_text(prompt.text)
    labels = [key.text for row in prompt.keyboard.keyboard for key in row]
    assert len(labels) == 1
    check_language(t, text, labels)


@pytest.mark.parametrize("sample", samples.MARKUPS, ids=str)
def test_a_keyboard_by_itself(sample: Sample, t: Texts) -> None:
    check_language(t, "", limits.check_markup(sample.draw(t)))


@pytest.mark.parametrize(
    "view", sorted({sample.draws for sample in SENTENCES}, key=str), ids=lambda view: view.__name__
)
def test_a_sentence(view: Callable[..., Any], t: Texts) -> None:
    for sample in SENTENCES:
        if sample.draws is view:
            said = sample.draw(t)
            assert said.strip(), sample
            limits.check_words(without_evil(said))
            check_language(t, limits.formatted(said).text if isinstance(said, Html) else said, [])


# --- nothing is left out --------------------------------------------------------------------------

DRAWN_INSIDE = {"Screen", "PromptMessage", "InlineKeyboardMarkup", "Html", "str"}


def view_functions() -> Iterator[Callable[..., Any]]:
    """Public functions of `bot.views` that say something: they take `t`, or draw a wizard's step."""
    for module in pkgutil.iter_modules(bot.views.__path__, "bot.views."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ != module.name or name.startswith("_"):
                continue
            signature = inspect.signature(function)
            if signature.return_annotation == "Screen" or next(iter(signature.parameters), "") == "t":
                yield function


def test_every_view_has_a_sample() -> None:
    drawn = {sample.draws for sample in (*SCREENS, *PROMPTS, *samples.MARKUPS, *TOASTS, *SENTENCES)}
    drawn |= {sample.draws for sample in (*samples.DOCUMENTS, *samples.FILES, *samples.LETTERS)}
    drawn |= {step.view for _, step in EVERY_STEP}
    functions = list(view_functions())
    missing = {f"{each.__module__}.{each.__name__}" for each in functions if each not in drawn}
    assert not missing, f"no sample draws {sorted(missing)}"
    assert len(functions) > 40, "the search itself works"


# --- the portal's own words -----------------------------------------------------------------------

STATUSES = {
    VisitStatus.BOOKED: "Запись подтверждена",
    VisitStatus.CANCELLED_BY_PATIENT: "Запись отменена заявителем",
    VisitStatus.CANCELLED_BY_CLINIC: "Отменена медучреждением",
    VisitStatus.MOVED: "Перенесена",
    VisitStatus.FULFILLED: "Случай завершён",
    VisitStatus.MISSED: "Неявка",
}


def read(screen: Screen) -> str:
    return limits.formatted(screen.text).text


@pytest.mark.parametrize("status", VisitStatus)
def test_the_card_bears_the_portals_columns_and_statuses(status: VisitStatus) -> None:
    entry = VisitEntry(samples.visit(at=samples.slot(), status=status), samples.ANNA)
    card = read(visits.ticket(texts("ru"), entry, NOW))
    assert STATUSES[status] in card
    assert "Специальность / Ф. И. О. врача: Терапевт / Ветров Иван Петрович" in card
    assert "Дата и время: завтра, вт 24 ноября, 09:00" in card
    assert "Учреждение: Поликлиника № 1" in card
    assert "4071-2265" in card
    assert "Иванова Анна Сергеевна" in card
    listed = read(visits.visit_list(texts("ru"), Tab.PAST, VisitPage((entry,), 1), 0, NOW))
    assert status is VisitStatus.BOOKED or STATUSES[status] in listed


@pytest.mark.parametrize("tab", Tab)
@pytest.mark.parametrize("total", [0, 1, 9])
def test_the_list_bears_the_portals_title_and_count(tab: Tab, total: int) -> None:
    found = VisitPage((samples.SHORT_VISIT,) * min(total, 8), total)
    listed = read(visits.visit_list(texts("ru"), tab, found, 0, NOW))
    assert listed.startswith("Записи на приём")
    assert f"Всего записей: {total}" in listed
    if total:
        assert "Терапевт / Ветров Иван Петрович" in listed
        assert "Поликлиника № 1" in listed
        assert "Иванова Анна Сергеевна" in listed
    else:
        assert "Нет данных" in listed


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (NotificationKind.BOOKING_CONFIRMED, "Запись подтверждена"),
        (NotificationKind.BOOKING_FAILED, texts("ru")("The booking could not be made")),
    ],
)
def test_a_notification_says_what_happened_even_if_its_visit_is_out_of_sight(kind: NotificationKind, told: str) -> None:
    line = notifications.NotificationLine(Notification("n1", "a1", kind, "v1", NOW), None)
    listed = read(notifications.listing(texts("ru"), (line,), 1, 0, NOW))
    assert f"1. {told}" in listed


def test_every_later_screen_of_a_booking_names_its_person() -> None:
    who = "Иванова Анна Сергеевна"
    place = times.Place(who, samples.PLAIN)
    chosen = times.Chosen(place, "110", "Терапевт", None)
    drawn: dict[str, Any] = {
        "unattached": place,
        "checking": place,
        "nopolicy": booking.NoPolicy(place, typed_here=False, own=True),
        "service": times.ServiceChoice(place, [], 0, 0),
        "doctor": times.DoctorChoice(place, "110", "Терапевт", [], 0, 0, None),
        "day": times.DayChoice(chosen, [DayOffer(NOW.date(), 1)], NOW.date().replace(day=1)),
        "time": times.TimeChoice(chosen, NOW.date(), [samples.slot()], times.DayPart.MORNING, [], 0, 1),
        "confirm": booking.Confirmation(place, samples.slot(), NOW),
    }
    steps = {step.name: step for step in WIZARDS[BOOKING]}
    for name, data in drawn.items():
        assert who in read(steps[name].view(data, keys_of(BOOKING, steps[name]), Scene(texts("ru"), NOW))), name


def test_times_of_another_zone_are_said_to_be_the_clinics() -> None:
    told = read(visits.ticket(texts("ru"), samples.LONGEST_VISIT, NOW))
    assert "местному времени" in told or "по времени" in told or "местное время" in told
