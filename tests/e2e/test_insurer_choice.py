"""The choice of an insurer: from «Услуги» to the policy, signed for real, in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.views.insurer_choice import GROUNDS, REFUSED, STATUSES, TITLE
from emulator.driver import User
from services.insurer_choice.choice import STEP
from services.insurer_choice.model import ChoiceStatus, Ground
from services.insurer_choice.rules import MADE_AFTER
from services.signatures.model import Reason
from services.texts.i18n import Texts, texts
from tests.e2e.people import WORDS, press_all, told, with_family
from tests.e2e.test_services import file_of, to_service, whose
from tests.support import pdf
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery
from tests.support.signing import authority, person, signed

BOTH = pytest.mark.parametrize("language", ["ru", "en"])
RU = texts("ru")
ROOT = authority("Корень")
SERVICE = "Choice of an insurer"
PRESSES = 21
"""From Home to the PDF in one's hand, nothing typed. The portal's service has 20 steps, most of them forms."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _town(tmp_path_factory: pytest.TempPathFactory, filled: Path, nursery: Nursery) -> AsyncIterator[BotProcess]:
    folder = tmp_path_factory.mktemp("signing")
    roots = folder / "roots.pem"
    roots.write_bytes(ROOT.pem)
    async with running_bot(
        folder, filled, nursery, checked=False, OMS_PROCEDURE="forms", SIGNATURE_ROOTS=str(roots)
    ) as bot:
        yield bot


def snils_on(user: User) -> str:
    """The last СНИЛС on the screen: whoever signs stands below whoever is insured."""
    return re.sub(r"\D", "", re.findall(r"\d{3}-\d{3}-\d{3} \d\d", user.screen().text)[-1])


async def first(user: User, times: int = 1) -> None:
    """What stands first, as often."""
    for _ in range(times):
        await user.press(user.screen().labels[0])


async def to_the_last_look(user: User, t: Texts, *, form: bool = True) -> None:
    """From the registration address to «Черновик заявления»."""
    await first(user, 4)  # region, town, street, house
    await user.press(t.label("No flat"))
    await first(user, 3)  # year, month, day
    await user.press(t.label("☑️ It is the same"))
    await first(user, 4 if form else 3)  # subject, form of the policy, company, issue point


async def to_signing(user: User, t: Texts, *, form: bool = True) -> str:
    """From Home to «Подпишите заявление»; gives the signer's СНИЛС."""
    await to_service(user, t, SERVICE)
    snils = snils_on(user)
    await press_all(user, t.label("✅ All is right"), t.label("🏠 I have moved"))
    await to_the_last_look(user, t, form=form)
    await press_all(user, t.label("⬜ I confirm: all is true"), t.label("✍️ Go on to signing the form"))
    return snils


async def open_form(user: User, t: Texts) -> bytes:
    await user.press(t.label("📄 Open the application"))
    return file_of(user)


async def send_signed(user: User, t: Texts, form: bytes, snils: str) -> None:
    await user.send_file("zayavlenie-v-strahovuyu.pdf.sig", signed(form, person(ROOT, (snils,))))
    assert t.label(STATUSES[ChoiceStatus.REGISTERED]) in user.screen().text, user.screen().text


def number_of(user: User) -> str:
    found = re.search(r"№ (\d+)|No\. (\d+)", user.screen().text)
    assert found, user.screen().text
    return found[1] or found[2]


async def reaches(bot: BotProcess, user: User, t: Texts, status: ChoiceStatus, after: timedelta) -> None:
    """The clock moves on, and the status is told of, once."""
    word = f": {t.label(STATUSES[status])}\n"
    bot.shift_clock(after)
    await bot.comes_true(lambda: told(user, word) > 0, word)
    assert told(user, word) == 1


async def clerk(bot: BotProcess, user: User, t: Texts, number: str, *statuses: ChoiceStatus) -> None:
    for each in statuses:
        code, printed = await bot.command("request", number, each.value)
        assert code == 0, printed
        await reaches(bot, user, t, each, timedelta())


@BOTH
async def test_from_the_services_to_the_policy(town: BotProcess, tmp_path: Path, language: str) -> None:
    t = texts(language)
    user = await with_family(town, language=language)
    name = whose(user)

    # STEP 1. The terms: by which procedure, what a signature is, what to sign with, and the way without one.
    await press_all(user, t.label("🏛 Services"), t.label(SERVICE))
    for each in (
        "The rules until December 2022: a temporary paper first, the policy 30 days later.",
        "It is signed on a computer or phone, with a qualified signature: that counts as a signature by hand.",
    ):
        assert t.label(each) in user.screen().text
    await user.press(t.label("✍️ How to sign"))
    await first(user)
    await press_all(user, t.label("⬅️ Back"), t.label("⬅️ Back"), t.label("🖨 No signature"))
    assert t.label("3. Take it to the issue point, with your passport and SNILS.") in user.screen().text

    # STEP 2. The form, by buttons alone; each part is seen again before it is signed.
    await user.press(WORDS[language].home)
    before = presses(town)
    snils = await to_signing(user, t)
    form = await open_form(user, t)
    assert presses(town) - before == PRESSES
    paper = " ".join(pdf.text(form).split())
    for each in (RU.label(TITLE), name, "Московская обл.", RU.label(GROUNDS[Ground.MOVED]), "бумажного бланка"):
        assert each in paper
    assert "совпадает" in paper

    # STEP 3. Not the right signature: it is said why, and nothing is lost.
    await user.send_file("foto.sig", b"no signature")
    assert t.label(REFUSED[Reason.NO_SIGNATURE]) in user.screen().text
    await user.send_file("chuzhaya.sig", signed(form, person(ROOT, ("11223344595",))))
    assert name in user.screen().text
    assert told(user, t.label(STATUSES[ChoiceStatus.REGISTERED])) == 0
    await send_signed(user, t, form, snils)
    number = number_of(user)

    # STEP 4. It goes its way, each status told; the clerk gets the very bytes, with the signature.
    await reaches(town, user, t, ChoiceStatus.SENT, STEP)
    folder = tmp_path / "files"
    folder.mkdir()
    code, printed = await town.command("request", number, "--files", str(folder))
    assert (code, sorted(each.name for each in folder.iterdir())) == (0, [f"{number}.pdf", f"{number}.pdf.sig"]), (
        printed
    )
    assert (folder / f"{number}.pdf").read_bytes() == form
    await clerk(town, user, t, number, ChoiceStatus.RECEIVED)
    accepted = user.screen().text
    assert t.label("Come for the temporary certificate, with your passport and SNILS.") in accepted
    assert "+7 800 000-50-0" in accepted
    await clerk(town, user, t, number, ChoiceStatus.TEMPORARY)

    # STEP 5. Thirty days later it is invited to, once.
    ready = f": {t.label(STATUSES[ChoiceStatus.READY])}\n"
    town.shift_clock(MADE_AFTER - timedelta(days=1))
    await town.emulator.wait_quiet()
    assert told(user, ready) == 0
    await reaches(town, user, t, ChoiceStatus.READY, timedelta(days=1, hours=2))
    assert t.label("The policy can be collected. Bring along your passport and SNILS.") in user.screen().text
    town.shift_clock(timedelta(days=1))
    await town.emulator.wait_quiet()
    assert told(user, ready) == 1
    await press_all(user, "🏠", t.label("🗂 Application statuses"), "1 ·")
    assert t.label(STATUSES[ChoiceStatus.READY]) in user.screen().text
    await user.press(t.label("📝 What was sent"))
    assert file_of(user) == form


def presses(bot: BotProcess) -> int:
    """How many have been answered so far; one story at a time is told in this town."""
    return sum(call.method == "answerCallbackQuery" for call in bot.emulator.calls)


async def test_left_and_come_back_to_a_week_later(town: BotProcess) -> None:
    """The draft stands, and its PDF to the byte, whatever has happened to the bot in the meantime."""
    user = await with_family(town)
    snils = await to_signing(user, RU)
    form = await open_form(user, RU)
    await user.press("🏠")
    await town.kill()
    town.set_clock(town.now + timedelta(days=7))
    await town.start()
    await to_service(user, RU, SERVICE)
    assert "сохран" in user.screen().text
    await user.press("▶️ Продолжить")
    assert await open_form(user, RU) == form
    await send_signed(user, RU, form, snils)


async def test_killed_between_signature_and_acceptance_it_is_filed_once(town: BotProcess) -> None:
    user = await with_family(town)
    snils = await to_signing(user, RU)
    form = await open_form(user, RU)
    await send_signed(user, RU, form, snils)
    number = number_of(user)
    await town.kill()
    await town.start()
    await user.send_file("esche-raz.sig", signed(form, person(ROOT, (snils,))))
    await reaches(town, user, RU, ChoiceStatus.SENT, STEP)
    await clerk(town, user, RU, number, ChoiceStatus.RECEIVED)
    await press_all(user, "🏠", "🗂 Статусы заявлений")
    assert "Всего заявлений: 1" in user.screen().text


async def test_for_a_child_the_representative_signs(town: BotProcess) -> None:
    """Nobody insures it yet, so nobody asks why; whoever signs stands on the form."""
    user = await with_family(town)
    await to_service(user, RU, SERVICE)
    await user.press("👤 Сменить")
    await user.press(user.screen().labels[2])  # oneself, the spouse, the younger child
    asked = user.screen().text
    snils = snils_on(user)
    assert "Подписывает" in asked
    await user.press("✅ Всё верно")
    assert user.screen().text.startswith("Адрес регистрации")
    await to_the_last_look(user, RU)
    await press_all(user, "⬜ Подтверждаю", "✍️ Перейти к подписанию формы")
    form = await open_form(user, RU)
    paper = " ".join(pdf.text(form).split())
    assert RU.label(GROUNDS[Ground.FIRST]) in paper
    assert "Представитель" in paper
    await send_signed(user, RU, form, snils)


async def test_what_is_missing_leads_to_its_step(town: BotProcess) -> None:
    user = await with_family(town)
    await to_service(user, RU, SERVICE)
    await press_all(user, "✅ Всё верно", "🏠 Переезд")
    await first(user, 4)
    await press_all(user, "Без квартиры", "🕓 Укажу позже", "☑️ Совпадает")
    await first(user, 4)
    assert "Заполнено не всё" in user.screen().text
    await user.press("✏️ Дата регистрации")
    await user.send("32 мая")
    assert "05.03.2024" in user.screen().text
    await user.send("1 июня 2030")
    assert "в будущем" in user.screen().text
    await user.send("1 июня 2024")
    await press_all(user, "✍️ Перейти к подписанию формы")
    assert "Подтверждаю" in user.screen().text
    assert "📄 Открыть заявление" not in user.screen().labels


async def test_by_the_digital_procedure_there_is_no_paper(town: BotProcess) -> None:
    town.settings["OMS_PROCEDURE"] = "digital"
    await town.restart()
    user = await with_family(town)
    await press_all(user, "🏛 Услуги", "Выбор страховой")
    assert (
        RU.label("The policy is an entry in the register: neither a blank nor a card is needed.") in user.screen().text
    )
    await user.press("🏠")
    snils = await to_signing(user, RU, form=False)
    form = await open_form(user, RU)
    assert "бланк" not in pdf.text(form)
    await send_signed(user, RU, form, snils)
    number = number_of(user)
    await reaches(town, user, RU, ChoiceStatus.SENT, STEP)
    await clerk(town, user, RU, number, ChoiceStatus.RECEIVED, ChoiceStatus.DONE)
    assert RU.label("No paper is needed.") in user.screen().text
    assert "свидетельств" not in "".join(each.text or "" for each in user.messages())
