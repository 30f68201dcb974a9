"""The choice of an insurer, as a table of steps: the form, a last look, the signature."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.addresses import AddressStates, AddressSteps, address_of
from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Chosen,
    FileLost,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    SentFile,
    SharedLocation,
    Stay,
    Step,
    StepContext,
    Typed,
    always,
)
from bot.keyboards.kit import clamp, page_of
from bot.signing import Signing
from bot.views import insurer_choice as view
from bot.views import map as map_view
from bot.views.insurance import region_words
from bot.views.insurer_choice import (
    CheckAct,
    DataAct,
    DateAct,
    FixAct,
    FormAct,
    GroundAct,
    HelpAct,
    InsurerAct,
    PointAct,
    RegionAct,
    SameAct,
    SignAct,
)
from bot.views.lists import whose
from bot.views.prompts import Prompt
from bot.views.screen import Screen
from bot.views.services import section
from bot.wanted import WantedService
from services.accounts.model import Person
from services.accounts.persons import Persons
from services.addresses.model import Address, written
from services.cases.cases import Cases
from services.clinics.directory import Place, find_regions, km
from services.clinics.regions import REGIONS
from services.documents.map import Maps
from services.documents.model import DrawingFailed, Length, MapSheet, Pin, Spot
from services.documents.model import Named as Label
from services.drafts.drafts import Drafts
from services.drafts.model import Answers, Marks
from services.errors import NotFound
from services.insurer_choice.choice import InsurerChoice, named
from services.insurer_choice.model import (
    Form,
    FormPaper,
    Ground,
    Guide,
    NotNow,
    Procedure,
    Standing,
    TooManyApplications,
    UnderWay,
)
from services.insurer_choice.rules import bar, grounds, insured_now
from services.registry.model import Insurer, IssuePoint, PolicyForm
from services.registry.ports.addresses import AddressesPort
from services.registry.ports.insurers import InsurersPort
from services.signatures.model import MIB, Reason, Refused
from services.texts.dates import MOSCOW, local
from services.texts.i18n import texts
from services.texts.names import folded
from services.texts.typed_dates import typed_date

KIND = view.KIND
LIFETIME = timedelta(days=60)
"""A signature may have to be got first."""
_EARLIEST = date(1930, 1, 1)
_QUERY = 60
_YEARS, _YEAR, _MONTH = "date_years", "date_year", "date_month"
_REGIONS, _NEAR, _MAP, _DECLARED, _FIX, _HELP, _PAPER = "regions", "near", "map", "declared", "fix", "help", "paper"
_SUBJECT_QUERY = "subject"


class ChoiceForm(StatesGroup):
    data = State()
    ground = State()
    reg_region = State()
    reg_town = State()
    reg_street = State()
    reg_house = State()
    reg_flat = State()
    reg_date = State()
    same = State()
    stay_region = State()
    stay_town = State()
    stay_street = State()
    stay_house = State()
    stay_flat = State()
    region = State()
    form = State()
    insurer = State()
    point = State()
    map = State()
    check = State()
    fix = State()
    sign = State()
    help = State()
    paper = State()


REGISTRATION = AddressStates(
    ChoiceForm.reg_region, ChoiceForm.reg_town, ChoiceForm.reg_street, ChoiceForm.reg_house, ChoiceForm.reg_flat
)
STAY = AddressStates(
    ChoiceForm.stay_region, ChoiceForm.stay_town, ChoiceForm.stay_street, ChoiceForm.stay_house, ChoiceForm.stay_flat
)
_FIRST_OF: Mapping[str, str] = {"registration": "reg_region", "stay": "same"}
"""The step at which a part of the form begins, where it is not called like the part."""


def answers_of(standing: Standing, procedure: Procedure, attached_in: str | None) -> Answers:
    """What the wizard begins with. `attached_in`: the region where the person is attached, None: not known."""
    first = not insured_now(standing.coverage)
    return {
        "person": standing.person.id,
        "first_choice": first,
        "procedure": procedure.value,
        **({"attached_in": attached_in} if attached_in is not None else {}),
    }


def _asks_ground(answers: Answers) -> bool:
    return not answers.get("first_choice")


def _has_forms(answers: Answers) -> bool:
    return answers.get("procedure") == Procedure.FORMS


def _stays_elsewhere(answers: Answers) -> bool:
    return answers.get("same") is False


@dataclass(frozen=True, slots=True)
class ChoiceSteps:
    """`guides`: «Чем подписать», by languages."""

    choice: InsurerChoice
    insurers: InsurersPort
    addresses: AddressesPort
    cases: Cases
    persons: Persons
    drafts: Drafts
    maps: Maps
    wanted: WantedService
    signing: Signing
    guides: Mapping[str, Guide]

    def table(self) -> Sequence[AnyStep]:
        addresses = AddressSteps(self.addresses)
        return [
            Step(ChoiceForm.data, self._load_data, view.data, self._apply_data, DataAct),
            Step(ChoiceForm.ground, self._load_ground, view.ground, self._apply_ground, GroundAct, _asks_ground),
            *addresses.steps(REGISTRATION, view.REGISTERED_AT, always, _likely_region),
            Step(
                *(ChoiceForm.reg_date, self._load_date, view.reg_date, self._apply_date, DateAct),
                clears=(_YEARS, _YEAR, _MONTH),
            ),
            Step(
                *(ChoiceForm.same, self._load_same, view.same, self._apply_same, SameAct),
                clears=("stay_region", "stay_town", "stay_street", "stay_house", "stay_flat"),
            ),
            *addresses.steps(STAY, view.STAYS_AT, _stays_elsewhere, _registered_in),
            Step(
                *(ChoiceForm.region, self._load_region, view.region, self._apply_region, RegionAct),
                clears=("insurer", "point", _REGIONS, _SUBJECT_QUERY),
            ),
            Step(ChoiceForm.form, self._load_form, view.form, self._apply_form, FormAct, _has_forms),
            Step(
                *(ChoiceForm.insurer, self._load_insurer, view.insurer, self._apply_insurer, InsurerAct),
                clears=("point", _MAP),
            ),
            Step(ChoiceForm.point, self._load_point, view.point, self._apply_point, PointAct, clears=(_NEAR, _MAP)),
            Step(
                *(ChoiceForm.map, self._load_map, view.point_map, self._apply_map, PointAct),
                aside=_is_on_map,
                picture=True,
            ),
            Step(ChoiceForm.check, self._load_check, view.check, self._apply_check, CheckAct),
            Step(ChoiceForm.fix, self._load_fix, view.fix, self._apply_fix, FixAct, aside=_marked(_FIX)),
            Step(ChoiceForm.sign, self._load_sign, view.sign, self._apply_sign, SignAct, files=True),
            Step(
                *(ChoiceForm.help, self._load_help, view.sign_help, self._apply_help, HelpAct),
                aside=_marked(_HELP),
                files=True,
            ),
            Step(
                *(ChoiceForm.paper, self._load_paper, view.sign_on_paper, self._apply_paper),
                aside=_marked(_PAPER),
                files=True,
            ),
        ]

    async def after(self, context: StepContext) -> Screen | None:
        """A press on what has been sent shows how it stands."""
        try:
            case = await self.cases.get(context.account, context.draft.result or "")
            person = await self._person(context)
        except NotFound:
            return None
        return view.accepted(context.t, case, context.now, person.listed_name, demo=False)

    # --- who, and why -------------------------------------------------------------------------------------------------

    async def _load_data(self, context: StepContext) -> Loaded[view.OwnData] | Left:
        standing = await self._standing(context)
        signer = standing.own
        if signer is None:
            return Left(view.own_first(context.t))
        both = {each.id: each for each in (standing.person, signer)}.values()
        missing = [each for each in both if each.shown is None or not each.shown.snils]
        family = await self.persons.family(context.account)
        change = whose(standing.person, family, section(view.CHOICE.opens)).change
        return Loaded(view.OwnData(standing.person, signer, missing, change))

    async def _apply_data(self, context: StepContext, given: Input) -> Outcome:
        if given != Acted(DataAct.RIGHT):
            return NotTaken()
        loaded = await self._load_data(context)
        if isinstance(loaded, Left):
            return loaded
        return Stay() if loaded.data.missing else Answered({"data": True})

    async def _load_ground(self, context: StepContext) -> Loaded[view.GroundChoice]:
        standing, today = await self._standing(context), _today(context)
        may = grounds(standing.coverage, today, changed=standing.changed)
        barred = bar(Ground.WISH, today, changed=standing.changed)
        return Loaded(view.GroundChoice(standing.person.short_name, standing.coverage, may, barred))

    async def _apply_ground(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(GroundAct() as act):
                standing = await self._standing(context)
                chosen = Ground(act.value)
                if chosen not in grounds(standing.coverage, _today(context), changed=standing.changed):
                    return Stay()
                return Answered({"ground": chosen.value})
        return NotTaken()

    # --- addresses ----------------------------------------------------------------------------------------------------

    async def _load_date(self, context: StepContext) -> Loaded[view.DateChoice]:
        year, month = context.marks.get(_YEAR), context.marks.get(_MONTH)
        address = _written(REGISTRATION, context.answers)
        born, today = named(await self._person(context)).birth_date, _today(context)
        earlier = newer = False
        options: Sequence[date]
        if month is not None:
            first = date.fromisoformat(month)
            days = (first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1]))
            options = [each for each in days if born <= each <= today]
        elif year is not None:
            months = (date(year, n, 1) for n in range(1, 13))
            options = [each for each in months if born.replace(day=1) <= each <= today]
        else:
            size = context.layout.years
            every = [date(each, 1, 1) for each in range(today.year, max(born, _EARLIEST).year - 1, -1)]
            page = clamp(context.marks.get(_YEARS) or 0, len(every), size)
            options = page_of(every, page, size)
            earlier, newer = options[-1:] != every[-1:], page > 0
        shown = view.DateChoice(address, options, year, date.fromisoformat(month) if month else None, earlier, newer)
        return Loaded(shown, [each.isoformat() for each in options])

    async def _apply_date(self, context: StepContext, given: Input) -> Outcome:
        year, month = context.marks.get(_YEAR), context.marks.get(_MONTH)
        match given:
            case Acted(DateAct.SKIP):
                return Answered({"reg_date": ""})
            case Acted(DateAct.YEARS):
                return Stay(marks={_YEAR: None, _MONTH: None})
            case Acted(DateAct.MONTHS):
                return Stay(marks={_MONTH: None})
            case Acted(DateAct.EARLIER | DateAct.NEWER as act):
                turned = 1 if act is DateAct.EARLIER else -1
                return Stay(marks={_YEARS: (context.marks.get(_YEARS) or 0) + turned})
            case Chosen(ref) if year is None:
                return Stay(marks={_YEAR: date.fromisoformat(ref).year})
            case Chosen(ref) if month is None:
                return Stay(marks={_MONTH: ref})
            case Chosen(ref):
                return Answered({"reg_date": ref})
            case Typed(text):
                born, today = named(await self._person(context)).birth_date, _today(context)
                days = typed_date(text).dates
                fitting = [each for each in days if born <= each <= today]
                if len(fitting) != 1:
                    return Stay(view.wrong_date(context.t, typed=bool(days) and not fitting))
                return Answered({"reg_date": fitting[0].isoformat()})
        return NotTaken()

    async def _load_same(self, context: StepContext) -> Loaded[view.SameChoice]:
        return Loaded(view.SameChoice(_written(REGISTRATION, context.answers)))

    async def _apply_same(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(SameAct.SAME):
                return Answered({"same": True})
            case Acted(SameAct.OTHER):
                return Answered({"same": False})
        return NotTaken()

    # --- the company --------------------------------------------------------------------------------------------------

    async def _load_region(self, context: StepContext) -> Loaded[view.RegionChoice]:
        """The subject of the address alone, until somebody wants another one."""
        query = context.marks.get(_SUBJECT_QUERY)
        lived_in = _lived_in(context.answers)
        if query is not None:
            every = [each.code for each in find_regions(query)]
        elif context.marks.get(_REGIONS):
            every = [each.code for each in REGIONS]
        else:
            every = [lived_in] if lived_in is not None else [each.code for each in REGIONS]
        page = clamp(context.draft.page, len(every), context.layout.page)
        shown = page_of(every, page, context.layout.page)
        whole = bool(context.marks.get(_REGIONS)) or lived_in is None
        return Loaded(view.RegionChoice(shown, page, len(every), query, whole), shown, page)

    async def _apply_region(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(RegionAct.ALL):
                return Stay(marks={_REGIONS: True, _SUBJECT_QUERY: None})
            case Chosen(code):
                return Answered({"region": code})
            case Typed(text):
                return Stay(marks={_SUBJECT_QUERY: text[:_QUERY]})
        return NotTaken()

    async def _load_form(self, context: StepContext) -> Loaded[view.FormChoice]:
        return Loaded(view.FormChoice((await self._person(context)).short_name))

    async def _apply_form(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(FormAct() as act):
                return Answered({"form": PolicyForm(act.value).value})
        return NotTaken()

    async def _load_insurer(self, context: StepContext) -> Loaded[view.CompanyChoice]:
        region = context.answers["region"]
        every = await self._companies(context, region)
        page = clamp(context.draft.page, len(every), context.layout.described)
        shown = page_of(every, page, context.layout.described)
        return Loaded(view.CompanyChoice(region, shown, page, len(every)), [each.id for each in shown], page)

    async def _apply_insurer(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(InsurerAct.REGION):
                return Jump("region", marks={_REGIONS: True})
            case Chosen(insurer_id):
                return Answered({"insurer": insurer_id})
        return NotTaken()

    async def _load_point(self, context: StepContext) -> Loaded[view.PointChoice] | Jump:
        company = await self._company(context)
        if company is None:
            return Jump("insurer")
        rows = await self._points(context, company)
        page = clamp(context.draft.page, len(rows), context.layout.described)
        shown = page_of(rows, page, context.layout.described)
        near = isinstance(context.marks.get(_NEAR), list)
        mapped = any(each.point.lat is not None for each in rows)
        choice = view.PointChoice(company, shown, page, len(rows), near, mapped)
        prompt = Prompt.LOCATION if context.marks.get(_NEAR) == "ask" else None
        return Loaded(choice, [each.point.id for each in shown], page, prompt)

    async def _apply_point(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(PointAct.NEAR):
                return Stay(marks={_NEAR: "ask"})
            case Acted(PointAct.MAP):
                asked = {_NEAR: None} if context.marks.get(_NEAR) == "ask" else {}
                return Jump("map", marks={_MAP: True, **asked})
            case Acted(PointAct.INSURER):
                return Jump("insurer")
            case SharedLocation(lat, lon):
                return Stay(marks={_NEAR: [lat, lon]})
            case Chosen(point_id):
                return Answered({"point": point_id})
        return NotTaken()

    async def _load_map(self, context: StepContext) -> Loaded[view.PointMap] | Jump:
        """The picture; the list in its stead where there is nothing to draw, or drawing fails."""
        company = await self._company(context)
        if company is None:
            return Jump("insurer", marks={_MAP: None})
        located = [each for each in await self._points(context, company) if each.point.lat is not None]
        page = clamp(context.draft.page, len(located), context.layout.pins)
        shown = page_of(located, page, context.layout.pins)
        first = page * context.layout.pins
        others = [*located[:first], *located[first + len(shown) :]]
        try:
            picture = await self.maps.draw(_sheet(context, shown, first + 1, others)) if located else None
        except DrawingFailed:
            picture = None
        if picture is None:
            return Jump("point", view.point_map_failed(context.t), marks={_MAP: None})
        data = view.PointMap(company, picture, shown, page, len(located))
        return Loaded(data, [each.point.id for each in shown], page)

    async def _apply_map(self, _: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(PointAct.LIST):
                return Jump("point", marks={_MAP: None})
            case Chosen(point_id):
                return Answered({"point": point_id}, marks={_MAP: None, _NEAR: None})
        return NotTaken()

    # --- the last look ------------------------------------------------------------------------------------------------

    async def _load_check(self, context: StepContext) -> Loaded[view.Checked]:
        told, missing = await self._gathered(context)
        name = (await self._person(context)).listed_name
        return Loaded(view.Checked(name, told, missing, bool(context.marks.get(_DECLARED))))

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(CheckAct.TRUE):
                return Stay(marks={_DECLARED: not context.marks.get(_DECLARED)})
            case Acted(CheckAct.CHANGE, ""):
                return Jump("fix", marks={_FIX: True})
            case Acted(CheckAct.CHANGE, name) if name in view.FIELDS:
                return Jump(_FIRST_OF.get(name, name), marks={_DECLARED: None})
            case Acted(CheckAct.SIGN):
                _, missing = await self._gathered(context)
                if missing:
                    return Stay()
                if not context.marks.get(_DECLARED):
                    return Stay(view.not_declared(context.t))
                return Jump("sign")
        return NotTaken()

    async def _load_fix(self, context: StepContext) -> Loaded[view.Fixing]:
        return Loaded(view.Fixing(self._fields(context.answers)))

    async def _apply_fix(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(FixAct.FIELD, name) if name in self._fields(context.answers):
                return Jump(_FIRST_OF.get(name, name), marks={_FIX: None, _DECLARED: None})
        return NotTaken()

    # --- the signature ------------------------------------------------------------------------------------------------

    async def _load_sign(self, context: StepContext) -> Loaded[view.Signing] | Jump:
        paper = await self._paper(context)
        if not isinstance(paper, FormPaper):
            return paper
        form = paper.form
        return Loaded(
            view.Signing(
                context.draft.id,
                form.insured.name,
                form.signer.name,
                demo=self.signing.demo is not None,
            )
        )

    async def _apply_sign(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(SignAct.HELP):
                return Jump("help", marks={_HELP: "all"})
            case Acted(SignAct.PAPER):
                return Jump("paper", marks={_PAPER: True})
            case Acted(SignAct.DEMO) if self.signing.demo is not None:
                paper = await self._paper(context)
                if not isinstance(paper, FormPaper):
                    return paper
                signer = paper.form.signer
                made = self.signing.demo.sign(paper.pdf, name=signer.name, snils=signer.snils, moment=context.now)
                return await self._sign(context, made, demo=True)
            case SentFile():
                return await self._sent(context, given)
        return NotTaken()

    async def _load_help(self, context: StepContext) -> Loaded[view.HelpData]:
        guide, place = self.guides[context.t.locale], context.marks.get(_HELP)
        known = isinstance(place, int) and place <= len(guide.devices)
        return Loaded(view.HelpData(guide, place if known else None))

    async def _apply_help(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(HelpAct.PAGE, place) if place.isdigit():
                return Stay(marks={_HELP: int(place)})
            case Acted(HelpAct.ALL):
                return Stay(marks={_HELP: "all"})
            case SentFile():
                return await self._sent(context, given)
        return NotTaken()

    async def _load_paper(self, context: StepContext) -> Loaded[view.PaperData] | Jump:
        paper = await self._paper(context)
        if not isinstance(paper, FormPaper):
            return paper
        return Loaded(view.PaperData(context.draft.id, paper.form.point))

    async def _apply_paper(self, context: StepContext, given: Input) -> Outcome:
        return await self._sent(context, given) if isinstance(given, SentFile) else NotTaken()

    async def _sent(self, context: StepContext, given: SentFile) -> Outcome:
        """A file has come: at the signing, wherever in it."""
        if given.size is not None and given.size > MIB:
            return Jump("sign", view.refused(context.t, Reason.TOO_LARGE, ""))
        try:
            data = await given.fetch(MIB)
        except FileLost:
            return Jump("sign", view.lost(context.t))
        if data is None:
            return Jump("sign", view.refused(context.t, Reason.TOO_LARGE, ""))
        return await self._sign(context, data, demo=False)

    async def _sign(self, context: StepContext, signature: bytes, *, demo: bool) -> Outcome:
        t, account = context.t, context.account
        person = await self._person(context)
        paper = await self._paper(context)
        if not isinstance(paper, FormPaper):
            return paper
        try:
            done = await self.choice.sign(account, person.id, signature, draft_id=context.draft.id)
        except TooManyApplications:
            return Jump("sign", view.too_many(t))
        except NotNow as barred:
            return Jump("ground", view.barred(t, barred.bar))
        except UnderWay as before:
            await self.drafts.drop(context.draft.id)
            return Left(view.under_way(t, before.case_id))
        except NotFound:
            return Jump("sign", view.changed(t))
        if isinstance(done, Refused):
            return Jump("sign", view.refused(t, done.reason, paper.form.signer.name))
        await self.wanted.got(account.telegram_id)
        return Left(view.accepted(t, done, context.now, person.listed_name, demo=demo))

    # --- parts --------------------------------------------------------------------------------------------------------

    async def _paper(self, context: StepContext) -> FormPaper | Jump:
        """The application as it is to be signed; where the form has a gap, or cannot be set, the last look."""
        form = await self._form(context)
        if form is None:
            return Jump("check")
        sheet = view.sheet(texts("ru"), form, _today(context))
        person_id = context.answers["person"]
        try:
            return await self.choice.paper(context.account, person_id, form, sheet, draft_id=context.draft.id)
        except DrawingFailed:
            return Jump("check", view.not_drawn(context.t))

    async def _form(self, context: StepContext) -> Form | None:
        """All that was answered, None where something is missing."""
        answers, standing = context.answers, await self._standing(context)
        _, missing = await self._gathered(context)
        company, chosen = await self._company(context), await self._chosen_point(context)
        person, own, procedure = standing.person, standing.own, self.choice.procedure
        if missing or company is None or chosen is None or own is None or procedure is None:
            return None
        return Form(
            procedure=procedure,
            ground=Ground.FIRST if answers.get("first_choice") else Ground(answers["ground"]),
            insured=named(person),
            by=named(own) if own.id != person.id else None,
            registration=_written(REGISTRATION, answers),
            registered_on=date.fromisoformat(answers["reg_date"]),
            stay="" if answers["same"] else _written(STAY, answers),
            region=answers["region"],
            policy_form=PolicyForm(answers["form"]) if procedure is Procedure.FORMS else None,
            insurer=company,
            point=chosen,
        )

    async def _gathered(self, context: StepContext) -> tuple[Mapping[str, str], Sequence[str]]:
        """What was answered, in words, and what was not, by the names of `view.FIELDS`."""
        t, answers = context.t, context.answers
        company, chosen = await self._company(context), await self._chosen_point(context)
        stay = STAY if _stays_elsewhere(answers) else REGISTRATION
        words: dict[str, str] = {
            "ground": t.label(view.GROUNDS[Ground(answers["ground"])]) if "ground" in answers else "",
            "registration": _written(REGISTRATION, answers),
            "reg_date": view.day(answers["reg_date"]) if answers.get("reg_date") else "",
            "stay": _written(stay, answers) if "same" in answers else "",
            "region": region_words(t, answers["region"]) if "region" in answers else "",
            "form": t.label(view.SHORT_FORMS[PolicyForm(answers["form"])]) if "form" in answers else "",
            "insurer": view.called(company.name) if company is not None else "",
            "point": f"{chosen.town}, {chosen.address}" if chosen is not None else "",
        }
        names = self._fields(answers)
        told = {name: words[name] for name in names if words[name]}
        return told, [name for name in names if not words[name]]

    def _fields(self, answers: Answers) -> Sequence[str]:
        """Parts of the form that this application has."""
        left_out = {
            *(["ground"] if answers.get("first_choice") else []),
            *([] if _has_forms(answers) else ["form"]),
        }
        return [name for name in view.FIELDS if name not in left_out]

    async def _standing(self, context: StepContext) -> Standing:
        person_id = context.answers.get("person", "")
        return await context.once("standing", lambda: self.choice.standing(context.account, person_id))

    async def _person(self, context: StepContext) -> Person:
        person_id = context.answers.get("person", "")
        return await context.once("person", lambda: self.persons.get(context.account, person_id))

    async def _companies(self, context: StepContext, region: str) -> Sequence[Insurer]:
        return await context.once(f"companies {region}", lambda: self.insurers.insurers(region))

    async def _company(self, context: StepContext) -> Insurer | None:
        """The one that was chosen, as long as it insures there."""
        region, chosen = context.answers.get("region"), context.answers.get("insurer")
        if region is None or chosen is None:
            return None
        return next((each for each in await self._companies(context, region) if each.id == chosen), None)

    async def _chosen_point(self, context: StepContext) -> IssuePoint | None:
        company, chosen = await self._company(context), context.answers.get("point")
        if company is None or chosen is None:
            return None
        every = await self._all_points(context, company)
        return next((each for each in every if each.id == chosen), None)

    async def _all_points(self, context: StepContext, company: Insurer) -> Sequence[IssuePoint]:
        return await context.once(f"points {company.id}", lambda: self.insurers.issue_points(company.id))

    async def _points(self, context: StepContext, company: Insurer) -> Sequence[view.PointRow]:
        """Nearest first: to where the person is, else to the points of the town that they live in."""
        every = await self._all_points(context, company)
        near = context.marks.get(_NEAR)
        if isinstance(near, list):
            place = Place(*near)
            rows = [view.PointRow(each, _far(each, place)) for each in every]
            return sorted(rows, key=lambda row: (row.distance is None, row.distance or 0.0))
        own = [each for each in every if _is_in(each, _address(context.answers))]
        place_of_town = _middle(own)

        def rank(each: IssuePoint) -> tuple[bool, float]:
            far = _far(each, place_of_town) if place_of_town is not None else None
            return each not in own, far if far is not None else 0.0

        return [view.PointRow(each, None) for each in sorted(every, key=rank)]


def _marked(name: str) -> Callable[[Marks], bool]:
    return lambda marks: marks.get(name) is not None


def _is_on_map(marks: Marks) -> bool:
    return marks.get(_MAP) is not None


def _today(context: StepContext) -> date:
    return local(context.now, MOSCOW).date()


def _likely_region(context: StepContext) -> str | None:
    return context.answers.get("attached_in") or context.account.last_region


def _registered_in(context: StepContext) -> str | None:
    found = address_of(REGISTRATION, context.answers)
    return found.region if found is not None else None


def _address(answers: Answers) -> Address | None:
    """Where the person lives."""
    return address_of(STAY if _stays_elsewhere(answers) else REGISTRATION, answers)


def _lived_in(answers: Answers) -> str | None:
    found = _address(answers)
    return found.region if found is not None else None


def _written(states: AddressStates, answers: Answers) -> str:
    found = address_of(states, answers)
    return written(found) if found is not None else ""


def _is_in(each: IssuePoint, address: Address | None) -> bool:
    return address is not None and folded(each.town) == folded(address.town.name)


def _far(each: IssuePoint, place: Place) -> float | None:
    return km(Place(each.lat, each.lon), place) if each.lat is not None and each.lon is not None else None


def _middle(points: Sequence[IssuePoint]) -> Place | None:
    located = [(each.lat, each.lon) for each in points if each.lat is not None and each.lon is not None]
    return Place(mean(lat for lat, _ in located), mean(lon for _, lon in located)) if located else None


def _sheet(
    context: StepContext, shown: Sequence[view.PointRow], first: int, others: Sequence[view.PointRow]
) -> MapSheet:
    t, near = context.t, context.marks.get(_NEAR)
    return MapSheet(
        pins=tuple(Pin(number, _spot(row.point)) for number, row in enumerate(shown, start=first)),
        others=tuple(_spot(row.point) for row in others),
        place=Spot(*near) if isinstance(near, list) else None,
        towns=tuple({row.point.town: Label(row.point.town, _spot(row.point)) for row in shown}.values()),
        here=map_view.here(t),
        thanks=map_view.thanks(t),
        lengths=tuple(Length(each, map_view.length_words(t, each)) for each in map_view.SCALES),
    )


def _spot(each: IssuePoint) -> Spot:
    if each.lat is None or each.lon is None:
        raise ValueError("an issue point without coordinates has no place on a map")
    return Spot(each.lat, each.lon)
