"""Moving a visit."""

from __future__ import annotations

from bot.fsm import moving as wizard
from bot.fsm.confirmation import Confirming
from bot.fsm.times import TimeSteps, WhoAndWhere
from bot.fsm.wizard import Table
from bot.handlers import moving
from bot.kernel import Kernel
from bot.topic import Topic, WizardSpec
from bot.topics.booking import not_yet_known
from bot.views.export import moving as moving_words
from services.accounts.mail import Mail
from services.booking.booking import Booking
from services.booking.cancelling import Cancelling
from services.booking.holds import Holds
from services.booking.times import Times
from services.booking.visits import Visits
from services.clinics.directory import Directory


def table(
    *,
    kernel: Kernel,
    directory: Directory,
    times: Times,
    holds: Holds,
    booking: Booking,
    visits: Visits,
    cancelling: Cancelling,
    mail: Mail,
) -> Table:
    known = WhoAndWhere(kernel.persons, directory)
    time_steps = TimeSteps(known, times, holds, visits)
    confirming = Confirming(known, booking, visits, mail)
    steps = wizard.MovingSteps(known, time_steps, confirming, booking, visits, cancelling, kernel.drafts, kernel.outbox)
    return Table(steps.table(), steps.after)


TOPIC = Topic(
    "moving",
    routes=moving.ROUTES,
    wizards=(
        WizardSpec(
            wizard.KIND,
            wizard.MovingForm,
            wizard.LIFETIME,
            table,
            moving.begin,
            kept=not_yet_known,
            stopped=wizard.stopped,
        ),
    ),
    words=(moving_words.WORDS,),
)
