"""Which handler takes which press and which message, pinned: buttons of years ago must find theirs."""

from __future__ import annotations

import pytest
from aiogram.types import CallbackQuery, User

from bot.handlers import routers
from bot.keyboards.buttons.common import Go
from tests.unit.test_callbacks import KINDS, SCREENS, longest

TAKEN_BY = {
    "bl1": "go_on",
    "ca1": "read_again",
    "cc1": "clinic",
    "cl1": "clinics",
    "cs2": "answer_consent",
    "cv1": "venue",
    "em1": "erase",
    "g1:about": "about",
    "g1:add": "open_adding",
    "g1:agreed": "consent",
    "g1:book": "open_booking",
    "g1:code": "open_code",
    "g1:erase": "erase_page",
    "g1:export": "export_press",
    "g1:family": "take_ready_family",
    "g1:feedback": "open_request",
    "g1:form": "open_form",
    "g1:grants": "open_grants",
    "g1:help": "page",
    "g1:home": "go_home",
    "g1:lang": "page",
    "g1:mail": "page",
    "g1:more": "page",
    "g1:pol": "open_policies",
    "g1:problem": "open_request",
    "gd1": "draft",
    "gk1": "code",
    "gl1": "turn_grants",
    "gr1": "revoke",
    "hc1": "how_to_confirm",
    "ht1": "topic",
    "id1": "idle",
    "mr1": "remove",
    "nl1": "listing",
    "no1": "open_one",
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
    "sl1": "choose",
    "va1": "open_again",
    "vc1": "card",
    "vk1": "calendar",
    "vl1": "listing",
    "vr1": "open_move",
    "vv1": "venue",
    "vx1": "cancel",
    "vy1": "reply",
    "w1": "press",
    "wo1": "open_wizard",
    "xv1": "close",
}
"""By the prefix of the button, or by the screen that it names."""
MESSAGES = [
    "start",
    "command",
    "command",
    "export_command",
    "erase_command",
    "cancel",
    "receive_contact",
    "receive_location",
    "receive_text",
    "receive_photo",
    "receive_other",
    "unknown_message",
]
"""In the order in which they are asked."""


async def taker(data: str) -> str:
    query = CallbackQuery(id="1", from_user=User(id=1, is_bot=False, first_name="А"), chat_instance="1", data=data)
    for router in routers():
        for handler in router.callback_query.handlers:
            if (await handler.check(query))[0]:
                return handler.callback.__name__
    raise AssertionError(f"nobody takes {data}")


async def test_every_button_finds_its_handler() -> None:
    buttons = {kind.__prefix__: longest(kind).pack() for kind in KINDS if kind is not Go}
    buttons |= {screen: screen for screen in (Go(to=each).pack() for each in SCREENS)}
    assert {key: await taker(data) for key, data in buttons.items()} == TAKEN_BY


@pytest.mark.parametrize("data", ["zz9:x", "g1:nowhere", "g1", "", "vl1:up", "vl1:up:0:0", "vl1:sideways:0", "w1"])
async def test_what_no_layout_knows_goes_to_the_last_one(data: str) -> None:
    assert await taker(data) == "unknown_press"


def test_messages_are_asked_in_this_order() -> None:
    assert [each.callback.__name__ for router in routers() for each in router.message.handlers] == MESSAGES
