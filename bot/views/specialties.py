"""Names of specialties: the registry's own in Russian, translated by post code in other languages."""

from __future__ import annotations

from services.texts.i18n import N_, Texts

BY_POST = {
    "110": N_("General practitioner"),
    "59": N_("Paediatrician"),
    "122": N_("Surgeon"),
    "28": N_("Paediatric surgeon"),
    "54": N_("Ophthalmologist (eye doctor)"),
    "53": N_("Otolaryngologist (ENT)"),
    "45": N_("Neurologist"),
    "34": N_("Cardiologist"),
    "25": N_("Paediatric cardiologist"),
    "v92": N_("Endocrinologist"),
    "v22": N_("Paediatric endocrinologist"),
    "v84": N_("Urologist"),
    "v79": N_("Orthopaedic trauma surgeon"),
    "24": N_("Dermatologist"),
    "13": N_("Obstetrician-gynaecologist"),
    "103": N_("Dentist"),
    "101": N_("Paediatric dentist"),
    "v72": N_("Dental surgeon"),
    "51": N_("Orthodontist"),
}
"""Codes of posts (ФРМР 1002), «v» and the code of the speciality (V021) where a post has none."""

FIRST_ASKED = frozenset({"110", "59"})
"""Who is seen first of all: the therapist, and the paediatrician of a child."""


def specialty(t: Texts, post: str, name: str) -> str:
    """What a patient reads; a post that we have no word for keeps the registry's name."""
    return t.label(BY_POST[post]) if t.locale != "ru" and post in BY_POST else name
