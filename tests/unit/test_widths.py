"""What columns hold fits into them: PostgreSQL refuses what is longer, SQLite takes it, so there nobody would notice.

Every short column of text holds words of ours and is named here with all of them, or it holds something else, and its
name or its table says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from sqlalchemy import String, Text

from bot.build import export_words
from bot.topic import SearchSpec
from bot.topics import ALL, CLI
from bot.views.screen import Screen
from services.accounts.agreement import PUBLISHED
from services.accounts.codes import CodeKind
from services.accounts.model import Area, Basis, Covers, Relation
from services.accounts.persons import covers_words
from services.errors import Denial
from services.insurer_choice.model import Ground
from services.notify.model import LetterEnd
from services.registry.model import CancelRefusal, Refusal, VisitStatus
from services.searches.model import LONGEST_LIST
from services.signatures.model import Reason
from services.tables import all_tables
from services.texts.i18n import LOCALES

CODES = export_words().codes
WIZARDS = [wizard for topic in ALL for wizard in topic.wizards]
CASES = [case for topic in ALL for case in topic.cases]
COMMANDS = {command.name for command in CLI}
REFUSALS = {*Refusal, *CancelRefusal, *Denial}

WORDS: Mapping[str, Collection[str]] = {
    "access_code.kind": [*CodeKind],
    "access_grant.covers": [covers_words([*Covers])],
    "document.area": [*Area],
    "document_letter.area": [*Area],
    "document_letter.end": [*LetterEnd],
    "link_basis.covers": [covers_words([*Covers])],
    "link_basis.basis": [*Basis],
    "person_link.relation": [*Relation],
    "account.locale": LOCALES,
    "consent.locale": LOCALES,
    "consent.version": PUBLISHED.versions.keys(),
    "audit.action": CODES["action"].keys(),
    "booking_intent.status": CODES["outcome"].keys(),
    "booking_intent.refusal": REFUSALS,
    "cancel_intent.status": CODES["cancel_outcome"].keys(),
    "cancel_intent.refusal": REFUSALS,
    "visit_watch.status": [*VisitStatus],
    "registry_visit.status": [*VisitStatus],
    "draft.kind": [wizard.kind for wizard in WIZARDS],
    "draft.step": [str(state.state).partition(":")[2] for wizard in WIZARDS for state in wizard.form.__states__],
    "draft.status": CODES["draft_state"].keys(),
    "notification.kind": [spec.kind for topic in ALL for spec in topic.notices],
    "outbox.channel": CODES["channel"].keys(),
    "outbox.status": CODES["delivery"].keys(),
    "request.kind": [case.kind.name for case in CASES],
    "request.status": [status for case in CASES for status in case.kind.machine],
    "request_step.status": [status for case in CASES for status in case.kind.machine],
    "operator_act.command": COMMANDS,
    "insurer_application.ground": [*Ground],
    "insurer_form.refused": [*Reason],
}
"""Each column that holds words of ours, and every word that may stand there."""
NO_WORDS = {
    "account.last_region": "a region, two digits",
    "insurer_application.region": "a region, two digits",
    "counter.name": "named by constants, which no input makes longer",
    "feed.name": "named by constants",
    "feed.cursor": "the registry's, which its port bounds",
    "setting.name": "named by constants",
    "outbox.dedupe_key": "a kind and ids, measured below",
    "calendar_event.uid": "an id",
    "calendar_event.written": "a digest",
    "access_code.digest": "a digest",
    "booking_intent.moves": "an id of the registry's",
    "cancel_intent.for_move": "an id of ours",
    "cancel_intent.undoes": "an id of ours",
    "search.list": "bounded where a list is declared, measured below",
    "request_file.mime": "of the few kinds that photos are drawn anew in",
}


def short_columns() -> Mapping[str, int]:
    """Widths of columns that have one and whose names promise no ids; of the registry, which bounds its own, one."""
    return {
        f"{table.name}.{column.name}": column.type.length
        for table in all_tables()
        for column in table.columns
        if isinstance(column.type, String) and not isinstance(column.type, Text) and column.type.length
        if column.name != "id" and not column.name.endswith(("_id", "_index"))
        if not table.name.startswith("registry_") or column.name == "status"
    }


def test_every_short_column_is_accounted_for() -> None:
    assert short_columns().keys() == WORDS.keys() | NO_WORDS.keys()


def test_every_word_fits_its_column() -> None:
    found = short_columns()
    for name, words in WORDS.items():
        assert words, name
        widest = max(words, key=len)
        assert len(widest) <= found[name], f"{name} is too narrow for «{widest}»"


async def _never_shown() -> Screen:
    raise AssertionError("it is only declared")


def test_a_list_that_is_searched_has_a_name_that_fits() -> None:
    assert short_columns()["search.list"] == LONGEST_LIST
    assert SearchSpec("w" * LONGEST_LIST, "Clinics", _never_shown)
    with pytest.raises(ValueError, match="too long"):
        SearchSpec("w" * (LONGEST_LIST + 1), "Clinics", _never_shown)


def test_all_that_a_consent_may_name_is_read_again_as_it_was_written() -> None:
    assert covers_words([*Covers]).split() == list(Covers)
