"""Insurance, as the registry has it."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from bot.views.insurance import FORMS, STATUSES
from services.registry.model import CoverageStatus, PolicyForm
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"insurance": N_("insurance that you may see: it is kept in the registry")},
        "insurance": {
            "insured_in": N_("region in which the person is insured"),
            "insurer": N_("insurance company"),
            "insurer_phone": N_("phone of the insurance company"),
            "policy_number": N_("number of the policy, as the registry has it"),
            "policy_form": N_("form of the policy"),
            "policy_status": N_("state of the policy"),
            "policy_since": N_("since when the policy is in force"),
            "policy_until": N_("until when the policy is in force"),
            "attached_since": N_("since when the person is attached to the clinic"),
            "area_doctor": N_("doctor of the area"),
        },
    },
    enums={PolicyForm: FORMS, CoverageStatus: STATUSES},
)
