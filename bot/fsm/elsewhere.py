"""Ways on from «нет»: no free times at this clinic, a visit to this specialist already, a specialist for women."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.fsm.clinics import ClinicSteps
from bot.fsm.times import FOR_WOMEN_CLINIC, TimeSteps, WhoAndWhere, is_other, sex_of
from bot.fsm.wizard import Acted, Answered, Chosen, Input, Jump, Loaded, NotTaken, Outcome, Stay, StepContext
from bot.keyboards.kit import clamp, page_of
from bot.views import elsewhere as view
from services.accounts.model import Person
from services.clinics import whom
from services.clinics.directory import Directory, Place, distance_km
from services.drafts.model import Answers, Marks
from services.registry.model import ADULT_AGE, Clinic, PatientIdentity, Sex

LOOKED_AT = 100
"""Of how many clinics, the nearest ones, it is asked whether the specialist is there."""
_FORGOTTEN: Marks = {"near": None, "query": None, "map": None, "card": None, "link": None}
"""What was looked at while the clinic before was chosen."""


def is_full(marks: Marks) -> bool:
    """`wanted` is the specialist without free times here: the service's id and name."""
    return marks.get("wanted") is not None


def is_elsewhere(marks: Marks) -> bool:
    return is_full(marks) and bool(marks.get("elsewhere"))


def is_ahead(answers: Answers) -> bool:
    """Whether there is a visit to the chosen specialist already; until there is not, nothing more is asked."""
    return answers.get("ahead") is not None


def is_for_women(answers: Answers) -> bool:
    """Whether a man or a boy is to be booked where women are seen."""
    return answers.get("for_women") is not None and (not is_other(answers) or answers["sex"] == Sex.MALE)


@dataclass(frozen=True, slots=True)
class ElsewhereSteps:
    """What is said once a specialist is chosen who cannot simply be booked here, and where else there is one."""

    known: WhoAndWhere
    times: TimeSteps
    clinics: ClinicSteps
    directory: Directory

    async def load_full(self, context: StepContext) -> Loaded[view.Full] | Jump:
        """Back to the specialists where a time has come free since."""
        place, age = await self.known.place_and_age(context)
        service_id, name = context.marks["wanted"]
        if await self.times.times.nearby(context.account.id, [place.clinic.id], service_id, age):
            return _another_service()
        return Loaded(view.Full(place, service_id, name))

    async def apply_full(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.FullAct.ELSEWHERE):
                return Jump("elsewhere", marks={"elsewhere": True})
            case Acted(view.FullAct.SERVICE):
                return _another_service()
        return NotTaken()

    async def load_elsewhere(self, context: StepContext) -> Loaded[view.Elsewhere]:
        """The nearest first; whoever sees the other sex alone comes last, where the person's is known."""
        place, age = await self.known.place_and_age(context)
        here, who = place.clinic, await self.known.who(context)
        service_id, name = context.marks["wanted"]
        clinics = await self._others(here, who, age)
        offers = await self.times.times.nearby(context.account.id, list(clinics), service_id, age)
        page = clamp(context.draft.page, len(offers), context.layout.described)
        shown = page_of(offers, page, context.layout.described)
        found = [
            view.Found(clinics[each.clinic_id], each.nearest, _far(clinics[each.clinic_id], here)) for each in shown
        ]
        data = view.Elsewhere(place, service_id, name, found, page, len(offers))
        return Loaded(data, [each.clinic_id for each in shown], page)

    async def apply_elsewhere(self, context: StepContext, given: Input) -> Outcome:
        """On with that clinic and the specialist; what else was answered for the clinic before is void."""
        match given:
            case Acted(view.ElsewhereAct.SERVICE):
                return _another_service()
            case Chosen(clinic_id):
                clinic = await self.directory.clinic(clinic_id)
                if clinic is None:
                    return Stay()
                service_id, name = context.marks["wanted"]
                there = await self.clinics.answers(context, await self.known.who(context), clinic_id)
                what = await self.times.service_answers(context, clinic, service_id, name)
                return Answered({**there, **what}, marks=_FORGOTTEN)
        return NotTaken()

    async def load_already(self, context: StepContext) -> Loaded[view.Already] | Jump:
        """The visit as it is now; on to the doctors where it is over, or has been moved away."""
        place, ahead = await self.known.place(context), context.answers["ahead"]
        found = next((each for each in await self.times.standing(context) if each.id == ahead), None)
        return Loaded(view.Already(place, found)) if found is not None else Jump("doctor", changes={"ahead": None})

    async def apply_already(self, _: StepContext, given: Input) -> Outcome:
        return _another_service() if given == Acted(view.AlreadyAct.SERVICE) else NotTaken()

    async def load_women(self, context: StepContext) -> Loaded[view.Women]:
        place, age = await self.known.place_and_age(context)
        return Loaded(view.Women(place, age >= ADULT_AGE, context.answers["for_women"] == FOR_WOMEN_CLINIC))

    async def apply_women(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.WomenAct.YES):
                return Answered({"women": True})
            case Acted(view.WomenAct.SERVICE):
                return _another_service()
            case Acted(view.WomenAct.CLINIC):
                return Jump("clinic")
        return NotTaken()

    async def _others(self, here: Clinic, who: Person | PatientIdentity, age: int) -> dict[str, Clinic]:
        """Clinics of the region beside this one by their ids, as they are to be shown; only so many are looked at."""
        sex = sex_of(who)
        others = [each for each in await self.directory.of_region(here.region) if each.id != here.id]
        seeing = [each for each in others if each.age_group.sees(age)]
        nearest = sorted(seeing, key=lambda each: _distance(each, here))[:LOOKED_AT]
        return {each.id: each for each in sorted(nearest, key=lambda each: not whom.suits(whom.clinic_for(each), sex))}


def _another_service() -> Jump:
    return Jump("service", changes={"ahead": None}, marks={"wanted": None, "elsewhere": None})


def _far(clinic: Clinic, here: Clinic) -> float | None:
    """Kilometres between the two, where both places are known."""
    if here.lat is None or here.lon is None:
        return None
    return distance_km(clinic, Place(here.lat, here.lon))


def _distance(clinic: Clinic, here: Clinic) -> float:
    """For the order: where it is not known, those of the same town come first, the others last."""
    far = _far(clinic, here)
    if far is not None:
        return far
    return 0.0 if clinic.town == here.town else math.inf
