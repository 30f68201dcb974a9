"""«О проекте», «Мои данные» as a document that a person can read, and the screens around erasing everything."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.keyboards.buttons.common import GO_HOME, Close
from bot.keyboards.buttons.consent import ConsentAgain
from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.mydata import GO_ABOUT, GO_CONSENT, GO_ERASE, GO_EXPORT, EraseMe, Way
from bot.keyboards.kit import back_row, button, home_button, markup
from bot.views.clinics import clock_line, region_name
from bot.views.export.words import ExportWords, explained
from bot.views.language import language_name
from bot.views.screen import Document, Screen
from bot.views.specialties import specialty
from bot.views.visits import clocks_of
from services.accounts.model import TRAIL_YEARS, Consent
from services.booking.model import VisitEntry
from services.clinics.regions import region
from services.limits.model import LIMITS, Act
from services.mydata.model import Given, Obligations, Planned
from services.personal import Fact, Facts, Moment, Obligation, ObligationKind, Word
from services.texts.dates import MOSCOW, clock_time, local, numeric, when
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines

_ALL = 8
"""How many visits are named one by one; Telegram's 4096 characters hold no more of the longest."""
_SOME = 3
"""Before a question, which is to stand on the same screen of a phone."""


@dataclass(frozen=True, slots=True)
class About:
    """`consent`: as it was given, None for a guest; `current`: the version of today's text."""

    operator: str
    version: str
    consent: Consent | None
    current: str


def about(t: Texts, data: About) -> Screen:
    """«О проекте»."""
    given = data.consent
    return Screen(
        blocks(
            bold(t("About")),
            t("Nomerok books you and your family in with a doctor."),
            lines(
                t("Who processes the data: {operator}.", operator=data.operator),
                t("Version of the program: {version}", version=data.version),
            ),
            t("Your consent was given on {when} (Moscow time).", when=_moscow(given.given_at))
            if given
            else t("You have given no consent, and nothing is kept about you."),
        ),
        markup(
            [button(t.label("📄 The text of the consent"), GO_CONSENT)],
            *(
                (
                    [button(t.label("📦 My data"), GO_EXPORT)],
                    [button(t.label("🗑 Take the consent back"), GO_ERASE)],
                )
                if given
                else ()
            ),
            back_row(t, GO_MORE if given else ConsentAgain(locale=t.locale)),
        ),
    )


def consent_given(t: Texts, given: Consent, current: str) -> Screen:
    """The consent as it was read; where the text has changed since, today's can be read and agreed to."""
    renewed = given.version != current
    return Screen(
        blocks(
            t("Given on {when} (Moscow time), version {version}.", when=_moscow(given.given_at), version=given.version),
            Html(given.text),
            t("The text has been changed since. What you agreed to holds.") if renewed else "",
        ),
        markup(
            [button(t.label("📄 Read the new text"), ConsentAgain(locale=t.locale))] if renewed else [],
            [button(t.label("🗑 Take the consent back"), GO_ERASE)],
            back_row(t, GO_ABOUT),
        ),
    )


def consent_to_read(t: Texts, text: Html) -> Screen:
    """Today's text, for who has given none."""
    return Screen(
        text,
        markup([button(t.label("To the consent"), ConsentAgain(locale=t.locale))], back_row(t, GO_ABOUT)),
    )


# --- the document -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exported:
    """What is kept, with the names of persons and clinics by their ids, as far as they are known now."""

    facts: Facts
    persons: Mapping[str, str]
    clinics: Mapping[str, str]


def exported(t: Texts) -> Screen:
    """Stands below the file."""
    return Screen(
        blocks(
            bold(t("My data")),
            t("The file above holds everything that is kept about you and your family here."),
            t(
                "It is not protected: whoever has it can read it. Save it on your phone or computer. Then press “Close "
                "the file”, and it leaves the chat."
            ),
        ),
        markup(back_row(t, GO_ABOUT)),
    )


def exported_enough(t: Texts) -> Screen:
    """The file has been made as often as it may be in a day."""
    return Screen(
        blocks(
            bold(t("My data")),
            Html("⚠️ ")
            + t.n(
                "The file can be made {count} time a day. The next: tomorrow. The last one holds all but what came "
                "after it.",
                "The file can be made {count} times a day. The next: tomorrow. The last one holds all but what came "
                "after it.",
                LIMITS[Act.EXPORT].most,
            ),
        ),
        markup(back_row(t, GO_ABOUT)),
    )


def document(t: Texts, data: Exported, words: ExportWords, now: datetime) -> Document:
    """One JSON: names as `docs/export.schema.json` has them, explained in the person's language, values in words."""
    told = _Told(t, data, words)
    content = {key: told.value(value) for key, value in data.facts.items()}
    head = {
        "title": t.label("All that Nomerok keeps about you"),
        "about": t.label(
            "Only what this chat may see is told. What the clinic keeps about you, ask the clinic for. Where somebody "
            "else has let you in, only what they allow is told."
        ),
        "made_at": told.value(now),
    }
    head["words"] = explained(t, words, head | content)
    text = json.dumps(head | content, ensure_ascii=False, indent=2)
    return Document(
        f"nomerok-{local(now, MOSCOW):%Y-%m-%d}.json",
        text.encode(),
        t("All your data, {when} (Moscow time).", when=_moscow(now)),
        markup([button(t.label("✖️ Close the file"), Close())]),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Puts facts into words."""

    t: Texts
    data: Exported
    words: ExportWords

    def value(self, fact: Fact) -> Any:
        """What JSON takes; what is not known is left out."""
        if isinstance(fact, Mapping):
            return {key: self.value(each) for key, each in fact.items() if each is not None}
        if isinstance(fact, bool):
            return self.t.label("yes") if fact else self.t.label("no")
        if isinstance(fact, Word):
            return self._word(fact)
        if isinstance(fact, Moment):
            return _stamp(fact.at, fact.tz)
        if isinstance(fact, datetime):
            return _stamp(fact, MOSCOW)
        if isinstance(fact, date):
            return numeric(fact)
        if isinstance(fact, StrEnum):
            return self.t.label(self.words.enums[type(fact)][fact])
        if isinstance(fact, Sequence) and not isinstance(fact, str):
            return [self.value(each) for each in fact]
        return fact

    def _word(self, word: Word) -> str:
        t, value = self.t, word.value
        match word.of:
            case "person":
                return self.data.persons.get(value) or t.label("a person who is not on the list")
            case "clinic":
                return self.data.clinics.get(value) or t.label("clinic {id}", id=value)
            case "region":
                found = region(value)
                return region_name(t, found) if found else value
            case "language":
                return language_name(value)
            case "html":
                return _plain(value)
            case "specialty":
                code, _, name = value.partition(" ")
                return specialty(t, code, name)
        known = self.words.codes[word.of]
        return t.label(known[value]) if value in known else value


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def _stamp(moment: datetime, tz: str) -> str:
    """«24.11.2026 09:20 UTC+03:00 (Europe/Moscow)»."""
    here = local(moment, tz)
    offset = f"{here:%z}"
    return f"{here:%d.%m.%Y %H:%M} UTC{offset[:3]}:{offset[3:]} ({tz})"


def _moscow(moment: datetime) -> str:
    return f"{local(moment, MOSCOW):%d.%m.%Y %H:%M}"


# --- erasing ----------------------------------------------------------------------------------------


def question(t: Texts, obligations: Obligations, now: datetime, note: Html | None = None) -> Screen:
    """What still stands, what goes and what stays; and the choice."""
    return Screen(
        blocks(
            note or "",
            bold(t("Take the consent back and erase all data?")),
            _visits(t, obligations, now),
            lines(*(_obligation(t, each) for each in _without_drafts(obligations)), _drafts(t, obligations)),
            clock_line(t, _clocks(obligations)),
            t("Forms of everybody on your list, notifications and all the rest are erased. It cannot be undone."),
            _stays(t),
        ),
        markup(*_choice(t, obligations), back_row(t, GO_ABOUT)),
    )


def changed(t: Texts) -> Html:
    return Html("⚠️ ") + t("Your bookings have changed meanwhile. Nothing is erased. Please read it once more.")


def not_cancelled(t: Texts, given: Given) -> Html:
    """Some visits could not be given up, so nothing is erased."""
    told = [Html("⚠️ ") + t("Not all bookings could be cancelled. No data are erased.")]
    if given.over:
        told.append(t("Cancelled: {count}", count=given.over))
    if given.checking:
        told.append(
            t(
                "The registry has not answered yet about: {count}. Until it does, these bookings stand.",
                count=given.checking,
            )
        )
    if given.kept:
        told.append(t("Still stand: {count}", count=given.kept))
    return lines(*told, t("You can try again, or erase the data and leave the bookings as they are."))


def under_way(t: Texts) -> Screen:
    """A booking whose answer has not come: nobody would hear it."""
    return Screen(
        blocks(
            bold(Html("⏳ ") + t("We are checking whether a booking has been made")),
            t("The registry has not answered yet. No data are erased: else you would not learn of its answer."),
            t("It comes here by itself within a few minutes. Then erase your data."),
        ),
        markup([button(t.label("🔄 Try again"), GO_ERASE)], [home_button(t)]),
    )


def erased(t: Texts, left: Obligations, now: datetime, *, demo: bool, cancelled: int = 0) -> Screen:
    """It is done. `left`: visits that were not cancelled; `cancelled`: how many were."""
    return Screen(
        blocks(
            bold(t("✅ All your data are erased")),
            t("Bookings cancelled: {count}", count=cancelled) if cancelled else "",
            blocks(
                bold(t("These bookings stand")),
                *_named(t, left, now, _ALL, reached=True),
                clock_line(t, clocks_of(left.visits[:_ALL])),
                t("Come to them, or cancel them by the clinic’s phone: they are no longer seen here."),
            )
            if left.has_visits
            else "",
            _stays(t),
            t("This is a demonstration: invented patients stay in its registry, too.") if demo else "",
            t("This chat itself is kept by Telegram: you can delete it in Telegram’s menu."),
        ),
        markup(
            [button(t.label("▶️ Begin again"), ConsentAgain(locale=t.locale))],
            [button(t.label("❓ Help"), GO_HELP)],
        ),
    )


def _stays(t: Texts) -> Html:
    """What outlives the account, and what was never kept here, so that it cannot be erased here."""
    return lines(
        t("What stays, without names and the number of the chat:"),
        t("• for a day at most: how many codes, searches and photos there were;"),
        t.n(
            "• for {count} year: what was booked, moved or cancelled for others, to answer them.",
            "• for {count} years: what was booked, moved or cancelled for others, to answer them.",
            TRAIL_YEARS,
        ),
        t("The clinic’s own records stay."),
    )


def nothing_kept(t: Texts) -> Screen:
    """Nothing is there to be erased: it never was, or has been erased."""
    return Screen(
        blocks(bold(t("Nothing is kept about you here")), t("There is nothing to erase. Booking needs consent.")),
        markup(
            [button(t.label("▶️ Begin again"), ConsentAgain(locale=t.locale))],
            [button(t.label("❓ Help"), GO_HELP)],
        ),
    )


def _choice(t: Texts, obligations: Obligations) -> list[Any]:
    def way(label: str, how: Way) -> list[Any]:
        return [button(label, EraseMe(way=how, digest=obligations.digest))]

    no = [button(t.label("Do not erase"), GO_HOME)]
    if not obligations.has_visits:
        return [no, way(t.label("🗑 Yes, erase all"), Way.LEAVE)]
    return [
        no,
        way(t.label("Cancel bookings and erase"), Way.CANCEL)
        if obligations.answers
        else [button(t.label("🔄 Try again"), GO_ERASE)],
        way(t.label("Erase, leave the bookings"), Way.LEAVE),
    ]


def _visits(t: Texts, obligations: Obligations, now: datetime) -> Html:
    if not obligations.has_visits:
        if obligations.answers:
            return Html()
        return t("The registry is not answering. Here no booking ahead is remembered.")
    return blocks(
        bold(t("Bookings ahead that were made here")),
        *_named(t, obligations, now, _SOME),
        ""
        if obligations.answers
        else t("The registry is not answering: they cannot be cancelled now. You can do it later."),
    )


def _named(t: Texts, obligations: Obligations, now: datetime, most: int, *, reached: bool = False) -> list[Html]:
    """Visits one by one, `most` of them. `reached`: with what the clinic is to be asked by."""
    told = [_visit(t, number, each, now, reached=reached) for number, each in enumerate(obligations.visits[:most], 1)]
    told += [_planned(t, number, each, now) for number, each in enumerate(obligations.planned[:most], 1)]
    rest = len(obligations.visits) + len(obligations.planned) - len(told)
    return [*told, t("And more: {count}", count=rest)] if rest else told


def _visit(t: Texts, number: int, entry: VisitEntry, now: datetime, *, reached: bool) -> Html:
    visit = entry.visit
    told = lines(
        Html(f"{number}. ")
        + bold(when(t, visit.start, visit.clinic.tz, now))
        + f", {_short(entry.person.listed_name)}",
        escape(_short(f"{specialty(t, visit.service_id, visit.service)}, {visit.clinic.name}", 110)),
    )
    if not reached:
        return told
    return lines(
        told,
        t("Number: {number}", number=visit.number),
        t("Phone of the clinic: {phone}", phone=_short(visit.clinic.phone, 30)) if visit.clinic.phone else "",
    )


def _clocks(obligations: Obligations) -> Sequence[tuple[datetime, str]]:
    """Of all times that are told."""
    ends = [each.until for each in _without_drafts(obligations) if each.kind is ObligationKind.HOLD and each.until]
    return [*clocks_of(obligations.visits[:_SOME]), *((each.at, each.tz) for each in ends)]


def _planned(t: Texts, number: int, each: Planned, now: datetime) -> Html:
    told = Html(f"{number}. ") + bold(when(t, each.at.at, MOSCOW, now) + " " + t.label("(Moscow time)"))
    return told + f", {_short(each.name)}" if each.name else told


def _without_drafts(obligations: Obligations) -> list[Obligation]:
    return [each for each in obligations.others if each.kind is not ObligationKind.DRAFT][:_ALL]


def _drafts(t: Texts, obligations: Obligations) -> Html:
    begun = sum(each.kind is ObligationKind.DRAFT for each in obligations.others)
    return t("Begun and not finished: {count}", count=begun) if begun else Html("")


def _obligation(t: Texts, each: Obligation) -> Html:
    name = _short(each.name) if each.name else t.label("a Telegram chat")
    match each.kind:
        case ObligationKind.HOLD if each.until is not None:
            return t("A time is held until {time}. It becomes free.", time=clock_time(each.until.at, each.until.tz))
        case ObligationKind.ACCESS_GIVEN:
            return t("Access that you have opened: {name}. It ends, and this person is told.", name=name)
        case ObligationKind.ACCESS_RECEIVED:
            return t("Access that is open for you: {name}. It ends, and this person is told.", name=name)
        case ObligationKind.REQUEST:
            return t("What you have sent, No. {number}, is not answered yet. No answer will come.", number=name)
    return Html("")


def _short(name: str, limit: int = 70) -> str:
    return name if len(name) <= limit else name[: limit - 1].rstrip() + "…"
