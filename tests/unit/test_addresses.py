"""E-mail addresses as people type them, and as servers are given them."""

from __future__ import annotations

import pytest

from services.notify.addresses import EmailError, parse_email, wire_email
from services.notify.model import EmailProblem


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna.Ivanova+clinic@Example.ORG \n", "Anna.Ivanova+clinic@example.org"),
        ("<anna@example.org>", "anna@example.org"),
        ("mailto:anna@example.org", "anna@example.org"),
        ("anna_1@mail.sub-domain.example.org", "anna_1@mail.sub-domain.example.org"),
        ("anna@Пример.РФ", "anna@пример.рф"),
    ],
)
def test_an_address_is_taken(typed: str, kept: str) -> None:
    assert parse_email(typed) == kept
    assert parse_email(kept) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("", "anna", "anna@", "@example.org", "anna@example")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna ivanova@example.org", "anna@example .org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna@@example.org", "a..b@example.org", ".a@example.org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna@127.0.0.1", "anna@[127.0.0.1]", "anna@-a.org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("a@example.org, b@example.org", "a@example.org;b@x.org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna@example..org", "anna@.org", "anna@example.org.")),
        ("anna@example.org\r\nBcc: b@example.org", EmailProblem.NOT_AN_ADDRESS),
        # In their ASCII form these would be «a@b@example.org», «a@b,c@example.org» and «a@b>c@example.org».
        *((f"a@{each}\uff20example.org", EmailProblem.NOT_AN_ADDRESS) for each in ("b", "b\uff0cc", "b\uff1ec")),
        ("анна@example.org", EmailProblem.NAME_NOT_LATIN),
        ("анна@пример.рф", EmailProblem.NAME_NOT_LATIN),
        (f"{'a' * 65}@example.org", EmailProblem.TOO_LONG),
        (f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.org", EmailProblem.TOO_LONG),
        (f"a@{'b' * 64}.org", EmailProblem.NOT_AN_ADDRESS),
    ],
)
def test_what_is_no_address_is_refused_by_name(typed: str, problem: EmailProblem) -> None:
    with pytest.raises(EmailError) as caught:
        parse_email(typed)
    assert caught.value.problem is problem
    assert not typed or typed not in str(caught.value), "an error carries nothing that was typed"


def test_servers_are_given_ascii() -> None:
    assert wire_email("anna@пример.рф") == "anna@xn--e1afmkfd.xn--p1ai"
    assert wire_email("anna@example.org") == "anna@example.org"
