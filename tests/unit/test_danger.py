"""What people type when they are in danger, and what only looks like it: the lists of `danger.txt`, held to both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clinics.regions import REGIONS
from services.documents.outlines import towns
from services.registry.local import demo_names
from services.registry.local.demo_clinics import demo_clinics
from services.registry.model import Sex
from services.texts.danger import Danger, danger_in

AMBULANCE_RU = """
болит сердце
Сердце болит второй день
сердце прихватило
задыхаюсь
задыхаюсь помогите
мне плохо
Плохо
мне очень плохо
маме плохо
папе стало плохо, что делать
бабушке плохо с сердцем
ребёнку плохо
скорая
Скорую!
вызовите скорую
нужна скорая помощь
как вызвать скорую
скроая
скорая помошь
вызвать неотложку
ребёнок потерял сознание
муж без сознания
упала в обморок
боль в груди
давит в груди и не могу дышать
жжёт за грудиной
болит грудь слева
инфаркт
похоже на инсульт
перекосило лицо
отнялась рука
ребёнок не дышит
нечем дышать
не хватает воздуха
подавился
сильное кровотечение
кровь не останавливается
умираю
помогите умирает отец
судороги у ребёнка
наглоталась таблеток
ребёнок проглотил батарейку
отравился грибами
ударило током
муж упал с лестницы и не встаёт
отёк Квинке
опухло горло
резкая боль в животе
невыносимая боль
давление 220 на 120
температура 40 не сбивается
начались роды
отошли воды
сбила машина
сердце колет
серце болит
Мне стало хуже
плохо себя чувствую
дедушка упал и не двигается
рвёт кровью
дочке плохо
сердечный приступ
избили на улице
запах газа
мама не просыпается
mne ploho
skoraya
потреял сознание
задыхаусь
истекает кровью
сильно болит живот
не могу терпеть боль
сердце выскакивает
приступ астмы
у мужа язык заплетается
рука не слушается
мама упала, сломала шейку бедра
давление подскочило
ребёнок задыхается
умираю, помогите
отец упал и не может встать
кровь из носа не останавливается
""".strip().splitlines()
"""As patients put it, with their slips."""
AMBULANCE_EN = """
chest pain
I have pain in my chest
my heart hurts
heart attack
I can't breathe
I cannot breathe
can not breathe
my husband is not breathing
call an ambulance
ambulance
emergency
he is unconscious
she passed out
my mother fainted
stroke
his face is drooping
bleeding won't stop
vomiting blood
seizure
my child is choking
overdose
I feel very bad
I am dying
severe abdominal pain
shortness of breath
my waters broke
anaphylactic shock
allergic reaction, throat swelling
call 911
asthma attack
his speech is slurred
my left arm is numb
heavy bleeding
my father collapsed
he is having a heart attack
can’t breath
""".strip().splitlines()
CRISIS = """
хочу умереть
не хочу жить
не хочу больше жить
нет смысла жить
покончить с собой
хочу покончить с жизнью
суицид
хочу убить себя
повешусь
вскрою вены
лучше бы я умерла
надоело жить
сын хочет умереть
прыгну с крыши
не могу больше жить
I want to die
I want to kill myself
suicidal thoughts
I don't want to live
no reason to live
I am going to end my life
""".strip().splitlines()
NOTHING = """
сердечно благодарю
сердечное спасибо
скоро
скоро приду
в скором времени
плохо видно карту
мне плохо видно карту
плохо работает бот
плохо слышно
Скоробогатова
Скоробогатова Анна Сергеевна
Плохова
Плохих
Плохой
Сердцев
Сердюк
Задыхин
Умарова
Инсаров
Пожарский
Кровякова
Кровь
ул. Скорой помощи
улица Скорой помощи, 5
больница скорой помощи
больница скорой медицинской помощи
станция скорой помощи
болит голова
голова болит второй день
болит зуб
невыносимо болит зуб
болит спина
болит живот
болит горло
кашель и насморк
температура 37,5
сдать кровь
анализ крови
кровь из пальца
группа крови
нос не дышит
не дышит нос
тяжело дышать носом
не плохо
неплохо
всё не плохо
сердце не болит
мне не плохо
после инфаркта к кардиологу
перенёс инсульт год назад
реабилитация после инсульта
кардиолог
запись к кардиологу
боль в грудном отделе позвоночника
грудничковый кабинет
болит грудь при кормлении
судороги в ногах по ночам
давление 140 на 90
померить давление
экстренный выпуск
срочно нужен талон
Помогите записаться
помощь
умираю со смеху
хочу умереть со смеху
хочу жить
травматолог
вызвать врача на дом
справка в бассейн
где мой полис
как перенести запись
отменить запись
спасибо большое
ребёнок не говорит в 3 года
ребёнок плохо ест
плохо сплю
бабушка плохо ходит
скорость
плохо написано
Иванова
Анна
Сергеевна
05.03.1980
5097 5797 9200 0180
Поликлиника № 112
д. 103, кв. 112
Одинцово
Мытищи
Сергиев Посад
без сознательной причины
не понимаю
где Вы находитесь
отёк ног
онемение пальцев
чешется рука
сердечников
heartfelt thanks
thank you from the bottom of my heart
I badly need a certificate
sore throat
headache
I have a headache
bad connection
back pain
tooth pain
I feel good
doctor Hart
Chester
emergency contact
how to book a doctor
blood test
give blood
I want to book
breathe easy clinic
my policy
next to Stroke street
Stroker
book a cardiologist
cancel the visit
Deadman
I am not dying
not bad
письмо отправил
отправились в поликлинику
Перевоз
перевоз
выпил магний
Марина
Голованова
Научно-практический центр экстренной медицинской помощи
ул. Набережная, д. 10А (здание скорой помощи)
давление 130
18 лет
мне 200 лет
записаться к терапевту после отпуска
плохой приём
плохо, что нет записи на вечер
мне плохо видно
плохо работает телефон
боли в колене
тяжело ходить
трудно дозвониться
не могу дозвониться
не могу записаться
не отвечает телефон
не отвечает врач
бьёт баклуши
сердце в порядке, нужна справка
кардиограмма сердца
УЗИ сердца
астма, продлить рецепт
речь ребёнка, логопед
снимок руки
перелом пальца
lost my policy
heart ultrasound
speech therapist
I passed the exam
I lost my card
pass out the forms
hard to find
side entrance
""".strip().splitlines()
"""Names, streets, numbers, wishes, complaints that can wait, and words that are near those of the lists."""

GIVEN = {
    "болит сердце": Danger.AMBULANCE,
    "задыхаюсь": Danger.AMBULANCE,
    "мне плохо": Danger.AMBULANCE,
    "скорая": Danger.AMBULANCE,
    "chest pain": Danger.AMBULANCE,
    "ребёнок потерял сознание": Danger.AMBULANCE,
    "хочу умереть": Danger.CRISIS,
    "вызвать врача на дом": None,
    "запись к лору": None,
    "сдать кровь": None,
    "справка в бассейн": None,
    "где мой полис": None,
}
"""What people were seen to type, restated."""


@pytest.mark.parametrize("typed", [*AMBULANCE_RU, *AMBULANCE_EN])
def test_who_may_need_an_ambulance_is_heard(typed: str) -> None:
    assert danger_in(typed) is Danger.AMBULANCE


@pytest.mark.parametrize("typed", CRISIS)
def test_who_does_not_want_to_live_is_heard(typed: str) -> None:
    assert danger_in(typed) is Danger.CRISIS


@pytest.mark.parametrize("typed", NOTHING)
def test_nothing_else_raises_the_alarm(typed: str) -> None:
    assert danger_in(typed) is None


@pytest.mark.parametrize(("typed", "danger"), GIVEN.items())
def test_what_people_were_seen_to_type(typed: str, danger: Danger | None) -> None:
    assert danger_in(typed) is danger


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(AMBULANCE_RU) >= 30
    assert len(AMBULANCE_EN) >= 15
    assert len(NOTHING) >= 40


@pytest.mark.parametrize("typed", [*AMBULANCE_RU, *AMBULANCE_EN, *CRISIS])
def test_however_it_is_written(typed: str) -> None:
    danger = danger_in(typed)
    for written in (
        typed.upper(),
        f"  {typed}!!! ",
        f"Здравствуйте. {typed}. Что делать?",
        typed.replace("ё", "е"),
        typed.replace(" ", "\n"),
        typed.replace("е", "е\u0301"),
    ):
        assert danger_in(written) is danger, written


def names() -> set[str]:
    men = {*demo_names._SURNAMES, *demo_names._PATRONYMICS}
    women = {demo_names.for_sex(each, Sex.FEMALE) for each in men}
    return men | women | {name for of_sex in demo_names._NAMES.values() for name in of_sex}


def places() -> set[str]:
    of_clinics = {
        value for each in demo_clinics() for value in (each.clinic.name, each.clinic.address, each.clinic.town)
    }
    regions = {value for each in REGIONS for value in (each.name_ru, each.name_en)}
    return of_clinics | regions | {town.name for town in towns()}


def test_no_name_and_no_place_raises_the_alarm() -> None:
    assert len(names()) > 300
    assert len(places()) > 1000
    assert [each for each in sorted(names() | places()) if danger_in(each)] == []


@given(st.text(max_size=4096))
def test_any_text_is_read(text: str) -> None:
    danger_in(text)
