"""Applications for the choice of an insurer."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from bot.views.insurer_choice import GROUNDS
from services.insurer_choice.model import KINDS, Ground
from services.texts.i18n import N_

_APPLICATION = {
    "ground": N_("why the company was chosen"),
    "registration": N_("registration address"),
    "registered_on": N_("date of registration"),
    "stay": N_("address of stay"),
    "insured_in": N_("subject of residence"),
    "policy_form": N_("form of the policy"),
    "insurer": N_("insurance company"),
    "issue_point": N_("issue point"),
}
WORDS = ExportWords(
    {
        DOCUMENT: {
            "insurer_applications": N_("applications for the choice of an insurer that were signed and sent"),
            "unsigned_applications": N_("an application for the choice of an insurer that waits to be signed"),
        },
        "insurer_applications": {
            **_APPLICATION,
            "application": N_("number of the application"),
            "signed_by": N_("whose signature it bears"),
        },
        "unsigned_applications": {**_APPLICATION, "made": N_("when it was made")},
    },
    enums={Ground: GROUNDS},
    codes={
        "case": dict.fromkeys((kind.name for kind in KINDS.values()), N_("choice of an insurer")),
        "draft": {"insurer_choice": N_("choice of an insurer")},
    },
)
