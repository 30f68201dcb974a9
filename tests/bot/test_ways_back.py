"""No screen without a way on, and none but those named here without «Назад»: the next one is found by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.front import HomeScreen
from bot.fsm import booking, moving
from bot.handlers import last
from bot.keyboards.buttons.common import GO_HOME, GO_HOME_BELOW, Close, Idle
from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.keyboards.kept import stays
from bot.keyboards.markup import Button
from bot.notices.notices import Notices
from bot.routing import Presses
from bot.topic import NoticeContext, NoticeSpec
from bot.topics import ALL
from bot.views import home, refusals, visits
from bot.views.common import Scene
from bot.views.screen import Screen
from services.notify.model import Notification
from services.texts.i18n import LOCALES, Html, Texts, texts
from tests.bot.test_screens import EVERY_STEP, by_view, keys_of
from tests.samples import EVERY
from tests.samples.common import NOW, PLAIN, SHORT_VISIT, Sample
from tests.support import heights
from tests.support import telegram_limits as limits

BACK = {"ru": "⬅️ Назад", "en": "⬅️ Back"}
BELOW_HOME = {
    *("cases.statuses", "help.show", "language.choose", "more.more", "notifications.listing"),
    *("record.record", "services.services", "visits.visit_list", "lists.draw"),
}
"""Opened from the main menu, by a command or by a link: «🏠 Главное меню» is the way back."""
QUESTIONS = {
    *("booking.resume", "consent.ask", "consent.ask_anew", "links.unfinished", "mail.remove", "visits.cancel_question"),
}
"""One of the answers leads back to where it was asked."""
BY_THEMSELVES = {
    *("access.basis_ended", "access.basis_over", "access.ended", "access.erased", "access.expired", "access.given"),
    *("access.opened_elsewhere", "disputes.row", "documents.not_sent", "family.guardianship_ended"),
    *("family.turned_15", "family.turned_18", "mail.code_refused", "record.news", "reminders.reminder"),
    *("reminders.over", "reminders.revived", "requests.told", "visits.as_it_stands", "visits.failed_booking"),
    *("visits.ticket", "visits.undone_booking", "documents.printing"),
    *("requests.photo", "documents.link", "costs.told", "insurer_choice.told"),
}
"""Messages that come by themselves or stay; those that a line of «Уведомления» opens are led back by `Notices`."""
OUTCOMES = {
    *("access.accepted", "access.opened", "common.failed", "common.go_on", "common.gone", "common.told"),
    *("common.unavailable", "consent.refused", "disputes.denied", "disputes.family", "disputes.unavailable"),
    *("documents.sent", "family.told", "mydata.erased", "mydata.nothing_kept", "mydata.under_way", "family.form_kept"),
    *("refusals.denied", "requests.accepted", "visits.not_cancelled", "visits.outcome"),
    *("costs.accepted", "costs.already_sent", "services.went_on", "services.way_back", "insurer_choice.accepted"),
}
"""What has happened: there is nothing to go back to, only on."""
TYPED = {"common.after_alarm", "common.not_understood", "wishes.offers"}
"""Answers to what somebody has written: nothing was pressed that they could go back to."""
HOMES = {"home.home", "home.no_form"}
WITHOUT = BELOW_HOME | QUESTIONS | BY_THEMSELVES | OUTCOMES | TYPED | HOMES
_ASIDE = (Idle.__prefix__,)
_HOME = (GO_HOME.pack(), GO_HOME_BELOW.pack())


class Anything(dict[str, object]):
    """Whatever service is asked for."""

    def __missing__(self, name: str) -> object:
        return name

    def __contains__(self, name: object) -> bool:
        return True


PRESSES = Presses([route for topic in ALL for route in topic.routes], last.unknown_press, Anything())


def buttons_of(screen: Screen) -> list[Button]:
    return [each for row in screen.markup.inline_keyboard for each in row]


def ways_on(screen: Screen) -> list[Button]:
    """What a person can press to go on: each is understood, and does something."""
    found = [each for each in buttons_of(screen) if each.callback_data.partition(":")[0] not in _ASIDE]
    for each in found:
        route, _ = PRESSES.of(each.callback_data)
        assert route.handler is not PRESSES.of("")[0].handler, f"nobody takes «{each.text}»: {each.callback_data}"
    return found


def backs(screen: Screen, t: Texts) -> list[Button]:
    return [each for each in buttons_of(screen) if each.text == BACK[t.locale]]


@pytest.fixture(params=LOCALES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts(request.param)


@pytest.mark.parametrize("shapes", by_view(EVERY.screens))
def test_a_screen_has_a_way_on_and_a_way_back(shapes: Sequence[Sample], t: Texts) -> None:
    for sample in shapes:
        screen = sample.draw(t)
        assert ways_on(screen) or screen.stays, f"{sample} is a dead end"
        found = backs(screen, t)
        assert len(found) <= 1, f"{sample} leads back by two ways"
        assert found or str(sample) in WITHOUT, f"{sample} has no «{BACK[t.locale]}»"


@pytest.mark.parametrize(("kind", "step"), EVERY_STEP, ids=lambda value: getattr(value, "name", value))
def test_a_step_has_a_way_on(kind: str, step: Any, t: Texts) -> None:
    """That «Назад» is there on all but first ones, `test_screens` looks."""
    for sample in EVERY.steps[kind][step.name]:
        screen = step.view(sample.data, keys_of(kind, step), Scene(t, NOW))
        assert ways_on(screen)


@pytest.mark.parametrize(("kind", "step"), EVERY_STEP, ids=lambda value: getattr(value, "name", value))
def test_a_first_step_that_was_begun_from_somewhere_leads_back_there(kind: str, step: Any, t: Texts) -> None:
    """Whichever step a wizard begins with: where the draft knows where from, its screen has the button."""
    led = replace(keys_of(kind, step), can_go_back=True)
    for sample in EVERY.steps[kind][step.name]:
        found = backs(step.view(sample.data, led, Scene(t, NOW)), t)
        assert len(found) == 1 or (kind, step.name) in NOT_LEFT_BY_BACK, f"{kind}.{step.name}"


NOT_LEFT_BY_BACK = {("booking", "checking"), ("moving", "checking")}
"""The registry may have booked: there is nothing to go back to until it answers."""


def test_nothing_is_excused_that_has_a_way_back() -> None:
    t = texts("ru")
    led = {str(each) for each in EVERY.screens if backs(each.draw(t), t)}
    always = led - {str(each) for each in EVERY.screens if not backs(each.draw(t), t)}
    assert always & WITHOUT == set()
    assert {str(each) for each in EVERY.screens} >= WITHOUT


# --- what «Уведомления» opens -------------------------------------------------------------------------


def opened_by_a_line() -> Iterator[NoticeSpec]:
    for topic in ALL:
        yield from (each for each in topic.notices if not each.letter_alone)


@pytest.mark.parametrize("spec", opened_by_a_line(), ids=lambda spec: spec.kind)
async def test_whatever_a_line_opens_leads_back_to_its_page(spec: NoticeSpec, t: Texts) -> None:
    """Kinds to come too: it is not their own business."""
    shown = Screen(Html("…"), visits.undone_booking(t).markup)

    async def drawn(_: NoticeContext) -> Screen:
        return shown

    known = replace(spec, render=drawn, opened=drawn if spec.opened else None)
    notices = Notices([known], [], _Nobody(), _Still())  # type: ignore[arg-type]
    note = Notification("n" * 12, "a" * 12, spec.kind, "s" * 12, NOW)
    account: Any = None
    screen = await notices.opened(account, note, t, NotificationOpen(notification=note.id, page=7))
    assert [each.callback_data for each in backs(screen, t)] == [NotificationList(page=7).pack()]
    assert limits.HOME in limits.data_of(screen)


class _Nobody:
    """No service of persons is asked."""


class _Still:
    def now(self) -> Any:
        return NOW


# --- messages that stay -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shapes", by_view([each for each in EVERY.screens if str(each) in BY_THEMSELVES]))
def test_a_message_that_stays_is_known_by_its_buttons(shapes: Sequence[Sample], t: Texts) -> None:
    """All that the outbox sends: pressed after years, by any process."""
    for sample in shapes:
        kept = sample.draw(t).kept()
        carried = limits.data_of(kept)
        assert GO_HOME.pack() not in carried
        assert stays(carried) or not set(_HOME) & set(limits.data_of(sample.draw(t))), sample
        assert all(len(each.encode()) <= limits.DATA for each in carried)


def test_an_ordinary_screen_is_not_taken_for_one_that_stays(t: Texts) -> None:
    draws: Callable[..., Screen] = visits.ticket
    assert not stays(limits.data_of(draws(t, SHORT_VISIT, NOW)))
    assert not stays([Close().pack()])


# --- what happened comes first, by itself ---------------------------------------------------------------


def test_nothing_is_said_above_home_or_a_list() -> None:
    """What has happened is a screen of its own. A search that is gone is no outcome: it says which list this is."""
    shown = {home.home, *(each.view for each in EVERY.screens if str(each) in LISTS)}
    assert len(shown) == len(LISTS) + 1
    assert [each.__name__ for each in shown if "note" in inspect.signature(each).parameters] == []
    assert "note" not in inspect.signature(HomeScreen.screen).parameters


LISTS = {
    *("access.standing", "cases.statuses", "clinics.regions", "family.policies", "notifications.listing"),
    *("visits.visit_list", "family.whose_list"),
}


@pytest.mark.parametrize(("kind", "nexts"), [("booking", booking.NEXT_SCREENS), ("moving", moving.NEXT_SCREENS)])
def test_a_refusal_stands_alone_unless_what_follows_it_fits(kind: str, nexts: Mapping[Any, str], t: Texts) -> None:
    """Times are few enough: whoever is refused one takes the next at once. Every other choice comes after a press."""
    steps = {step.name: step for each, step in EVERY_STEP if each == kind}
    for reason, name in nexts.items():
        if name != "time":
            continue
        for sample in EVERY.steps[kind][name]:
            if sample.ordinary:
                note = refusals.refusal(t, reason, PLAIN)
                screen = steps[name].view(sample.data, keys_of(kind, steps[name]), Scene(t, NOW, note))
                assert heights.height(screen, 1.0) <= heights.ROOM * 1.05, f"{kind}: {reason}"
