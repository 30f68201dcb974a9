"""What is told of requests: the kinds, as they stand in rows."""

from __future__ import annotations

from enum import StrEnum


class RequestNews(StrEnum):
    """What has happened. The subject is the request's id."""

    REQUEST_STATUS = "request_status"
