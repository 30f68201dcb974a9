"""The webhook at Telegram, set where it differs from ours: several processes may share it, and none takes it off."""

from __future__ import annotations

import logging
from collections.abc import Collection

from aiogram import Bot
from aiogram.types import WebhookInfo
from sqlalchemy import select

from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import setting
from services.storage.vault import Vault

log = logging.getLogger(__name__)

_DIGEST = "webhook_digest"
_CONNECTIONS = 40
_REFUSED = ": 401 "


def secret_of(vault: Vault, bot: Bot, given: str) -> str:
    """What Telegram is to show with every update: what the operator has set, else what every process works out."""
    return given or vault.index("webhook secret", str(bot.id))


async def settle(bot: Bot, database: Database, vault: Vault, url: str, secret: str, kinds: Collection[str]) -> None:
    """Sets the webhook if Telegram has another one. `TelegramAPIError` where it refuses or does not answer.

    Telegram does not tell the secret, so a digest of what was set is kept; a webhook that was set by somebody else with
    another secret shows in Telegram's last error.
    """
    digest = vault.index("webhook", f"{bot.id} {url} {secret}")
    kept = (await database.fetch(select(setting.c.value).where(setting.c.name == _DIGEST))).scalar()
    if kept == digest and _is_ours(await bot.get_webhook_info(), url, kinds):
        return
    await bot.set_webhook(url, secret_token=secret, allowed_updates=list(kinds), max_connections=_CONNECTIONS)
    row = insert_for(database.dialect, setting).values(name=_DIGEST, value=digest)
    await database.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value}))
    log.info("the webhook was set")


def _is_ours(info: WebhookInfo, url: str, kinds: Collection[str]) -> bool:
    same = info.url == url and set(info.allowed_updates or ()) == set(kinds) and info.max_connections == _CONNECTIONS
    return same and _REFUSED not in (info.last_error_message or "")
