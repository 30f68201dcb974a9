"""The choice of an insurance company: procedures, what is applied for, statuses, and what may be in the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.accounts.model import Person
from services.cases.model import Case, CaseKind, Machine
from services.errors import NomerokError
from services.registry.model import Coverage, Insurer, IssuePoint, PolicyForm, plain


class Procedure(StrEnum):
    """By which procedure a policy comes to whoever has applied. Values are the operator's words (`OMS_PROCEDURE`)."""

    FORMS = "forms"
    """Until December 2022: a temporary certificate at once, after 30 days a policy in one of two forms."""
    DIGITAL = "digital"
    """Since then: an entry in the register, the same day."""


FORMS = (PolicyForm.PAPER, PolicyForm.CARD)
"""Those that the procedure of forms knows, in the portal's order."""


class Ground(StrEnum):
    """Why an insurer is chosen."""

    FIRST = "first"
    """Nobody insures the person now."""
    WISH = "wish"
    """Another is preferred: once a year, until 1 November."""
    MOVED = "moved"
    ENDED = "ended"
    """The contract of the insurer is over."""


class Bar(StrEnum):
    """Why an insurer cannot be changed by wish now."""

    LATE = "late"
    """1 November is past."""
    TWICE = "twice"
    """It has been changed this year already."""


class ChoiceStatus(StrEnum):
    """The portal's statuses of an application that goes to a department, and those of a policy that is being made."""

    DRAFT = "draft"
    REGISTERED = "registered"
    SENT = "sent"
    RECEIVED = "received"
    TEMPORARY = "temporary"
    READY = "ready"
    DONE = "done"
    REFUSED = "refused"


_BEGINNING: Machine = {
    ChoiceStatus.DRAFT: (ChoiceStatus.REGISTERED,),
    ChoiceStatus.REGISTERED: (ChoiceStatus.SENT, ChoiceStatus.REFUSED),
    ChoiceStatus.SENT: (ChoiceStatus.RECEIVED, ChoiceStatus.REFUSED),
}
_ENDS: Machine = {ChoiceStatus.DONE: (), ChoiceStatus.REFUSED: ()}
_DESK = frozenset({ChoiceStatus.SENT, ChoiceStatus.RECEIVED, ChoiceStatus.TEMPORARY, ChoiceStatus.READY})

KINDS: Mapping[Procedure, CaseKind] = {
    Procedure.FORMS: CaseKind(
        "insurer_choice",
        {
            **_BEGINNING,
            ChoiceStatus.RECEIVED: (ChoiceStatus.TEMPORARY, ChoiceStatus.READY, ChoiceStatus.REFUSED),
            ChoiceStatus.TEMPORARY: (ChoiceStatus.READY, ChoiceStatus.REFUSED),
            ChoiceStatus.READY: (ChoiceStatus.DONE, ChoiceStatus.REFUSED),
            **_ENDS,
        },
        frozenset({ChoiceStatus.REFUSED}),
        desk=_DESK,
    ),
    Procedure.DIGITAL: CaseKind(
        "insurer_digital",
        {**_BEGINNING, ChoiceStatus.RECEIVED: (ChoiceStatus.DONE, ChoiceStatus.REFUSED), **_ENDS},
        frozenset({ChoiceStatus.REFUSED}),
        desk=frozenset({ChoiceStatus.SENT, ChoiceStatus.RECEIVED}),
    ),
}
"""The insurer's clerk, who is the desk here, receives what the bot has sent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a person whose insurer is to be chosen.

    `own`: the account holder, who signs, None: not on the list; `coverage`: who insures the person now, None: nobody.
    `changed`: the insurer was changed this year; `open_case`: of the account's own application under way, "" for one of
    another chat, None: there is none.
    """

    person: Person
    own: Person | None
    coverage: Coverage | None
    changed: bool
    open_case: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as the application names them. `policy`, `phone`: as they are read on screens; may be empty."""

    name: str
    birth_date: date
    snils: str
    policy: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """All that an application says.

    `insured`: who gets a policy; `by`: who signs for them, None: they themselves. `registration`, `stay`: addresses as
    they are written, `stay` empty where it is the same. `region`: two-digit code of the subject; `policy_form`: None by
    the procedure that has none.
    """

    procedure: Procedure
    ground: Ground
    insured: Named
    by: Named | None
    registration: str
    registered_on: date
    stay: str
    region: str
    policy_form: PolicyForm | None
    insurer: Insurer
    point: IssuePoint

    @property
    def signer(self) -> Named:
        """Whose signature it needs."""
        return self.by or self.insured


@dataclass(frozen=True, slots=True)
class FormPaper:
    """An application set as a PDF, which is signed byte for byte. `made_at`: when it was set."""

    draft_id: str
    form: Form
    pdf: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be signed. `person`: as the account is shown them now."""

    person: Person
    paper: FormPaper


@dataclass(frozen=True, slots=True)
class Sent:
    """What the card of an application tells: whom it goes to, and where the policy is given out."""

    insurer: str
    address: str
    phone: str
    hours: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it was signed and sent. `person`: as the account is shown them now."""

    case: Case
    person: Person
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of device: what stands on its button, and how one signs there, in lines of plain text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """`day`: when it was true. `needed`: lines of plain text. `devices`: one at least, each with a name of its own."""

    day: date
    needed: str
    devices: tuple[Device, ...]


class NotNow(NomerokError):  # noqa: N818
    """By this ground it cannot be done now. `bar`: why."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(bar.value)
        self.bar = bar


class UnderWay(NomerokError):  # noqa: N818
    """There is an open application for the person. `case_id`: which, "" for one of another chat."""

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class TooManyApplications(NomerokError):  # noqa: N818
    """The chat has tried as often as it may in a day."""


def form_to_json(form: Form) -> dict[str, Any]:
    told = asdict(form)
    for name in ("insured", "by"):
        told[name] = plain(told[name]) if told[name] is not None else None
    return plain(told)


def form_from_json(told: Mapping[str, Any]) -> Form:
    return Form(
        procedure=Procedure(told["procedure"]),
        ground=Ground(told["ground"]),
        insured=_named(told["insured"]),
        by=_named(told["by"]) if told["by"] is not None else None,
        registration=told["registration"],
        registered_on=date.fromisoformat(told["registered_on"]),
        stay=told["stay"],
        region=told["region"],
        policy_form=PolicyForm(told["policy_form"]) if told["policy_form"] is not None else None,
        insurer=Insurer(**told["insurer"]),
        point=IssuePoint(**told["point"]),
    )


def _named(told: Mapping[str, Any]) -> Named:
    return Named(**{**told, "birth_date": date.fromisoformat(told["birth_date"])})


def sent_of(form: Form) -> Sent:
    point = form.point
    return Sent(form.insurer.name, f"{point.town}, {point.address}", point.phone or form.insurer.phone, point.hours)


def sent_text(sent: Sent) -> str:
    """What the case holds: a clerk reads it as it is."""
    return json.dumps(asdict(sent), ensure_ascii=False, indent=1)


def read_sent(text: str) -> Sent:
    return Sent(**json.loads(text))
