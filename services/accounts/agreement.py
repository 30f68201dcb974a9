"""The consent to processing: which of its versions speaks of which areas.

Whoever has agreed to a version that does not speak of an area is asked anew when first opening it (`accounts.gate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.accounts.model import Area

_VISITS = frozenset({Area.VISITS})


@dataclass(frozen=True, slots=True)
class Agreements:
    """`versions`: each version of the text that was ever published, oldest first, with the areas that it speaks of."""

    versions: Mapping[str, frozenset[Area]]

    @property
    def current(self) -> str:
        """What is agreed to today."""
        return list(self.versions)[-1]

    def covered(self, version: str) -> frozenset[Area]:
        """The areas of a version; none of one that was never published."""
        return self.versions.get(version, frozenset())

    @property
    def always(self) -> frozenset[Area]:
        """The areas that every version speaks of: nobody has to be asked about them."""
        return frozenset(Area).intersection(*self.versions.values())


_RECORD = _VISITS | {Area.RECORDS, Area.DOCUMENTS}
_INSURANCE = _RECORD | {Area.INSURANCE}

PUBLISHED = Agreements(
    {
        **dict.fromkeys(("2026-11", "2026-11-27", "2026-11-29", "2026-11-30"), _VISITS),
        "2026-12": _RECORD,
        **dict.fromkeys(("2026-12-01", "2026-12-02"), _INSURANCE),
    }
)
"""A change of the text is a new line here, and never a change of an older one."""
