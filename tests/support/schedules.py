"""CSV files of an operator with as many lines as one likes: clinics, their doctors, and a time a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

FIRST_DAY = date(2027, 1, 11)
_DOCTORS_A_CLINIC = 20
_A_DAY = 20
_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Files:
    """Where they are, and how many clinics and doctors they name."""

    paths: tuple[Path, Path, Path]
    clinics: int
    doctors: int

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(map(str, self.paths))


def write_files(
    folder: Path, lines: int, *, a_doctor: int = 200, hour: int = 8, minute: int = 0, length: int = 15, suffix: str = ""
) -> Files:
    """`lines` times every quarter from this moment on, twenty a day for each doctor, `a_doctor` in all.

    `length`: minutes of a visit. `suffix`: said behind every name.
    """
    doctors = -(-lines // a_doctor)
    clinics = -(-doctors // _DOCTORS_A_CLINIC)
    paths = (folder / "clinics.csv", folder / "doctors.csv", folder / "schedule.csv")
    with paths[0].open("w", encoding="utf-8") as file:
        file.write("id,name,address,town,region\n")
        for place in range(clinics):
            file.write(f'c{place:04},Поликлиника № {place + 1}{suffix},"ул. Мира, д. {place + 1}",Мытищи,50\n')
    with paths[1].open("w", encoding="utf-8") as file:
        file.write("id,clinic,service,service_id,surname,name,room\n")
        for place in range(doctors):
            clinic = place // _DOCTORS_A_CLINIC
            file.write(f"d{place:05},c{clinic:04},Терапевт,110,Ветров{suffix},Иван,{place}\n")
    with paths[2].open("w", encoding="utf-8") as file:
        file.write("doctor,date,from,to\n")
        file.writelines(
            _line(*divmod(place, a_doctor), time(hour, minute), timedelta(minutes=length)) for place in range(lines)
        )
    return Files(paths, clinics, doctors)


def _line(doctor: int, own: int, begin: time, length: timedelta) -> str:
    day, turn = divmod(own, _A_DAY)
    start = datetime.combine(FIRST_DAY, begin) + timedelta(days=day) + turn * _STEP
    return f"d{doctor:05},{start:%Y-%m-%d},{start:%H:%M},{start + length:%H:%M}\n"
