"""The choice of a clinic: the list in the person's order, by typing, by where the person is. The map shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.fsm.times import WhoAndWhere, age_of, called, has_no_policy, is_attachment_shown, region_of, sex_of
from bot.fsm.wizard import (
    Acted,
    Answered,
    Chosen,
    Input,
    Jump,
    Loaded,
    NotTaken,
    Outcome,
    SharedLocation,
    Stay,
    StepContext,
    Typed,
)
from bot.keyboards.kit import clamp, page_of
from bot.views import booking as view
from bot.views.prompts import Prompt
from services.accounts.model import Person
from services.booking.booking import Booking
from services.booking.warnings import Warnings
from services.clinics import whom
from services.clinics.directory import Directory, Place, distance_km, nearest
from services.registry.model import ADULT_AGE, Clinic, PatientIdentity

_QUERY_LENGTH = 60
_RECENT_CLINICS = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """Clinics that see the person, in the order in which they are shown. `place`: where the person is."""

    who: str
    clinics: Sequence[Clinic]
    attached: str | None
    recent: Sequence[str]
    place: Place | None
    child: bool

    def row(self, clinic: Clinic) -> view.ClinicRow:
        far = distance_km(clinic, self.place) if self.place is not None else None
        return view.ClinicRow(clinic, clinic.id == self.attached, clinic.id in self.recent, far)

    @property
    def located(self) -> Sequence[Clinic]:
        """Those that can be shown on a map, in the same order."""
        return [each for each in self.clinics if each.lat is not None and each.lon is not None]


@dataclass(frozen=True, slots=True)
class ClinicSteps:
    """The list of clinics, and what is looked for in it."""

    known: WhoAndWhere
    directory: Directory
    booking: Booking
    warnings: Warnings

    async def listed(self, context: StepContext) -> Listed:
        """By distance where the person has said where they are; else what was typed, or all, familiar ones first.

        Whatever the order, those for the other sex come last, where the person's is known and they are not attached.
        """
        who = await self.known.who(context)
        chosen_region = region_of(context)
        child = age_of(who, context.now, chosen_region.tz) < ADULT_AGE
        near, query = context.marks.get("near"), context.marks.get("query")
        place = Place(*near) if isinstance(near, list) else None
        directory = self.directory
        found = await (
            directory.search(chosen_region.code, query) if query else directory.of_region(chosen_region.code)
        )
        suitable = [each for each in found if each.age_group.sees(0 if child else ADULT_AGE)]
        attached = who.clinic_id if isinstance(who, Person) else None
        recent = list(await self.booking.recent_clinics(context.account.id, _RECENT_CLINICS))
        if place is not None:
            ordered: Sequence[Clinic] = nearest(suitable, place)
        elif query:
            ordered = suitable
        else:
            ordered = _familiar_first(suitable, [attached, *recent] if attached else recent)
        sex = sex_of(who)
        ordered = sorted(ordered, key=lambda each: each.id != attached and not whom.suits(whom.clinic_for(each), sex))
        return Listed(called(who), ordered, attached, recent, place, child)

    async def load_clinic(self, context: StepContext) -> Loaded[view.ClinicChoice]:
        found = await self.listed(context)
        page = clamp(context.draft.page, len(found.clinics), context.layout.described)
        shown = page_of(found.clinics, page, context.layout.described)
        data = view.ClinicChoice(
            found.who,
            region_of(context),
            [found.row(each) for each in shown],
            page,
            len(found.clinics),
            found.place is not None,
            context.marks.get("query"),
            found.child,
            mapped=bool(found.located),
        )
        prompt = Prompt.LOCATION if context.marks.get("near") == "ask" else None
        return Loaded(data, [each.id for each in shown], page, prompt)

    async def apply_clinic(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.ClinicAct.NEAR):
                return Stay(marks={"near": "ask"})
            case Acted(view.ClinicAct.MAP):
                asked = {"near": None} if context.marks.get("near") == "ask" else {}
                sheet = context.draft.page * context.layout.described // context.layout.pins
                return Jump("map", marks={"map": sheet, "card": None, **asked})
            case Acted(view.ClinicAct.ALL):
                return whole_list()
            case Chosen(clinic_id):
                return await self.chosen(context, clinic_id)
        return await self.looked_for(context, given)

    async def looked_for(self, context: StepContext, given: Input) -> Stay | NotTaken:
        """Another list: by what is typed, or by where the person is."""
        match given:
            case Typed(text):
                query = text[:_QUERY_LENGTH]
                if not await self.directory.search(region_of(context).code, query):
                    return replace(whole_list(), note=view.clinic_not_found(context.t, query))
                return Stay(marks={"query": query, "near": None})
            case SharedLocation(lat, lon):
                return Stay(marks={"near": [lat, lon], "query": None})
        return NotTaken()

    async def chosen(self, context: StepContext, clinic_id: str) -> Answered | Stay:
        """The clinic is settled; where the person is, is forgotten."""
        clinic = await self.directory.clinic(clinic_id)
        if clinic is None:
            return Stay()
        looked = {"near": None, "query": None, "map": None, "card": None, "link": None}
        return Answered(await self.answers(context, await self.known.who(context), clinic_id), marks=looked)

    async def answers(self, context: StepContext, who: Person | PatientIdentity, clinic_id: str) -> dict[str, Any]:
        """What the draft keeps of a clinic that is settled for this person.

        That the person is not attached, or may not be, is said once: in a draft where nobody can tell here whether it
        is so, and in any where it was accepted before.
        """
        attached = isinstance(who, Person) and who.clinic_id == clinic_id
        warned = not is_attachment_shown(who, context.now) and clinic_id in context.marks.get("warned", ())
        if not (attached or warned) and isinstance(who, Person):
            warned = clinic_id in await self.warnings.accepted(context.account, who)
        return {
            "clinic": clinic_id,
            "attached": attached,
            "no_policy": has_no_policy(who),
            **({"unattached": True} if warned else {}),
        }


def whole_list() -> Stay:
    """Whatever was looked for."""
    return Stay(marks={"query": None, "near": None})


def _familiar_first(clinics: Sequence[Clinic], familiar: Sequence[str]) -> list[Clinic]:
    """Clinics that the person knows, then others of the same towns, then the rest; those for one sex end each part.

    Within that, each part keeps its order.
    """
    ranks = {clinic_id: rank for rank, clinic_id in enumerate(familiar)}
    towns = {each.town for each in clinics if each.id in ranks}

    def rank(each: Clinic) -> tuple[int, bool, bool]:
        known = ranks.get(each.id, len(ranks))
        return known, each.town not in towns, known == len(ranks) and whom.clinic_for(each) is not None

    return sorted(clinics, key=rank)
