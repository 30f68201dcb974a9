"""The choice of an insurer: its form, the signature with every way it may be refused, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product, takewhile

from bot.fsm import insurer_choice as wizard
from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.kit import page_count, page_of
from bot.keyboards.layout import USUAL
from bot.views import insurer_choice as view
from bot.views.addresses import Part
from bot.views.screen import Screen
from bot.views.services import terms
from services.accounts.model import Person
from services.cases.model import LONGEST_COMMENT, Case, CaseStep
from services.clinics.regions import REGIONS
from services.insurer_choice.model import (
    KINDS,
    Bar,
    ChoiceStatus,
    Device,
    Form,
    Ground,
    Guide,
    Named,
    Procedure,
    Sent,
    sent_text,
)
from services.insurer_choice.signing import LONGEST_NAME, LONGEST_TEXT, MOST_DEVICES, load_guide
from services.registry.model import Insurer, IssuePoint, Policy, PolicyForm, PolicyKind
from services.signatures.model import Reason
from services.texts.i18n import LOCALES, Texts, texts
from tests.samples import addresses
from tests.samples.cases import BOOK
from tests.samples.common import (
    ANNA,
    BY_LENGTH,
    CHILD,
    DESCRIBED,
    EVIL,
    EVIL_PERSON,
    HIDDEN,
    LONGEST_PERSON,
    LONGEST_REGION,
    NEIGHBOURS,
    NOW,
    PAGE,
    Sample,
    Samples,
    StepSample,
    usual,
    words,
)
from tests.samples.insurance import COVERAGES
from tests.samples.map import PICTURE

TODAY = NOW.date()
DRAFT = "W" * 12
REGISTERED = "Московская обл., г. Мытищи, ул. Комсомольская, д. 47 к. 2, кв. 12"
LONGEST_ADDRESS = ", ".join((*addresses.LONG, words(50), words(20)))
PLACES = (REGISTERED, LONGEST_ADDRESS, EVIL)
"""Addresses as they are written."""
NAMES = (ANNA.full_name, LONGEST_PERSON.full_name, EVIL)
CALLED = (ANNA.short_name, LONGEST_PERSON.short_name, EVIL)
WITHOUT_SNILS = replace(ANNA, shown=replace(ANNA.identity, snils=None))
CHILD_WITHOUT = replace(CHILD, shown=replace(CHILD.identity, snils=None, policy=Policy(PolicyKind.NONE, "")))

# --- companies and points -----------------------------------------------------------------------------------------

PLAIN = Insurer(
    *("i1", "50", "Страховая компания «Подмосковье-Полис»", "+7 800 000-50-01", "polis.example"),
    "г. Мытищи, Вокзальная ул., д. 3",
)
BARE = replace(PLAIN, phone="", site="", address="")
LONGEST = replace(PLAIN, id="W" * 24, name=words(300), phone=words(100, "8 499 "), site=words(200), address=words(300))
EVIL_INSURER = replace(PLAIN, name=EVIL, phone=EVIL, site=EVIL, address=EVIL)
INSURERS = (PLAIN, BARE, LONGEST, EVIL_INSURER)
FEW = (
    PLAIN,
    replace(PLAIN, name="Страховая компания «Областная забота»", phone="+7 800 000-50-02", site="zabota.example"),
)
POINT = IssuePoint(
    "p1", "i1", "Вокзальная ул., д. 3", "Мытищи", "+7 800 000-50-01", "1-5 09:00-18:00; 6 10:00-15:00", 55.91, 37.73
)
BARE_POINT = replace(POINT, phone="", hours="", lat=None, lon=None)
LONGEST_POINT = replace(
    POINT, id="W" * 24, address=words(300), town=words(100), phone=words(100, "8 499 "), hours=words(300)
)
EVIL_POINT = replace(POINT, address=EVIL, town=EVIL, phone=EVIL, hours=EVIL)
POINTS = (POINT, BARE_POINT, LONGEST_POINT, EVIL_POINT)
STREETS = ("Вокзальная ул., д. 3", "ул. Победы, д. 14", "Садовая ул., д. 8")
NEAR = [
    view.PointRow(replace(POINT, id=each.id, town=each.town, address=STREETS[place % 3]), None)
    for place, each in enumerate(NEIGHBOURS)
]
"""A handful of ordinary ones."""
TOTALS = (1, 8, 9, 500)


def _many(total: int, size: int) -> Iterable[tuple[int, int]]:
    """The first and the last page of so many: its number, and how much stands on it."""
    last = (total - 1) // size
    return {(page, min(total - page * size, size)) for page in (0, last)}


def _companies() -> list[StepSample]:
    return [
        StepSample("ordinary", view.CompanyChoice("50", FEW, 0, 2), ordinary=True),
        StepSample("none", view.CompanyChoice("69", [], 0, 0), ordinary=True),
        StepSample("none, longest name", view.CompanyChoice(LONGEST_REGION.code, [], 0, 0)),
        *(
            StepSample(
                f"{each.name[:9]} {bool(each.phone)} {page} of {total}",
                view.CompanyChoice(LONGEST_REGION.code, [each] * count, page, total),
                full=each is LONGEST and total == 500,
            )
            for each in INSURERS
            for total in TOTALS
            for page, count in _many(total, DESCRIBED)
        ),
    ]


def _points() -> list[StepSample]:
    return [
        StepSample(
            f"ordinary {far}",
            view.PointChoice(
                PLAIN,
                [replace(each, distance=far) for each in NEAR[:DESCRIBED]],
                *(0, len(NEAR), far is not None),
                mapped=True,
            ),
            ordinary=True,
        )
        for far in (None, 1.2)
    ] + [
        StepSample("none", view.PointChoice(PLAIN, [], 0, 0, nearest=False, mapped=False), ordinary=True),
        *(
            StepSample(
                f"{each.town[:9]} {bool(each.hours)} {page} of {total} {far}",
                view.PointChoice(
                    *(by, [view.PointRow(each, far)] * count, page, total),
                    nearest=far is not None,
                    mapped=each is not BARE_POINT,
                ),
                full=each is LONGEST_POINT and total == 500 and far is not None,
            )
            for each, by in zip(POINTS, INSURERS, strict=True)
            for far in (None, 6200.4)
            for total in TOTALS
            for page, count in _many(total, DESCRIBED)
        ),
    ]


def _maps() -> list[StepSample]:
    return [
        StepSample("ordinary", view.PointMap(PLAIN, PICTURE, NEAR, 0, len(NEAR)), ordinary=True),
        *(
            StepSample(
                f"{each.town[:9]} {page} of {total} {far}",
                view.PointMap(by, PICTURE, [view.PointRow(each, far)] * count, page, total),
                full=each is LONGEST_POINT and total == 500 and far is not None,
            )
            for each, by in ((POINT, PLAIN), (LONGEST_POINT, LONGEST), (EVIL_POINT, EVIL_INSURER))
            for far in (None, 6200.4)
            for total in TOTALS
            for page, count in _many(total, USUAL.pins)
        ),
    ]


# --- the form -----------------------------------------------------------------------------------------------------


def _own_data() -> list[StepSample]:
    pairs = [*((each, each) for each in (ANNA, LONGEST_PERSON, EVIL_PERSON)), (CHILD, ANNA), (HIDDEN, LONGEST_PERSON)]
    lacking: list[tuple[Person, Person, Sequence[Person]]] = [
        (WITHOUT_SNILS, WITHOUT_SNILS, [WITHOUT_SNILS]),
        (CHILD_WITHOUT, WITHOUT_SNILS, [CHILD_WITHOUT, WITHOUT_SNILS]),
        (LONGEST_PERSON, EVIL_PERSON, [LONGEST_PERSON, EVIL_PERSON]),
    ]
    return [
        StepSample(
            f"{person.full_name[:9]} by {signer.full_name[:9]} {len(missing)}",
            view.OwnData(person, signer, missing),
            full=person in (LONGEST_PERSON, HIDDEN),
            ordinary={ANNA.full_name, CHILD.full_name} >= {person.full_name, signer.full_name},
        )
        for person, signer, missing in (*((*pair, ()) for pair in pairs), *lacking)
    ]


def _grounds() -> list[StepSample]:
    every = [Ground.WISH, Ground.MOVED, Ground.ENDED]
    return [
        StepSample(
            f"{name[:9]} {bar} {place}",
            view.GroundChoice(name, coverage, every[bar is not None :], bar),
            full=name == LONGEST_PERSON.short_name,
            ordinary=name == ANNA.short_name and not place,
        )
        for name in CALLED
        for bar in (None, *Bar)
        for place, coverage in enumerate((*COVERAGES, None))
    ]


def _dates() -> list[StepSample]:
    """Years, months and days; those of who is born this year, too."""
    years = [date(each, 1, 1) for each in range(2026, 2018, -1)]
    months = [date(2024, each, 1) for each in range(1, 13)]
    days = [date(2024, 3, each) for each in range(1, 32)]
    shown = [
        (years, None, None, True, False),
        (years, None, None, True, True),
        (years[-1:], None, None, False, True),
        (years[:1], None, None, False, False),
        (months, 2024, None, False, False),
        (months[:1], 2024, None, False, False),
        (days, 2024, days[0], False, False),
        (days[:1], 2024, days[0], False, False),
    ]
    return [
        StepSample(
            f"{address[:9]} {place}",
            view.DateChoice(address, *each),
            full=address == LONGEST_ADDRESS and not place,
            ordinary=address == REGISTERED and place in (0, 4, 6),
        )
        for address in PLACES
        for place, each in enumerate(shown)
    ]


def _regions() -> list[StepSample]:
    total, longest = len(REGIONS), [each.code for each in BY_LENGTH[:PAGE]]
    return [
        StepSample("lived in", view.RegionChoice(["50"], 0, 1, None, whole=False), ordinary=True),
        StepSample(
            "all",
            view.RegionChoice([each.code for each in REGIONS[:PAGE]], 0, total, None, whole=True),
            ordinary=True,
        ),
        StepSample("found", view.RegionChoice(["50", "77"], 0, 2, "моск", whole=True), ordinary=True),
        StepSample("nothing found", view.RegionChoice([], 0, 0, "Атлантида", whole=False), ordinary=True),
        *(
            StepSample(
                f"longest names {page}", view.RegionChoice(longest, page, total, None, whole=True), full=not page
            )
            for page in (0, 5)
        ),
        *(
            StepSample(f"all, by length {page}", view.RegionChoice(codes, page, total, None, whole=True))
            for page, codes in enumerate(_pages([each.code for each in BY_LENGTH]))
        ),
        *(
            StepSample(f"found {query[:9]}", view.RegionChoice(longest, 0, 9, query, whole=whole))
            for query in (words(60), EVIL)
            for whole in (True, False)
        ),
        StepSample("nothing found, markup", view.RegionChoice([], 0, 0, EVIL, whole=True)),
    ]


def _pages(codes: Sequence[str]) -> list[Sequence[str]]:
    return [page_of(codes, page, PAGE) for page in range(page_count(len(codes), PAGE))]


RU = texts("ru")
"""What a step has put into words stands in the language that it was put into."""
FIELDS = {
    "ground": RU.label(view.GROUNDS[Ground.MOVED]),
    "registration": REGISTERED,
    "reg_date": "05.03.2024",
    "stay": REGISTERED,
    "region": "Московская область",
    "form": RU.label(view.SHORT_FORMS[PolicyForm.CARD]),
    "insurer": view.called(PLAIN.name),
    "point": f"{POINT.town}, {POINT.address}",
}
LONGEST_FIELDS = {
    **FIELDS,
    "registration": LONGEST_ADDRESS,
    "stay": LONGEST_ADDRESS,
    "region": LONGEST_REGION.name_ru,
    "insurer": LONGEST.name,
    "point": f"{LONGEST_POINT.town}, {LONGEST_POINT.address}",
}
EVIL_FIELDS = dict.fromkeys(FIELDS, EVIL)
DIGITAL_FIELDS = {name: value for name, value in FIELDS.items() if name not in ("ground", "form")}
"""A first choice by the procedure that has no forms."""


def _checks() -> list[StepSample]:
    return [
        *(
            StepSample(
                f"{name[:9]} {len(told)} {declared}",
                view.Checked(name, told, (), declared),
                full=name == LONGEST_PERSON.full_name and declared,
                ordinary=name == ANNA.full_name and not declared,
            )
            for name, told in (
                *zip(NAMES, (FIELDS, LONGEST_FIELDS, EVIL_FIELDS), strict=True),
                (NAMES[0], DIGITAL_FIELDS),
            )
            for declared in (False, True)
        ),
        *(
            StepSample(
                f"{name[:9]} without {len(missing)}",
                view.Checked(name, {}, missing, declared=False),
                ordinary=name == ANNA.full_name and len(missing) < 3,
            )
            for name in NAMES
            for missing in (["reg_date"], ["insurer", "point"], list(view.FIELDS))
        ),
    ]


def _fixes() -> list[StepSample]:
    return [
        StepSample(f"of {len(names)}", view.Fixing(list(names)), full=names is FIELDS, ordinary=True)
        for names in (FIELDS, DIGITAL_FIELDS)
    ]


def _same() -> list[StepSample]:
    return [
        StepSample(each[:9], view.SameChoice(each), full=each is LONGEST_ADDRESS, ordinary=each is REGISTERED)
        for each in PLACES
    ]


def _forms() -> list[StepSample]:
    return [
        StepSample(each[:9], view.FormChoice(each), full=each is CALLED[1], ordinary=each is CALLED[0])
        for each in CALLED
    ]


# --- the signature ------------------------------------------------------------------------------------------------

OURS = {each: load_guide(None, each) for each in LOCALES}
LONGEST_GUIDE = Guide(
    TODAY,
    words(LONGEST_TEXT),
    tuple(Device(words(LONGEST_NAME, f"{place} Семейство "), words(LONGEST_TEXT)) for place in range(MOST_DEVICES)),
)
EVIL_GUIDE = Guide(TODAY, EVIL, (Device(EVIL[:LONGEST_NAME], EVIL),))
"""What an operator may have written."""


OPERATORS = (LONGEST_GUIDE, EVIL_GUIDE)


def _pages_of(guide: Guide) -> range:
    """What is needed, then each device."""
    return range(len(guide.devices) + 1)


def _ours(t: Texts) -> Screen:
    return view.guide(t, OURS[t.locale])


def _our_page(t: Texts, page: int) -> Screen:
    return view.guide_page(t, OURS[t.locale], page)


def _helps() -> list[StepSample]:
    """Pages are read to their end, however long they are: the list alone is ordinary."""
    return [
        StepSample(
            f"{name} {page}",
            view.HelpData(guide, page),
            full=guide is LONGEST_GUIDE and page in (None, 0),
            ordinary=guide is OURS["ru"] and page is None,
        )
        for name, guide in (("ours", OURS["ru"]), ("longest", LONGEST_GUIDE), ("markup", EVIL_GUIDE))
        for page in (None, *_pages_of(guide))
    ]


def _signings() -> list[StepSample]:
    return [
        StepSample(
            f"{name[:9]} {demo}",
            view.Signing(DRAFT, name, signer, demo),
            full=name is NAMES[1] and demo,
            ordinary=name == ANNA.full_name,
        )
        for name, signer in (
            (ANNA.full_name, ANNA.full_name),
            (CHILD.full_name, ANNA.full_name),
            (NAMES[1], EVIL),
            (EVIL, NAMES[1]),
        )
        for demo in (False, True)
    ]


def _papers() -> list[StepSample]:
    return [
        StepSample(
            f"{each.town[:9]} {bool(each.hours)}",
            view.PaperData(DRAFT, each),
            full=each is LONGEST_POINT,
            ordinary=each is POINT,
        )
        for each in POINTS
    ]


# --- what comes of it ---------------------------------------------------------------------------------------------

SENT = Sent(PLAIN.name, f"{POINT.town}, {POINT.address}", POINT.phone, POINT.hours)
SENT_ANYWHERE = (
    SENT,
    replace(SENT, phone="", hours=""),
    Sent(LONGEST.name, f"{LONGEST_POINT.town}, {LONGEST_POINT.address}", LONGEST_POINT.phone, LONGEST_POINT.hours),
    Sent(EVIL, EVIL, EVIL, EVIL),
)
BEFORE_REFUSAL = (ChoiceStatus.DRAFT, ChoiceStatus.REGISTERED, ChoiceStatus.SENT, ChoiceStatus.RECEIVED)


def case(
    procedure: Procedure, status: ChoiceStatus, sent: Sent = SENT, comment: str | None = None, number: int = 1_000_042
) -> Case:
    """At this status, by the way that leads there."""
    kind, sent_at = KINDS[procedure], NOW - timedelta(days=40)
    way = list(takewhile(lambda each: each != status, kind.machine))
    passed = [*(BEFORE_REFUSAL if status is ChoiceStatus.REFUSED else way), status]
    steps = tuple(CaseStep(each, sent_at, comment if each == status else None) for each in passed)
    return Case(DRAFT, number, kind.name, status.value, sent_text(sent), comment, sent_at, steps=steps, person_id="p")


EVERY_STATUS = [(procedure, ChoiceStatus(each)) for procedure in Procedure for each in KINDS[procedure].machine]
USUAL_CASES = [case(*each, number=1042) for each in EVERY_STATUS if each[1] is not ChoiceStatus.DRAFT]
LOOKED_AT = (ChoiceStatus.SENT, ChoiceStatus.TEMPORARY, ChoiceStatus.READY, ChoiceStatus.DONE)
"""Where an application stands for long: in the others for seconds, or until the company has read it."""
CASES = [
    case(procedure, status, sent, comment)
    for procedure, status in EVERY_STATUS
    for sent in SENT_ANYWHERE
    for comment in (None, words(LONGEST_COMMENT), EVIL)
]
WHOM = (*NAMES, None)


def card(t: Texts, sent: Case, whom: str | None, back: NotificationList | None = None) -> Screen:
    return BOOK.card(t, sent, NOW, whom, back)


def accepted(t: Texts, sent: Case, whom: str, demo: bool) -> Screen:
    return view.accepted(t, sent, NOW, whom, demo=demo)


def told(t: Texts, sent: Case, whom: str | None) -> Screen:
    return BOOK.told(t, sent, NOW, whom)


def beside(t: Texts, procedure: Procedure) -> Screen:
    return terms(t, view.CHOICE, view.beside(t, procedure))


INSURED = Named("Иванова Анна Сергеевна", date(1990, 3, 14), "11223344595", "5097 5797 9200 0180", "+7 916 123-45-67")
FORM = Form(
    *(Procedure.FORMS, Ground.MOVED, INSURED, None, REGISTERED, date(2024, 3, 5), "", "50", PolicyForm.PAPER),
    *(PLAIN, POINT),
)
BY_OTHER = replace(
    FORM,
    ground=Ground.FIRST,
    insured=Named("Иванова Мария Сергеевна", date(2020, 5, 1), ""),
    by=INSURED,
    stay=LONGEST_ADDRESS,
)
APPLICATIONS = (
    FORM,
    BY_OTHER,
    replace(FORM, procedure=Procedure.DIGITAL, policy_form=None, ground=Ground.ENDED),
    replace(FORM, insurer=BARE, point=BARE_POINT),
    replace(
        BY_OTHER,
        insured=replace(INSURED, name=LONGEST_PERSON.full_name),
        by=replace(INSURED, name=LONGEST_PERSON.full_name),
        registration=LONGEST_ADDRESS,
        region=LONGEST_REGION.code,
        insurer=LONGEST,
        point=LONGEST_POINT,
    ),
    replace(
        FORM,
        insured=replace(INSURED, name=EVIL, policy=EVIL, phone=EVIL),
        registration=EVIL,
        insurer=EVIL_INSURER,
        point=EVIL_POINT,
    ),
)

SAMPLES = Samples(
    screens=[
        *(usual(beside, each, of=view.beside) for each in Procedure),
        usual(view.off),
        usual(_ours, of=view.guide),
        *(Sample(view.guide, (each,)) for each in OPERATORS),
        *(Sample(_our_page, (page,), of=view.guide_page) for page in _pages_of(OURS["ru"])),
        *(Sample(view.guide_page, (each, page)) for each in OPERATORS for page in _pages_of(each)),
        usual(view.on_paper),
        usual(view.own_first),
        usual(view.unfinished, ANNA.full_name),
        usual(view.unfinished, CHILD.full_name, ANNA.full_name),
        *(Sample(view.unfinished, each) for each in product(NAMES, (*NAMES, None))),
        *(usual(view.under_way, each) for each in (DRAFT, "")),
        *(
            Sample(card, (each, ANNA.full_name), ordinary=each.status in LOOKED_AT, of=view.card)
            for each in USUAL_CASES
        ),
        *(usual(told, each, ANNA.full_name, of=view.told) for each in USUAL_CASES),
        *(
            Sample(card, (each, whom), {"back": back}, of=view.card)
            for each in CASES
            for whom in WHOM
            for back in (None, NotificationList(page=0))
        ),
        *(Sample(told, (each, whom), of=view.told) for each in CASES for whom in WHOM),
        *(
            usual(
                accepted, case(Procedure.FORMS, ChoiceStatus.SENT, number=1042), ANNA.full_name, demo, of=view.accepted
            )
            for demo in (False, True)
        ),
        *(Sample(accepted, (each, whom, True), of=view.accepted) for each in CASES for whom in NAMES),
    ],
    steps={
        wizard.KIND: {
            "data": _own_data(),
            "ground": _grounds(),
            **{
                f"{of}_{part.value}": addresses.all_of(part, title)
                for of, title in (("reg", view.REGISTERED_AT), ("stay", view.STAYS_AT))
                for part in Part
            },
            "reg_date": _dates(),
            "same": _same(),
            "region": _regions(),
            "form": _forms(),
            "insurer": _companies(),
            "point": _points(),
            "map": _maps(),
            "check": _checks(),
            "fix": _fixes(),
            "sign": _signings(),
            "help": _helps(),
            "paper": _papers(),
        }
    },
    notes=[
        *(Sample(view.refused, (reason, signer)) for reason in Reason for signer in NAMES),
        *(Sample(view.barred, (each,)) for each in Bar),
        *(Sample(view.wrong_date, (), {"typed": typed}) for typed in (True, False)),
        *(Sample(each) for each in (view.point_map_failed, view.not_declared, view.not_drawn, view.too_many)),
        *(Sample(each) for each in (view.too_large, view.lost, view.changed, view.wants_signature)),
    ],
    sentences=[Sample(view.stopped), Sample(view.caption), Sample(view.demo_note)],
    papers=[Sample(view.sheet, (each, TODAY)) for each in APPLICATIONS],
    words=[
        *(PLAIN.name, FEW[1].name, REGISTERED, words(50), words(20), words(200), words(LONGEST_TEXT)),
        *(value for value in FIELDS.values()),
        *STREETS,
        "Атлантида",
        *(each.name_ru for each in REGIONS),
        *(
            value
            for guide in (*OURS.values(), LONGEST_GUIDE)
            for each in guide.devices
            for value in (each.name, each.text)
        ),
        *(guide.needed for guide in OURS.values()),
    ],
)
