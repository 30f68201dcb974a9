"""The address for letters."""

from __future__ import annotations

from bot.fsm import mail as mail_wizard
from bot.keyboards.buttons.visits import VisitCard
from bot.views import mail
from services.accounts.model import AwaitedMail, MailAddress, MailCodeProblem, MailCodeState
from services.notify.model import EmailProblem
from services.texts.i18n import Html
from tests.samples.common import Sample, Samples, StepSample, usual

ADDRESS = "anna@example.org"
LONGEST_ADDRESS = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.ru"
EVIL_ADDRESS = "<u>&{name}@example.org"
BACK = VisitCard(visit="v" * 12, origin="u0").pack()
_ADDRESSES = (("short", ADDRESS), ("longest", LONGEST_ADDRESS), ("evil", EVIL_ADDRESS))


def _mail() -> list[Sample]:
    texts = (ADDRESS, LONGEST_ADDRESS, EVIL_ADDRESS)
    addresses = [
        MailAddress(text, refused, confirmed)
        for text in texts
        for refused, confirmed in ((True, True), (False, True), (False, False), (True, False))
    ]
    own = MailAddress(ADDRESS, False, True)
    return [
        usual(mail.mail, own, on=True, note=None, awaited=None),
        usual(mail.code_refused, ADDRESS, on=True),
        usual(mail.remove, own),
        usual(mail.none, on=True, note=None),
        *(
            Sample(mail.mail, (each,), {"on": on, "note": note, "awaited": awaited, "back": back})
            for each in addresses
            for on in (True, False)
            for note, awaited in ((None, None), (Html("✅"), None), (None, LONGEST_ADDRESS), (None, EVIL_ADDRESS))
            for back in (None, BACK)
        ),
        *(usual(mail.later, back) for back in (None, BACK)),
        *(Sample(mail.code_refused, (text,), {"on": on}) for text in texts for on in (True, False)),
        *(Sample(mail.remove, (each,)) for each in addresses),
        *(Sample(mail.none, (), {"on": on, "note": note}) for on in (True, False) for note in (None, Html("✅"))),
    ]


SAMPLES = Samples(
    screens=_mail(),
    steps={
        mail_wizard.KIND: {
            "address": [
                StepSample(name, mail.MailQuestion(each), full=True, ordinary=each is None)
                for name, each in (*_ADDRESSES, ("none", None))
            ],
            "check": [
                StepSample(
                    f"{state} {name}",
                    AwaitedMail(each, state),
                    full=True,
                    ordinary=(state, each) == (MailCodeState.SENT, ADDRESS),
                )
                for name, each in _ADDRESSES
                for state in MailCodeState
            ],
        }
    },
    sentences=[
        *(Sample(mail.problem, (each,)) for each in EmailProblem),
        *(Sample(mail.code_problem, (each,)) for each in (MailCodeProblem.NOT_A_CODE, MailCodeProblem.WRONG)),
        *(Sample(each) for each in (mail.confirmed, mail.known, mail.removed, mail.sent_again, mail.used_up)),
    ],
)
