"""Phrases: how a line is read, and what it finds."""

from __future__ import annotations

import pytest

from services.texts.phrases import Phrases, sentences_of

GROUPS = {"fillers": "мне очень", "hurts": "болит боль"}


def holds(line: str, text: str) -> bool:
    return bool(Phrases([("it", line)], GROUPS).found(text))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("болит|ноет сердц*", "Ноет сердце"),
        ("болит сердц*", "СЕРДЦЕ у меня очень сильно болит"),
        ("@hurts зуб*", "зубная боль"),
        ("ребенок", "Ребёнок"),
        ("ребенок", "ре\u0301бёнок"),
        ("ильин", "Ильи́н"),
        ("!дышит", "совсем не дышит"),
        ("!сознания", "лежит без сознания"),
        ("!can breathe", "I can’t breathe"),
        ("!breathe", "I do not breathe"),
        ("сознание", "созание"),
        ("сознание", "сознаниие"),
        ("сознание", "сонзание"),
        ("сознание", "сознанее"),
        ("обморо*", "оборок" + "ом"),
        ("= плохо", "Помогите. Мне очень плохо!"),
        ("болит / зуб*", "болит голова"),
        ("болит сердце", "Болит. Сердце."),
    ],
)
def test_a_phrase_is_found(line: str, text: str) -> None:
    assert holds(line, text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("болит сердце", "сердце не болит"),
        ("болит сердце", "болит нога, а потом я вспомнила про доброе сердце"),
        ("скоро", "скорая"),
        ("плохо", "плохой"),  # shorter words are one letter from too many others
        ("скорой.", "скором"),
        ("сознание", "осознание"),  # never the first letter
        ("сознание", "созерцание"),
        ("!дышит", "дышит"),
        ("= плохо", "мне плохо видно"),
        ("болит / зуб*", "зуб болит"),
        ("болит", ""),
        ("болит", "🤒 … !!!"),
    ],
)
def test_what_only_looks_like_it_is_not_found(line: str, text: str) -> None:
    assert not holds(line, text)


def test_a_denial_goes_with_the_word_that_follows() -> None:
    assert sentences_of("Нет, не дышит. Don't know") == [["!дышит"], ["!know"]]


def test_every_phrase_of_a_text_is_told_with_the_number_of_its_words() -> None:
    found = Phrases([("one", "перенести"), ("two", "перенести запись"), ("no", "отменить")]).found("перенести запись")
    assert [(each.meaning, each.words) for each in found] == [("one", 1), ("two", 2)]


@pytest.mark.parametrize("line", ["@nobody", "= ", "/ зуб"])
def test_a_line_that_says_nothing_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"group|without words"):
        Phrases([("it", line)], GROUPS)


def test_a_long_message_is_read_quickly_and_to_an_end() -> None:
    assert not holds("болит сердц*", "болит " * 2000)
    assert holds("болит сердц*", "болит " * 190 + "сердце")
