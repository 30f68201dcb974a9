"""What topics tell of somebody, put together: whose a section is, and how several write one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.personal import Facts, Leaving, Obligation, Section, Subject, clashing, joined
from services.storage.units import Unit


class Part:
    """A topic that writes these sections."""

    def __init__(self, *sections: Section) -> None:
        self.sections = sections

    async def export(self, whose: Subject) -> Facts:
        return {}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None: ...


OWN, SHARED = Section("parcels"), Section("parcels", shared=True)


def test_a_section_has_one_writer_unless_all_of_them_share_it() -> None:
    other = Part(Section("letters"))
    assert clashing([Part(OWN), other]) == set()
    assert clashing([Part(OWN), other, Part(OWN)]) == {"parcels"}
    assert clashing([Part(OWN), Part(SHARED), other]) == {"parcels"}, "one alone does not decide it"
    assert clashing([Part(SHARED), Part(SHARED), other]) == set()


def test_what_several_tell_is_put_together() -> None:
    told: list[Facts] = [
        {"parcels": [1, 2], "account": {"language": "ru"}, "made": 1},
        {"parcels": [3], "account": {"email": "a@example.org"}},
    ]
    assert joined(told) == {
        "parcels": [1, 2, 3],
        "account": {"language": "ru", "email": "a@example.org"},
        "made": 1,
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [(True, False), ("a", "b"), ([1], {"name": 1}), ({"name": 1}, {"name": 2})],
    ids=["neither list nor names", "texts", "a list and names", "one name twice"],
)
def test_what_cannot_be_put_together_is_not_lost_in_silence(one: object, other: object) -> None:
    with pytest.raises(ValueError, match="parcels"):
        joined([{"parcels": one}, {"parcels": other}])  # type: ignore[dict-item]
