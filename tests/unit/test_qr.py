"""`python -m bot qr`: what it finds, what it says, and codes that a camera reads."""

from __future__ import annotations

import argparse
from io import BytesIO, StringIO
from pathlib import Path
from typing import cast

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.cli import qr
from services.booking.links import read_link
from services.booking.model import BookingLink, LinkKind
from services.imports.cells import make_ref
from services.registry.model import AgeGroup, Clinic, Doctor, ServiceOffer
from services.registry.ports.registry import Registry
from tests.support.qr import read_qr

CLINIC = Clinic("c-1", "Поликлиника № 1", "", "", "50", "", "", "Europe/Moscow", AgeGroup.ANY)
RENAMED = Clinic(make_ref("пол-ка №5"), "Поликлиника № 5", "", "", "50", "", "", "Europe/Moscow", AgeGroup.ANY)
ALIEN = Clinic("urn.oid", "Больница", "", "", "50", "", "", "Europe/Moscow", AgeGroup.ANY)
DOCTOR = Doctor("d_1", "c-1", "110", "Терапевт", "Ветров Иван Петрович")
ADULTS, CHILDREN = ServiceOffer("110", "Терапевт", None, 0), ServiceOffer("59", "Педиатр", None, 0)


class Known:
    """A registry of three clinics."""

    async def clinic(self, clinic_id: str) -> Clinic | None:
        return next((each for each in (CLINIC, RENAMED, ALIEN) if each.id == clinic_id), None)

    async def doctor(self, doctor_id: str) -> Doctor | None:
        return DOCTOR if doctor_id == DOCTOR.id else None

    async def services(self, clinic_id: str, *, age: int) -> list[ServiceOffer]:
        assert clinic_id == "c-1"
        return [ADULTS if age >= 18 else CHILDREN]


async def run(*given: str, link: str | None = "https://t.me/nomerok_bot?start={}") -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    qr.add_arguments(parser)
    stdout, stderr = StringIO(), StringIO()
    known = cast(Registry, Known())
    made = link.format if link else None
    code = await qr.run(parser.parse_args(given), known, made, stdout=stdout, stderr=stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.mark.parametrize(
    ("given", "opens", "link"),
    [
        (("clinic", "c-1"), "Поликлиника № 1", BookingLink(LinkKind.CLINIC, "c-1")),
        (("clinic", "пол-ка №5"), "Поликлиника № 5", BookingLink(LinkKind.CLINIC, RENAMED.id)),
        (
            ("doctor", "d_1"),
            "Поликлиника № 1, Терапевт, Ветров Иван Петрович",
            BookingLink(LinkKind.DOCTOR, "c-1", "d_1"),
        ),
        (("service", "c-1", "110"), "Поликлиника № 1, Терапевт", BookingLink(LinkKind.SERVICE, "c-1", "110")),
        (("service", "c-1", "педиатр"), "Поликлиника № 1, Педиатр", BookingLink(LinkKind.SERVICE, "c-1", "59")),
    ],
)
async def test_what_is_printed(given: tuple[str, ...], opens: str, link: BookingLink) -> None:
    code, printed, wrong = await run(*given)
    assert (code, wrong) == (0, "")
    first, second, *picture = printed.splitlines()
    assert first == f"Opens booking at: {opens}"
    assert read_link(second.partition("?start=")[2]) == link
    assert len(picture) > 10


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("clinic", "c2"), "there is no clinic «c2»"),
        (("doctor", "d2"), "there is no doctor «d2»"),
        (("service", "c-1", "хирург"), "has no service «хирург»; it has: 110 (Терапевт), 59 (Педиатр)"),
        (("service", "c2", "110"), "there is no clinic «c2»"),
        (("service", "110"), "say: qr service CLINIC ID"),
        (("clinic", "c-1", "more"), "say: qr clinic ID"),
        (("clinic", "urn.oid"), "a link cannot carry this id"),
        (("clinic", "c-1", "--to", "poster.jpeg"), "--to: a file that ends in .png or .svg"),
        (("clinic", "c-1", "--to", "/nowhere/poster.png"), "cannot be written"),
    ],
)
async def test_what_is_wrong_is_one_line(given: tuple[str, ...], said: str) -> None:
    code, _, wrong = await run(*given)
    assert code == qr.WRONG
    assert said in wrong
    assert len(wrong.splitlines()) == 1


async def test_before_the_bot_has_run_there_is_no_link() -> None:
    code, printed, wrong = await run("clinic", "c-1", link=None)
    assert (code, printed) == (qr.WRONG, "")
    assert "must have run once" in wrong


async def test_both_kinds_of_file(tmp_path: Path) -> None:
    for name, begins in (("a.png", b"\x89PNG"), ("a.SVG", b"<?xml")):
        code, printed, _ = await run("clinic", "c-1", "--to", str(tmp_path / name))
        assert code == 0
        assert (tmp_path / name).read_bytes().startswith(begins)
    with Image.open(tmp_path / "a.png") as picture:
        assert f"Link: {read_qr(picture)}" in printed


@given(text=st.text(alphabet="abcXYZ019-_:/?=.", min_size=18, max_size=100), level=st.sampled_from("LMQH"))
def test_the_reader_reads_what_is_written(text: str, level: str) -> None:
    code = segno.make_qr(text, mode="byte", error=level, boost_error=False)
    if int(code.version) > 6:
        return
    file = BytesIO()
    code.save(file, kind="png", scale=3)
    with Image.open(file) as picture:
        assert read_qr(picture) == text
