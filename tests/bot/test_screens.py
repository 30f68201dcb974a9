"""Every screen in every language, checked against Telegram's limits and our own promises."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

import bot.views
from bot.fsm.booking import KIND as BOOKING
from bot.fsm.moving import KIND as MOVING
from bot.fsm.wizard import AnyStep
from bot.keyboards.buttons.visits import Tab
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.layout import USUAL
from bot.keyboards.markup import Markup
from bot.keyboards.wizard import StepButtons
from bot.views import booking, times, visits
from bot.views.common import Scene
from bot.views.prompts import PromptMessage
from bot.views.screen import Document, Screen
from services.booking.model import Held, VisitEntry, VisitPage
from services.booking.notices import VisitNews
from services.documents.model import Sheet
from services.documents.sheet import Sheets
from services.errors import Denial
from services.registry.model import DayOffer, VisitStatus
from services.texts.i18n import LOCALES, Html, Texts, texts
from tests.bot.wizards import SPECS, TABLES
from tests.samples import EVERY, TOPICS
from tests.samples import common as samples
from tests.samples.common import EVIL, NOW, Sample, Samples, combined
from tests.samples.notifications import a_page
from tests.support import pdf
from tests.support import telegram_limits as limits

EVERY_STEP = [(kind, step) for kind, steps in TABLES.items() for step in steps]
KNOWN = limits.beginnings(EVERY.words)
NO_WAY_BACK = {(BOOKING, "checking"), (MOVING, "checking")}
"""The registry may have booked: there is nothing to go back to until it answers."""


def step_id(value: object) -> str:
    return value.name if isinstance(value, AnyStep) else str(value)


def keys_of(kind: str, step: AnyStep) -> StepButtons:
    first = TABLES[kind][0]
    return StepButtons("W" * 12, step.name, 99_999, can_go_back=step is not first)


_NAME = re.compile(r"\{n?a?m?e?\}?")
"""Of a name with braces that may have been cut."""


def check_language(t: Texts, text: str, labels: list[str]) -> None:
    for said in (text, *labels):
        said = _NAME.sub("", said.replace(EVIL, ""))
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
def test_a_step_in_every_shape_and_with_every_note(kind: str, step: AnyStep, t: Texts) -> None:
    """The first full one with each note, the others with the longest: a note and what it stands above do not meddle."""
    buttons = keys_of(kind, step)
    notes = sorted((each.draw(t) for each in EVERY.notes), key=len)
    for sample in sorted(EVERY.steps[kind][step.name], key=lambda each: not each.full):
        with_notes, notes = (notes, notes[-1:]) if sample.full else ((), notes)
        for note in (None, *with_notes):
            screen = step.view(sample.data, buttons, Scene(t, NOW, note))
            check_wizard_screen(kind, step, screen, t, sample.name)


def check_wizard_screen(kind: str, step: AnyStep, screen: Screen, t: Texts, name: str) -> None:
    try:
        check_escaped(screen.text)
        safe = Screen(Html(without_evil(screen.text)), markup_without_evil(screen), screen.picture)
        text, labels = limits.check_screen(safe)
        check_language(t, text, labels)
        data = limits.data_of(screen)
        assert limits.HOME in data
        verbs = [WizardPress.unpack(each).verb for each in data if each.startswith(WizardPress.__prefix__ + ":")]
        first = step is TABLES[kind][0]
        assert verbs.count(Verb.BACK) == (0 if first or (kind, step.name) in NO_WAY_BACK else 1)
    except AssertionError as error:
        error.add_note(f"{kind}.{step.name}: {name}")
        raise


def markup_without_evil(screen: Screen) -> Any:
    rows = [
        [replace(button, text=without_evil(button.text)) for button in row] for row in screen.markup.inline_keyboard
    ]
    return Markup(rows)


def test_every_step_of_every_wizard_has_a_sample() -> None:
    assert set(TABLES) == set(SPECS), "a wizard without a table here"
    for kind, steps in TABLES.items():
        assert {step.name for step in steps} == set(EVERY.steps[kind])
        for step in steps:
            assert any(sample.full for sample in EVERY.steps[kind][step.name]), f"{step.name} is never drawn with notes"


def test_every_state_has_a_step() -> None:
    for kind, spec in SPECS.items():
        assert [step.state for step in TABLES[kind]] == list(spec.form.__states__)


# --- other screens --------------------------------------------------------------------------------


def by_view(samples: Sequence[Sample]) -> list[Any]:
    """Each view with all that it is drawn with, as `parametrize` takes it."""
    views: dict[str, list[Sample]] = defaultdict(list)
    for each in samples:
        views[str(each)].append(each)
    return [pytest.param(some, id=name) for name, some in sorted(views.items())]


@pytest.mark.parametrize("shapes", by_view(EVERY.screens))
def test_a_screen_in_every_shape(shapes: Sequence[Sample], t: Texts) -> None:
    for sample in shapes:
        screen = sample.draw(t)
        try:
            assert isinstance(screen, Screen)
            check_escaped(screen.text)
            text, labels = limits.check_screen(
                replace(screen, text=Html(without_evil(screen.text)), markup=markup_without_evil(screen))
            )
            check_language(t, text, labels)
            assert not sample.home or limits.HOME in limits.data_of(screen)
        except AssertionError as error:
            error.add_note(f"{sample} of {str(sample.args)[:300]}")
            raise


@pytest.mark.parametrize("sample", EVERY.toasts, ids=str)
def test_a_toast_is_short_and_plain(sample: Sample, t: Texts) -> None:
    said = sample.draw(t)
    assert 1 <= len(said) <= limits.TOAST
    assert "<" not in said
    check_language(t, said, [])


@pytest.mark.parametrize("sample", EVERY.prompts, ids=str)
def test_a_prompt(sample: Sample, t: Texts) -> None:
    prompt = sample.draw(t)
    assert isinstance(prompt, PromptMessage)
    text = limits.check_text(prompt.text)
    labels = [key.text for row in prompt.keyboard.keyboard for key in row]
    assert len(labels) == 1
    check_language(t, text, labels)


@pytest.mark.parametrize("sample", EVERY.markups, ids=str)
def test_a_keyboard_by_itself(sample: Sample, t: Texts) -> None:
    check_language(t, "", limits.check_markup(sample.draw(t)))


@pytest.mark.parametrize("shapes", by_view([*EVERY.sentences, *EVERY.notes]))
def test_a_sentence(shapes: Sequence[Sample], t: Texts) -> None:
    for sample in shapes:
        said = sample.draw(t)
        assert said.strip(), sample
        limits.check_words(without_evil(said))
        check_language(t, limits.formatted(said).text if isinstance(said, Html) else said, [])


@pytest.mark.parametrize("shapes", by_view(EVERY.documents))
def test_a_document(shapes: Sequence[Sample], t: Texts) -> None:
    for sample in shapes:
        drawn = sample.draw(t)
        assert isinstance(drawn, Document)
        check_escaped(drawn.caption)
        caption = limits.check_text(without_evil(drawn.caption), limit=limits.CAPTION)
        check_language(t, caption, limits.check_markup(drawn.markup))
        assert drawn.name.isascii()
        assert drawn.data


@pytest.mark.parametrize("shapes", by_view(EVERY.papers))
async def test_a_paper(shapes: Sequence[Sample]) -> None:
    """Whatever stands in it, it is set, and is about somebody."""
    sheets = Sheets()
    for sample in shapes:
        sheet = sample.draw(texts("ru"))
        assert isinstance(sheet, Sheet)
        assert all(each.value for each in sheet.person)
        assert sheet.title
        limits.check_russian(sheet.title)
        assert pdf.standards(await sheets.compile(sheet)) == pdf.Standards("2A", "1")


# --- nothing is left out --------------------------------------------------------------------------

SHOWN = {"Screen", "PromptMessage", "Markup", "Document", "Letter"}


def view_functions() -> Iterator[Callable[..., Any]]:
    """Public functions of `bot.views` that say something: they are given texts, or draw a wizard's step."""
    for module in pkgutil.iter_modules(bot.views.__path__, "bot.views."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ != module.name or name.startswith("_"):
                continue
            signature = inspect.signature(function)
            given = {each.annotation for each in signature.parameters.values()}
            if signature.return_annotation in SHOWN or given & {"Texts", "Scene"}:
                yield function


def name_of(view: Callable[..., Any]) -> str:
    return f"{view.__module__}.{view.__name__}"


def without_samples(topics: Iterable[Samples]) -> set[str]:
    """Views and steps that are drawn by none of these."""
    some = combined(topics)
    left = {f"{kind}.{step.name}" for kind, step in EVERY_STEP if step.name not in some.steps.get(kind, {})}
    drawn = {sample.view for sample in some.drawn()}
    drawn |= {step.view for kind, step in EVERY_STEP if f"{kind}.{step.name}" not in left}
    return left | {name_of(each) for each in view_functions() if each not in drawn}


def test_every_view_and_every_step_has_a_sample() -> None:
    assert without_samples(TOPICS.values()) == set()


STEPS_OF_OTHERS = {"addresses"}
"""All its views are steps, and in the file of each topic whose wizard has them."""


@pytest.mark.parametrize("topic", sorted(set(TOPICS) - STEPS_OF_OTHERS))
def test_without_its_file_a_topic_would_be_missed(topic: str) -> None:
    assert without_samples(each for name, each in TOPICS.items() if name != topic)


def test_every_topic_of_the_views_has_a_file_of_samples() -> None:
    assert set(TOPICS) == {each.__module__.removeprefix("bot.views.") for each in view_functions()}


def test_samples_stand_in_the_file_of_their_topic() -> None:
    strays = {(name, str(sample)) for name, each in TOPICS.items() for sample in each.drawn() if sample.topic != name}
    assert strays == set()


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
    listed = read(visits.visit_list(texts("ru"), Tab.PAST, VisitPage((entry,), 1), 0, NOW, layout=USUAL))
    assert status is VisitStatus.BOOKED or STATUSES[status] in listed


@pytest.mark.parametrize("tab", Tab)
@pytest.mark.parametrize("total", [0, 1, 9])
def test_the_list_bears_the_portals_title_and_count(tab: Tab, total: int) -> None:
    found = VisitPage((samples.SHORT_VISIT,) * min(total, 4), total)
    listed = read(visits.visit_list(texts("ru"), tab, found, 0, NOW, layout=USUAL))
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
        (VisitNews.BOOKING_CONFIRMED, "Запись подтверждена"),
        (VisitNews.BOOKING_FAILED, texts("ru")("The booking could not be made")),
    ],
)
def test_a_notification_says_what_happened_even_if_its_visit_is_out_of_sight(kind: str, told: str) -> None:
    listed = read(a_page(texts("ru"), kind, None))
    assert f". {told}" in listed


def test_every_later_screen_of_a_booking_names_its_person() -> None:
    who, called = "Иванова Анна Сергеевна", "Анна Иванова"
    place = times.Place(who, called, samples.PLAIN)
    chosen = times.Chosen(place, "110", "Терапевт", None)
    drawn: dict[str, Any] = {
        "unattached": booking.Unattached(place, certain=False),
        "unexplained": times.Unexplained(place, Denial.HIDDEN_CLASH, None),
        "checking": place,
        "nopolicy": booking.NoPolicy(place, typed_here=False, own=True),
        "service": times.ServiceChoice(place, [], 0, 0),
        "doctor": times.DoctorChoice(place, "110", "Терапевт", [], 0, 0, None),
        "day": times.DayChoice(chosen, [DayOffer(NOW.date(), 1, frozenset({9}))], NOW.date().replace(day=1)),
        "time": times.TimeChoice(chosen, NOW.date(), [samples.slot()], times.DayPart.MORNING, [], 0, 1),
        "confirm": booking.Confirmation(place, Held(samples.slot(), NOW)),
    }
    steps = {step.name: step for step in TABLES[BOOKING]}
    for name, data in drawn.items():
        told = read(steps[name].view(data, keys_of(BOOKING, steps[name]), Scene(texts("ru"), NOW)))
        assert f"Пациент: {who if name == 'confirm' else called}" in told, name


def test_times_of_another_zone_are_said_to_be_the_clinics() -> None:
    told = read(visits.ticket(texts("ru"), samples.LONGEST_VISIT, NOW))
    assert "местному времени" in told or "по времени" in told or "местное время" in told
