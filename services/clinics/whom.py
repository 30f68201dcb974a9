"""Whom a post and a clinic are for, where that is one sex: what no registry says, gathered in one place.

A post is told by its code (ФРМР 1002) or, where an operator has codes of their own, by a word of its name; a clinic by
its name alone. A clinic that has such a department («с женской консультацией») is for everybody.
"""

from __future__ import annotations

from services.registry.model import Clinic, Sex
from services.texts.names import folded

WOMENS_POSTS = frozenset({"13"})
"""Акушер-гинеколог."""
_WOMENS_NAMES = ("гинеколог", "акушер", "gynaecologist", "gynecologist")
_WOMENS_CLINICS = ("женская консультация",)


def post_for(service_id: str, name: str) -> Sex | None:
    """Whom a medical service sees; None: everybody. `name`: the registry's."""
    called = folded(name)
    womens = service_id in WOMENS_POSTS or any(each in called for each in _WOMENS_NAMES)
    return Sex.FEMALE if womens else None


def clinic_for(clinic: Clinic) -> Sex | None:
    """Whom a clinic sees; None: everybody."""
    called = folded(clinic.name)
    return Sex.FEMALE if any(each in called for each in _WOMENS_CLINICS) else None


def suits(which: Sex | None, sex: Sex | None) -> bool:
    """Whether nothing speaks against it. `sex`: of a person, None: not to be known here, so it decides nothing."""
    return which is None or sex is None or which is sex
