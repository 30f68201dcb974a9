"""Payloads of links: whatever the ids are, they come back, or the link is refused when it is made."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.accounts.codes import code_of_link
from services.booking.links import LONGEST, LinkImpossible, payload_of, read_link
from services.booking.model import BookingLink, LinkKind
from services.registry.local.tables import REF

TELEGRAM = re.compile(r"[A-Za-z0-9_-]{1,64}")
ALPHABET = "ABCXYZabcxyz0189-_"
ANYTHING = st.text(max_size=70)
OURS = st.text(alphabet=ALPHABET, min_size=1, max_size=REF)


def link_of(kind: LinkKind, clinic: str, ref: str) -> BookingLink:
    return BookingLink(kind, clinic) if kind is LinkKind.CLINIC else BookingLink(kind, clinic, ref)


@given(kind=st.sampled_from(LinkKind), clinic=OURS, ref=OURS)
@example(kind=LinkKind.DOCTOR, clinic="-" * REF, ref="_" * REF)
@example(kind=LinkKind.SERVICE, clinic="1-2", ref="-")
def test_ids_of_the_local_registry_always_fit_and_come_back(kind: LinkKind, clinic: str, ref: str) -> None:
    link = link_of(kind, clinic, ref)
    payload = payload_of(link)
    assert TELEGRAM.fullmatch(payload)
    assert read_link(payload) == link
    assert code_of_link(payload) is None, "a one-time code is something else"


@given(kind=st.sampled_from(LinkKind), clinic=ANYTHING | OURS, ref=ANYTHING | OURS)
def test_any_ids_come_back_or_are_refused(kind: LinkKind, clinic: str, ref: str) -> None:
    link = link_of(kind, clinic, ref)
    try:
        payload = payload_of(link)
    except LinkImpossible:
        ids = clinic if kind is LinkKind.CLINIC else clinic + ref
        assert len(ids) > 2 * REF or not clinic or not ref or re.search(r"[^A-Za-z0-9_-]", ids, re.ASCII)
        return
    assert TELEGRAM.fullmatch(payload)
    assert len(payload) <= LONGEST
    assert read_link(payload) == link


@given(payload=st.from_regex(r"[csd]-[0-9]{2}-[a-c_-]{1,20}", fullmatch=True) | st.text(ALPHABET + ":.ё", max_size=70))
@example(payload="s-00-a-b")
@example(payload="d-01-a-")
@example(payload="s-٠١-a-b")
def test_whatever_is_read_is_what_would_have_been_written(payload: str) -> None:
    link = read_link(payload)
    if link is not None:
        assert payload_of(link) == payload


@pytest.mark.parametrize(
    "payload", [None, "", "c-", "c", "s-07", "d-04-demo", "d-04-demoX1", "s-4-demo-1", "x-04-demo-1", "c-" + "a" * 63]
)
def test_what_is_no_link(payload: str | None) -> None:
    assert read_link(payload) is None
