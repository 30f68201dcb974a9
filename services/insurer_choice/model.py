"""The choice of an insurance company: which procedure is followed, and what is applied for."""

from __future__ import annotations

from enum import StrEnum


class Procedure(StrEnum):
    """By which procedure a policy comes to whoever has applied. Values are the operator's words (`OMS_PROCEDURE`)."""

    FORMS = "forms"
    """Until December 2022: a temporary certificate at once, after 30 days a policy in one of two forms."""
    DIGITAL = "digital"
    """Since then: an entry in the register, the same day."""
