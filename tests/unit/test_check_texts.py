"""The checker of texts, tried on small trees that are wrong in one way each."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.check_texts import cyrillic_in_code, faults, main, places, tags
from scripts.messages import found_in, po_path
from scripts.update_texts import update

ROOT = Path(__file__).parents[2]

CODE = '''"""Экран."""

from services.texts import N_, Texts, texts

TITLE = N_("Doctors")


def screen(t: Texts, name: str, count: int) -> list[str]:
    """Слова экрана."""
    return [
        t("Patient: <b>{name}</b>", name=name),
        t.label("Back"),
        t.n("{count} time is free", "{count} times are free", count),
        t(TITLE),
    ]
'''

RU = {
    "Patient: <b>{name}</b>": "Пациент: <b>{name}</b>",
    "Back": "Назад",
    "Doctors": "Врачи",
}

COUNTED = "Свободно {count} время|Свободно {count} времени|Свободно {count} времён"


def _say(root: Path, sentence: str, translation: str) -> None:
    """Writes a translation into the Russian file; the forms of a plural stand between bars."""
    path = po_path(root, "ru")
    text = path.read_text(encoding="utf-8")
    forms = translation.split("|")
    entry = f'msgid "{sentence}"\n'
    before, after = text.split(entry)
    rest = after.split("\n\n", 1)
    old = rest[0].splitlines()
    kept = [line for line in old if not line.startswith("msgstr")]
    new = [f'msgstr "{translation}"'] if len(forms) == 1 else [f'msgstr[{n}] "{f}"' for n, f in enumerate(forms)]
    tail = "\n\n" + rest[1] if len(rest) > 1 else "\n"
    path.write_text(before + entry + "\n".join([*kept, *new]) + tail, encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree whose texts are all in order."""
    (tmp_path / "babel.cfg").write_text((ROOT / "babel.cfg").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bot").mkdir()
    (tmp_path / "services").mkdir()
    (tmp_path / "bot" / "home.py").write_text(CODE, encoding="utf-8")
    update(tmp_path)
    for sentence, translation in RU.items():
        _say(tmp_path, sentence, translation)
    _say(tmp_path, "{count} time is free", COUNTED)
    return tmp_path


def _code(root: Path, line: str, path: str = "bot/more.py") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(line + "\n", encoding="utf-8")


def _only(root: Path, *parts: str) -> None:
    found = faults(root)
    assert len(found) == 1, found
    for part in parts:
        assert part in found[0]


def test_a_tree_in_order_passes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults(tree) == []
    assert main(tree) == 0
    assert "every language" in capsys.readouterr().out


def test_faults_are_printed_and_counted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _say(tree, "Back", "")
    assert main(tree) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].endswith("“Back” is not translated")
    assert out[-1] == "Texts: 1 to mend."


def test_a_missing_file_is_named(tree: Path) -> None:
    po_path(tree, "en").unlink()
    assert any("en/LC_MESSAGES/nomerok.po:1: there is no such file" in fault for fault in faults(tree))


def test_a_new_sentence_is_missing_from_both_files(tree: Path) -> None:
    _code(tree, "\nt('Call {phone}', phone=1)")
    found = faults(tree)
    assert [fault.split(" is not in ")[0] for fault in found] == ["bot/more.py:2: “Call {phone}”"] * 2


def test_a_sentence_that_is_gone_is_named_in_both_files(tree: Path) -> None:
    file = tree / "bot" / "home.py"
    file.write_text(file.read_text(encoding="utf-8").replace('        t.label("Back"),\n', ""), encoding="utf-8")
    found = faults(tree)
    assert len(found) == 2
    assert all("“Back” is no longer in the code" in fault for fault in found)


def test_the_line_is_the_line_of_the_entry(tree: Path) -> None:
    _say(tree, "Back", "Back")
    path = po_path(tree, "ru")
    number = path.read_text(encoding="utf-8").splitlines().index('msgid "Back"') + 1
    _only(tree, f"nomerok.po:{number}: ", "has no Russian in it")


def test_an_obsolete_entry_is_a_fault(tree: Path) -> None:
    path = po_path(tree, "ru")
    path.write_text(path.read_text(encoding="utf-8") + '\n#~ msgid "Old"\n#~ msgstr "Старое"\n', encoding="utf-8")
    number = path.read_text(encoding="utf-8").splitlines().index('#~ msgid "Old"') + 1
    _only(tree, f":{number}: “Old” is obsolete")


def test_a_fuzzy_entry_is_a_fault(tree: Path) -> None:
    path = po_path(tree, "ru")
    text = path.read_text(encoding="utf-8").replace('msgid "Back"', '#, fuzzy\nmsgid "Back"')
    path.write_text(text, encoding="utf-8")
    _only(tree, "“Back” is marked fuzzy")


@pytest.mark.parametrize(
    ("sentence", "translation", "why"),
    [
        ("Back", "Назад!", "has an exclamation mark"),
        ("Back", "Назад ", "has spaces at the end of a line"),
        ("Back", r"Назад\tвот", "has a tab"),
        ("Back", r"Назад\n", "another line break"),
        ("Back", "<b>Назад</b>", "its tags differ"),
        ("Back", "Назад {count}", "has an unknown place {count}"),
        ("Back", "Назад {", "broken braces"),
        ("Patient: <b>{name}</b>", "Пациент: <b>вы</b>", "lost the place {name}"),
        ("Patient: <b>{name}</b>", "Пациент: <b>{nmae}</b>", "lost the place {name}; has an unknown place {nmae}"),
        ("Patient: <b>{name}</b>", "Пациент: {name}", "its tags differ"),
        ("Patient: <b>{name}</b>", "Пациент: <i>{name}</i>", "its tags differ"),
        ("Patient: <b>{name}</b>", "Пациент: <b>{name}", "<b> is not closed"),
        ("Patient: <b>{name}</b>", "Пациент: {name}</b>", "</b> closes nothing"),
        ("Patient: <b>{name}</b>", "Пациент: <big>{name}</big>", "Telegram knows no tag <big>"),
        ("Patient: <b>{name}</b>", "Patient: <b>{name}</b>", "has no Russian in it"),
        ("{count} time is free", "{count} время|{count} времени|", "has 2 of 3 plural forms"),
        ("{count} time is free", "{count} время|{count} времени", "has 2 of 3 plural forms"),
        ("{count} time is free", "время|{count} времени|{count} времён", "form 0 lost the place {count}"),
        ("{count} time is free", "{count} время|{count} времени|{number} времён", "form 2 lost the place {count}"),
    ],
)
def test_a_wrong_translation_is_a_fault(tree: Path, sentence: str, translation: str, why: str) -> None:
    _say(tree, sentence, translation)
    _only(tree, "locales/ru/LC_MESSAGES/nomerok.po:", why)


LONG = " ".join(["Мы"] * 21)
HARD = "Зарегистрированные пациенты посещали поликлиники, документы оформлялись неоднократно, раз за разом."


@pytest.mark.parametrize(
    ("translation", "why"),
    [
        (LONG, "has a sentence of 21 words; 20 at most"),
        (HARD, "reads hard: "),
        ("Назад в учреждение", "the word is “поликлиника”"),
        ("Назад в электронную регистратуру", "which is the computer; the sentence does not"),
    ],
)
def test_what_reads_hard_or_is_said_otherwise_is_a_fault(tree: Path, translation: str, why: str) -> None:
    _say(tree, "Back", translation)
    _only(tree, "locales/ru/LC_MESSAGES/nomerok.po:", why)


def test_each_plural_form_is_read(tree: Path) -> None:
    _say(tree, "{count} time is free", f"{{count}} время|{{count}} времени|{{count}} {LONG}")
    _only(tree, "form 2 has a sentence of 22 words")


def test_english_is_read_too(tree: Path) -> None:
    _code(tree, f"t({' '.join(['We'] * 21)!r})")
    update(tree)
    _say(tree, " ".join(["We"] * 21), "Мы")
    _only(tree, "locales/en/LC_MESSAGES/nomerok.po:", "has a sentence of 21 words")


def test_the_consent_itself_may_be_long(tree: Path) -> None:
    sentence = "For how long: until you take the consent back. You can do so at any time here: “More” → “About” → "
    sentence += "“Take the consent back”, or the command /delete_me."
    _code(tree, f"t({sentence!r})")
    update(tree)
    _say(tree, sentence, LONG)
    assert faults(tree) == []


def test_how_the_texts_read_is_printed(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(12):
        _code(tree, f"t('Go {number}')", f"bot/more{number}.py")
    update(tree)
    for number in range(12):
        _say(tree, f"Go {number}", " ".join(["Мы"] * (8 + number)))
    assert main(tree) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("Reading, ru: ")
    assert " of 10 texts, " in told[0]
    assert len(told) == 1 + 10 + 1
    assert float(told[1].split()[0]) <= float(told[10].split()[0])
    assert told[0].endswith(f"{float(told[1].split()[0])} the least.")
    assert main(tree, quiet=True) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_cyrillic_in_english_is_a_fault(tree: Path) -> None:
    path = po_path(tree, "en")
    path.write_text(path.read_text(encoding="utf-8").replace('msgstr "Back"', 'msgstr "Bасk"'), encoding="utf-8")
    _only(tree, "locales/en/", "has Cyrillic letters")


def test_a_wrong_number_of_plural_forms_is_a_fault(tree: Path) -> None:
    path = po_path(tree, "ru")
    path.write_text(path.read_text(encoding="utf-8").replace("nplurals=3", "nplurals=4"), encoding="utf-8")
    assert "Plural-Forms of ru must be nplurals=3" in faults(tree)[0]


@pytest.mark.parametrize("sentence", ["Telegram: {name}", "{day}, {time}", "🏠", "PDF"])
def test_what_is_the_same_in_russian_may_stay(tree: Path, sentence: str) -> None:
    _code(tree, f"t({sentence!r}, **values)")
    update(tree)
    _say(tree, sentence, sentence)
    assert faults(tree) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('t("Hurry up!")', "has an exclamation mark"),
        ('t("Broken {place")', "broken braces"),
        ('t("Number {}")', "has no plain name"),
        ('t("<b>Open")', "<b> is not closed"),
    ],
)
def test_a_wrong_sentence_is_named_in_the_code(tree: Path, line: str, why: str) -> None:
    _code(tree, line)
    assert any(fault.startswith("bot/more.py:1: ") and why in fault for fault in faults(tree))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('t(f"Patient {name}")', "put together from pieces"),
        ('t.label("Hello " + name)', "put together from pieces"),
        ('t.n("{count} day", other, count)', "both its singular and its plural"),
        ('t("")', "an empty sentence"),
        ('t("Back" if x else "Doctors")', "chosen inside the call"),
        ('t.label(x or "Back")', "chosen inside the call"),
        ('t("Back", name=1)', "the sentence has no {name}"),
        ('X = "Назад"', "Russian in the code"),
        ('X = f"{x} ё"', "Russian in the code"),
    ],
)
def test_a_wrong_call_is_a_fault(tree: Path, line: str, why: str) -> None:
    _code(tree, line)
    _only(tree, "bot/more.py:1: ", why)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('t("Patient: <b>{name}</b>")', "gives no {name}"),
        ('t("Patient: <b>{name}</b>", nmae=1)', "gives no {name}; the sentence has no {nmae}"),
        ('t.n("{count} time is free", "{count} times are free", 1, left=2)', "the sentence has no {left}"),
    ],
)
def test_values_fill_the_places(tree: Path, line: str, why: str) -> None:
    _code(tree, line)
    _only(tree, "bot/more.py:1: ", why)


@pytest.mark.parametrize(
    "line",
    ['t("Patient: <b>{name}</b>", **values)', 'N_("Patient: <b>{name}</b>")', 't("Patient: <b>{name}</b>", name=1)'],
)
def test_values_that_fit_or_are_not_known_pass(tree: Path, line: str) -> None:
    _code(tree, line)
    assert faults(tree) == []


def test_one_sentence_has_one_plural(tree: Path) -> None:
    _code(tree, 't("Doctors")\nt.n("Doctors", "Many doctors", 2)')
    assert any("is said elsewhere with another plural" in fault for fault in faults(tree))


@pytest.mark.parametrize(
    ("path", "line", "told"),
    [
        ("services/booking/words.py", 'X = "Назад"', True),
        ("services/booking/words.py", '# Назад\nX = "Back"', False),
        ("services/booking/words.py", 'X = name.replace("ё", "е")', False),
        ("services/booking/words.py", 'X = r"^[А-Яа-яЁё]+[ №N]$"', False),
        ("services/booking/words.py", 'X = 1\n"""Что это."""', False),
        ("services/clinics/regions.py", 'X = "Москва"', False),
        ("services/registry/local/demo.py", 'X = "Москва"', False),
        ("services/registry/locality.py", 'X = "Москва"', True),
    ],
)
def test_russian_stands_only_in_data(tree: Path, path: str, line: str, told: bool) -> None:
    _code(tree, line, path)
    assert any("Russian in the code" in fault for fault in faults(tree)) is told


def test_letters_are_no_text_only_where_they_are_allowed() -> None:
    tree = ast.parse('X = "ё"')
    assert list(cyrillic_in_code(tree, letters_allowed=True)) == []
    assert list(cyrillic_in_code(tree, letters_allowed=False)) == [1]


def test_sentences_are_found_by_the_object_that_says_them(tree: Path) -> None:
    _code(
        tree,
        'self.t("One")\ntexts(locale).label("Two")\nctx.t.label_n("Three", "Threes", 3)\nlist(map(N_, ["x"]))\n'
        'column.label("clinic_id")\ntexts("ru")\nn("a", "b")\nother("Four")\nt(name)',
    )
    found = [(item.line, item.singular, item.plural) for item in found_in(tree) if item.path == "bot/more.py"]
    assert found == [(1, "One", None), (2, "Two", None), (3, "Three", "Threes")]


class TestUpdate:
    def test_english_says_the_sentences_themselves(self, tree: Path) -> None:
        text = po_path(tree, "en").read_text(encoding="utf-8")
        assert 'msgid "Back"\nmsgstr "Back"' in text
        assert 'msgstr[0] "{count} time is free"\nmsgstr[1] "{count} times are free"' in text

    def test_it_keeps_what_is_translated_and_changes_nothing_twice(self, tree: Path) -> None:
        before = po_path(tree, "ru").read_text(encoding="utf-8")
        assert update(tree) == [
            "ru: 4 sentences, 0 without a translation",
            "en: 4 sentences, 0 without a translation",
        ]
        assert po_path(tree, "ru").read_text(encoding="utf-8") == before

    def test_no_places_and_no_dates(self, tree: Path) -> None:
        for locale in ("ru", "en"):
            text = po_path(tree, locale).read_text(encoding="utf-8")
            assert "home.py" not in text
            assert "Date" not in text
            assert "fuzzy" not in text

    def test_entries_are_sorted(self, tree: Path) -> None:
        _code(tree, 't("Address")\nt("Zone")')
        update(tree)
        lines = po_path(tree, "ru").read_text(encoding="utf-8").splitlines()
        sentences = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
        assert sentences == sorted(sentences)
        assert len(sentences) == 6

    def test_a_reworded_sentence_is_new_and_the_old_translation_is_told(self, tree: Path) -> None:
        file = tree / "bot" / "home.py"
        file.write_text(file.read_text(encoding="utf-8").replace('"Back"', '"Go back"'), encoding="utf-8")
        report = update(tree)
        assert "ru: dropped 'Back', which was 'Назад'" in report
        assert "ru: 4 sentences, 1 without a translation" in report
        assert "#~" not in po_path(tree, "ru").read_text(encoding="utf-8")
        _only(tree, "“Go back” is not translated")


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (places, "no places", frozenset()),
        (places, "{a} and {b:>3} and {{c}}", frozenset({"a", "b:>3"})),
        (tags, 'x <a href="https://t.me">y</a> & 2 < 3', {'a href="https://t.me"': 1}),
        (tags, "<b>a</b><b><i>b</i></b>", {"b": 2, "i": 1}),
    ],
)
def test_places_and_tags_are_read(read: Callable[[str], object], text: str, expected: object) -> None:
    assert read(text) == expected
