"""The e-mail channel of the outbox: draws the letter as things are now, and gives it to the mail server."""

from __future__ import annotations

import asyncio
import logging

from bot.kernel import Kernel
from bot.notices.notices import Notices
from services.accounts.mail import Mail
from services.accounts.model import Account, MailAddress
from services.limits.model import Act, LimitReached
from services.notify.model import Delivery, Letter, LetterEnd, Notification
from services.notify.outbox import EMAIL
from services.notify.smtp import AddressRefused, Delayed, LetterRefused, Postman
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import texts
from services.together import asking

log = logging.getLogger(__name__)

_AT_ONCE = 5
"""Letters on their way together. Each takes less than the minute that its row is claimed for."""


class EmailChannel:
    """Delivers the e-mail rows; what the chat is told never waits for it."""

    def __init__(self, kernel: Kernel, mail: Mail, notices: Notices, postman: Postman) -> None:
        self._kernel = kernel
        self._mail = mail
        self._notices = notices
        self._postman = postman

    async def deliver_due(self) -> int:
        """Sends what is due, some letters at once; gives how many rows were looked at."""
        seen = 0
        async with asking():
            while claimed := await self._kernel.outbox.claim(_AT_ONCE, EMAIL):
                await asyncio.gather(*(self._deliver(each) for each in claimed))
                seen += len(claimed)
        return seen

    async def _deliver(self, delivery: Delivery) -> None:
        outbox = self._kernel.outbox
        account = await self._kernel.accounts.by_id(delivery.notification.account_id)
        if account is None:
            await outbox.drop(delivery)
            return
        try:
            if outbox.is_too_late(delivery):
                await self._give_up(delivery, account, LetterEnd.GIVEN_UP)
                return
            written = await self._notices.letter(account, delivery.notification, texts(account.locale))
            # Read last: a person may have changed or removed it while the registry was asked.
            address = await self._addressee(account, delivery.notification)
            if written is None or address is None or address.refused:
                await outbox.drop(delivery)
                return
            if not address.confirmed:
                await outbox.hold_back(delivery)
                return
            # What goes elsewhere has been counted when it was asked for.
            if not self._notices.goes_elsewhere(delivery.notification.kind):
                await self._kernel.limits.spend_once(account.telegram_id, Act.LETTER, delivery.id)
            await self._post(delivery, account, written, address)
        except LimitReached:  # an address may be a stranger's; the chat is told of everything
            log.warning("letter %s is one too many of its chat's for a day", delivery.id)
            await outbox.drop(delivery)
        except (Delayed, RegistryUnavailable) as error:
            log.warning("letter %s waits: %s", delivery.id, error or type(error).__name__)
            await self._retry(delivery, account)
        except Exception as error:  # its words may quote the letter, so only its name is told
            log.error("letter %s failed: %s", delivery.id, type(error).__name__)
            await self._retry(delivery, account)

    async def _post(self, delivery: Delivery, account: Account, written: Letter, address: MailAddress) -> None:
        outbox = self._kernel.outbox
        try:
            await self._postman.post(written, address.text, delivery.id, delivery.notification.created_at)
        except AddressRefused as error:
            log.warning("letter %s: there is no such mailbox (%s)", delivery.id, error)
            if not self._notices.goes_elsewhere(delivery.notification.kind):
                await self._mail.refuse(account, address)
            await self._give_up(delivery, account, LetterEnd.NO_MAILBOX)
        except LetterRefused as error:
            log.error("the mail server refuses letter %s for good: %s", delivery.id, error)
            await self._give_up(delivery, account, LetterEnd.REFUSED)
        else:
            await self._ended(delivery, account, LetterEnd.SENT)
            await outbox.sent(delivery)

    async def _addressee(self, account: Account, note: Notification) -> MailAddress | None:
        if not self._notices.goes_elsewhere(note.kind):
            return await self._mail.addressee(account, note)
        address = await self._notices.own_address(account, note, texts(account.locale))
        return MailAddress(address, refused=False) if address is not None else None

    async def _give_up(self, delivery: Delivery, account: Account, end: LetterEnd) -> None:
        await self._ended(delivery, account, end)
        await self._kernel.outbox.drop(delivery)

    async def _ended(self, delivery: Delivery, account: Account, end: LetterEnd) -> None:
        await self._notices.letter_ended(account, delivery.notification, texts(account.locale), end)

    async def _retry(self, delivery: Delivery, account: Account) -> None:
        """Later, unless it has been tried for too long."""
        if self._kernel.outbox.is_too_late(delivery):
            await self._give_up(delivery, account, LetterEnd.GIVEN_UP)
        else:
            await self._kernel.outbox.retry(delivery)
