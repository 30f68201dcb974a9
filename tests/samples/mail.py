"""The address for letters."""

from __future__ import annotations

from bot.fsm import mail as mail_wizard
from bot.views import mail
from services.accounts.model import MailAddress
from services.notify.model import EmailProblem
from services.texts.i18n import Html
from tests.samples.common import Sample, Samples, StepSample

ADDRESS = "anna@example.org"
LONGEST_ADDRESS = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.ru"
EVIL_ADDRESS = "<u>&{name}@example.org"


def _mail() -> list[Sample]:
    texts = (ADDRESS, LONGEST_ADDRESS, EVIL_ADDRESS)
    addresses = [MailAddress(text, refused) for text in texts for refused in (True, False)]
    return [
        *(
            Sample(mail.mail, (each,), {"on": on, "note": note})
            for each in addresses
            for on in (True, False)
            for note in (None, Html("✅"))
        ),
        *(Sample(mail.remove, (each,)) for each in addresses),
        *(Sample(mail.none, (), {"on": on, "note": note}) for on in (True, False) for note in (None, Html("✅"))),
    ]


SAMPLES = Samples(
    screens=_mail(),
    steps={
        mail_wizard.KIND: {
            step: [
                StepSample(name, mail.MailQuestion(each), full=True)
                for name, each in (("short", ADDRESS), ("longest", LONGEST_ADDRESS), ("evil", EVIL_ADDRESS), *extra)
            ]
            for step, extra in (("address", [("none", None)]), ("check", []))
        }
    },
    sentences=[
        *(Sample(mail.problem, (each,)) for each in EmailProblem),
        *(Sample(each) for each in (mail.saved, mail.removed)),
    ],
)
