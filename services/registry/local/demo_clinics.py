"""The demo's clinics and doctors: invented, in real towns of the Moscow region, the same at every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from services.registry.local.demo_names import a_name, a_patronymic, a_surname, for_sex
from services.registry.model import AgeGroup, Clinic, Sex
from services.registry.ports.schedules import DoctorRecord

REGION = "50"
TZ = "Europe/Moscow"
DOCTORS = 500


@dataclass(frozen=True, slots=True)
class Post:
    """A medical service: post code of ФРМР (dictionary 1002), or «v» and the code of the speciality (V021)."""

    id: str
    name: str
    minutes: int
    """How long a visit takes."""


THERAPIST = Post("110", "Терапевт", 12)
PAEDIATRICIAN = Post("59", "Педиатр", 12)
SURGEON = Post("122", "Хирург", 15)
CHILD_SURGEON = Post("28", "Детский хирург", 15)
OPHTHALMOLOGIST = Post("54", "Офтальмолог (глазной врач)", 15)
ENT = Post("53", "Отоларинголог (ЛОР)", 15)
NEUROLOGIST = Post("45", "Невролог", 20)
CARDIOLOGIST = Post("34", "Кардиолог", 20)
CHILD_CARDIOLOGIST = Post("25", "Детский кардиолог", 20)
ENDOCRINOLOGIST = Post("v92", "Эндокринолог", 20)
CHILD_ENDOCRINOLOGIST = Post("v22", "Детский эндокринолог", 20)
UROLOGIST = Post("v84", "Уролог", 20)
TRAUMATOLOGIST = Post("v79", "Травматолог-ортопед", 15)
DERMATOLOGIST = Post("24", "Дерматолог", 15)
GYNAECOLOGIST = Post("13", "Акушер-гинеколог", 20)
DENTIST = Post("103", "Стоматолог-терапевт", 20)
CHILD_DENTIST = Post("101", "Детский стоматолог", 20)
DENTAL_SURGEON = Post("v72", "Стоматолог-хирург", 20)
ORTHODONTIST = Post("51", "Ортодонт", 20)

NEVER_FREE = frozenset({CARDIOLOGIST.id, CHILD_CARDIOLOGIST.id, ORTHODONTIST.id})
"""In every third clinic nobody gets to these: «нет номерков» is part of the demo too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of clinic: its name with `{}` for the number, whom it sees, who works there (adults' post, or not)."""

    name: str
    age_group: AgeGroup
    hours: str
    posts: tuple[tuple[Post, AgeGroup], ...]


def _all(group: AgeGroup, *posts: Post) -> tuple[tuple[Post, AgeGroup], ...]:
    return tuple((post, group) for post in posts)


_NARROW = (OPHTHALMOLOGIST, ENT, NEUROLOGIST, DERMATOLOGIST, TRAUMATOLOGIST)
_ADULT = Kind(
    "Поликлиника № {}, {}",
    AgeGroup.ADULT,
    "1-5 08:00-20:00; 6 09:00-15:00",
    _all(
        AgeGroup.ADULT,
        *(THERAPIST, THERAPIST, THERAPIST, SURGEON, *_NARROW),
        *(CARDIOLOGIST, ENDOCRINOLOGIST, UROLOGIST, GYNAECOLOGIST),
    ),
)
_CHILD = Kind(
    "Детская поликлиника № {}, {}",
    AgeGroup.CHILD,
    "1-5 08:00-19:00; 6 09:00-14:00",
    _all(
        AgeGroup.CHILD,
        *(PAEDIATRICIAN, PAEDIATRICIAN, PAEDIATRICIAN, PAEDIATRICIAN, CHILD_SURGEON, *_NARROW),
        *(CHILD_CARDIOLOGIST, CHILD_ENDOCRINOLOGIST),
    ),
)
_FAMILY = Kind(
    "Семейная поликлиника № {}, {}",
    AgeGroup.ANY,
    "1-5 08:00-20:00; 6 09:00-15:00",
    _all(AgeGroup.ADULT, THERAPIST, THERAPIST, CARDIOLOGIST, GYNAECOLOGIST)
    + _all(AgeGroup.CHILD, PAEDIATRICIAN, PAEDIATRICIAN, PAEDIATRICIAN)
    + _all(AgeGroup.ANY, SURGEON, *_NARROW),
)
_DENTAL = Kind(
    "Стоматологическая поликлиника № {}, {}",
    AgeGroup.ANY,
    "1-5 08:00-20:00; 6-7 09:00-15:00",
    _all(AgeGroup.ADULT, DENTIST, DENTIST, DENTIST, DENTIST)
    + _all(AgeGroup.CHILD, CHILD_DENTIST, CHILD_DENTIST, CHILD_DENTIST)
    + _all(AgeGroup.ANY, DENTAL_SURGEON, DENTAL_SURGEON, ORTHODONTIST),
)
_WOMENS = Kind(
    "Женская консультация № {}, {}",
    AgeGroup.ADULT,
    "1-5 08:00-19:00",
    _all(AgeGroup.ADULT, *(GYNAECOLOGIST,) * 6, THERAPIST, ENDOCRINOLOGIST, OPHTHALMOLOGIST),
)


@dataclass(frozen=True, slots=True)
class Town:
    """`name`: nominative; coordinates of its centre in degrees."""

    name: str
    lat: float
    lon: float
    kinds: tuple[Kind, ...]


TOWNS = (
    Town("Мытищи", 55.9106, 37.7364, (_ADULT, _CHILD, _DENTAL, _ADULT)),
    Town("Балашиха", 55.7964, 37.9383, (_ADULT, _CHILD, _WOMENS, _ADULT)),
    Town("Химки", 55.8887, 37.4304, (_ADULT, _CHILD, _DENTAL, _FAMILY)),
    Town("Подольск", 55.4389, 37.5703, (_ADULT, _CHILD, _WOMENS, _ADULT)),
    Town("Королёв", 55.9162, 37.8545, (_ADULT, _CHILD, _FAMILY)),
    Town("Люберцы", 55.6765, 37.8981, (_ADULT, _CHILD, _DENTAL)),
    Town("Красногорск", 55.8317, 37.3295, (_ADULT, _CHILD, _WOMENS)),
    Town("Одинцово", 55.6789, 37.2637, (_ADULT, _CHILD, _FAMILY)),
    Town("Коломна", 55.1028, 38.7531, (_ADULT, _CHILD, _DENTAL)),
    Town("Серпухов", 54.9226, 37.4034, (_ADULT, _CHILD, _FAMILY)),
    Town("Щёлково", 55.9234, 37.9784, (_ADULT, _CHILD, _DENTAL)),
    Town("Сергиев Посад", 56.3063, 38.1503, (_ADULT, _CHILD, _FAMILY)),
)

ADULT_HOME, CHILD_HOME = "demo-01", "demo-02"
"""Where the ready family is attached: both in the first town."""

_STREETS = (
    *("ул. Ленина", "ул. Мира", "ул. Гагарина", "Советская ул.", "Школьная ул.", "Садовая ул.", "Лесная ул."),
    *("Октябрьский пр-т", "ул. Пушкина", "Комсомольская ул.", "ул. Победы", "Парковая ул.", "Молодёжная ул."),
)


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """A clinic with those who work there."""

    clinic: Clinic
    doctors: tuple[DoctorRecord, ...]


def demo_clinics() -> Iterator[DemoClinic]:
    """All of them, in the order of their ids; 500 doctors in sum."""
    plan = [(town, kind) for town in TOWNS for kind in town.kinds]
    spare = DOCTORS - sum(len(kind.posts) for _, kind in plan)
    random = Random("nomerok demo")  # noqa: S311  (invented people, not secrets)
    numbers = dict.fromkeys((town.name for town in TOWNS), 0)
    used: set[str] = set()
    for place, (town, kind) in enumerate(plan):
        numbers[town.name] += 1
        # Whom the plan leaves over strengthens the first clinics with one more of their main post each.
        extra = spare // len(plan) + (place < spare % len(plan))
        posts = kind.posts[:1] * extra + kind.posts
        clinic_id = f"demo-{place + 1:02}"
        doctors = tuple(
            _doctor(random, used, clinic_id, number, post, group) for number, (post, group) in enumerate(posts, 1)
        )
        yield DemoClinic(_clinic(random, clinic_id, place, town, kind, numbers[town.name]), doctors)


@cache
def _by_post() -> Mapping[str, Mapping[str, Sequence[DoctorRecord]]]:
    return {
        place.clinic.id: {
            post: [each for each in place.doctors if each.service_id == post]
            for post in {each.service_id for each in place.doctors}
        }
        for place in demo_clinics()
    }


def doctors_by_post(clinic_id: str | None) -> Mapping[str, Sequence[DoctorRecord]]:
    """Who works at a clinic of the demo; nobody where it is none of its clinics."""
    return _by_post().get(clinic_id or "", {})


def name_of(doctor: DoctorRecord) -> str:
    """Surname, name, patronymic."""
    return " ".join(filter(None, (doctor.surname, doctor.name, doctor.patronymic)))


def _clinic(random: Random, clinic_id: str, place: int, town: Town, kind: Kind, number: int) -> Clinic:
    return Clinic(
        id=clinic_id,
        name=kind.name.format(number, town.name),
        address=f"г. {town.name}, {random.choice(_STREETS)}, д. {random.randint(1, 60)}",
        town=town.name,
        region=REGION,
        phone=f"+7 495 000-{place + 1:02}-{random.randint(0, 99):02}",  # no subscriber's number begins with 000
        hours=kind.hours,
        tz=TZ,
        age_group=kind.age_group,
        lat=round(town.lat + random.uniform(-0.018, 0.018), 5),
        lon=round(town.lon + random.uniform(-0.032, 0.032), 5),
        demo=True,
    )


def _doctor(random: Random, used: set[str], clinic_id: str, number: int, post: Post, group: AgeGroup) -> DoctorRecord:
    while True:
        sex = Sex.FEMALE if random.random() < 0.7 else Sex.MALE
        surname, patronymic = for_sex(a_surname(random), sex), for_sex(a_patronymic(random), sex)
        name = a_name(random, sex)
        if f"{surname} {name}" not in used:
            break
    used.add(f"{surname} {name}")
    return DoctorRecord(
        id=f"{clinic_id}-{number:02}",
        clinic_id=clinic_id,
        service_id=post.id,
        service=post.name,
        surname=surname,
        name=name,
        patronymic=patronymic,
        room=str(100 * random.randint(1, 4) + number),
        age_group=group,
    )


POSTS = {post.id: post for town in TOWNS for kind in town.kinds for post, _ in kind.posts}
