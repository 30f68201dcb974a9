"""Problems and feedback, what is asked for them and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.requests import RequestList
from bot.views import requests
from bot.views.screen import Screen
from services.requests.model import (
    LONGEST_COMMENT,
    LONGEST_TEXT,
    MOST_PHOTOS,
    PictureProblem,
    Request,
    RequestKind,
    RequestStatus,
    StatusStep,
    TrackedItem,
    TrackedPage,
    TrackedTopic,
)
from services.texts.i18n import Texts
from tests.samples.common import EVIL, LONGEST_PERSON, NOW, PAGE, Sample, Samples, StepSample, words

LONGEST_WORDS = words(LONGEST_TEXT, "Не открывается запись к врачу ")
SURROGATES = "😀" * (LONGEST_TEXT // 2)
"""As long as Telegram lets a message be, for it counts each of these twice."""
WRITTEN = (RequestKind.PROBLEM, RequestKind.FEEDBACK)
"""What has a wizard of its own."""
TEXTS_SENT = ("Не открывается", LONGEST_WORDS, SURROGATES, EVIL, "")


def _gathered(kind: RequestKind, *, empty: bool) -> list[StepSample]:
    nothing = [StepSample("nothing", requests.Gathered(kind))] if empty else []
    return nothing + [
        StepSample(
            f"{text[:10]} {photos}",
            requests.Gathered(kind, text, photos),
            full=text in (LONGEST_WORDS, SURROGATES) and photos == MOST_PHOTOS,
        )
        for text in TEXTS_SENT
        for photos in (0, 1, MOST_PHOTOS)
        if text or photos
    ]


def request(kind: RequestKind, status: RequestStatus, text: str, photos: int, comment: str | None) -> Request:
    """With a history as long as it gets."""
    steps = tuple(StatusStep(each, NOW - timedelta(days=400)) for each in RequestStatus)
    passed = steps[: list(RequestStatus).index(status) + 1]
    names = tuple(f"photo{place:07}" for place in range(photos))
    return Request("W" * 12, 1_000_042, kind, status, text, comment, NOW - timedelta(days=400), names, passed)


SENT = [
    request(kind, status, text, photos, comment)
    for kind in RequestKind
    for status in RequestStatus
    for text in TEXTS_SENT
    for photos in (0, 1, MOST_PHOTOS)
    for comment in (None, words(LONGEST_COMMENT), EVIL)
]


def tracked(kind: RequestKind, status: RequestStatus, person: str | None = None) -> TrackedItem:
    return TrackedItem(TrackedTopic.REQUEST, "W" * 12, "1000042", kind, status, NOW - timedelta(days=400), person)


def _requests() -> list[Sample]:
    items = [tracked(*each) for each in product(RequestKind, RequestStatus, (None, LONGEST_PERSON.full_name, EVIL))]
    return [
        *(Sample(requests.accepted, (each,)) for each in SENT[:1]),
        *(Sample(requests.unfinished, (kind,)) for kind in WRITTEN),
        Sample(requests.too_many),
        Sample(requests.statuses, (TrackedPage(tuple(items[::9]), len(items[::9])), 0, NOW), ordinary=True),
        *(Sample(requests.statuses, (TrackedPage((each,) * PAGE, 712), 88, NOW)) for each in items),
        Sample(requests.statuses, (TrackedPage((), 0), 0, NOW)),
        *(
            Sample(requests.card, (each, NOW), {"back": back})
            for each in SENT
            for back in (RequestList(page=0), NotificationList(page=0))
        ),
        *(Sample(card_with_news, (each,)) for each in SENT),
        *(Sample(requests.whole_text, (each, page)) for each in SENT[::9] for page in (0, 1, 99)),
        *(Sample(requests.photo, (each, 0, b""), home=False) for each in SENT if each.photos),
    ]


def card_with_news(t: Texts, sent: Request) -> Screen:
    """As a notification shows it."""
    return requests.card(t, sent, NOW, note=requests.news(t, sent))


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
        *(
            Sample(draws, (tracked(kind, status),))
            for draws in (requests.title, requests.headline)
            for kind in RequestKind
            for status in RequestStatus
        ),
    ],
    words=(LONGEST_WORDS, words(LONGEST_COMMENT)),
)
