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
        ("anna@пример。рф", "anna@пример.рф"),
        ("anna@xn--e1afmkfd.xn--p1ai", "anna@пример.рф"),
        ("anna@Straße.de", "anna@straße.de"),
        ("anna@b\u00fccher.example", "anna@bücher.example"),
        ("anna@bu\u0308cher.example", "anna@b\u00fccher.example"),
        ("anna@ＥＸＡＭＰＬＥ.org", "anna@example.org"),
        ("anna@пример.com", "anna@пример.com"),
        ("anna@例え.jp", "anna@例え.jp"),
        # Marks that nobody sees, as they come along with what is copied.
        *(
            (f"{mark}anna@example.org{mark}", "anna@example.org")
            for mark in ("\u200b", "\ufeff", "\u202a", "\u00a0", "\x00")
        ),
    ],
)
def test_an_address_is_taken(typed: str, kept: str) -> None:
    assert parse_email(typed) == kept
    assert parse_email(kept) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("=?utf-8?q?a=40example.com=2C?=@example.org", EmailProblem.NOT_AN_ADDRESS),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("", "anna", "anna@", "@example.org", "anna@example")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna ivanova@example.org", "anna@example .org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna@@example.org", "a..b@example.org", ".a@example.org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna@127.0.0.1", "anna@[127.0.0.1]", "anna@-a.org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("a@example.org, b@example.org", "a@example.org;b@x.org")),
        *((each, EmailProblem.NOT_AN_ADDRESS) for each in ("anna@example..org", "anna@.org", "anna@example.org.")),
        *(
            (f"anna@example.org{line}Bcc: b@example.org", EmailProblem.NOT_AN_ADDRESS)
            for line in ("\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\u2029")
        ),
        ("anna\r\nBcc:b@example.org", EmailProblem.NOT_AN_ADDRESS),
        ('"anna ivanova"@example.org', EmailProblem.NOT_AN_ADDRESS),
        ('"anna@b"@example.org', EmailProblem.NOT_AN_ADDRESS),
        ("anna(work)@example.org", EmailProblem.NOT_AN_ADDRESS),
        ("anna＠example.org", EmailProblem.NOT_AN_ADDRESS),
        # Nobody sees them, and one address would become another.
        *(
            (f"anna@exam{mark}ple.org", EmailProblem.NOT_AN_ADDRESS)
            for mark in ("\u200b", "\u00ad", "\u200d", "\u202e")
        ),
        *((f"an{mark}na@example.org", EmailProblem.NOT_AN_ADDRESS) for mark in ("\u200b", "\u00ad", "\x00", "\t")),
        # What no registry gives: emoji, underscores, a hyphen at the end, what claims to be encoded and is not.
        *(
            (f"anna@{each}", EmailProblem.NOT_AN_ADDRESS)
            for each in ("☕.example", "a_b.org", "-пример.рф", "пример-.рф")
        ),
        *(
            (f"anna@{each}", EmailProblem.NOT_AN_ADDRESS)
            for each in ("xn--a.org", "xn--strae-.de", "xn--99999999999.org")
        ),
        ("anna@пример..рф", EmailProblem.NOT_AN_ADDRESS),
        ("anna@пример.рф.", EmailProblem.NOT_AN_ADDRESS),
        # «о» and «с» of the Russian keyboard in what looks like a Latin word, and the other way round.
        *(
            (f"anna@{each}", EmailProblem.MIXED_LETTERS)
            for each in ("gооgle.com", "mail.сom", "yandeх.ru", "пpимер.рф")
        ),
        ("anna@xn--ggle-55da.com", EmailProblem.MIXED_LETTERS),
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


@pytest.mark.parametrize(
    ("kept", "wire"),
    [
        ("anna@straße.de", "anna@xn--strae-oqa.de"),
        ("anna@strasse.de", "anna@strasse.de"),
        ("anna@ελλάς.gr", "anna@xn--hxarsa0b.gr"),
        ("anna@ελλάσ.gr", "anna@xn--hxarsa5b.gr"),
    ],
)
def test_domains_that_differ_stay_apart(kept: str, wire: str) -> None:
    """By the older rules a letter to the first would have gone to the second, which is somebody else's."""
    assert parse_email(kept) == kept
    assert wire_email(kept) == wire


def test_what_is_shown_back_is_where_the_letter_goes() -> None:
    for typed in ("anna@ＥＸＡＭＰＬＥ。org", "anna@xn--strae-oqa.de", "Anna@BÜCHER.example"):
        kept = parse_email(typed)
        assert wire_email(kept) == wire_email(typed)
        assert parse_email(kept) == kept
