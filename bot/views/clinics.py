"""The directory of clinics: lines and cards, and the read-only list for those who have given no consent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.keyboards.buttons.clinics import ClinicCard, ClinicList, ClinicVenue, RegionList
from bot.keyboards.buttons.common import Close
from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.kit import LABEL, back_row, button, markup, page_of, short
from bot.keyboards.labels import apart
from bot.keyboards.layout import Layout
from bot.keyboards.markup import Markup
from bot.views.lists import Item, Listing, draw
from bot.views.screen import Screen
from services.clinics.regions import Region
from services.registry.model import AgeGroup, Clinic
from services.texts.clinics import short_names, special_name
from services.texts.dates import is_moscow_time
from services.texts.hours import hours_words
from services.texts.i18n import Html, Texts, bold, escape, lines
from services.texts.names import with_town

_NUMBER = re.compile(r"\d+")
LINE = 220
"""The longest line of a list: within Telegram's 4096 characters, and no real name is longer."""


def region_name(t: Texts, region: Region) -> str:
    return region.name_ru if t.locale == "ru" else region.name_en


def clinic_labels(found: Sequence[Clinic], limit: int = LABEL) -> list[str]:
    """For the buttons of clinics that stand together: each by its town and what is special about it."""
    return apart(clinic_names(found), limit)


def clinic_names(found: Sequence[Clinic]) -> list[tuple[str, ...]]:
    """What `apart` may call clinics: «Балашиха · детская № 2»; of one town, «Детская № 2 · Балашиха»."""
    one_town = len({each.town for each in found}) == 1
    return [short_names(each.name, each.town, each.address, town_first=not one_town) for each in found]


def demo_mark(t: Texts, *, demo: bool) -> str:
    """« (демо)», once a screen, behind a name or a title: what is shown there is invented."""
    return f" {t.label('(demo)')}" if demo else ""


def told_name(t: Texts, clinic: Clinic) -> str:
    """The name of the only clinic of a screen; of the demo, it says so."""
    return clinic.name + demo_mark(t, demo=clinic.demo)


def clock_line(t: Texts, times: Iterable[tuple[datetime, str]]) -> Html:
    """«Местное время поликлиники», once a screen, where one of these is not as in Moscow: moments with their zones."""
    return Html() if all(is_moscow_time(*each) for each in times) else t("🕘 Local time of the clinic")


def clinic_address(clinic: Clinic) -> str:
    """The address with the town, unless it names it already."""
    return with_town(clinic.address, clinic.town)


def kilometres(t: Texts, distance: float) -> str:
    """«350 м», «1,2 км», «14 км»."""
    if distance < 0.995:  # what would be rounded to 1000 m is a kilometre already
        return t.label("{metres} m", metres=max(10, round(distance * 100) * 10))
    if distance < 9.95:
        whole, tenths = divmod(round(distance * 10), 10)
        return t.label("{whole}.{tenths} km", whole=whole, tenths=tenths)
    return t.label("{kilometres} km", kilometres=round(distance))


def age_group_words(t: Texts, group: AgeGroup) -> Html:
    return {
        AgeGroup.CHILD: t("Sees children"),
        AgeGroup.ADULT: t("Sees adults"),
        AgeGroup.ANY: t("Sees adults and children"),
    }[group]


def room_line(t: Texts, room: str) -> Html:
    """«Кабинет: 214»; a room that a clinic has written in words speaks for itself."""
    if not room:
        return Html()
    return escape(room) if " " in room else t("Room: {room}", room=room)


def contacts(t: Texts, clinic: Clinic) -> Html:
    """Address, hours and phone of a clinic, whichever are known."""
    return lines(
        t("Address: {address}", address=clinic_address(clinic)) if clinic_address(clinic) else "",
        t("Opening hours: {hours}", hours=hours_words(t, clinic.hours)) if clinic.hours else "",
        t("Phone: {phone}", phone=clinic.phone) if clinic.phone else "",
    )


def regions(t: Texts, found: Sequence[tuple[Region, int]], page: int, *, layout: Layout) -> Screen:
    """Regions that have clinics."""
    return draw(
        t,
        Listing(
            title=t.label("Clinics"),
            items=[
                Item((), f"{region_name(t, region)} · {count}", ClinicList(region=region.code, page=0))
                for region, count in page_of(found, page, layout.page)
            ],
            page=page,
            total=len(found),
            count=lines(
                t("Regions in all: {count}", count=len(found)),
                t("Choose a region:") if found else "",
            ),
            nothing=t("No data. The list of clinics will appear here."),
            turned=lambda each: RegionList(page=each),
            out=back_row(t, GO_HELP),
            size=layout.page,
        ),
    )


def clinics(t: Texts, region: Region, found: Sequence[Clinic], page: int, *, layout: Layout) -> Screen:
    """Clinics of a region."""
    return draw(
        t,
        Listing(
            title=region_name(t, region) + demo_mark(t, demo=any(each.demo for each in found)),
            items=_items(page_of(found, page, layout.described)),
            page=page,
            total=len(found),
            count=t("Clinics in all: {count}", count=len(found)),
            nothing=t("No data. The list of clinics will appear here."),
            turned=lambda each: ClinicList(region=region.code, page=each),
            out=back_row(t, RegionList(page=0)),
            size=layout.described,
        ),
    )


def _items(shown: Sequence[Clinic]) -> list[Item]:
    """Of a page; one whose button leaves something out is told above it."""
    return [
        Item(
            () if says_all(each, label) else (bold(short(each.name, LINE)), escape(short(clinic_address(each), LINE))),
            names,
            ClinicCard(clinic=each.id),
        )
        for each, label, names in zip(shown, clinic_labels(shown), clinic_names(shown), strict=True)
    ]


def says_all(clinic: Clinic, label: str) -> bool:
    """Whether a label leaves out nothing that tells the clinic from its like: no end, and none of its numbers."""
    numbers = set(_NUMBER.findall(special_name(clinic.name, clinic.town)))
    return "…" not in label and numbers <= set(_NUMBER.findall(label))


def clinic(t: Texts, shown: Clinic) -> Screen:
    """A clinic's card."""
    return Screen(
        lines(bold(told_name(t, shown)), contacts(t, shown), age_group_words(t, shown.age_group)),
        markup(
            [button(t.label("📍 Clinic on the map"), ClinicVenue(clinic=shown.id))] if shown.lat is not None else [],
            back_row(t, ClinicList(region=shown.region, page=0)),
        ),
    )


def close_venue(t: Texts) -> Markup:
    """Under a place on the map: back to the screen above it."""
    return markup([button(t.label("✖️ Close the map"), Close())])
