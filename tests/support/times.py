"""How long tests took, by folder: a few lines before pytest's own last one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Told by the one process that reports, of tests in all of them."""
    reports = [each for some in terminalreporter.stats.values() for each in some if isinstance(each, pytest.TestReport)]
    if reports:
        terminalreporter.section("time by folder")
        for line in by_folder(reports):
            terminalreporter.write_line(line)


def by_folder(reports: Iterable[pytest.TestReport]) -> list[str]:
    """The slowest first: a folder right below that of all tests, its tests, their seconds with what they prepare."""
    tests: defaultdict[str, set[str]] = defaultdict(set)
    seconds: defaultdict[str, float] = defaultdict(float)
    for report in reports:
        folder = "/".join(report.nodeid.partition("::")[0].split("/")[:-1][:2])
        tests[folder].add(report.nodeid)
        seconds[folder] += report.duration
    slowest = sorted(seconds, key=lambda folder: -seconds[folder])
    return [f"{folder:<16}{len(tests[folder]):>6} tests{seconds[folder]:>8.0f} s" for folder in slowest]
