"""The form, as it is kept and as it is being filled in."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.registry.model import PolicyKind, Sex
from services.texts.i18n import N_

_BOTH = {
    "surname": N_("surname"),
    "name": N_("first name"),
    "patronymic": N_("patronymic"),
    "sex": N_("sex"),
    "phone": N_("phone"),
    "snils": N_("SNILS"),
}
_SEX = {Sex.FEMALE: N_("female"), Sex.MALE: N_("male")}

WORDS = ExportWords(
    {
        "persons": {
            **_BOTH,
            "birth_date": N_("date of birth"),
            "policy_kind": N_("kind of the insurance policy"),
            "policy_number": N_("number of the insurance policy"),
        },
        "answers": {
            **_BOTH,
            "birth": N_("date of birth"),
            "policy": N_("insurance policy, as it was entered"),
            "readings": N_("how what was typed may be read, as it was asked"),
            "read_for": N_("the question that this was an answer to"),
            "doubt": N_("answer to a doubtful policy number"),
            "check": N_("step “please check”"),
            "correcting": N_("whether something was being corrected"),
        },
    },
    {
        Sex: _SEX,
        PolicyKind: {
            PolicyKind.ENP: N_("policy with 16 digits"),
            PolicyKind.OLD: N_("policy of the old form"),
            PolicyKind.TEMPORARY: N_("temporary certificate"),
            PolicyKind.NONE: N_("no policy"),
        },
    },
    {
        "draft": {"person": N_("your own form")},
        "sex": {each.value: word for each, word in _SEX.items()},
    },
)
