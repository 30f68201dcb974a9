"""Applications for a statement of costs, and what has come of them."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.costs.model import KIND
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"cost_statements": N_("applications for a statement of what care has cost, and the statements")},
        "cost_statements": {
            "application": N_("number of the application"),
            "from": N_("first day of the period"),
            "to": N_("last day of the period"),
            "care": N_("what the statement is compiled of"),
        },
        "care": {
            "given_in": N_("region in which care was given"),
            "begun": N_("first day of the care"),
            "ended": N_("last day of the care"),
            "care_kind": N_("kind of care"),
            "condition": N_("condition of rendering"),
            "service": N_("what was done"),
            "roubles": N_("cost, in roubles"),
        },
        "answers": {
            "first": N_("first day of the period"),
            "last": N_("last day of the period"),
            "period": N_("step “For which period?”"),
        },
    },
    codes={
        "case": {KIND.name: N_("application for a statement of costs")},
        "draft": {"costs": N_("application for a statement of costs")},
    },
)
