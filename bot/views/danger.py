"""What whoever speaks of danger is told first. It has no buttons: nothing that is pressed takes it away."""

from __future__ import annotations

from bot.views.clinics import told_name
from services.registry.model import Clinic
from services.texts.danger import Danger
from services.texts.i18n import Html, Texts, blocks, bold, lines


def alarm(t: Texts, danger: Danger, clinic: Clinic | None, crisis_line: str) -> Html:
    """Whom to call. `clinic`: the one that can be called where there is no hurry; `crisis_line`: the operator's own
    words, "" for none.
    """
    if danger is Danger.CRISIS:
        return blocks(
            Html("🤝 ") + bold(t("You need not bear this alone")),
            t("It is very hard for you now, and there is help. Call 112: it answers day and night."),
            Html("") + crisis_line,
            t("Tell somebody close how bad it is, and stay with them. If it is somebody else, stay with that person."),
        )
    return blocks(
        Html("🚑 ") + bold(t("Call 103 or 112")),
        lines(
            t("The call is free, and no policy is needed. Say the address and what has happened."),
            t("I cannot call an ambulance. Call yourself, or ask somebody beside you."),
        ),
        _calmly(t, clinic),
    )


def _calmly(t: Texts, clinic: Clinic | None) -> Html:
    """Whom to call where there is no hurry; nothing where no phone is known."""
    if clinic is None or not clinic.phone:
        return Html("")
    return t(
        "If there is no danger, your clinic answers: {phone} ({clinic}).",
        phone=clinic.phone,
        clinic=told_name(t, clinic),
    )
