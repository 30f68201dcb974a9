"""aiogram's FSM says one thing only: which typed text a chat is expected to send.

Its storage is a thin view of the account's most recently touched open draft. Presses never ask it: their
buttons carry the draft, the step and the version themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from services.accounts.accounts import Accounts
from services.drafts.drafts import Drafts

Forms = Mapping[str, type[StatesGroup]]
"""The states of each kind of wizard."""


def state_of(forms: Forms, kind: str, step: str) -> State | None:
    """The state that a draft's step stands for; None for a step that there is no more."""
    state = getattr(forms.get(kind), step, None)
    return state if isinstance(state, State) else None


class DraftStorage(BaseStorage):
    """Reads states from drafts; wizards alone write them."""

    def __init__(self, accounts: Accounts, drafts: Drafts, forms: Forms) -> None:
        self._forms = forms
        self._accounts = accounts
        self._drafts = drafts

    async def get_state(self, key: StorageKey) -> str | None:
        account = await self._accounts.by_telegram(key.user_id)
        draft = await self._drafts.latest(account.id) if account else None
        if draft is None or draft.message_id is None:  # no screen shows it: it was left for another one
            return None
        state = state_of(self._forms, draft.kind, draft.step)
        return state.state if state else None

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:  # noqa: ARG002
        raise TypeError("states are written by wizards, through their drafts")

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:  # noqa: ARG002
        raise TypeError("data are written by wizards, through their drafts")

    async def get_data(self, key: StorageKey) -> dict[str, Any]:  # noqa: ARG002
        return {}

    async def close(self) -> None:
        """Nothing of its own to close."""
