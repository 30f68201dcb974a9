"""How easily a text reads: what counts as a sentence, a word, a syllable, and what the index makes of it."""

from __future__ import annotations

import pytest

from scripts.reading import FEWEST_WORDS, read, sentences, syllables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Запись отменена. Вы можете записаться ещё раз.", [2, 5]),
        ("Запись отменена\nНомер записи: {number}", [2, 3]),
        ("Это Вы? Нажмите «Да, это я».", [2, 4]),
        ("Специальность / Ф. И. О. врача: {specialty} / {doctor}", [7]),
        ("стр. {page} из {pages}", [4]),
        ("No. {number} of {day}", [4]),
        ("Звоните 103 или +7 916 123-45-67.", [4]),
        ("Пример: anna@example.com. Проверьте адрес.", [2, 2]),
        ("<b>{name}</b> &amp; Ко", [2]),
        ("• взрослый: он сам открывает доступ.", [5]),
        ("Из-за этого всё сначала…", [4]),
        ("🏠", []),
    ],
)
def test_sentences_and_their_words(text: str, words: list[int]) -> None:
    assert [len(each) for each in sentences(text)] == words


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        *(("регистратура", 5), ("СНИЛС", 1), ("ещё", 2), ("в", 0), ("☐", 2)),
        *(("press", 1), ("clinic’s", 2), ("time", 1), ("little", 2), ("whole", 1), ("closed", 1), ("wanted", 2)),
        *(("wishes", 2), ("times", 1), ("the", 1), ("people", 2)),
    ],
)
def test_syllables(word: str, heard: int) -> None:
    assert syllables(word) == heard


def test_the_index_is_obornevas_and_fleschs() -> None:
    """Worked out by hand: four words in two sentences, nine syllables; five words in one, six."""
    assert read("ru", "Выберите день. Нажмите «Да».").index == pytest.approx(206.835 - 1.52 * 2 - 60.1 * 9 / 4)
    assert read("en", "Press a button and wait.").index == pytest.approx(206.835 - 1.015 * 5 - 84.6 * 6 / 5)


def test_a_place_weighs_as_much_whatever_it_is_called() -> None:
    assert read("ru", "Пациент: {name}") == read("ru", "Пациент: {who_it_is_about:>20}")


def test_short_and_empty_texts_are_not_measured_by_the_index() -> None:
    assert not read("ru", "Электронная регистратура не отвечает").measured
    assert read("ru", " ".join(["слово"] * FEWEST_WORDS)).measured
    assert read("ru", "🏠").index > 200
