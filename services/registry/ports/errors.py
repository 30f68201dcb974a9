"""How a question to the registry fails, whatever its topic."""

from __future__ import annotations

from services.errors import NomerokError


class RegistryUnavailable(NomerokError):  # noqa: N818
    """The registry does not answer a question. Never to be shown as «нет номерков»."""


class PatientConflict(NomerokError):  # noqa: N818
    """The registry holds this policy number for another name or birth date."""
