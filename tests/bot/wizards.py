"""The wizards' tables over no services, for tests that look at them."""

from __future__ import annotations

from typing import Any

from bot.fsm.wizard import Reply, Wizard
from bot.kernel import bind
from bot.keyboards.buttons.wizard import WizardPress
from bot.topics import ALL
from services.accounts.model import Account
from services.drafts.drafts import Drafts
from services.texts.i18n import Texts


class Used(Exception):  # noqa: N818
    """A service was asked where there is none."""


class NoService:
    """Whatever service is wanted; asked anything, it raises `Used`."""

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise Used

    def __getattr__(self, _: str) -> NoService:
        return self


class NoServices(dict[str, object]):
    """Every service by its name, and none of them real."""

    def __missing__(self, _: str) -> object:
        return NoService()

    def __contains__(self, _: object) -> bool:
        return True


async def pressed(
    wizard: Wizard, drafts: Drafts, account: Account, t: Texts, data: WizardPress, message_id: int
) -> Reply:
    """What comes of a press, as the handler passes it on."""
    draft = await drafts.get(data.draft)
    assert draft is not None, "there is no such draft any more"
    return await wizard.press(account, t, draft, data, message_id)


SPECS = {spec.kind: spec for topic in ALL for spec in topic.wizards}
TABLES = {kind: tuple(bind(spec.table, NoServices())().steps) for kind, spec in SPECS.items()}
"""Each wizard's steps; whatever they ask raises `Used`."""
