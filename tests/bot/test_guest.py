"""What is no person's message, or is meant for another bot, goes no further."""

from __future__ import annotations

import ast
import inspect

import pytest
from aiogram.enums import ContentType
from aiogram.types import Message

from bot.middlewares.guest import SAID

TOLD_BY_TELEGRAM = {
    ContentType.BOOST_ADDED,
    ContentType.CHANNEL_CHAT_CREATED,
    ContentType.CHAT_BACKGROUND_SET,
    ContentType.CHAT_OWNER_CHANGED,
    ContentType.CHAT_OWNER_LEFT,
    ContentType.CHAT_SHARED,
    ContentType.CHECKLIST_TASKS_ADDED,
    ContentType.CHECKLIST_TASKS_DONE,
    ContentType.COMMUNITY_CHAT_ADDED,
    ContentType.COMMUNITY_CHAT_JOINED,
    ContentType.COMMUNITY_CHAT_REMOVED,
    ContentType.CONNECTED_WEBSITE,
    ContentType.DELETE_CHAT_PHOTO,
    ContentType.DIRECT_MESSAGE_PRICE_CHANGED,
    ContentType.FORUM_TOPIC_CLOSED,
    ContentType.FORUM_TOPIC_CREATED,
    ContentType.FORUM_TOPIC_EDITED,
    ContentType.FORUM_TOPIC_REOPENED,
    ContentType.GENERAL_FORUM_TOPIC_HIDDEN,
    ContentType.GENERAL_FORUM_TOPIC_UNHIDDEN,
    ContentType.GIFT,
    ContentType.GIFT_UPGRADE_SENT,
    ContentType.GIVEAWAY_COMPLETED,
    ContentType.GIVEAWAY_CREATED,
    ContentType.GROUP_CHAT_CREATED,
    ContentType.LEFT_CHAT_MEMBER,
    ContentType.MANAGED_BOT_CREATED,
    ContentType.MESSAGE_AUTO_DELETE_TIMER_CHANGED,
    ContentType.MIGRATE_FROM_CHAT_ID,
    ContentType.MIGRATE_TO_CHAT_ID,
    ContentType.NEW_CHAT_MEMBERS,
    ContentType.NEW_CHAT_PHOTO,
    ContentType.NEW_CHAT_TITLE,
    ContentType.PAID_MESSAGE_PRICE_CHANGED,
    ContentType.PASSPORT_DATA,
    ContentType.PINNED_MESSAGE,
    ContentType.POLL_OPTION_ADDED,
    ContentType.POLL_OPTION_DELETED,
    ContentType.PROXIMITY_ALERT_TRIGGERED,
    ContentType.REFUNDED_PAYMENT,
    ContentType.SUCCESSFUL_PAYMENT,
    ContentType.SUGGESTED_POST_APPROVAL_FAILED,
    ContentType.SUGGESTED_POST_APPROVED,
    ContentType.SUGGESTED_POST_DECLINED,
    ContentType.SUGGESTED_POST_PAID,
    ContentType.SUGGESTED_POST_REFUNDED,
    ContentType.SUPERGROUP_CHAT_CREATED,
    ContentType.UNIQUE_GIFT,
    ContentType.USERS_SHARED,
    ContentType.USER_SHARED,
    ContentType.VIDEO_CHAT_ENDED,
    ContentType.VIDEO_CHAT_PARTICIPANTS_INVITED,
    ContentType.VIDEO_CHAT_SCHEDULED,
    ContentType.VIDEO_CHAT_STARTED,
    ContentType.WEB_APP_DATA,
    ContentType.WRITE_ACCESS_ALLOWED,
}
NOBODYS = {
    ContentType.ANY,  # a filter of aiogram's, and no content
    ContentType.UNKNOWN,  # newer than aiogram: most of what Telegram adds is its own word, and a wizard waits on
}


@pytest.mark.parametrize("kind", list(ContentType))
def test_of_each_content_somebody_has_decided_whose_word_it_is(kind: ContentType) -> None:
    assert (kind in SAID) + (kind in TOLD_BY_TELEGRAM) + (kind in NOBODYS) == 1, "a person's, or Telegram's own?"


def test_what_telegram_calls_a_service_message_is_nobodys() -> None:
    called = {name for name, said in descriptions().items() if "Service message" in said}
    assert len(called) > 40, "so it says of most"
    assert {ContentType(name) for name in called & set(ContentType)} <= TOLD_BY_TELEGRAM


def descriptions() -> dict[str, str]:
    """What Telegram's documentation says of each field of a message, as aiogram repeats it below the field."""
    (described,) = ast.parse(inspect.getsource(Message)).body
    assert isinstance(described, ast.ClassDef)
    return {
        field.target.id: said.value.value
        for field, said in zip(described.body, described.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }
