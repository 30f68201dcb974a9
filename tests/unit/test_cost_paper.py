"""The statement of costs as a paper: its title, the portal's seven headings, every row, and the sums."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.views.costs import HEADINGS, TITLE, application_sheet, statement_sheet
from services.costs.model import Issued
from services.costs.statement import compiled
from services.documents import sheet as setting
from services.documents.glyphs import Glyphs
from services.documents.model import Sheet
from services.documents.sheet import compiled as set_paper
from services.registry.model import CareCase
from services.texts.i18n import texts
from services.texts.money import roubles, roubles_alone
from tests.samples.costs import APPLICANT, CARE, ISSUER, YEAR, application
from tests.support import pdf

GLYPHS = Glyphs(setting._sets)
RU = texts("ru")
SEVEN = (
    "Наименование субъекта Российской Федерации, в котором была оказана медицинская услуга",
    "Наименование медицинской организации, в которой была оказана медицинская услуга",
    "Период оказания медицинской услуги",
    "Вид оказанной медицинской помощи",
    "Условие оказания медицинской услуги",
    "Наименование оказанной медицинской услуги",
    "Стоимость законченного случая лечения оказанной медицинской услуги (в рублях)",
)
CLINICS = ("Поликлиника № 1", "Больница имени Семашко", "Женская консультация")


def cases(count: int) -> list[CareCase]:
    return [
        replace(
            CARE,
            number=f"50-{place}",
            clinic=CLINICS[place % 3],
            begun=YEAR.first + timedelta(days=place % 365),
            ended=YEAR.first + timedelta(days=place % 365),
            cost=Decimal(10_000 + place) / 100,
        )
        for place in range(count)
    ]


def issued(*paid: CareCase) -> Issued:
    return Issued(application(), compiled(paid, YEAR), date(2026, 11, 24))


def paper(sheet: Sheet) -> bytes:
    return set_paper(sheet, GLYPHS)


def said(content: bytes, page: int | None = None) -> str:
    return " ".join(pdf.text(content, page).split())


def test_four_hundred_rows_stay_readable() -> None:
    """Each page has the headings anew, each row stands once, and the sums are those of their rows."""
    made = issued(*cases(400))
    content = paper(statement_sheet(RU, made, ISSUER))
    whole = said(content)
    pages = int(pdf.info(content)["Pages"])
    assert pages > 10
    for page in (1, 2, pages - 1):
        assert [each for each in SEVEN if each not in said(content, page)] == []
    assert len(re.findall(r"\b\d\d\.\d\d\.2025\b", whole)) == 400 + 2, "every row, and the period"
    assert len({each.cost for clinic in made.statement.clinics for each in clinic.cases}) == 400
    for clinic in made.statement.clinics:
        assert f"Итого по организации: {clinic.clinic}" in whole
        assert _plain(roubles_alone(RU, clinic.total)) in _plain(whole)
    assert made.statement.total == sum((each.cost for each in cases(400)), Decimal())
    assert _plain(roubles(RU, made.statement.total)) in _plain(whole)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_the_headings_are_the_portals_letter_by_letter() -> None:
    assert tuple(RU.label(each) for each in HEADINGS) == SEVEN
    assert RU.label(TITLE) == "Справка об оказанных медицинских услугах в рамках программы ОМС и их стоимости"
    sheet = statement_sheet(RU, issued(*cases(2)), ISSUER)
    assert sheet.title == RU.label(TITLE)
    columns = next(part.columns for part in sheet.parts if hasattr(part, "columns"))
    assert tuple(columns) == SEVEN


def test_one_clinic_has_no_sum_of_its_own() -> None:
    content = paper(statement_sheet(RU, issued(CARE), ISSUER))
    assert "Итого по организации" not in said(content)
    assert "Итого 512,40" in said(content)
    assert APPLICANT.name in said(content)


@pytest.mark.parametrize("empty", [True, False])
def test_what_is_not_there_is_said(empty: bool) -> None:
    content = paper(statement_sheet(RU, issued(*(() if empty else (CARE,))), ISSUER))
    assert ("медицинские услуги в рамках программы ОМС не оказывались" in said(content)) is empty


def test_the_application_says_who_asks_for_whom_and_which_period() -> None:
    by_mother = replace(APPLICANT, by="Иванова Мария Петровна")
    content = said(paper(application_sheet(RU, application(by_mother), ISSUER)))
    for each in (
        APPLICANT.name,
        "Кто подал заявление Иванова Мария Петровна",
        "01.01.2025 – 31.12.2025",
        APPLICANT.policy,
    ):
        assert each in content
