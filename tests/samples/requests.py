"""Problems and feedback, what is asked for them and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

from bot.keyboards.buttons.notifications import NotificationList
from bot.views import requests
from bot.views.screen import Screen
from services.cases.model import LONGEST_COMMENT, Case, CaseStep
from services.disputes.model import DISPUTE
from services.requests.model import (
    LONGEST_TEXT,
    MOST_PHOTOS,
    PictureProblem,
    RequestKind,
    RequestStatus,
)
from services.texts.i18n import Texts
from tests.samples.cases import BOOK
from tests.samples.common import EVIL, NOW, Sample, Samples, StepSample, usual, words

LONGEST_WORDS = words(LONGEST_TEXT, "Не открывается запись к врачу ")
SURROGATES = "😀" * (LONGEST_TEXT // 2)
"""As long as Telegram lets a message be, for it counts each of these twice."""
WRITTEN = (RequestKind.PROBLEM, RequestKind.FEEDBACK)
"""What has a wizard of its own."""
USUAL_WORDS = "Не открывается запись к окулисту в поликлинике № 4: пишет, что нет мест."
TEXTS_SENT = (USUAL_WORDS, "Не открывается", LONGEST_WORDS, SURROGATES, EVIL, "")


def _gathered(kind: RequestKind, *, empty: bool) -> list[StepSample]:
    nothing = [StepSample("nothing", requests.Gathered(kind), ordinary=True)] if empty else []
    return nothing + [
        StepSample(
            f"{text[:10]} {photos}",
            requests.Gathered(kind, text, photos),
            full=text in (LONGEST_WORDS, SURROGATES) and photos == MOST_PHOTOS,
            ordinary=(text, photos) == (USUAL_WORDS, 0),
        )
        for text in TEXTS_SENT
        for photos in (0, 1, MOST_PHOTOS)
        if text or photos
    ]


def request(kind: str, status: RequestStatus, text: str, photos: int, comment: str | None) -> Case:
    """With a history as long as it gets; what was said last was said along with each status."""
    sent_at = NOW - timedelta(days=400)
    said = {RequestStatus.IN_PROGRESS.value: comment, RequestStatus.ANSWERED.value: comment}
    steps = tuple(CaseStep(each, sent_at, said.get(each)) for each in RequestStatus)
    passed = steps[: list(RequestStatus).index(status) + 1]
    names = tuple(f"photo{place:07}" for place in range(photos))
    return Case("W" * 12, 1_000_042, kind, status, text, comment, sent_at, names, passed)


SENT = [
    request(kind, status, text, photos, comment)
    for kind in (*RequestKind, DISPUTE.name)
    for status in RequestStatus
    for text in TEXTS_SENT
    for photos in (0, 1, MOST_PHOTOS)
    for comment in (None, words(LONGEST_COMMENT), EVIL)
]


def _requests() -> list[Sample]:
    answer = "Номерки к окулисту открываются по четвергам в 8:00."
    usual_ones = [
        request(RequestKind.PROBLEM, RequestStatus.ACCEPTED, USUAL_WORDS, 0, None),
        request(RequestKind.PROBLEM, RequestStatus.ANSWERED, USUAL_WORDS, 1, answer),
    ]
    return [
        usual(requests.accepted, usual_ones[0]),
        *(usual(requests.unfinished, kind) for kind in WRITTEN),
        usual(requests.too_many),
        *(
            usual(draws, each, of=of)
            for each in usual_ones
            for draws, of in ((card, requests.card), (told, requests.told))
        ),
        usual(whole_text, usual_ones[0], 0, of=requests.whole_text),
        usual(photo, usual_ones[1], home=False, of=requests.photo),
        *(
            Sample(card, (each,), {"back": back}, of=requests.card)
            for each in SENT
            for back in (None, NotificationList(page=0))
        ),
        *(Sample(told, (each,), of=requests.told) for each in SENT),
        *(Sample(whole_text, (each, page), of=requests.whole_text) for each in SENT[::9] for page in (0, 1, 99)),
        *(Sample(photo, (each,), of=requests.photo, home=False) for each in SENT if each.photos),
    ]


def card(t: Texts, sent: Case, back: NotificationList | None = None) -> Screen:
    return BOOK.card(t, sent, NOW, None, back)


def told(t: Texts, sent: Case) -> Screen:
    """As a notification shows it."""
    return BOOK.told(t, sent, NOW, None)


def whole_text(t: Texts, sent: Case, page: int) -> Screen:
    return requests.whole_text(t, BOOK.title(t, sent), sent, page)


def photo(t: Texts, sent: Case) -> Screen:
    return requests.photo(t, BOOK.title(t, sent), sent, 0, b"")


SAMPLES = Samples(
    screens=_requests(),
    steps={
        kind.value: {"message": _gathered(kind, empty=True), "check": _gathered(kind, empty=False)} for kind in WRITTEN
    },
    notes=[
        *(Sample(requests.picture_problem, (problem,)) for problem in PictureProblem),
        *(Sample(each) for each in (requests.too_many_photos, requests.too_long, requests.sent_enough)),
        *(Sample(each) for each in (requests.text_added, requests.photos_left_out, requests.photo_lost)),
        Sample(requests.photo_added, (MOST_PHOTOS,)),
    ],
    sentences=[
        Sample(requests.stopped),
        *(Sample(requests.news, (each,)) for each in SENT[::9]),
    ],
    words=(USUAL_WORDS, LONGEST_WORDS, words(LONGEST_COMMENT), "Номерки к окулисту открываются по четвергам"),
)
