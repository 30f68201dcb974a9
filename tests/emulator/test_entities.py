"""HTML in, plain text and entities out; the wording of the errors is Telegram's."""

from __future__ import annotations

import pytest

from emulator.entities import (
    EntityError,
    Formatted,
    Json,
    parse_html,
    to_html,
    trim,
    utf16_length,
    with_automatic,
)


def entity(kind: str, offset: int, length: int, **more: str) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b><strong>b</strong>", "ab", [entity("bold", 0, 1), entity("bold", 1, 1)]),
        ("<i>a</i><em>b</em>", "ab", [entity("italic", 0, 1), entity("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        ("<s>a</s><del>b</del><strike>c</strike>", "abc", [entity("strikethrough", i, 1) for i in range(3)]),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [entity("spoiler", 0, 1), entity("spoiler", 1, 1)],
        ),
        ("<code>a</code> <pre>b</pre>", "a b", [entity("code", 0, 1), entity("pre", 2, 1)]),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="python")],
        ),
        (
            '<a href="https://example.org/?a=1&amp;b=2">a</a>',
            "a",
            [entity("text_link", 0, 1, url="https://example.org/?a=1&b=2")],
        ),
        ("<a>example.org</a>", "example.org", [entity("text_link", 0, 11, url="example.org")]),
        ('<a href="nowhere">a</a>', "a", []),
        ("<blockquote>a</blockquote>", "a", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [entity("expandable_blockquote", 0, 1)]),
        ("😀<b>😀é</b>", "😀😀é", [entity("bold", 2, 3)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<b><i>a</i></b>", "a", [entity("bold", 0, 1), entity("italic", 0, 1)]),
        ("<B>a</B>", "a", [entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("&lt;b&gt; &amp; &quot;&#39;&#x41; &nbsp;", "<b> & \"'A &nbsp;", []),
    ],
)
def test_html(source: str, text: str, entities: list[Json]) -> None:
    assert parse_html(source) == Formatted(text, tuple(entities))


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("я<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href=x_y>a</a>", "Unexpected end of name token at byte offset 8"),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x>a</a>', "Unclosed start tag at byte offset 0"),
        ("<a href>a</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
    ],
)
def test_broken_html(source: str, error: str) -> None:
    with pytest.raises(EntityError) as raised:
        parse_html(source)
    assert str(raised.value) == error


def test_trimming_moves_entities() -> None:
    assert trim(parse_html("\n <b> a </b> ")) == Formatted("a", (entity("bold", 0, 1),))


def test_commands_and_links_are_found() -> None:
    found = with_automatic(Formatted("😀 /start https://example.org/a")).entities
    assert found == (entity("bot_command", 3, 6), entity("url", 10, 21))
    in_a_sentence = with_automatic(Formatted("(https://t.me/a_bot?start=x_1).")).entities
    assert in_a_sentence == (entity("url", 1, 28),)
    assert with_automatic(parse_html("<code>/start</code>")).entities == (entity("code", 0, 6),)


def test_lengths_count_utf16_units() -> None:
    assert utf16_length("a😀я") == 4


@pytest.mark.parametrize(
    "source",
    [
        "<b>a<i>😀</i></b> &lt;c&gt;",
        '<a href="https://example.org/?a&amp;b">a</a>',
        "<blockquote expandable>a</blockquote>",
        '<pre><code class="language-py">x</code></pre>',
    ],
)
def test_html_survives_a_round_trip(source: str) -> None:
    formatted = parse_html(source)
    assert to_html(formatted.text, formatted.entities) == source
