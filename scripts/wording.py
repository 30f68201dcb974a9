"""Which words the texts may use: one word for one thing, no turns of an office, and no name where grammar wants a case.

All of it is data; `faults` reads it. What the portals themselves say stays as they say it, with where they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

WHOLE = frozenset(
    {
        "Who processes the data: {operator}.",
        "What for: to book you and your family in with a doctor, to show the bookings, the medical record and the "
        "insurance, to make documents of them, to apply to an insurance company, to send notices, and to answer what "
        "you write to us.",
        "Which data: surname, name, patronymic, date of birth, sex, phone, number of the insurance policy, SNILS, who "
        "the person is to you, the clinic of attachment, bookings with doctors; data on health from the clinic’s "
        "registry: prescriptions and documents that tell of them; the insurance: the company, the policy, the "
        "attachment, and which care was paid for and what it cost; if you apply to an insurance company: addresses of "
        "registration and of stay, the application, your signature with its certificate; the region, the place that "
        "you share to find a clinic nearby, the number of your Telegram chat and its language; your e-mail address, if "
        "you give one for copies of notices, and an address that you send a document to; messages and photos, if you "
        "send them as feedback or about a problem.",
        "What is done: the data are collected, kept (forms, addresses, documents, messages and photos are kept "
        "encrypted), used for this purpose, corrected, passed to the registry of the clinic that you book at, an "
        "application that you have signed to the insurance company that it is for, and erased. We pass them to nobody "
        "else; messages and the documents that you open travel through Telegram, "
        "copies of notices and the documents that you send by e-mail through e-mail.",
        "If you book for somebody else, you confirm that this person does not object.",
        "For how long: until you take the consent back. You can do so at any time here: “More” → “About” → “Take the "
        "consent back”, or the command /delete_me.",
        "After that, for a day at most, it is only kept how often this chat has tried codes, looked people up, sent "
        "photos and the like: without the number of the chat, under a mark that nobody can trace to it without our "
        "key. Otherwise erasing would be a way around the limits.",
        "What this chat has done for other people – booked, moved or cancelled their visits – is kept under such a "
        "mark for {count} year, without their names, so that the patient can be told of it.",
        "Photos that you send are erased {count} day after the answer.",
        "By pressing “I agree” you give this consent. Version {version}.",
    }
)
"""The consent itself: what people have agreed to stays letter by letter, and says all that the law wants said. It is
the one text that is read whole behind a press, and none of these rules is for it."""

PORTAL: Mapping[str, str] = {
    "Institution: {clinic}": "RPGU, column «Учреждение»",
    "Cancelled by the clinic": "RPGU, status of a visit «Отменена медучреждением»",
    "Bookings with doctors": "RPGU, title «Записи на приём»",
    "To book, attach to the clinic or ask the person you are booking for to attach. Without an attachment the clinic "
    "may refuse the visit: its desk will tell more.": "EPGU, «Внимание!» of «Запись к врачу»",
    "Information on the attachment to a medical organisation": "EPGU, name of the service",
    "Information on the OMS policy and the medical insurance company": "EPGU, name of the service",
    "Choice of an insurer (OMS)": "EPGU, name of the service",
    "Application for the choice (replacement) of a medical insurance company": "EPGU, name of the application",
    "The address of stay is the same as the address of registration at the place of residence in the Russian "
    "Federation": "EPGU, a tick of the application",
    "Name of the subject of the Russian Federation in which the medical service was rendered": "EPGU, the statement, 1",
    "Name of the medical organisation in which the medical service was rendered": "EPGU, the statement, 2",
}
"""What a portal says itself, by the English sentence, and where it does."""


@dataclass(frozen=True)
class Thing:
    """One thing: the word for it, and a pattern of what it must not be called (in any case)."""

    say: str
    never: str


THINGS: Mapping[str, tuple[Thing, ...]] = {
    "ru": (
        Thing("поликлиника", r"\b(?:мед)?учрежден\w*|медицинск\w+ организаци\w*|\bклиник\w*|\bбольниц\w*"),
        Thing("запись", r"\bвизит\w*|\bброн[ьи]\w*|\bзабронир\w*|\bзапис\w+ на при[её]м\w*"),
        # A visit takes place; what is made, moved and cancelled is the booking.
        Thing("запись", r"\b(?:отмен|перенес|перенос)\w*\s+(?:\w+\s+)?при[её]м\w*"),
        # The portal's word for a free time; one that is chosen or held is «время».
        Thing("номерок", r"\bслот\w*|\bталон\w*|\bокошк\w*"),
        Thing("номер записи", r"номер\w*\s+(?:при[её]ма|талона|брони)"),
        Thing("медкарта", r"медицинск\w+\s+карт\w*"),
        # Problems and feedback.
        Thing("обращение", r"\bзаявк\w*|\bтикет\w*|\bжалоб\w*"),
        Thing("электронная почта", r"\be-?mail\w*|\b[иэ]?-?мейл\w*"),
        # What only offices say.
        Thing("электронная подпись", r"\bУ[КН]ЭП\b"),
        Thing("номер полиса, страховая, поликлиника, профосмотр", r"\b(?:ЕНП|СМО|МО|ПМО)\b"),
        # The bot speaks of itself as «мы».
        Thing("мы", r"\b(?:помогу|напомню|пришлю|покажу|отправлю|сообщу)\b"),
    ),
    "en": (
        Thing("clinic", r"\binstitutions?\b|\bhospitals?\b|\bpolyclinics?\b"),
        Thing("visit, booking", r"\bappointments?\b|\breservations?\b"),
        Thing("free time", r"\bslots?\b|\btickets?\b"),
        Thing("e-mail", r"\bemails?\b"),
    ),
}

TURNS: Mapping[str, tuple[str, ...]] = {
    "ru": (
        *(
            r"\bосуществл\w*",
            r"\bявля(?:ет|ют)ся\b",
            r"\bпроизв(?:од|ед)\w*",
            r"\bнеобходим\w*",
            r"\bимеет(?:ся|\sместо)\b",
        ),
        *(
            r"\bданн(?:ый|ая|ое|ого|ому|ой|ую)\b",
            r"\bуказанн\w*",
            r"\bсоответствующ\w*",
            r"\bнадлежащ\w*",
            r"\bотсутств\w*",
        ),
        *(
            r"\bв случае(?:\s+если|,\s+если|\s+\w+ния)\b",
            r"\bв целях\b",
            r"\bв связи с\b",
            r"\bв отношении\b",
            r"\bво избежание\b",
        ),
        *(r"\bпосредством\b", r"\bпри наличии\b", r"\bна основании\b", r"\bв настоящее время\b", r"\bсогласно\b"),
        *(r"\bпредостав(?:ить|л)\w*", r"\bобеспечив\w*", r"\bуведомля(?:ем|ет)\b", r"\bподлеж\w*", r"\bосновани\w*"),
        *(r"\bнекорректн\w*", r"\bневозможно\b", r"\bвыполнен\w*", r"\bпользовател\w*", r"\bвведите корректн\w*"),
        r"\s–\s",  # Russian has a long dash between words
    ),
    "en": (
        *(
            r"\bin order to\b",
            r"\bprior to\b",
            r"\bpursuant\b",
            r"\bin the event\b",
            r"\bcarried out\b",
            r"\butili[sz]e\w*",
        ),
        *(r"\baforementioned\b", r"\bhereby\b", r"\binvalid\b", r"\busers?\b"),
    ),
}
"""Turns of an office: each has a plain word that says the same."""


@dataclass(frozen=True)
class Pair:
    """A thing that both languages tell apart by a word: the Russian one stands only where the English one does."""

    english: str
    russian: str
    say: str


PAIRS = (
    Pair(
        r"\bdesk\b", r"(?<!электронная )(?<!электронной )(?<!электронную )\bрегистратур\w*", "the window at the clinic"
    ),
    Pair(r"\bregistry\b", r"электронн\w+ регистратур\w*", "the computer"),
    # The portal's «Статусы заявлений» holds requests as well.
    Pair(r"\bappl(?:y|ications?)\b", r"\bзаявлени\w*", "what goes to an authority"),
)

PLAIN_PLACES = frozenset(
    {
        *("count", "number", "total", "place", "page", "pages", "limit", "amount", "id", "metres", "kilometres"),
        *("whole", "tenths", "distance", "when", "day", "date", "time", "until", "year", "age", "hours", "phone"),
        *("address", "link", "code", "version", "snils", "room", "query", "text", "button", "command"),
    }
)
"""Places for numbers, dates, addresses and quotations. In every other one stands a name or a word, which would want a
case inside of a sentence: it stands after a colon, or by itself at the beginning."""

CASELESS: Mapping[str, str] = {
    "/{name} – {does}": "the name of a command, in Latin letters",
    "{drug} and more": "«{drug} и др.»: both are named as they are",
}
"""Sentences with a name inside that need no case."""

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PLACE = re.compile(r"\{([^{}!:]*)[^{}]*\}")
_NAMES = r"(?:[\s,/·()№.:]|\{[^{}]*\})*"
_BEFORE = re.compile(rf"(?:(?:^|[.?…]\s|\n)[^\w\n{{]*|:\s|«){_NAMES}$")
_AFTER = re.compile(rf"{_NAMES}(?:$|[.?;:,»\n]|\s\()")


def faults(locale: str, sentence: str, text: str) -> Iterator[str]:
    """What is wrong with the words of one form of a sentence."""
    if sentence in WHOLE:
        return
    if sentence not in PORTAL:
        for thing in THINGS[locale]:
            if found := re.search(thing.never, text, re.IGNORECASE):
                yield f"says “{found[0]}”; the word is “{thing.say}”"
        for turn in TURNS[locale]:
            if found := re.search(turn, text, re.IGNORECASE):
                yield f"says “{found[0].strip()}”, as an office would"
    if locale != "ru":
        return
    if sentence not in PORTAL:
        for pair in PAIRS:
            found = re.search(pair.russian, text, re.IGNORECASE)
            if found and not re.search(pair.english, sentence, re.IGNORECASE):
                yield f"says “{found[0]}”, which is {pair.say}; the sentence does not"
    if sentence not in CASELESS:
        yield from (f"has {{{name}}} where a name would want a case" for name in inflected(text))


def inflected(text: str) -> list[str]:
    """Places for names and words that stand inside of a sentence."""
    plain = _TAG.sub("", text)
    return [
        found[1]
        for found in _PLACE.finditer(plain)
        if found[1] not in PLAIN_PLACES
        and not (_BEFORE.search(plain[: found.start()]) and _AFTER.match(plain[found.end() :]))
    ]
