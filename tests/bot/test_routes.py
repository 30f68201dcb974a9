"""Which handler takes which press and which message, pinned: buttons of years ago must find theirs."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Dispatcher
from aiogram.dispatcher.event.handler import HandlerObject

from bot.build import build_dispatcher, kinds_taken
from bot.common import by_itself
from bot.handlers import last
from bot.keyboards.buttons.common import GO_HOME, Go
from bot.routing import Presses, takes, to
from bot.storage import Storage
from bot.topics import ALL
from tests.support.machine import unhurried
from tests.support.world import World
from tests.unit.test_callbacks import KINDS, SCREENS, longest

TAKEN_BY = {
    "be1": "end_basis",
    "bl1": "go_on",
    "ca1": "read_again",
    "cc1": "clinic",
    "cl1": "clinics",
    "cr1": "repeat",
    "cs2": "answer_consent",
    "ct1": "read",
    "cv1": "venue",
    "dm1": "send",
    "do1": "open_file",
    "dp1": "printing",
    "em1": "erase",
    "g1:about": "about",
    "g1:add": "open_adding",
    "g1:agreed": "read_consent",
    "g1:attached": "ask_attachment",
    "g1:below": "go_home",
    "g1:book": "open_booking",
    "g1:code": "open_code",
    "g1:costs": "open_costs",
    "g1:insurer": "open_choice",
    "g1:onpaper": "on_paper",
    "g1:erase": "erase_page",
    "g1:export": "export_press",
    "g1:family": "take_ready_family",
    "g1:feedback": "open_feedback",
    "g1:form": "open_form",
    "g1:grants": "open_grants",
    "g1:help": "page",
    "g1:home": "go_home",
    "g1:lang": "page",
    "g1:large": "page",
    "g1:mail": "page",
    "g1:mail_code": "confirm",
    "g1:mail_later": "later",
    "g1:more": "page",
    "g1:oms": "ask_coverage",
    "g1:pol": "open_policies",
    "g1:problem": "open_problem",
    "g1:rec": "page",
    "g1:rx": "open_list",
    "g1:services": "open_list",
    "gd1": "tick_anew",
    "gd2": "tick",
    "gk1": "look_again",
    "gk2": "code",
    "gl1": "turn_grants",
    "gr1": "revoke",
    "gt1": "term",
    "hc1": "how_to_confirm",
    "ht1": "topic",
    "ia1": "find_attachment",
    "ic1": "find_coverage",
    "id1": "idle",
    "lg1": "choose",
    "ml1": "of_visit",
    "mr1": "remove",
    "nl1": "listing",
    "no1": "old_open_one",
    "no2": "open_one",
    "nr1": "read_all",
    "pb1": "open_for",
    "pc1": "card",
    "pe1": "open_edit",
    "pl1": "turn_policies",
    "pr1": "remove",
    "pv1": "policy",
    "qc1": "card",
    "ql1": "listing",
    "qp1": "photo",
    "qt1": "whole_text",
    "rl1": "regions",
    "sf1": "begin",
    "sh1": "signing_help",
    "sl1": "choose",
    "sv1": "terms",
    "sx1": "leave",
    "va1": "open_again",
    "vc1": "old_card",
    "vc2": "card",
    "vd1": "dispute",
    "vk1": "calendar",
    "vl1": "listing",
    "vr1": "old_move",
    "vr2": "open_move",
    "vs1": "turn",
    "vv1": "venue",
    "vx1": "old_cancel",
    "vx2": "cancel",
    "vy1": "reply",
    "w1": "press",
    "wl1": "choose_whose",
    "wo1": "open_wizard",
    "ws1": "show_whose",
    "xp1": "turn",
    "xr1": "card",
    "xv1": "close",
}
"""By the prefix of the button, or by the screen that it names."""
MESSAGES = [
    *("start", "cancel", "help", "language", "large", "export_me", "delete_me"),
    *("hear", "hear", "receive", "hear", "hear", "take_message"),
]
"""In the order in which they are asked."""


class Anything(dict[str, object]):
    """Whatever service is asked for."""

    def __missing__(self, name: str) -> object:
        return name

    def __contains__(self, name: object) -> bool:
        return True


PRESSES = Presses([route for topic in ALL for route in topic.routes], last.unknown_press, Anything())


def taker(data: str) -> str:
    return takes(PRESSES.of(data)[0].handler)


def test_every_button_finds_its_handler() -> None:
    buttons = {kind.__prefix__: longest(kind).pack() for kind in KINDS if kind is not Go}
    buttons |= {screen: screen for screen in (Go(to=each).pack() for each in SCREENS)}
    assert {key: taker(data) for key, data in buttons.items()} == TAKEN_BY


@pytest.mark.parametrize(
    "data", ["zz9:x", "g1:nowhere", "g1", "", "vl1:up", "vl1:up:0:0", "vl1:sideways:0", "w1", "g1:home\x00", "vc1:é"]
)
def test_what_no_layout_knows_goes_to_the_last_one(data: str) -> None:
    assert taker(data) == "unknown_press"


def test_two_topics_cannot_take_the_same_button() -> None:
    twice = [to(GO_HOME, last.unknown_press), to(GO_HOME, last.unknown_press)]
    with pytest.raises(ValueError, match="two handlers take g1:home"):
        Presses(twice, last.unknown_press, Anything())


@pytest.fixture
def dispatcher(world: World) -> Dispatcher:
    common = by_itself(Storage(world.database, world.vault, world.clock), unhurried())
    return build_dispatcher(world.house, asyncio.Event(), common)


def test_what_telegram_is_asked_to_send(dispatcher: Dispatcher) -> None:
    assert sorted(kinds_taken(dispatcher)) == ["callback_query", "message", "my_chat_member"]


def test_no_way_of_an_update_leads_through_a_thread(dispatcher: Dispatcher) -> None:
    """aiogram runs each filter and handler that is no coroutine in a thread of its own, whatever it takes."""
    handlers = [
        handler
        for router in dispatcher.chain_tail
        for observer in router.observers.values()
        for handler in observer.handlers
    ]
    assert len(handlers) > len(MESSAGES)
    steps = [step for handler in handlers for step in (handler, *(handler.filters or ()))]
    assert [step.callback for step in steps if not step.awaitable] == []


def test_messages_are_asked_in_this_order(dispatcher: Dispatcher) -> None:
    heard = [handler for router in dispatcher.sub_routers for handler in router.message.handlers]
    assert [what(each) for each in heard] == MESSAGES


def what(handler: HandlerObject) -> str:
    """The command that it hears, or what it is called."""
    commands = [name for each in handler.filters or () for name in getattr(each.callback, "commands", ())]
    return str(commands[0]) if commands else handler.callback.__name__
