"""Letters: what each says, in both halves, and that no reader's colours are fought."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.views.letters import code, document, letter
from bot.views.visits import HEADINGS
from services.accounts.mail_codes import LIFETIME
from services.accounts.model import MailCode
from services.booking.model import CalendarEvent, VisitEntry
from services.booking.notices import VisitNews
from services.notify.model import Letter
from services.registry.model import VisitStatus
from services.texts.i18n import LOCALES, Texts, texts
from tests.samples import EVERY
from tests.samples import common as samples
from tests.samples.common import NOW, Sample
from tests.support import telegram_limits as limits

RU = texts("ru")
KNOWN = limits.beginnings(EVERY.words)


class Reader(HTMLParser):
    """What a mail program shows of the HTML, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "body" in self.open:
            self.text += data


def read(page: str) -> str:
    reader = Reader()
    reader.feed(page)
    assert not reader.open
    return reader.text


def words(text: str) -> list[str]:
    return text.split()


def a_letter(kind: str, status: VisitStatus = VisitStatus.BOOKED, *, own: bool = True) -> Letter:
    entry = VisitEntry(replace(samples.SHORT_VISIT.visit, status=status), samples.ANNA)
    return letter(RU, kind, HEADINGS[kind], CalendarEvent(entry, "u" * 12, 1), NOW, own=own)


def needed_in(sample: Sample) -> tuple[str, ...]:
    """What the letter is about."""
    if sample.view is code:
        return (sample.args[0].readable,)
    if sample.view is document:  # it may reach a stranger
        return ()
    entry = sample.args[2].entry
    return entry.person.full_name, entry.visit.doctor, entry.visit.clinic.name, entry.visit.number


@pytest.mark.parametrize("locale", LOCALES)
def test_every_letter_says_the_same_in_both_halves_and_sets_no_colours(locale: str) -> None:
    t: Texts = texts(locale)
    for sample in EVERY.letters:
        drawn = sample.draw(t)
        assert words(read(drawn.html)) == words(drawn.text), "the halves differ"
        for needed in needed_in(sample):
            assert " ".join(needed.split()) in " ".join(drawn.text.split()), needed
        assert "\n" not in drawn.subject
        assert drawn.locale == locale
        check_colours(drawn.html)
        said = drawn.text.replace(samples.EVIL, "")
        limits.check_words(said.replace("{name}", ""))
        if locale == "ru":
            limits.check_russian(said)
        else:
            limits.check_english(said, KNOWN)


def check_colours(page: str) -> None:
    """None of its own, so that who reads in the dark can; and nothing is fetched from anywhere."""
    assert 'name="color-scheme" content="light dark"' in page
    assert not re.search(r"(?<!-)\bcolor:|background|bgcolor", page)
    assert "src=" not in page


def test_a_confirmation() -> None:
    told = a_letter(VisitNews.BOOKING_CONFIRMED)
    assert told.subject == "Запись подтверждена: Анна, 24 ноября 2026 года, 09:00"
    assert "Дата и время: вторник, 24 ноября 2026 года, 09:00" in told.text
    assert "завтра" not in told.text, "a letter is read on any day"
    assert "Возьмите с собой" in told.text
    assert [each.parameters["method"] for each in told.attachments] == ["PUBLISH"]


def test_a_move_says_what_it_was() -> None:
    event = CalendarEvent(samples.SHORT_VISIT, "u" * 12, 1)
    told = letter(RU, VisitNews.VISIT_MOVED, HEADINGS[VisitNews.VISIT_MOVED], event, NOW, before=samples.REAL_VISIT)
    assert told.subject == "Запись перенесена: Анна, 24 ноября 2026 года, 09:00"
    assert "Было: вторник, 24 ноября 2026 года, 09:00, Офтальмолог" in told.text


@pytest.mark.parametrize(
    ("kind", "status", "own", "says"),
    [
        (VisitNews.VISIT_CANCELLED, VisitStatus.CANCELLED_BY_PATIENT, True, None),
        (VisitNews.VISIT_CANCELLED, VisitStatus.CANCELLED_BY_PATIENT, False, "Если отменили не Вы"),
        (VisitNews.VISIT_CANCELLED_BY_CLINIC, VisitStatus.CANCELLED_BY_CLINIC, False, "Поликлиника отменила"),
        (
            VisitNews.MOVE_FAILED,
            VisitStatus.CANCELLED_BY_PATIENT,
            True,
            "а новой нет. Запишитесь",
        ),
    ],
)
def test_a_cancellation_says_whose_it_is(kind: str, status: VisitStatus, own: bool, says: str | None) -> None:
    told = a_letter(kind, status, own=own)
    by_clinic = status is VisitStatus.CANCELLED_BY_CLINIC
    title = "Отменена медучреждением" if by_clinic else "Запись отменена заявителем"
    assert told.subject == f"{title}: Анна, 24 ноября 2026 года, 09:00"
    assert says is None or says in told.text
    assert "Возьмите с собой" not in told.text
    assert "он её уберёт" in told.text
    assert [each.parameters["method"] for each in told.attachments] == ["CANCEL"]


OF_HEALTH = re.compile(
    "врач|доктор|больниц|поликлин|клиник|медиц|здоров|пациент|запис|номерок|"
    "doctor|hospital|clinic|medic|health|patient|visit|book|appointment|nomerok"
)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_with_a_code_says_nothing_of_what_the_bot_is_for(locale: str) -> None:
    """It may reach a stranger, and whoever stands behind the owner reads its subject."""
    told = code(texts(locale), MailCode("anna@example.org", "048291"))
    assert "048 291" in told.text
    assert "048" not in told.subject
    assert not told.attachments
    assert not OF_HEALTH.search(f"{told.subject} {told.text} {told.html}".lower())
    assert OF_HEALTH.search(f"{a_letter(VisitNews.BOOKING_CONFIRMED).text}".lower()), "the search itself works"
    assert f"{LIFETIME.seconds // 60}" in told.text
