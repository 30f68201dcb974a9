"""The kit of lists: whatever list is drawn, it keeps the rule; and what is no list of the kit is found."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

import bot.views
from bot.keyboards.buttons.family import GO_POLICIES, WhoseList
from bot.keyboards.buttons.searches import SearchBegin, SearchLeave
from bot.keyboards.layout import LARGE, USUAL, Layout
from bot.views import lists
from bot.views.screen import Screen
from services.texts.i18n import LOCALES, Html, Texts, texts
from tests.samples import EVERY
from tests.samples.common import ANNA, CHILD, Sample
from tests.samples.lists import listing, searching
from tests.support import telegram_limits as limits

NOTHING = {"ru": "Нет данных. ", "en": "No data. "}
OF_THE_KIT = {
    *("access.standing", "cases.statuses", "clinics.clinics", "clinics.regions", "family.policies"),
    *("family.whose_list", "lists.draw", "notifications.listing", "prescriptions.listing"),
    "services.services",
    "visits.visit_list",
}
NO_LISTS = {
    "requests.whole_text": "a long text, piece by piece",
}
"""What has a pager and is no list."""
MODULES = [importlib.import_module(each.name) for each in pkgutil.iter_modules(bot.views.__path__, "bot.views.")]


@contextmanager
def recorded() -> Iterator[list[lists.Listing]]:
    """Every list that is drawn meanwhile, by whatever view."""
    found: list[lists.Listing] = []
    real = lists.draw

    def draw(t: Texts, shown: lists.Listing) -> Screen:
        found.append(shown)
        return real(t, shown)

    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            if getattr(module, "draw", None) is real:
                patch.setattr(module, "draw", draw)
        yield found


def described(shown: lists.Listing) -> bool:
    return any("\n" in "\n".join(item.told) for item in shown.items)


def text_of(screen: Screen) -> str:
    return limits.formatted(screen.text).text


def labels_of(screen: Screen) -> list[str]:
    return [each.text for row in screen.markup.inline_keyboard for each in row]


def check(sample: Sample, shown: lists.Listing, screen: Screen, t: Texts, layout: Layout) -> None:
    """The rule of every list."""
    assert shown.size in (layout.page, layout.described)
    assert len(shown.items) <= (layout.described if described(shown) else layout.page)
    assert len(shown.items) <= shown.size
    assert shown.size == layout.described or not described(shown), "the pager counts otherwise than the page"
    assert shown.nothing.startswith(NOTHING[t.locale])
    assert len(shown.nothing) > len(NOTHING[t.locale]), "what would stand here"
    assert str(shown.total) in text_of(screen), "it is said how many there are"
    if not shown.items and shown.search is None:
        assert text_of(screen).find(limits.formatted(shown.nothing).text) > 0, sample


@pytest.mark.parametrize("layout", [USUAL, LARGE], ids=["usual", "large"])
@pytest.mark.parametrize("locale", LOCALES)
def test_every_list_keeps_the_rule_and_every_screen_with_a_pager_is_one(locale: str, layout: Layout) -> None:
    t, pagers, drawn = texts(locale), set(), set()
    with recorded() as found:
        for sample in EVERY.screens:
            found.clear()
            screen = sample.draw(t, layout)
            for shown in found:
                check(sample, shown, screen, t, layout)
                drawn.add(str(sample))
            if not found and limits.has_pager(screen):
                pagers.add(str(sample))
    assert drawn | {"lists.draw"} == OF_THE_KIT
    assert pagers - {"lists.draw"} == set(NO_LISTS)


@pytest.mark.parametrize("layout", [USUAL, LARGE], ids=["usual", "large"])
@pytest.mark.parametrize("described", [False, True])
def test_a_page_and_what_is_behind_it(layout: Layout, described: bool) -> None:
    t, size = texts("ru"), layout.described if described else layout.page
    for total, page, shown, turning in (
        (0, 0, 0, []),
        (1, 0, 1, []),
        (size, 0, size, []),
        (size + 1, 0, size, ["2 из 2 ▶️"]),
        (size + 1, 1, 1, ["◀️ 1 из 2"]),
    ):
        screen = listing(t, total, page, "Анна", described=described, layout=layout)
        labels = labels_of(screen)
        assert [each for each in labels if "Анна" in each] == [
            f"{page * size + place} · Анна" for place in range(1, shown + 1)
        ]
        assert [each for each in labels if limits._TURNS.search(each)] == turning
        assert f"Всего заявлений: {total}" in text_of(screen)
        assert ("Нет данных" in text_of(screen)) is (total == 0)


def test_a_page_that_is_gone_is_the_last_one() -> None:
    for layout in (USUAL, LARGE):
        drawn = listing(texts("ru"), layout.described + 1, 88, "Анна", described=True, layout=layout)
        assert "Всего" in text_of(drawn)
        assert "◀️ 1 из 2" in labels_of(drawn)


def test_whose_card_it_is_stands_under_the_title_and_is_changed_where_there_is_somebody_else() -> None:
    t = texts("ru")
    alone = listing(t, 1, 0, "Анна", whose=lists.whose(ANNA, [ANNA], GO_POLICIES))
    assert text_of(alone).splitlines()[1] == "Пациент: Иванова Анна Сергеевна"
    assert "👤 Сменить" not in labels_of(alone)
    among = listing(t, 1, 0, "Анна", whose=lists.whose(CHILD, [ANNA, CHILD], GO_POLICIES))
    assert text_of(among).splitlines()[1] == f"Пациент: {CHILD.full_name}"
    assert "👤 Сменить" in labels_of(among)
    assert WhoseList(to=GO_POLICIES.to, page=0).pack() in limits.data_of(among)


def buttons_of_search(total: int, search: str | None) -> Sequence[str]:
    labels = labels_of(listing(texts("ru"), total, 0, "Анна", search=search))
    return [each for each in labels if "🔎" in each or each == "Весь список"]


def test_a_search_is_offered_where_there_is_something_and_says_what_it_has_found() -> None:
    t = texts("ru")
    assert buttons_of_search(1, None) == []
    assert buttons_of_search(0, "") == [], "there is nothing to search"
    assert buttons_of_search(1, "") == ["🔎 Медучреждения"] or buttons_of_search(1, "")[0].startswith("🔎 ")
    assert buttons_of_search(1, "ибу") == ["🔎 Искать другое", "Весь список"]
    assert buttons_of_search(0, "ибу") == ["🔎 Искать другое", "Весь список"]

    found = text_of(listing(t, 2, 0, "Анна", search="ибу"))
    assert "Найдено по запросу «ибу»: 2" in found
    assert "Всего" not in found, "it is not all"
    missed = text_of(listing(t, 0, 0, "Анна", search="ибу"))
    assert "Ничего не нашлось. Напишите часть слова или номера или посмотрите весь список." in missed
    assert "Нет данных" not in missed


def test_what_was_typed_stands_in_no_button() -> None:
    screen = listing(texts("ru"), 20, 0, "Анна", search="ибупрофен")
    assert not re.search("ибу|ibu", " ".join(limits.data_of(screen)), re.IGNORECASE)
    offered = searching(texts("ru"), "")
    assert {type(offered.opens), type(offered.whole)} == {SearchBegin, SearchLeave}


def test_an_item_whose_button_says_all_has_no_line_and_no_number() -> None:
    t = texts("ru")
    item = lists.Item((), "Московская область · 34", GO_POLICIES)
    plain = lists.Listing("Регионы", [item], 0, 1, Html("Всего: 1"), Html("Нет данных."), lambda _: GO_POLICIES, 8)
    assert labels_of(lists.draw(t, plain))[0] == "Московская область · 34"
    assert text_of(lists.draw(t, plain)) == "Регионы\n\nВсего: 1"
