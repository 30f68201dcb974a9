"""What is told of who may act for whom, and of an address that does not do: the kinds, as they stand in rows."""

from __future__ import annotations

from enum import StrEnum

GIVER, TAKER = "giver", "taker"


class AccountNews(StrEnum):
    """What has happened. The subject: of a consent, the grant's id; of an age or a paper, the link's.

    Of what the desk has opened in another chat, and of what has been closed to a chat or is over, it is that chat's
    link; of an address that no letter reaches, or that nobody has confirmed, the account; of a code for an address,
    which goes by e-mail alone, and of one that found no mailbox, the code; of an access that has ended because one side
    erased its data, which side this account was (`GIVER`, `TAKER`): nothing else is left of it.
    """

    TURNED_15 = "turned_15"
    TURNED_18 = "turned_18"
    GUARDIANSHIP_ENDED = "guardianship_ended"
    ACCESS_OPENED = "access_opened"
    ACCESS_GIVEN = "access_given"
    ACCESS_ENDED = "access_ended"
    CONSENT_ENDED = "consent_ended"
    ACCESS_ERASED = "access_erased"
    BASIS_ENDED = "basis_ended"
    BASIS_OVER = "basis_over"
    MAIL_REFUSED = "mail_refused"
    MAIL_CODE = "mail_code"
    MAIL_CODE_REFUSED = "mail_code_refused"
    MAIL_UNCONFIRMED = "mail_unconfirmed"
