"""Logs: numbers that could be somebody's are masked wherever they come from."""

from __future__ import annotations

import logging
import sys

import pytest

from bot.logs import MaskingFormatter, mask, set_up_logging
from services.requests.pictures import clean
from tests.support.photos import SECRET, camera_photo


@pytest.mark.parametrize(
    "number",
    [
        *("112-233-445 95", "11223344595", "5097579792000180", "5097 5797 9200 0180", "5097-5797-9200-0180"),
        *(
            "123456789",
            "+7 916 123-45-67",
            "+79161234567",
            "8 (916) 123-45-67",
            "+7 (916) 123-45-67",
            "8(916)123-45-67",
        ),
        *("1234567890123456789012345", "5000000001"),
    ],
)
def test_a_long_number_keeps_its_last_two_digits(number: str) -> None:
    digits = [char for char in number if char.isdigit()]
    told = mask(f"typed «{number}», no more")
    assert told == f"typed «***{digits[-2]}{digits[-1]}», no more"


@pytest.mark.parametrize("text", ["12345678", "50-АБ 1234567", "step 3 of 8", "c 10 по 20", "4071-2265", ""])
def test_short_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_what_is_formatted_in_and_an_exceptions_trace_are_masked_too() -> None:
    formatter = MaskingFormatter("%(levelname)s %(message)s")
    try:
        raise ValueError("policy 5097579792000180 of +7 (916) 123-45-67")
    except ValueError:
        trace = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed for %s", ("112-233-445 95",), trace)
    told = formatter.format(record)
    assert "ERROR failed for ***95" in told
    assert "policy ***80 of ***67" in told
    for secret in ("5097579792000180", "123-45-67", "445 95"):
        assert secret not in told


def test_the_moment_stays_readable() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "ready", (), None)
    told = MaskingFormatter("%(levelname)s %(message)s").format(record)
    assert told.endswith("INFO ready")
    assert "***" not in told


def test_debug_says_nothing_of_what_a_camera_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    root, quiet = logging.getLogger(), ("aiosqlite", "alembic", "apscheduler", "PIL")
    before = root.handlers, root.level, [logging.getLogger(name).level for name in quiet]
    root.handlers = []
    try:
        set_up_logging("DEBUG")
        logging.getLogger("bot").debug("a word of our own")
        clean(camera_photo())
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
        for name, level in zip(quiet, before[2], strict=True):
            logging.getLogger(name).setLevel(level)
    told = capsys.readouterr().err
    assert "a word of our own" in told
    assert SECRET.decode() not in told
    assert "GPS" not in told
