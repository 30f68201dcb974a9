"""What is told of cases: the kinds, as they stand in rows."""

from __future__ import annotations

from enum import StrEnum


class CaseNews(StrEnum):
    """What has happened. The subject is the case's id."""

    CASE_STATUS = "request_status"
    """The word of the first kind of cases, which rows keep."""
