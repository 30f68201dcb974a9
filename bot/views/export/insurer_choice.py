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
    "insured_in": N_("region of residence"),
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
        "answers": {
            "data": N_("whether you said that the data are right"),
            "first_choice": N_("whether nobody insured the person before"),
            "procedure": N_("by which procedure a policy is given"),
            "attached_in": N_("region in which the person is attached to a clinic"),
            "ground": N_("why the company was chosen"),
            "reg_region": N_("registration address: region"),
            "reg_town": N_("registration address: town"),
            "reg_street": N_("registration address: street"),
            "reg_house": N_("registration address: house"),
            "reg_flat": N_("registration address: flat"),
            "reg_date": N_("date of registration"),
            "same": N_("whether the address of stay is the same"),
            "stay_region": N_("address of stay: region"),
            "stay_town": N_("address of stay: town"),
            "stay_street": N_("address of stay: street"),
            "stay_house": N_("address of stay: house"),
            "stay_flat": N_("address of stay: flat"),
            "form": N_("form of the policy"),
            "insurer": N_("insurance company, as the registry calls it"),
            "point": N_("issue point, as the registry calls it"),
            "declared": N_("whether you confirmed that all is true"),
            "fix": N_("step “What is to be changed?”"),
            "sign": N_("step “Sign the application”"),
            "help": N_("what you opened of “What to sign with”"),
            "paper": N_("whether you opened how to do without a signature"),
        },
    },
    enums={Ground: GROUNDS},
    codes={
        "case": dict.fromkeys((kind.name for kind in KINDS.values()), N_("choice of an insurer")),
        "draft": {"insurer_choice": N_("choice of an insurer")},
    },
)
