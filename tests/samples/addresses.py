"""An address: each of its parts as the directory has few and many, none, and what was typed finds some or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.keyboards.kit import page_count, page_of
from bot.keyboards.layout import USUAL
from bot.views.addresses import Part, PartChoice, part_size
from tests.samples.common import BY_LENGTH, EVIL, PAGE, Samples, StepSample, words

TITLE = ""
"""Whoever asks for an address brings its own."""
REGION, TOWN = "Московская обл.", "Московская обл., г. Мытищи"
SO_FAR: Mapping[Part, str] = {
    Part.REGION: "",
    Part.TOWN: REGION,
    Part.STREET: TOWN,
    Part.HOUSE: f"{TOWN}, ул. Комсомольская",
    Part.FLAT: f"{TOWN}, ул. Комсомольская, д. 47 к. 2",
}
NAMES: Mapping[Part, Sequence[str]] = {
    Part.REGION: ("Московская область", "Алтайский край", "Амурская область", "Астраханская область"),
    Part.TOWN: (
        *("г. Балашиха", "г. Мытищи", "пгт Нахабино", "д. Ивановка, г.о. Подольск", "д. Ивановка, г.о. Серпухов"),
        *("г. Коломна", "г. Королёв", "г. Красногорск"),
    ),
    Part.STREET: ("б-р Берёзовый", "ул. Комсомольская", "ул. 1-я Заречная", "ул. Мира", "пер. Садовый", "ул. Садовая"),
    Part.HOUSE: ("3", "8", "14", "29", "47А", "47 к. 1", "47 к. 2", "51", "53", "55", "57", "59"),
}
LONG = (words(120, "Красногвардейская "), words(200, "ул. Шестидесятилетия Октября "))
TYPED: Mapping[Part, str] = {
    Part.REGION: "моск",
    Part.TOWN: "Мытищи",
    Part.STREET: "ул. Лесная",
    Part.HOUSE: "д. 7",
    Part.FLAT: "?",
}
_KNOWN = (Part.REGION, Part.TOWN, Part.STREET, Part.HOUSE)
_WRITABLE = (Part.TOWN, Part.STREET, Part.HOUSE)


def some(part: Part, total: int, page: int = 0, **more: object) -> PartChoice:
    """A page of so many."""
    size, names = part_size(part, USUAL), NAMES[part]
    here = range(page * size, min(total, (page + 1) * size))
    shown = [names[place] if place < len(names) else f"{names[-1]} {place}" for place in here]
    data = PartChoice(part, TITLE, SO_FAR[part], shown, page, total, known=True, optional=part is Part.STREET)
    return replace(data, **more)  # type: ignore[arg-type]


def sought(part: Part, *, found: int = 0) -> PartChoice:
    writable = TYPED[part] if part in _WRITABLE else ""
    return some(part, found, typed=TYPED[part], writable=writable)


def ordinary() -> Iterator[PartChoice]:
    for part in _KNOWN:
        yield some(part, 8 if part is Part.TOWN else 4)
        yield sought(part, found=2)
        yield sought(part)
    for part in (Part.TOWN, Part.STREET, Part.HOUSE, Part.FLAT):
        optional = part in (Part.STREET, Part.FLAT)
        yield PartChoice(part, TITLE, SO_FAR[part], optional=optional)
        yield PartChoice(part, TITLE, SO_FAR[part], typed="😊", optional=optional)
    yield some(Part.STREET, 8, optional=False)
    yield some(Part.HOUSE, 12)


def odd() -> Iterator[PartChoice]:
    longest = [each.name_ru for each in BY_LENGTH]
    for page in range(page_count(len(longest), PAGE)):
        yield some(Part.REGION, len(longest), page, names=page_of(longest, page, PAGE))
    for part in _KNOWN:
        for total, page in ((1, 0), (part_size(part, USUAL) + 1, 1), (60, 0), (60, 4)):
            yield some(part, total, page)
        evil = some(part, 0, typed=EVIL, writable=EVIL if part in _WRITABLE else "", so_far=EVIL)
        yield evil
        yield replace(evil, names=(EVIL, *LONG), total=3)
        yield replace(evil, names=LONG, total=2, typed=words(61), writable="", so_far=", ".join((*LONG, *LONG)))


def all_of(part: Part, title: str) -> list[StepSample]:
    """For the step of any wizard that asks for this part of an address. `title`: as the wizard has it."""
    usual_ones = [replace(each, title=title) for each in ordinary() if each.part is part]
    odd_ones = [replace(each, title=title) for each in odd() if each.part is part]
    return [
        *(StepSample(f"usual {place}", each, full=not place, ordinary=True) for place, each in enumerate(usual_ones)),
        *(StepSample(f"odd {place}", each) for place, each in enumerate(odd_ones)),
    ]


SAMPLES = Samples(
    words=[*SO_FAR.values(), *(each for names in NAMES.values() for each in names), *LONG, *TYPED.values(), words(61)]
)
"""Its screens are steps of whatever wizard asks for an address."""
