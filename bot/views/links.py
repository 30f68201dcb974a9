"""Links to booking: what stands on the way to where a link leads, and where it leads no longer."""

from __future__ import annotations

from bot.keyboards.buttons.links import BookByLink
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.kit import button, home_button, markup
from bot.views.clinics import told_name
from bot.views.screen import Screen
from bot.views.specialties import specialty
from services.booking.model import LinkKind, LinkTarget
from services.registry.model import AgeGroup, Clinic
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines


def target_lines(t: Texts, target: LinkTarget) -> Html:
    """The clinic, the specialist and the doctor, as far as the link names them."""
    return lines(
        t("Clinic: {clinic}", clinic=told_name(t, target.clinic)),
        t("Specialist: {specialty}", specialty=specialty(t, target.service_id or "", target.service))
        if target.service
        else "",
        t("Doctor: {doctor}", doctor=target.doctor) if target.doctor else "",
    )


def before_consent(t: Texts) -> Html:
    """Somebody new has opened a link: what comes before it leads on."""
    return t("Your link opens a booking. Consent and a short form come first, then the booking goes on by itself.")


def form_first(t: Texts, target: LinkTarget | None) -> Html:
    """Consent is given. `target` is None where it cannot be told now."""
    return blocks(
        target_lines(t, target) if target else "",
        t("Your link is kept: once the form is filled in, the booking opens by itself."),
    )


def unfinished(t: Texts, target: LinkTarget | None, payload: str) -> Screen:
    """A booking was left half-way, and a link leads to another one: neither is lost by itself."""
    return Screen(
        blocks(
            bold(t("You have not finished booking")),
            t("What you have chosen is kept."),
            lines(bold(t("The link leads to")), target_lines(t, target)) if target else "",
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind="booking", anew=False))],
            [button(t.label("Start again by the link"), BookByLink(payload=payload, sure=True))],
            [home_button(t)],
        ),
    )


def clinic_gone(t: Texts) -> Html:
    return Html("⚠️ ") + t("The clinic of this link is no longer here. You can choose another one.")


def lost(t: Texts, target: LinkTarget) -> Html:
    """The clinic is there, but not what the link names at it."""
    if target.lost is LinkKind.DOCTOR:
        told = t(
            "The doctor of this link no longer sees patients at this clinic. First say who the visit is for, then "
            "choose another doctor."
        )
    else:
        told = t(
            "The specialist of this link no longer sees patients at this clinic. First say who the visit is for, then "
            "choose another specialist."
        )
    return Html("⚠️ ") + told


def other_age(t: Texts, clinic: Clinic) -> Html:
    """The clinic does not see patients of this age."""
    if clinic.age_group is AgeGroup.CHILD:
        told = N_("The clinic of this link sees children only: {clinic}. Here are those that see adults.")
    else:
        told = N_("The clinic of this link sees adults only: {clinic}. Here are those that see children.")
    return Html("⚠️ ") + t(told, clinic=told_name(t, clinic))


def not_for_age(t: Texts, what: str) -> Html:
    """The specialist or the doctor does not see patients of this age. `what`: what they are called."""
    return Html("⚠️ ") + t("{what}: does not see patients of this age. Please choose another specialist.", what=what)
