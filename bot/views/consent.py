"""Consent to the processing of personal data: before anything personal is asked or kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.keyboards.buttons.clinics import RegionList
from bot.keyboards.buttons.consent import ConsentAgain, ConsentPress, ConsentRead
from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.buttons.language import SetLocale
from bot.keyboards.buttons.mydata import GO_ABOUT
from bot.keyboards.kit import Row, button, markup
from bot.views.language import language_name
from bot.views.screen import Screen
from services.accounts.model import TRAIL_YEARS
from services.requests.model import PHOTOS_KEPT
from services.texts.i18n import Html, Texts, blocks, bold, lines, paragraphs


def consent_text(t: Texts, operator: str, version: str) -> Html:
    """The consent itself, as it is read and stored."""
    return paragraphs(
        _title(t),
        lines(
            t("Who processes the data: {operator}.", operator=operator),
            t(
                "What for: to book you and your family in with a doctor, to show the bookings, the medical record and "
                "the insurance, to make documents of them, to apply to an insurance company, to send notices, and to "
                "answer what you write to us."
            ),
            t(
                "Which data: surname, name, patronymic, date of birth, sex, phone, number of the insurance policy, "
                "SNILS, who the person is to you, the clinic of attachment, bookings with doctors; data on health from "
                "the clinic’s registry: prescriptions and documents that tell of them; the insurance: the company, the "
                "policy, the attachment, and which care was paid for and what it cost; if you apply to an insurance "
                "company: addresses of registration and of stay, the application, your signature with its certificate; "
                "the region, the place that you share to find a clinic nearby, the number of your Telegram chat and "
                "its language; your e-mail address, if you give one for copies of notices, and an address that you "
                "send a document to; messages and photos, if you send them as feedback or about a problem."
            ),
            t(
                "What is done: the data are collected, kept (forms, addresses, documents, messages and photos are kept "
                "encrypted), used for this purpose, corrected, passed to the registry of the clinic that you book at, "
                "an application that you have signed to the insurance company that it is for, and erased. We pass "
                "them to nobody else; messages and the documents that you open travel through Telegram, copies of "
                "notices and the documents that you send by e-mail through e-mail."
            ),
            t("If you book for somebody else, you confirm that this person does not object."),
            t(
                "For how long: until you take the consent back. You can do so at any time here: “More” → “About” → "
                "“Take the consent back”, or the command /delete_me."
            ),
            t(
                "After that, for a day at most, it is only kept how often this chat has tried codes, looked people up, "
                "sent photos and the like: without the number of the chat, under a mark that nobody can trace to it "
                "without our key. Otherwise erasing would be a way around the limits."
            ),
            t.n(
                "What this chat has done for other people – booked, moved or cancelled their visits – is kept under "
                "such a mark for {count} year, without their names, so that the patient can be told of it.",
                "What this chat has done for other people – booked, moved or cancelled their visits – is kept under "
                "such a mark for {count} years, without their names, so that the patient can be told of it.",
                TRAIL_YEARS,
            ),
            t.n(
                "Photos that you send are erased {count} day after the answer.",
                "Photos that you send are erased {count} days after the answer.",
                PHOTOS_KEPT.days,
            ),
        ),
        t("By pressing “I agree” you give this consent. Version {version}.", version=version),
    )


def short_lines(t: Texts, operator: str, version: str) -> Html:
    """The same in five lines: who, what for, which data, for how long, how it is taken back."""
    return lines(
        t("Who: {operator}.", operator=operator),
        t("What for: bookings, record, insurance, notices."),
        t("Data: name, birth date, contacts, policy, SNILS, bookings, health."),
        t.n(
            "How long: until you take it back, and without names {count} year more.",
            "How long: until you take it back, and without names {count} years more.",
            TRAIL_YEARS,
        ),
        t("Take it back: “More”, “About”."),
        t("This is a consent to the whole text, version {version}.", version=version),
    )


def digest_of(text: str) -> str:
    """Eight characters that tell one consent from another: what is agreed to is what was read."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def demo_operator(t: Texts) -> str:
    """Who runs a demonstration."""
    return t.label("Nomerok, a demonstration (do not enter real data)")


def ask(t: Texts, operator: str, version: str, locales: tuple[str, ...], note: Html | None = None) -> Screen:
    """The first screen of all. `note`: what a link that has led here will open."""
    others = [each for each in locales if each != t.locale]
    return Screen(
        blocks(
            note or "",
            lines(t("Hello. This is Nomerok."), _title(t), short_lines(t, operator, version)),
        ),
        markup(
            *_answers(t, operator, version, reads=ConsentRead(locale=t.locale, whole=True, anew=False)),
            [
                *(button(language_name(each), SetLocale(locale=each)) for each in others),
                button(t.label("ℹ️ About"), GO_ABOUT),
            ],
        ),
    )


def ask_anew(t: Texts, operator: str, version: str) -> Screen:
    """Today's text for somebody who has agreed to an older one, before what that did not speak of is opened."""
    return Screen(
        blocks(
            lines(
                _title(t),
                t("You gave your consent before this section was there. Without a new one, the rest works as before."),
            ),
            short_lines(t, operator, version),
        ),
        markup(*_answers(t, operator, version, reads=ConsentRead(locale=t.locale, whole=True, anew=True))),
    )


def whole(t: Texts, operator: str, version: str, *, anew: bool) -> Screen:
    """All of the text, with the answers below it. `anew`: as in `ask_anew`."""
    return Screen(
        consent_text(t, operator, version),
        markup(
            *_answers(t, operator, version),
            [button(t.label("⬅️ Back"), ConsentRead(locale=t.locale, whole=False, anew=anew))],
        ),
    )


def _title(t: Texts) -> Html:
    return bold(t("Consent to the processing of personal data"))


def _answers(t: Texts, operator: str, version: str, reads: ConsentRead | None = None) -> Sequence[Row]:
    """What is agreed to is the whole text, on whichever screen; `reads`: the button that leads to it."""
    digest = digest_of(consent_text(t, operator, version))
    return (
        [button(t.label("✅ I agree"), ConsentPress(agree=True, locale=t.locale, digest=digest))],
        [
            *([button(t.label("📄 Whole text"), reads)] if reads is not None else []),
            button(t.label("I do not agree"), ConsentPress(agree=False, locale=t.locale, digest=digest)),
        ],
    )


def still_closed(t: Texts) -> Html:
    """Above Home, for who did not agree to the newer text."""
    return t("All right. That section stays closed, everything else works as before.")


def refused(t: Texts) -> Screen:
    """What is left without consent."""
    return Screen(
        blocks(
            t("All right, we have not kept anything about you. Booking needs consent."),
        ),
        markup(
            [button(t.label("🏥 Clinics"), RegionList(page=0))],
            [button(t.label("❓ Help"), GO_HELP)],
            [button(t.label("ℹ️ About"), GO_ABOUT)],
            [button(t.label("Read the consent again"), ConsentAgain(locale=t.locale))],
        ),
    )
