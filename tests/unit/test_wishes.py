"""What patients type who want something, and which topic's wish it is."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.topics import ALL
from bot.wishes import TopicsWish, Wishes
from services.texts.danger import danger_in
from services.texts.phrases import written

EVERY = [TopicsWish(topic.name, wish) for topic in ALL for wish in topic.wishes]
WISHES = Wishes(EVERY)


def wanted(typed: str) -> set[str]:
    """The buttons of the surest wishes, by their msgids; what is not here yet, by what is said of it."""
    return {wish.said if wish.by_phone else wish.label for wish in WISHES.wanted(typed)}


HOME_CALL = "A doctor cannot be called home from this chat yet."
ANALYSES = "Blood tests and other analyses cannot be booked in this chat yet."
EXAMINATIONS = "Examinations cannot be booked in this chat yet."
CERTIFICATES = "Certificates cannot be ordered in this chat yet."
ATTACHING = "One cannot be attached to a clinic in this chat yet."
BOOK, VISITS, POLICIES, HELP = "🩺 Book a doctor", "📋 My bookings", "👪 Policies", "❓ Help"

TYPED = {
    "на дом": HOME_CALL,
    "вызвать врача на дом": HOME_CALL,
    "вызов врача": HOME_CALL,
    "Хочу вызвать педиатра домой": HOME_CALL,
    "call a doctor home": HOME_CALL,
    "запись к лору": "Otolaryngologist (ENT)",
    "лор": "Otolaryngologist (ENT)",
    "к ЛОРу": "Otolaryngologist (ENT)",
    "ухо горло нос": "Otolaryngologist (ENT)",
    "отоларинголог": "Otolaryngologist (ENT)",
    "отоларингалог": "Otolaryngologist (ENT)",
    "окулист": "Ophthalmologist (eye doctor)",
    "записаться к глазному": "Ophthalmologist (eye doctor)",
    "зубной": "Dentist",
    "болит зуб": "Dentist",
    "I have toothache": "Dentist",
    "гинеколог": "Obstetrician-gynaecologist",
    "запишите к кардиологу": "Cardiologist",
    "педиатр": "Paediatrician",
    "детский врач": "Paediatrician",
    "невропатолог": "Neurologist",
    "хирург": "Surgeon",
    "терапевт": "General practitioner",
    "болит голова": "General practitioner",
    "температура 38": "General practitioner",
    "кашель и насморк": "General practitioner",
    "I have a sore throat": "General practitioner",
    "узи": EXAMINATIONS,
    "рентген": EXAMINATIONS,
    "сделать МРТ": EXAMINATIONS,
    "справка": CERTIFICATES,
    "справка в бассейн": CERTIFICATES,
    "I need a certificate": CERTIFICATES,
    "сдать кровь": ANALYSES,
    "анализы": ANALYSES,
    "blood test": ANALYSES,
    "результаты анализов": "Results of tests are not shown in this chat yet.",
    "направление": "Referrals are not shown in this chat yet.",
    "прививка": "Vaccinations cannot be booked in this chat yet.",
    "диспансеризация": "A check-up cannot be booked in this chat yet.",
    "прикрепиться": ATTACHING,
    "прикрепиться к поликлинике": ATTACHING,
    "больничный": "A sick leave is opened by a doctor at a visit; this chat does not show it yet.",
    "сменить страховую": "Choice of an insurer",
    "перейти в другую страховую": "Choice of an insurer",
    "позовите человека": "Nobody reads along in this chat: it works by buttons.",
    "полис": POLICIES,
    "где мой полис": POLICIES,
    "добавить ребёнка": POLICIES,
    "my policy": POLICIES,
    "отменить": VISITS,
    "отменить запись": VISITS,
    "не приду": VISITS,
    "перенести": VISITS,
    "перенести запись к лору": VISITS,
    "как отменить запись": VISITS,
    "мои записи": VISITS,
    "когда мне к врачу": VISITS,
    "куда я записан": VISITS,
    "cancel my appointment": VISITS,
    "my bookings": VISITS,
    "записаться": BOOK,
    "хочу записаться к врачу": BOOK,
    "запись на приём": BOOK,
    "к врачу": BOOK,
    "талон": BOOK,
    "book a doctor": BOOK,
    "как записаться": "📅 How to book a visit",
    "помощь": HELP,
    "помогите": HELP,
    "что делать": HELP,
    "не понимаю": HELP,
    "help": HELP,
    "103": HELP,
    "рецепт": "💊 Prescriptions",
    "медкарта": "📁 Medical record",
    "уведомления": "🔔 Notifications",
    "статус заявления": "🗂 Application statuses",
    "не работает": "⚠️ Report a problem",
    "отзыв": "💬 Feedback",
    "english": "🌐 Language",
    "адрес поликлиники": "🏥 Clinics",
    "телефон регистратуры": "🏥 Clinics",
    "удалить мои данные": "ℹ️ About",
    "подтвердить учётную запись": "🔐 Confirm at Gosuslugi",
}
"""Words of patients, to the label of the button, or to what is said of what is not here."""
NO_WISH = (
    *("привет", "добрый день", "хорошо", "да", "Иванова Анна", "спасибо", "05.03.1980", "ул. Мира", "?", "🙂", ""),
    *("hello", "ok", "thanks", "yes", "Anna", "12345", "погода", "ы"),
)


@pytest.mark.parametrize(("typed", "leads_to"), TYPED.items())
def test_a_wish_leads_to_what_is_nearest(typed: str, leads_to: str) -> None:
    assert wanted(typed) == {leads_to}


@pytest.mark.parametrize("typed", NO_WISH)
def test_what_is_no_wish_leads_nowhere(typed: str) -> None:
    assert wanted(typed) == set()


@pytest.mark.parametrize("typed", TYPED)
def test_a_wish_is_no_danger(typed: str) -> None:
    assert danger_in(typed) is None


def test_no_phrase_is_two_topics() -> None:
    """What one topic brings, no other takes away: the one that builds a thing takes over its words."""
    lines = Counter(line for each in EVERY for line in written(each.topic).of(each.wish.words))
    assert [line for line, times in lines.items() if times > 1] == []


def test_every_section_is_a_wish_and_every_wish_has_one() -> None:
    topics = {each.topic for each in EVERY}
    sections = {(topic, section) for topic in topics for section in written(topic).sections}
    assert {(each.topic, each.wish.words) for each in EVERY} == sections
    assert all(each.wish.said for each in EVERY if each.wish.by_phone)
