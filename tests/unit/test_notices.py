"""Words that stand in rows of notifications: under another one a row of the last release would tell nothing."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime

import pytest

from bot.notices.notices import mailed, of_a_day, to_come, unlisted
from bot.topics import ALL
from services.accounts.notices import GIVER, TAKER, AccountNews
from services.booking.notices import VisitNews
from services.cases.notices import CaseNews
from services.documents.notices import DocumentNews, not_sent
from services.notify import keys
from services.notify.tables import notification, outbox
from services.prescriptions import notices as prescriptions
from services.prescriptions.notices import PrescriptionNews
from services.storage.vault import KEY_BYTES, Vault
from tests.samples.prescriptions import IBUPROFEN

SPECS = [spec for topic in ALL for spec in topic.notices]
KINDS = [
    *("booking_confirmed", "booking_failed", "booking_stands", "booking_undone", "visit_cancelled", "cancel_failed"),
    *(
        "move_failed",
        "visit_moved",
        "visit_booked_elsewhere",
        "visit_cancelled_by_clinic",
        "reminder_eve",
        "reminder_soon",
    ),
    *("turned_15", "turned_18", "guardianship_ended"),
    *("access_opened", "access_given", "access_ended", "consent_ended", "access_erased", "basis_ended", "basis_over"),
    *("mail_refused", "mail_code", "mail_code_refused", "mail_unconfirmed"),
    "request_status",
    "prescription",
    *("document_letter", "document_not_sent"),
]


def test_kinds_are_the_words_that_rows_have() -> None:
    assert [*VisitNews, *AccountNews, *CaseNews, *PrescriptionNews, *DocumentNews] == KINDS
    assert (GIVER, TAKER) == ("giver", "taker")
    assert max(map(len, KINDS)) <= notification.c.kind.type.length  # type: ignore[attr-defined]


def test_no_two_topics_have_a_kind_in_common() -> None:
    assert len(set(KINDS)) == len(KINDS)


def test_the_declared_kinds_are_the_words_that_rows_have() -> None:
    assert {each.kind for each in SPECS} == set(KINDS)


def test_what_is_mailed_and_what_tells_of_a_visit_to_come() -> None:
    assert {"booking_confirmed", "booking_stands", "visit_booked_elsewhere", "visit_moved"} == to_come(SPECS)
    assert {"visit_cancelled", "visit_cancelled_by_clinic", "move_failed"} == set(mailed(SPECS)) - set(to_come(SPECS))
    assert {"reminder_eve"} == of_a_day(SPECS)
    assert {"mail_code", "document_letter"} == unlisted(SPECS)


AT = datetime(2026, 11, 24, 6, 20, tzinfo=UTC)
VAULT = Vault(bytes(KEY_BYTES))
MADE = {
    "confirm:draft": keys.confirmation("draft"),
    "given-up:draft": keys.given_up("draft"),
    "failed:intent": keys.failed("intent"),
    "undone:intent": keys.undone("intent"),
    "cancel:intent": keys.cancelled("intent"),
    "elsewhere:account:visit": keys.booked_elsewhere("account", "visit"),
    "moved:account:visit:1795501200": keys.moved("account", "visit", AT),
    "clinic:account:visit:1795501200": keys.cancelled_by_clinic("account", "visit", AT),
    "patient:account:visit:1795501200": keys.cancelled_by_patient("account", "visit", AT),
    "soon:visit:1795501200:account": keys.soon("account", "visit", AT),
    "eve:account:2026-11-24": keys.eve("account", "2026-11-24"),
    "eve:account:2026-11-24:1795501200": keys.another_eve("account", "2026-11-24", AT),
    "given:grant": keys.access_given("grant"),
    "ended:grant:account": keys.access_ended("grant", "account"),
    "over:grant:account": keys.access_over("grant", "account"),
    "closed:link:1795501200:account": keys.basis_ended("link", AT, "account"),
    "lapsed:link:1795501200:account": keys.basis_over("link", AT, "account"),
    "opened:code:account": keys.access_opened("code", "account"),
    "erased:farewell": keys.access_erased("farewell"),
    "turned_15:link": keys.own_word_from("link", 15),
    "turned_18:link": keys.turned_18("link"),
    "guardianship:link:1795501200": keys.guardianship_ended("link", AT),
    "mail-refused:index": keys.mail_refused("index"),
    "mail-code-refused:code": keys.mail_code_refused("code"),
    "mail-unconfirmed:account": keys.mail_unconfirmed("account"),
    "request:id:in_progress": keys.case_status("id", "in_progress"),
    "mail:notification": keys.letter("notification"),
    "prescription:account:642404ba178c6613c747e209a5c87e80": prescriptions.changed(VAULT, "account", [IBUPROFEN]),
    "document_not_sent:letter": not_sent("letter"),
}


@pytest.mark.parametrize("row_has", MADE)
def test_keys_are_made_as_rows_have_them(row_has: str) -> None:
    assert MADE[row_has] == row_has


def test_every_key_is_among_them() -> None:
    made = [name for name, each in inspect.getmembers(keys, inspect.isfunction) if not name.startswith("_")]
    assert len(made) - 1 == len(MADE) - 2, "of_draft makes none of its own, and two are their topics' own"
    assert keys.of_draft("draft") == ("confirm:draft", "given-up:draft")


def test_the_keys_of_the_longest_ids_fit() -> None:
    """Our own ids have 12 characters, blind indexes 64, a registry's ids up to 64."""
    ours, visit, late = "a" * 12, "v" * 64, datetime(2100, 1, 1, tzinfo=UTC)
    longest = (
        keys.cancelled_by_patient(ours, visit, late),
        keys.soon(ours, visit, late),
        keys.mail_refused("f" * 64),
        keys.case_status(ours, "in_progress"),
    )
    assert max(map(len, longest)) <= outbox.c.dedupe_key.type.length  # type: ignore[attr-defined]
