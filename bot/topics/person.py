"""The own form."""

from __future__ import annotations

from bot.fsm import person as wizard
from bot.fsm.links import LinkSteps
from bot.fsm.wizard import Table
from bot.handlers import person
from bot.kernel import Kernel
from bot.topic import Topic, WizardSpec
from bot.views.export import person as person_words


def table(*, kernel: Kernel, link_steps: LinkSteps) -> Table:
    form = wizard.FormSteps(kernel.persons, demo=kernel.demo)
    steps = wizard.OwnFormSteps(form, kernel.persons, kernel.accounts, kernel.drafts, link_steps.after_form)
    return Table(steps.table())


TOPIC = Topic(
    "person",
    routes=person.ROUTES,
    wizards=(WizardSpec(wizard.KIND, wizard.PersonForm, wizard.LIFETIME, table, person.begin),),
    words=(person_words.WORDS,),
)
