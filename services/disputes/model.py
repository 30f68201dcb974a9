"""«Это не я»: what was done to a visit in the patient's name, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.model import Relation
from services.booking.model import CancelOutcome, Deed, Doer, VisitEntry
from services.cases.model import CaseKind
from services.requests.model import ANSWERING, NEED_COMMENT

DISPUTE = CaseKind("dispute", ANSWERING, NEED_COMMENT)
"""What the denial of a visit is sent as. Nobody writes it, a press does."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A visit and what another account has done to it last; `deed` None: that account has been erased since.

    `cancels`: the visit stands and was booked by that account, so it is cancelled when the patient denies it.
    """

    entry: VisitEntry
    deed: Deed | None
    cancels: bool

    @property
    def closes(self) -> bool:
        """Whether the other account loses sight.

        What it has by documents, the desk ends; a consent, the patient whose it is.
        """
        own = self.entry.person.relation is Relation.OWN
        return self.deed is not None and (self.deed.doer is Doer.UNKNOWN or (own and self.deed.doer is Doer.CONSENT))


@dataclass(frozen=True, slots=True)
class Settled:
    """What has come of a denial. `number`: of the request that it has sent, None: one was sent before.

    `cancelled`: what has become of the visit; None: there was nothing to cancel.
    """

    number: int | None
    cancelled: CancelOutcome | None
