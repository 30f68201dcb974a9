"""Everybody on the list, and what the say over them rests on."""

from __future__ import annotations

from bot.views.booking import RELATIONS
from bot.views.export.words import DOCUMENT, ExportWords
from services.accounts.model import Basis, Relation
from services.texts.i18n import N_

_RELATION = {"relation": N_("who the person is to you")}

WORDS = ExportWords(
    {
        DOCUMENT: {"persons": N_("everybody on your list")},
        "persons": {
            **_RELATION,
            "full_name": N_("full name"),
            "added_at": N_("when the person was added"),
            "left_the_list_at": N_("when the person left the list"),
            "bases": N_("what your say over the person rests on"),
            "known_to_registry": N_("whether the registry knows this person"),
            "policy_confirmed_at": N_("when the registry confirmed the policy"),
            "clinic_of_attachment": N_("clinic of attachment"),
            "bookings_last_looked_for_at": N_("when the registry was last asked for the bookings"),
        },
        "bases": {"basis": N_("on what")},
        "answers": {
            **_RELATION,
            "id": N_("whose data are changed"),
            "locked": N_("whether the name is as in the documents"),
        },
    },
    {
        Relation: RELATIONS,
        Basis: {
            Basis.DECLARED: N_("by your own word"),
            Basis.DESK: N_("documents seen at the clinic’s desk"),
            Basis.OIDC: N_("confirmed by the identity provider"),
            Basis.CONSENT: N_("this person’s consent"),
        },
    },
    {
        "relation": {each.value: word for each, word in RELATIONS.items()},
        "draft": {"family": N_("adding a person"), "edit": N_("changing a person’s data")},
        "action": {
            "person_added": N_("a person was added"),
            "person_edited": N_("a person’s data were changed"),
            "person_removed": N_("a person was taken off the list"),
        },
    },
)
