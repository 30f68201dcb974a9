"""Insurance companies and where they give policies out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.registry.model import Insurer, IssuePoint
from services.registry.ports.port import Port


class InsurersPort(Port, Protocol):
    """The directory that somebody chooses an insurer from."""

    async def insurers(self, region: str) -> Sequence[Insurer]:
        """Those that insure in this subject of the Federation now, by name."""
        ...

    async def insurer(self, insurer_id: str) -> Insurer | None:
        """One of them, also when it insures nobody any more: an application may name it. None: there never was one."""
        ...

    async def issue_points(self, insurer_id: str) -> Sequence[IssuePoint]:
        """Where this one gives policies out now, by town and address."""
        ...

    async def issue_point(self, point_id: str) -> IssuePoint | None:
        """One of them, also when it has been closed; None: there never was one."""
        ...


@dataclass(frozen=True, slots=True)
class InsurersReport:
    """What has become of an import. `closed`: what it does not name any more, and so is offered to nobody."""

    insurers: int = 0
    points: int = 0
    closed_insurers: int = 0
    closed_points: int = 0


class InsurersAdminPort(Protocol):
    """Import of the directory: only a registry that lets us is written to."""

    async def known_insurers(self) -> Mapping[str, str]:
        """Those that points may be of: the region of each, by its id."""
        ...

    async def put_insurers(
        self, insurers: Sequence[Insurer] | None, points: Sequence[IssuePoint] | None
    ) -> InsurersReport:
        """All that there are from now on, in one unit: what is not named is closed. None: that kind stays as it is.

        A point names an insurer that is known, or given along. Safe to repeat.
        """
        ...
