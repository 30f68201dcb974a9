"""Where a typed wish leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.keyboards.kit import home_button, markup
from bot.keyboards.markup import Button
from bot.views.clinics import told_name
from bot.views.screen import Screen
from services.registry.model import Clinic
from services.texts.i18n import Html, Texts, blocks, bold, lines


@dataclass(frozen=True, slots=True)
class Offer:
    """One way, and what is to be known of it. `by_phone`: what helps is a call to the clinic."""

    button: Button
    said: Html | None = None
    by_phone: bool = False


def offers(t: Texts, found: Sequence[Offer], clinic: Clinic | None) -> Screen:
    """Every way. `clinic`: the person's own, to be called; None: it is not known, or none has to be."""
    by_phone = any(each.by_phone for each in found)
    buttons = list(dict.fromkeys(each.button for each in found))
    return Screen(
        blocks(
            *dict.fromkeys(each.said for each in found if each.said),
            _whom_to_call(t, clinic) if by_phone else _press(t, len(buttons)),
        ),
        markup(*([each] for each in buttons), [home_button(t)]),
    )


def _press(t: Texts, count: int) -> Html:
    return t("Press the button:") if count == 1 else t("Press the button that suits you:")


def _whom_to_call(t: Texts, clinic: Clinic | None) -> Html:
    if clinic is None or not clinic.phone:
        return t("Call your clinic: its phone stands in the list of clinics.")
    return lines(t("Call your clinic: {phone}", phone=clinic.phone), bold(told_name(t, clinic)))
