"""Notices about prescriptions: that there is something new, and the button that leads to it."""

from __future__ import annotations

from bot.keyboards.buttons.prescriptions import PrescriptionCard, PrescriptionList, PrescriptionTab
from bot.keyboards.kit import button
from bot.topic import NoticeContext, NoticeSpec, Rendered
from bot.views import prescriptions as view
from bot.views import record
from bot.views.screen import Screen
from services.errors import NotFound
from services.prescriptions.notices import PrescriptionNews
from services.prescriptions.prescriptions import Prescriptions
from services.prescriptions.telling import PrescriptionTelling


async def changed(context: NoticeContext, *, prescription_telling: PrescriptionTelling) -> Rendered:
    """Nothing of the record is read for it."""
    return await _news(context, prescription_telling)


async def opened(
    context: NoticeContext, *, prescriptions: Prescriptions, prescription_telling: PrescriptionTelling
) -> Screen:
    """The card; of several, the way to them."""
    if context.subject_id == context.person_id:
        return await _news(context, prescription_telling)
    entry = await prescriptions.get(context.account, _person(context), context.subject_id)
    return view.card(context.t, entry, context.now, back=context.back)


async def _news(context: NoticeContext, prescription_telling: PrescriptionTelling) -> Screen:
    person = await prescription_telling.to_tell(context.account, _person(context))
    if context.subject_id == person.id:
        opens: PrescriptionCard | PrescriptionList = PrescriptionList(
            person=person.id, tab=PrescriptionTab.USUAL, page=0, search=""
        )
    else:
        opens = PrescriptionCard(person=person.id, prescription=context.subject_id, page=0, search="")
    return record.news(context.t, person, [button(context.t.label("📂 Open"), opens)])


def _person(context: NoticeContext) -> str:
    if context.person_id is None:
        raise NotFound
    return context.person_id


SPECS = (NoticeSpec(PrescriptionNews.CHANGED, record.NEWS, changed, opened),)
