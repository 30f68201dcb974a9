"""The choice of an insurer: from «Услуги» to the invitation to collect the policy, in both languages."""

from __future__ import annotations

import pytest

from services.texts.i18n import texts
from tests.e2e.people import press_all, with_family
from tests.support.bot_process import BotProcess

BOTH = pytest.mark.parametrize("language", ["ru", "en"])


@BOTH
async def test_from_the_services_to_the_policy(town: BotProcess, language: str) -> None:
    t = texts(language)
    user = await with_family(town, language=language)
    await press_all(user, t.label("🏛 Services"), t.label("Choice of an insurer"))
    print(user.screen())
    await user.press(t.label("▶️ Get the service"))
    print(user.screen())
    await user.press(t.label("✅ All is right"))
    print(user.screen())
    await user.press(t.label("🏠 I have moved"))
    for _ in range(5):
        print(user.screen())
        await user.press(user.screen().labels[0])
    print(user.screen())
    raise SystemExit
