"""«На карте»: the picture with what stands under it, and the card of a clinic that was pressed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.keyboards.buttons.clinics import ClinicVenue
from bot.keyboards.kit import back_row, button, in_rows, markup, pager, short
from bot.keyboards.wizard import StepButtons
from bot.views.booking import ClinicRow
from bot.views.clinics import age_group_words, clinic_address, clinic_names, contacts, demo_mark, kilometres, told_name
from bot.views.common import Scene
from bot.views.screen import Screen
from services.registry.model import Clinic
from services.texts.clinics import special_name
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines

CAPTION = 1024
"""The longest text under a picture that Telegram takes."""
NUMBERS_IN_ROW = 4
"""Clinics of a page: as many as a picture bears."""
FEW = 4
"""So many clinics are told with their addresses; of more, each has one line, or the picture is out of sight."""
_LINE, _SHORTEST = 30, 18
"""Characters of a line on a narrow phone, and the least that tells clinics apart."""
_STEM = 5
"""Letters by which a name bears its town: «Егорьевская больница» of Егорьевск."""
SCALES = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Kilometres that the scale bar may show."""


class MapAct(StrEnum):
    """`PAGE` turns to a page, counted from 0."""

    PAGE = "page"
    LIST = "list"
    ALL = "all"


class CardAct(StrEnum):
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class MapPage:
    """One page of a map. `total`: how many clinics have a place on it, `unplaced`: how many of the list have none.

    `beyond`: one of the page lies beyond the edge; `all_shown`: nothing was looked for.
    """

    who: str
    picture: bytes
    rows: Sequence[ClinicRow]
    page: int
    total: int
    unplaced: int
    beyond: bool
    all_shown: bool


@dataclass(frozen=True, slots=True)
class Card:
    who: str
    row: ClinicRow


def clinic_map(data: MapPage, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    first = data.page * scene.layout.pins + 1
    numbers = [
        button(f"⭐ {number}" if row.attached else str(number), buttons.option(place))
        for place, (number, row) in enumerate(enumerate(data.rows, start=first))
    ]
    return Screen(
        _caption(data, scene, first),
        markup(
            *in_rows(numbers, NUMBERS_IN_ROW),
            pager(t, data.page, data.total, scene.layout.pins, lambda page: buttons.act(MapAct.PAGE, str(page))),
            [button(t.label("📋 As a list"), buttons.act(MapAct.LIST))],
            [] if data.all_shown else [button(t.label("All clinics"), buttons.act(MapAct.ALL))],
            back_row(t, buttons.back()),
        ),
        data.picture,
    )


def card(data: Card, buttons: StepButtons, scene: Scene) -> Screen:
    t, clinic = scene.t, data.row.clinic
    distance = data.row.distance
    return Screen(
        scene.text(
            bold(("⭐ " if data.row.attached else "") + told_name(t, clinic)),
            lines(
                contacts(t, clinic),
                age_group_words(t, clinic.age_group),
                t("From you: {distance}", distance=kilometres(t, distance)) if distance is not None else "",
            ),
            t("Patient: {name}", name=data.who),
        ),
        markup(
            [button(t.label("✅ Choose"), buttons.act(CardAct.CHOOSE))],
            [button(t.label("📍 Clinic on the map"), ClinicVenue(clinic=clinic.id))] if clinic.lat is not None else [],
            back_row(t, buttons.back()),
        ),
    )


def not_drawn(t: Texts) -> Html:
    return t("The map could not be drawn just now. Here are the same clinics as a list.")


def nowhere(t: Texts) -> Html:
    return t("These clinics have no place on the map yet. Here they are as a list.")


def here(t: Texts) -> str:
    """Beside the person's place on the picture."""
    return t.label("You are here")


def thanks(t: Texts) -> str:
    """Who made the outlines: their licence asks for it."""
    return t.label("© OpenStreetMap contributors")


def length_words(t: Texts, km: float) -> str:
    """Beside the scale bar: «500 м», «2 км»."""
    return (
        t.label("{metres} m", metres=round(km * 1000)) if km < 1 else t.label("{kilometres} km", kilometres=round(km))
    )


def _caption(data: MapPage, scene: Scene, first: int) -> Html:
    """All of it within Telegram's limit: names give way, numbers and notes never do."""
    few = len(data.rows) <= FEW
    tries = ((80, 60), (_LINE, 0), (_SHORTEST, 0)) if few else ((_LINE, 0), (_SHORTEST, 0))
    caption = Html()
    for line, address in tries:
        rows = [_row(scene.t, number, row, line, address) for number, row in enumerate(data.rows, start=first)]
        caption = _with_rows(data, scene, rows)
        if _units(caption) <= CAPTION:
            break
    return caption


def _with_rows(data: MapPage, scene: Scene, rows: Sequence[Html]) -> Html:
    t = scene.t
    return blocks(
        scene.note or "",
        lines(
            bold(t("Press the number of a clinic") + demo_mark(t, demo=any(row.clinic.demo for row in data.rows))),
            t("Patient: {name}", name=short(data.who, 60)),
            *rows,
            t("An arrow at the edge: this clinic lies beyond the map.") if data.beyond else "",
            t.n(
                "{count} more has no place on the map: it is in the list.",
                "{count} more have no place on the map: they are in the list.",
                data.unplaced,
            )
            if data.unplaced
            else "",
        ),
    )


def _row(t: Texts, number: int, row: ClinicRow, line: int, address: int) -> Html:
    """«3. Поликлиника № 5 · Даев пер., 3 · 1,2 км»; `address`: its length at most, 0: only where it fits the line."""
    head = f"{number}. {'⭐ ' if row.attached else ''}"
    far = f" · {kilometres(t, row.distance)}" if row.distance is not None else ""
    room, where = line - len(head + far), clinic_address(row.clinic)
    name = row.clinic.name
    if address:
        name, where = name if len(name) <= room else _called(row.clinic, room, line), short(where, address)
    elif len(f"{head}{name} · {where}{far}") > line:
        name, where = _called(row.clinic, room, line), ""
    return Html(f"{head}{escape(name)}{escape(f' · {where}' if where else '')}{escape(far)}")


def _called(clinic: Clinic, room: int, line: int) -> str:
    """Its name with the town, which two of a page may differ by: how far it is rather goes to the next line."""
    names = (clinic.name, *clinic_names([clinic])[0])
    of_town = [each for each in names if clinic.town[:_STEM].casefold() in each.casefold()]
    told = next((each for each in of_town if len(each) <= room), None)
    if told is None and line > _SHORTEST:
        told = min((each for each in of_town if len(each) <= line), key=len, default=None)
    if told is None:
        told = next((each for each in names if len(each) <= room), None)
    return told or short(special_name(clinic.name, clinic.town), room)


def _units(html: Html) -> int:
    """At least what Telegram counts: its units are UTF-16, and it does not count the markup."""
    return len(html.encode("utf-16-le")) // 2
