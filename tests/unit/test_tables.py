"""Every table is listed in `services.tables`: one left out would miss a rotation, and stand in no fresh database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Table

from services import tables
from tests.support.machine import ROOT


def test_every_module_of_tables_is_listed() -> None:
    listed = {Path(module.__file__ or "").relative_to(ROOT) for module in tables.MODULES}
    found = {file.relative_to(ROOT) for file in (ROOT / "services").rglob("tables.py")} - {Path("services/tables.py")}
    assert listed == found


def test_a_table_stands_in_a_module_of_tables_and_in_one_alone() -> None:
    made = [each for module in tables.MODULES for each in vars(module).values() if isinstance(each, Table)]
    assert len(made) == len(set(made))
    assert set(made) == set(tables.all_tables())
