"""Words: gettext catalogues, escaping and plurals, the same for screens, e-mails and documents."""

from __future__ import annotations

import gettext
import html
import re
from functools import cache
from pathlib import Path

from services.errors import SetupError

DOMAIN = "nomerok"
LOCALES: tuple[str, ...] = ("ru", "en")
DEFAULT_LOCALE = "ru"
_FOLDER = Path(__file__).parents[2] / "locales"

Value = str | int


class Html(str):
    """Text that is already Telegram's HTML: it is not escaped again; plain text added to it is."""

    __slots__ = ()

    def __add__(self, other: str) -> Html:
        return Html(str.__add__(self, other if isinstance(other, Html) else escape(other)))


def N_(msgid: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Marks a sentence for the catalogue where it stands in a table; `Texts` translates it when drawn."""
    return msgid


class Texts:
    """One locale's words. Msgids are English sentences with `{named}` places.

    Calling it gives HTML and escapes every value that is not `Html` itself; `label` gives plain text
    for buttons. `n` and `label_n` choose the plural form by a count, which stands as `{count}`.
    """

    def __init__(self, locale: str, catalogue: gettext.NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue

    def __call__(self, msgid: str, /, **values: Value) -> Html:
        return Html(self._catalogue.gettext(msgid).format(**_escaped(values)))

    def label(self, msgid: str, /, **values: Value) -> str:
        return self._catalogue.gettext(msgid).format(**values)

    def n(self, one: str, many: str, count: int, /, **values: Value) -> Html:
        return Html(self._catalogue.ngettext(one, many, count).format(count=count, **_escaped(values)))

    def label_n(self, one: str, many: str, count: int, /, **values: Value) -> str:
        return self._catalogue.ngettext(one, many, count).format(count=count, **values)


@cache
def texts(locale: str) -> Texts:
    """The words of a locale; those of Russian where the locale is not one of ours.

    Raises `SetupError` where the catalogues are not built.
    """
    known = locale if locale in LOCALES else DEFAULT_LOCALE
    try:
        return Texts(known, gettext.translation(DOMAIN, _FOLDER, languages=[known]))
    except OSError:
        raise SetupError("the catalogues of texts are not built; run the bot by 'make run'") from None


def locale_of(language_code: str | None) -> str:
    """The nearest of our locales for Telegram's `language_code`: Russian for the languages of its neighbours."""
    code = (language_code or DEFAULT_LOCALE).lower().split("-")[0]
    if code in LOCALES:
        return code
    return DEFAULT_LOCALE if code in _READS_RUSSIAN else "en"


_READS_RUSSIAN = frozenset({"be", "uk", "kk", "ky", "tg", "uz", "tt", "ba", "hy", "az", "ka", "mo", "ro", "tk"})


def escape(text: str) -> Html:
    """User text made safe for HTML."""
    return Html(html.escape(text, quote=False))


def lines(*parts: str) -> Html:
    """Non-empty parts, one under another."""
    return Html("\n".join(part for part in parts if part))


def paragraphs(*parts: str) -> Html:
    """Non-empty parts with an empty line between them."""
    return Html("\n\n".join(part for part in parts if part))


def blocks(*parts: str) -> Html:
    """Non-empty parts with an empty line between them; a part that is bold is a heading right above what it heads."""
    told = Html("")
    for part in filter(None, parts):
        gap = "" if not told else "\n" if _HEADING.search(told) else "\n\n"
        told = Html(told + gap + part)
    return told


def bold(text: str) -> Html:
    """Bold; plain text is escaped."""
    return Html(f"<b>{text if isinstance(text, Html) else escape(text)}</b>")


def plain(text: Html) -> str:
    """The text without its markup, as a letter's plain half has it."""
    return html.unescape(_TAG.sub("", text))


_TAG = re.compile(r"</?[a-z][^<>]*>")
_HEADING = re.compile(r"(?:^|\n\n)(?:\W+ )?<b>(?:(?!</b>|\n).)+</b>$")
"""A bold line by itself, at the end of what has been said."""


def _escaped(values: dict[str, Value]) -> dict[str, Value]:
    return {
        key: value if isinstance(value, Html | int) else html.escape(value, quote=False)
        for key, value in values.items()
    }
