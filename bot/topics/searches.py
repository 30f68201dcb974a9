"""Searching lists by typed text, whatever topic a list belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from bot.fsm import searches as wizard
from bot.fsm.searches import SearchedLists
from bot.fsm.wizard import Table
from bot.handlers import searches
from bot.kernel import Kernel
from bot.topic import Topic, WizardSpec
from bot.views import searches as views
from bot.views.export import searches as words
from services.drafts.model import Draft
from services.searches.mydata import SearchData
from services.searches.searches import Searches
from services.texts.i18n import Html, Texts


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"searches": Searches(kernel.database, kernel.vault, kernel.clock)}


def table(*, kernel: Kernel, searches: Searches, searched_lists: SearchedLists) -> Table:
    return Table(wizard.SearchSteps(searches, kernel.drafts, searched_lists).table())


def stopped(t: Texts, _: Draft) -> Html:
    return views.stopped(t)


def personal(*, kernel: Kernel) -> SearchData:
    return SearchData(kernel.database.aside, kernel.vault)


TOPIC = Topic(
    "searches",
    build=build,
    routes=searches.ROUTES,
    wizards=(WizardSpec(wizard.KIND, wizard.SearchForm, wizard.LIFETIME, table, searches.begin_anew, stopped=stopped),),
    personal=personal,
    words=(words.WORDS,),
)
