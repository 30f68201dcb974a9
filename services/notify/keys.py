"""Keys of the outbox: what is told once is told under one of these, whoever comes to tell it.

All stand in one column, unique among all topics, so those of the product's first topics are made here, one function a
kind. A topic that comes makes its own beside its kinds (`services/<topic>/notices.py`): a kind is one topic's, so what
begins with its word is, too. Rows keep keys: a release that made one otherwise would tell a second time what the last
one has told. The longest are of 96 characters, with a visit's id of the registry that may have 64.
"""

from __future__ import annotations

from datetime import datetime

# --- what a wizard's screen tells -----------------------------------------------------------------


def confirmation(draft_id: str) -> str:
    """What came of a draft: a visit, a request, an access."""
    return f"confirm:{draft_id}"


def given_up(draft_id: str) -> str:
    """A move that has cost the old visit and brought no new one."""
    return f"given-up:{draft_id}"


def of_draft(draft_id: str) -> tuple[str, ...]:
    """All that the screen of a draft may have told."""
    return confirmation(draft_id), given_up(draft_id)


# --- visits ---------------------------------------------------------------------------------------


def failed(intent_id: str) -> str:
    """A booking, or a move, that was waited for and has come to nothing."""
    return f"failed:{intent_id}"


def undone(intent_id: str) -> str:
    """A booking that was cancelled again, for the right to make it had ended meanwhile."""
    return f"undone:{intent_id}"


def cancelled(intent_id: str) -> str:
    """What a cancelling from here has come to."""
    return f"cancel:{intent_id}"


def booked_elsewhere(account_id: str, visit_id: str) -> str:
    """A visit that another account has booked for somebody whom this one stands for."""
    return f"elsewhere:{account_id}:{visit_id}"


def moved(account_id: str, visit_id: str, start: datetime) -> str:
    """A visit that others have moved to this time."""
    return _changed("moved", account_id, visit_id, start)


def cancelled_by_clinic(account_id: str, visit_id: str, start: datetime) -> str:
    return _changed("clinic", account_id, visit_id, start)


def cancelled_by_patient(account_id: str, visit_id: str, start: datetime) -> str:
    """From elsewhere: what is cancelled from here has its intent's key."""
    return _changed("patient", account_id, visit_id, start)


def soon(account_id: str, visit_id: str, start: datetime) -> str:
    """The reminder two hours before a visit at this time."""
    return f"soon:{visit_id}:{_seconds(start)}:{account_id}"


def eve(account_id: str, day: str) -> str:
    """The reminder of all visits of a day."""
    return f"eve:{account_id}:{day}"


def another_eve(account_id: str, day: str, due_at: datetime) -> str:
    """One more of the same day, for an evening that comes after that one has gone out."""
    return f"{eve(account_id, day)}:{_seconds(due_at)}"


# --- accounts -------------------------------------------------------------------------------------


def access_given(grant_id: str) -> str:
    """To who has given it; who has taken it hears under the draft's `confirmation`."""
    return f"given:{grant_id}"


def access_ended(grant_id: str, account_id: str) -> str:
    """One side has ended a consent."""
    return f"ended:{grant_id}:{account_id}"


def access_over(grant_id: str, account_id: str) -> str:
    """The time of a consent is over."""
    return f"over:{grant_id}:{account_id}"


def basis_ended(link_id: str, since: datetime, account_id: str) -> str:
    """What had stood on this link since that moment has been closed."""
    return f"closed:{link_id}:{_seconds(since)}:{account_id}"


def basis_over(link_id: str, until: datetime, account_id: str) -> str:
    """The time of what has stood on this link, until that moment, is over."""
    return f"lapsed:{link_id}:{_seconds(until)}:{account_id}"


def access_opened(code_id: str, account_id: str) -> str:
    """A code of the desk has opened in another chat what this account has a say over."""
    return f"opened:{code_id}:{account_id}"


def access_erased(farewell_id: str) -> str:
    """One side has erased its data. `farewell_id`: an id made for it alone, for nothing else is left of it."""
    return f"erased:{farewell_id}"


def own_word_from(link_id: str, age: int) -> str:
    """Somebody is as old as the clinic demands for the own word to come first; it may demand another age one day."""
    return f"turned_{age}:{link_id}"


def turned_18(link_id: str) -> str:
    return f"turned_18:{link_id}"


def guardianship_ended(link_id: str, until: datetime) -> str:
    return f"guardianship:{link_id}:{_seconds(until)}"


def mail_refused(address: str) -> str:
    """`address`: a blind index of it."""
    return f"mail-refused:{address}"


def mail_code_refused(code_id: str) -> str:
    """The letter with this code has found no mailbox."""
    return f"mail-code-refused:{code_id}"


def mail_unconfirmed(account_id: str) -> str:
    """An address from before there were codes is to be confirmed."""
    return f"mail-unconfirmed:{account_id}"


# --- cases, letters ---------------------------------------------------------------------------------


def case_status(case_id: str, status: str, time: int = 1) -> str:
    """`time`: which time it has come to this status."""
    key = f"request:{case_id}:{status}"
    return key if time == 1 else f"{key}:{time}"


def letter(notification_id: str) -> str:
    """The e-mail beside a notification."""
    return f"mail:{notification_id}"


def _changed(word: str, account_id: str, visit_id: str, start: datetime) -> str:
    return f"{word}:{account_id}:{visit_id}:{_seconds(start)}"


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
