"""What Telegram itself tells in a chat: nobody has said it, so nobody is answered, and what waits goes on waiting."""

from __future__ import annotations

from typing import Any

from emulator.driver import User
from tests.e2e.people import with_consent, with_family
from tests.support.bot_process import BotProcess

SERVICE: tuple[dict[str, Any], ...] = (
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    {"write_access_allowed": {"from_request": True}},
    {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "🏎"}}},
    {"forum_topic_created": {"name": "Запись", "icon_color": 7322096}},
    {"users_shared": {"request_id": 1, "users": [{"user_id": 5}]}},
    {"web_app_data": {"data": "/start", "button_text": "Записаться"}},
    {"connected_website": "example.org"},
    {"told_after_the_library": {"by": "Telegram"}},
)
DRAFTS = "SELECT id, version, touched_at FROM draft"


def calls_to(bot: BotProcess, user: User) -> list[str]:
    """What the bot has called for in this chat."""
    return [call.method for call in bot.emulator.calls if str(call.params.get("chat_id")) == str(user.id)]


async def all_is_as_it_was(bot: BotProcess, user: User) -> None:
    """Whatever Telegram tells, the bot calls nothing, and keeps nothing."""
    shown, drafts = user.screen(), bot.rows(DRAFTS)
    calls = len(calls_to(bot, user))
    await user.pin(shown.message_id or 0)
    for content in SERVICE:
        await user.service(content)
    assert calls_to(bot, user)[calls:] == []
    assert bot.rows(DRAFTS) == drafts
    assert user.screen() == shown


async def test_a_pinned_message_is_no_answer_to_a_question(town: BotProcess) -> None:
    user = await with_consent(town)
    await user.press("Заполнить анкету")
    assert "вопрос 1 из 8" in user.screen().text
    await all_is_as_it_was(town, user)
    await user.send("Орлова")
    assert "вопрос 2 из 8" in user.screen().text
    await all_is_as_it_was(town, user)
    await user.press("⬅️")
    assert "вопрос 1 из 8" in user.screen().text


async def test_nor_is_anybody_greeted_or_sent_home_for_one(town: BotProcess) -> None:
    guest = await town.emulator.user("Гость")
    await guest.send("/start")
    await all_is_as_it_was(town, guest)
    await all_is_as_it_was(town, await with_family(town))
