"""The person's form: a question a screen, what is wrong with an answer, and the check screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.keyboards.buttons.family import PersonCard
from bot.keyboards.buttons.home import GO_DEMO_FAMILY
from bot.keyboards.kit import back_row, button, in_rows, markup, short, side_by_side
from bot.keyboards.markup import Button
from bot.keyboards.wizard import StepButtons
from bot.views.booking import RELATIONS
from bot.views.common import Scene
from bot.views.screen import Screen
from services.accounts.fields import FieldError, FieldProblem, PolicyWarning, format_phone, format_policy, format_snils
from services.accounts.model import Relation
from services.registry.model import Policy, PolicyKind, Sex
from services.texts.dates import numeric
from services.texts.i18n import N_, Html, Texts, bold, lines

QUESTIONS = {
    "surname": (
        N_("Surname, as in the document"),
        N_("Write it in a message. For example: Ivanova"),
    ),
    "name": (N_("First name"), N_("For example: Anna")),
    "patronymic": (N_("Patronymic"), N_("For example: Sergeevna")),
    "birth": (N_("Date of birth"), N_("Day, month and year, for example 05.03.1980")),
    "sex": (N_("Sex"), N_("Press a button.")),
    "phone": (
        N_("Phone for the clinic to call"),
        N_("Press the button below, or write a number."),
    ),
    "childs_birth": (N_("Date of birth"), N_("Day, month and year, for example 05.03.2020")),
    "relatives_phone": (
        N_("Phone for the clinic to call"),
        N_("Write a number, or send a contact."),
    ),
    "policy": (
        N_("Number of the compulsory insurance policy"),
        N_("16 digits, for example 5097 5797 9200 0180"),
    ),
    "snils": (N_("SNILS"), N_("11 digits, for example 112-233-445 95")),
}
_HINTS = {
    "policy": N_(
        "An old policy has a series and a number, for example 50-AB 123456. A temporary certificate has 9 digits."
    ),
}

PROBLEMS = {
    FieldProblem.EMPTY: N_("I need letters here."),
    FieldProblem.TOO_LONG: N_("This is too long. Please write only what is asked."),
    FieldProblem.NOT_LETTERS: N_("Only letters, a hyphen or an apostrophe can stand here."),
    FieldProblem.MIXED_ALPHABETS: N_("Russian and Latin letters are mixed here. Please type it anew in one alphabet."),
    FieldProblem.NOT_A_DATE: N_("I cannot read this as a date."),
    FieldProblem.NO_YEAR: N_("The year is missing."),
    FieldProblem.NO_SUCH_DAY: N_("There is no such day."),
    FieldProblem.NO_SUCH_MONTH: N_("There is no such month: a year has twelve."),
    FieldProblem.SEVERAL_DAYS: N_("This can be read in several ways. Please write the month in words."),
    FieldProblem.IN_FUTURE: N_("This day has not come yet. Please check the year."),
    FieldProblem.TOO_LONG_AGO: N_("This is more than 120 years ago. Please check the year."),
    FieldProblem.TOO_YOUNG: N_(
        "You can book for yourself from the age of 14. Your own date of birth is needed here, to book for a child, "
        "too. If you are under 14, ask your mother, father or guardian."
    ),
    FieldProblem.NOT_A_PHONE: N_("This does not look like a phone number. For example: +7 916 123-45-67"),
    FieldProblem.PHONE_SHORT: N_("This does not look like a phone number. For example: +7 916 123-45-67"),
    FieldProblem.PHONE_LONG: N_("This does not look like a phone number. For example: +7 916 123-45-67"),
    FieldProblem.NOT_A_POLICY: N_("This does not look like a policy number."),
    FieldProblem.POLICY_SHORT: N_("This does not look like a policy number."),
    FieldProblem.POLICY_LONG: N_("This does not look like a policy number."),
    FieldProblem.SNILS_SHORT: N_("SNILS has 11 digits."),
    FieldProblem.SNILS_LONG: N_("SNILS has 11 digits."),
    FieldProblem.NOT_A_SNILS: N_("SNILS has 11 digits."),
    FieldProblem.SNILS_CHECK: N_("There is a mistake in one of the digits: the check number does not agree."),
    FieldProblem.NOT_A_CHOICE: N_("Please press one of the buttons."),
}

_IN_MONTH = (
    N_("January {year}"),
    N_("February {year}"),
    N_("March {year}"),
    N_("April {year}"),
    N_("May {year}"),
    N_("June {year}"),
    N_("July {year}"),
    N_("August {year}"),
    N_("September {year}"),
    N_("October {year}"),
    N_("November {year}"),
    N_("December {year}"),
)
"""Within «Такого дня нет: в феврале 1990 года 28 дней»."""

WARNINGS = {
    PolicyWarning.CHECK_DIGIT: N_("the last digit does not agree with the others"),
    PolicyWarning.BIRTH_DATE: N_("the number holds another date of birth"),
    PolicyWarning.SEX: N_("the number holds another sex"),
}

FIELD_LABELS = {
    "relation": N_("Who it is to you"),
    "surname": N_("Surname"),
    "name": N_("First name"),
    "patronymic": N_("Patronymic"),
    "birth": N_("Date of birth"),
    "sex": N_("Sex"),
    "phone": N_("Phone"),
    "policy": N_("Policy"),
    "snils": N_("SNILS"),
}
_NAME = ("surname", "name", "patronymic")

HEADINGS = {
    Relation.OWN: (N_("Your form"), N_("Check your form")),
    Relation.CHILD: (N_("The child’s data"), N_("Please check the child’s data")),
    Relation.SPOUSE: (N_("The spouse’s data"), N_("Please check the spouse’s data")),
    Relation.PARENT: (N_("The parent’s data"), N_("Please check the parent’s data")),
    Relation.WARD: (N_("The ward’s data"), N_("Please check the ward’s data")),
    Relation.OTHER: (N_("Another person’s data"), N_("Check the data")),
}
"""Over the questions, and over the check screen: whose form it is."""


class FieldAct(StrEnum):
    """What the questions may be answered by; each field has some of these.

    `SURNAME`: one of the family's, `TAKE`: one of the readings, both by their places.
    """

    KEEP = "keep"
    NONE = "none"
    FEMALE = Sex.FEMALE.value
    MALE = Sex.MALE.value
    MINE = "mine"
    SURNAME = "surname"
    TAKE = "take"
    FOREIGNER = "foreigner"


class DoubtAct(StrEnum):
    FIX = "fix"
    KEEP = "keep"


class CheckAct(StrEnum):
    """`FIX` asks for a field anew, by its name; without one it shows what can be asked anew."""

    RIGHT = "right"
    FIX = "fix"


Reading = Sequence[tuple[str, str]]
"""One way to read what was typed: fields and their values, in words."""


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form. `place` of `total`, 0: asked alone; `relation`: who the form is about.

    `name`: of whom, once it is known; nobody is told their own. `answered`: what was answered before, None the first
    time. `my_phone`: the account holder's, to be taken for a relative's. `surnames`: the family's, to be taken for a
    child's. `readings`: of what was typed; somebody has to say which of them is meant.
    """

    field: str
    relation: Relation
    place: int
    total: int
    answered: str | None = None
    demo: bool = False
    my_phone: str | None = None
    name: str | None = None
    readings: Sequence[Reading] = ()
    surnames: Sequence[str] = ()

    @property
    def own(self) -> bool:
        return self.relation is Relation.OWN

    @property
    def asks(self) -> str:
        """Which of the questions it is: some are put in another way about another one."""
        if self.field == "phone" and not self.own:
            return "relatives_phone"
        return "childs_birth" if self.field == "birth" and self.relation is Relation.CHILD else self.field


@dataclass(frozen=True, slots=True)
class PolicyDoubt:
    """What looks wrong with the policy number of whom."""

    warnings: frozenset[PolicyWarning]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class FormCheck:
    """Everything that was typed, by field, in the words of the check screen. `correcting`: a field is to be chosen."""

    relation: Relation
    values: Sequence[tuple[str, str]]
    correcting: bool = False


@dataclass(frozen=True, slots=True)
class EditCheck:
    """A correction. `locked`: what documents have shown; `doubts`: what looks wrong with the policy number."""

    person_id: str
    form: FormCheck
    locked: frozenset[str]
    doubts: frozenset[PolicyWarning]


def question(data: Question, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    asked, example = QUESTIONS[data.asks]
    hint = _HINTS.get(data.field)
    heading = t(HEADINGS[data.relation][0])
    return Screen(
        scene.text(
            lines(
                t("{heading}, question {place} of {total}", heading=heading, place=data.place, total=data.total)
                if data.total
                else heading,
                _patient(t, data.name),
            ),
            lines(bold(t(asked)), *_how_read(t, data))
            if data.readings
            else lines(bold(t(asked)), t(example), t(hint) if hint else ""),
        ),
        markup(
            *(_which_reading(t, data, buttons) if data.readings else _answers(t, data, buttons)),
            _keep_row(t, data, buttons),
            back_row(t, buttons.back()),
        ),
    )


def _how_read(t: Texts, data: Question) -> Sequence[Html]:
    """Asks what was meant. A name is told in its parts, days stand on their buttons."""
    if data.field == "birth":
        return [t("This can be read in several ways. Which day is it?")]
    parts = [t("{label}: {value}", label=t(FIELD_LABELS[part]), value=bold(value)) for part, value in data.readings[0]]
    return [t("You have written more than is asked. Is this right?"), *parts]


def _which_reading(t: Texts, data: Question, buttons: StepButtons) -> list[list[Button]]:
    if data.field == "birth":
        labels = [value for ((_, value),) in data.readings]
    else:
        whole = {"surname": t.label("All of it is the surname"), "name": t.label("All of it is the first name")}
        labels = [t.label("✅ Yes, that is right"), whole[data.field]][: len(data.readings)]
    return [[button(label, buttons.act(FieldAct.TAKE, str(place)))] for place, label in enumerate(labels)]


def policy_doubt(data: PolicyDoubt, buttons: StepButtons, scene: Scene) -> Screen:
    """The number looks wrong somewhere; the person decides."""
    t = scene.t
    return Screen(
        scene.text(
            lines(bold(t("Please check the policy number")), _patient(t, data.name)),
            lines(*(Html("• ") + t(WARNINGS[each]) for each in sorted(data.warnings))),
        ),
        markup(
            [button(t.label("✏️ Correct the number"), buttons.act(DoubtAct.FIX))],
            [button(t.label("The number is right"), buttons.act(DoubtAct.KEEP))],
            back_row(t, buttons.back()),
        ),
    )


def check(data: FormCheck, buttons: StepButtons, scene: Scene) -> Screen:
    """Everything on one screen; what is to be corrected is chosen on the next."""
    t = scene.t
    right = button(t.label("✅ Everything is right"), buttons.act(CheckAct.RIGHT))
    if data.correcting:
        return Screen(
            scene.text(t(HEADINGS[data.relation][0]), bold(t("What is to be corrected?"))),
            markup(*in_rows(_corrections(t, data, buttons), 2), [right], back_row(t, buttons.back())),
        )
    return Screen(
        scene.text(bold(t(HEADINGS[data.relation][1])), _told(t, data)),
        markup(
            *side_by_side(right, button(t.label("✏️ Correct it"), buttons.act(CheckAct.FIX))),
            back_row(t, buttons.back()),
        ),
    )


def edit_check(data: EditCheck, buttons: StepButtons, scene: Scene) -> Screen:
    """What is known of somebody, each line with a way to correct it; nothing changes before it is saved."""
    t = scene.t
    doubts = lines(
        Html("⚠️ ") + t("Please check the policy number"),
        *(Html("• ") + t(WARNINGS[each]) for each in sorted(data.doubts)),
    )
    return Screen(
        scene.text(
            lines(t(HEADINGS[data.form.relation][0]), _told_shortly(t, data.form)),
            doubts if data.doubts else "",
            t("Name, date of birth and sex are from documents. Only the clinic’s desk can change them.")
            if data.locked
            else "",
            bold(t("What is to be corrected?")),
        ),
        markup(
            *in_rows(_corrections(t, data.form, buttons, data.locked), 2),
            [button(t.label("✅ Save"), buttons.act(CheckAct.RIGHT))],
            back_row(t, PersonCard(person=data.person_id)),
        ),
    )


def problem(t: Texts, found: FieldError) -> Html:
    """What is wrong with what was typed."""
    return Html("⚠️ ") + (_counted(t, found.problem, found.count, found.month) or t(PROBLEMS[found.problem]))


def _counted(t: Texts, problem: FieldProblem, count: int, month: date | None) -> Html | None:
    """What is said with a number: how many figures, or days, there are."""
    match problem:
        case FieldProblem.NO_SUCH_DAY if month is not None:
            when = t.label(_IN_MONTH[month.month - 1], year=str(month.year))
            return t.n(
                "There is no such day: {when} had {count} day.",
                "There is no such day: {when} had {count} days.",
                count,
                when=when,
            )
        case FieldProblem.POLICY_SHORT:
            return t.n(
                "{count} digit is missing: the number has 16. A temporary certificate has 9.",
                "{count} digits are missing: the number has 16. A temporary certificate has 9.",
                count,
            )
        case FieldProblem.POLICY_LONG:
            return t.n(
                "{count} digit is too many: the number has 16.",
                "{count} digits are too many: the number has 16.",
                count,
            )
        case FieldProblem.SNILS_SHORT:
            return t.n("{count} digit is missing: SNILS has 11.", "{count} digits are missing: SNILS has 11.", count)
        case FieldProblem.SNILS_LONG:
            return t.n("{count} digit is too many: SNILS has 11.", "{count} digits are too many: SNILS has 11.", count)
        case FieldProblem.PHONE_SHORT:
            return t.n(
                "{count} digit is missing: a phone has 10 after +7.",
                "{count} digits are missing: a phone has 10 after +7.",
                count,
            )
        case FieldProblem.PHONE_LONG:
            return t.n(
                "{count} digit is too many: a phone has 10 after +7.",
                "{count} digits are too many: a phone has 10 after +7.",
                count,
            )
    return None


def foreign_contact(t: Texts) -> Html:
    return Html("⚠️ ") + t("This is somebody else’s number. Please press “📱 Send my number” or write your own.")


def no_policy_note(t: Texts, *, newborn: bool) -> Html:
    if newborn:
        return t(
            "Until the policy is made, a newborn is treated on the policy of the mother, the father or a guardian. A "
            "visit is booked by the clinic’s phone. Any insurance company makes the policy, and so does Gosuslugi."
        )
    return t("Without a policy a visit is booked by the clinic’s phone: choose a clinic and I will show it.")


def foreigner(t: Texts) -> Html:
    """What somebody without Russian citizenship can do about the policy."""
    return t(
        "Some foreigners who live or work in Russia have a policy: any insurance company tells who and how. If there "
        "is one, write its number. If not, press “No policy”: a visit is booked by the clinic’s phone and paid for. In "
        "an emergency help is free: call 103 or 112."
    )


def policy_words(t: Texts, policy: Policy) -> str:
    if policy.kind is PolicyKind.NONE:
        return t.label("none")
    if policy.kind is PolicyKind.TEMPORARY:
        return t.label("temporary certificate {number}", number=policy.number)
    return format_policy(policy)


def sex_words(t: Texts, sex: Sex) -> str:
    return t.label("male") if sex is Sex.MALE else t.label("female")


def field_words(t: Texts, field: str, value: object) -> str:
    """A checked value as the check screen says it."""
    if isinstance(value, Policy):
        return policy_words(t, value)
    if isinstance(value, Sex):
        return sex_words(t, value)
    if isinstance(value, Relation):
        return t.label(RELATIONS[value])
    if field == "birth":
        return numeric(value)  # type: ignore[arg-type]
    if not value:
        return t.label("no patronymic") if field == "patronymic" else t.label("not given")
    text = str(value)
    return {"phone": format_phone, "snils": format_snils}.get(field, str)(text)


def registered(t: Texts, *, verified: bool) -> Html:
    """What came of the form. `verified`: of somebody confirmed by documents; else it is the same for everybody."""
    if verified:
        return t("✅ Done. The registry knows this policy.")
    return t(
        "✅ Done. When you book, we will ask the registry about you. If it does not know you, the clinic’s desk will "
        "help."
    )


def conflict(t: Texts) -> Html:
    """The registry holds the policy number for somebody else."""
    return Html("⚠️ ") + t(
        "The registry has this policy number under another name or date of birth. Please check the number, "
        "the name and the date. If everything is right, call your clinic."
    )


def confirmed_person(t: Texts) -> Html:
    return Html("⚠️ ") + t("The clinic has seen documents with another name. Name and date of birth stay as they were.")


def too_many_tries(t: Texts) -> Html:
    return Html("⚠️ ") + t(
        "Too many different people have been looked up from this chat today. Try tomorrow, or call the clinic."
    )


def _patient(t: Texts, name: str | None) -> Html:
    return t("Patient: {name}", name=name) if name else Html("")


def _told(t: Texts, data: FormCheck) -> Html:
    return lines(*(_field(t, field, value) for field, value in data.values))


def _told_shortly(t: Texts, data: FormCheck) -> Html:
    """The three parts of the name on one line: who is corrected is known."""
    name = [value for field, value in data.values if field in _NAME and value != t.label("no patronymic")]
    return lines(bold(" ".join(name)), *(_field(t, field, value) for field, value in data.values if field not in _NAME))


def _field(t: Texts, field: str, value: str) -> Html:
    return t("{label}: {value}", label=t(FIELD_LABELS[field]), value=bold(value))


def _corrections(t: Texts, data: FormCheck, buttons: StepButtons, locked: frozenset[str] = frozenset()) -> list[Button]:
    return [
        button("✏️ " + t.label(FIELD_LABELS[field]), buttons.act(CheckAct.FIX, field))
        for field, _ in data.values
        if field not in locked
    ]


def _keep_row(t: Texts, data: Question, buttons: StepButtons) -> list[Button]:
    if data.answered is None:
        return []
    return [button(short(t.label("Leave as it is: {value}", value=data.answered)), buttons.act(FieldAct.KEEP))]


def _answers(t: Texts, data: Question, buttons: StepButtons) -> list[list[Button]]:
    if data.field == "surname" and data.surnames:
        offered = enumerate(data.surnames)
        return side_by_side(*(button(each, buttons.act(FieldAct.SURNAME, str(place))) for place, each in offered))
    if data.field == "surname" and data.demo and data.own:
        return [[button(t.label("👪 Take a ready family (demo)"), GO_DEMO_FAMILY)]]
    if data.field == "patronymic":
        return [[button(t.label("No patronymic"), buttons.act(FieldAct.NONE))]]
    if data.field == "sex":
        return [
            [
                button(t.label("Female"), buttons.act(FieldAct.FEMALE)),
                button(t.label("Male"), buttons.act(FieldAct.MALE)),
            ]
        ]
    if data.field == "phone" and not data.own:
        mine = t.label("My number: {phone}", phone=format_phone(data.my_phone)) if data.my_phone else ""
        return [
            *([[button(mine, buttons.act(FieldAct.MINE))]] if mine else []),
            [button(t.label("No phone"), buttons.act(FieldAct.NONE))],
        ]
    if data.field == "policy":
        return [
            [button(t.label("No policy"), buttons.act(FieldAct.NONE))],
            [button(t.label("Not a citizen of Russia"), buttons.act(FieldAct.FOREIGNER))],
        ]
    if data.field == "snils":
        return [[button(t.label("Skip"), buttons.act(FieldAct.NONE))]]
    return []
