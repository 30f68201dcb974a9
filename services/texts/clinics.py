"""What clinics are called in short: by town and by what is special about them, in Russian, as registries write it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LEGAL_FORM = re.compile(
    r"^(?:(?:СПб )?(?:[ГМФ]{1,2}[БКА]?УЗ|[НЧ]УЗ|ФГБУ|[ОП]?АО|ООО)|(?:[А-Яа-яё]+ ){1,4}учреждени[ея] здравоохранения)"
    r"(?: города Москвы| Московской области| МО)? (?=[«\"А-ЯЁ])"
)
_QUOTED = re.compile(r"^[«\"](.+)[»\"](.*)$")
_IN_BRACKETS = re.compile(r" \([^()]*\)$")
_WHOSE = re.compile(r" (?:Департамента здравоохранения(?: города Москвы)?|города Москвы|Московской области)")
_CITYS = re.compile(r"\bгородская (?=поликлиника)", re.IGNORECASE)
_BRANCH = re.compile(r",?(?: [-–—])? филиал\b.*", re.IGNORECASE)
_STEM = 5
"""Letters of a town by which a clinic may be called after it."""
_KINDS = {
    "детская стоматологическая поликлиника": ("Детская стоматология", "Дет. стоматология", "Дет. стомат."),
    "стоматологическая поликлиника": ("Стоматология", "Стомат."),
    "детская поликлиника": ("Детская", "Дет."),
    "семейная поликлиника": ("Семейная", "Сем."),
    "женская консультация": ("Женская", "Жен."),
    "поликлиника": ("",),
}
"""Kinds of clinics, and what they are called where there is no room."""


def special_name(name: str, town: str = "") -> str:
    """What tells a clinic from others: «Поликлиника № 5» of «ГБУЗ МО «Городская поликлиника № 5» (филиал)»."""
    name = _QUOTED.sub(r"\1\2", _LEGAL_FORM.sub("", _IN_BRACKETS.sub("", name)))
    name = _CITYS.sub("", _WHOSE.sub("", name)).removesuffix(f", {town}").strip()
    return name[:1].upper() + name[1:]


def short_names(name: str, town: str, address: str, *, town_first: bool) -> tuple[str, ...]:
    """Names of a clinic for a button, the best first, the fullest last; any of `town` and `address` may be empty.

    «Балашиха · детская № 2», or, not `town_first`, «Детская № 2 · Балашиха»; with the street, where that is not enough.
    """
    special = special_name(name, town)
    own = _BRANCH.sub("", special)
    within = [special, own, *_shorter(special), *_shorter(own)]
    named_after = len(town) > _STEM and special.casefold().startswith(town[:_STEM].casefold())
    if not town or named_after:  # «Егорьевская больница» of Егорьевск
        told = within
    else:
        known = special.casefold().startswith(tuple(_KINDS))  # others may be proper names
        before = [f"{town} · {each[:1].lower() + each[1:] if known else each}" for each in within]
        after = [f"{each} · {town}" for each in within]
        told = [*before, *after] if town_first else [*after, *before]
    streets = [f"{address} · {each}" for each in within] if address else []
    return (*told, *streets, *within, ", ".join(filter(None, (special, town, address))))


def _shorter(special: str) -> Sequence[str]:
    """«Детская № 2» and «Дет. № 2» of «Детская поликлиника № 2»."""
    for kind, shorter in _KINDS.items():
        if special.casefold().startswith(kind):
            return [(each + special[len(kind) :]).strip() for each in shorter]
    return ()
