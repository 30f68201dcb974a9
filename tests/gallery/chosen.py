"""The pictures that the docs keep: some of each room of the product, made small, with an index of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parents[2] / "docs" / "screens"
CHAT = "chat.png"
"""Three of them side by side, for the README."""
_COLOURS = 160
_WIDTH = 300


@dataclass(frozen=True)
class Chosen:
    """A picture of the gallery, by its name and language, and what is to be seen on it."""

    name: str
    locale: str
    title: str

    @property
    def file(self) -> str:
        """Its name in docs/screens."""
        return f"{self.name}.{self.locale}.png"


CHOSEN = (
    Chosen("start", "ru", "The chat before START"),
    Chosen("consent.ask", "ru", "Consent comes first"),
    Chosen("home.home", "ru", "Main menu"),
    Chosen("person-wizard.birth", "en", "A question of the form"),
    Chosen("person-wizard.check", "ru", "The form to be checked"),
    Chosen("family.card", "ru", "One of the family, and what may be done for them"),
    Chosen("booking-wizard.clinic", "en", "Clinics in a list"),
    Chosen("booking-wizard.map", "ru", "The same on a map"),
    Chosen("booking-wizard.service", "ru", "Specialties with their nearest free times"),
    Chosen("booking-wizard.doctor", "en", "Doctors"),
    Chosen("booking-wizard.day", "ru", "Days"),
    Chosen("booking-wizard.time", "en", "Times"),
    Chosen("booking-wizard.confirm", "ru", "A time held while it is looked over"),
    Chosen("visits.ticket", "ru", "The ticket"),
    Chosen("visits.visit_list", "en", "Visits"),
    Chosen("moving-wizard.confirm", "ru", "Moving a visit"),
    Chosen("reminders.reminder", "ru", "A reminder"),
    Chosen("notifications.listing", "en", "Notifications"),
    Chosen("letters.letter", "ru", "A letter, caught by the local chat"),
    Chosen("problem-wizard.check", "en", "A problem to be sent"),
    Chosen("cases.statuses", "ru", "What has become of what was sent"),
    Chosen("prescriptions.listing", "ru", "Prescriptions, the first section of the medical record"),
    Chosen("prescriptions.card", "en", "One of them"),
    Chosen("insurer_choice-wizard.point", "en", "Where an insurer gives policies out"),
    Chosen("insurer_choice-wizard.sign", "ru", "An application that is to be signed"),
    Chosen("insurer_choice.card", "en", "How it goes with it"),
    Chosen("mydata.question", "en", "Erasing everything"),
)
_FRONT = ("home.home", "booking-wizard.map", "visits.ticket")


def publish(gallery: Path) -> None:
    """Renew docs/screens from `gallery`, the folder with one folder a language; it takes the whole gallery.

    Raises FileNotFoundError, and leaves docs/screens as it is, where a chosen screen was not drawn.
    """
    pictures = {each.file: _small(Image.open(gallery / each.locale / f"{each.name}.png")) for each in CHOSEN}
    front = _side_by_side([Image.open(gallery / "ru" / f"{name}.png") for name in _FRONT])
    pictures[CHAT] = _small(front, 3 * _WIDTH)
    for old in DOCS.glob("*.png"):
        old.unlink()
    for name, picture in pictures.items():
        picture.save(DOCS / name, optimize=True)
    (DOCS / "README.md").write_text("\n".join(index()) + "\n", encoding="utf-8")


def index() -> Iterator[str]:
    """The lines of docs/screens/README.md."""
    yield "# Screens"
    yield ""
    yield "Some of the bot's screens on the page of the local chat, with invented people: in Russian by day,"
    yield "in English by night. `make screens` draws all of them into `build/screens`;"
    yield "`python -m tests.gallery --docs` renews these."
    for begin in range(0, len(CHOSEN), 3):
        some = CHOSEN[begin : begin + 3]
        yield ""
        yield "| " + " | ".join(each.title for each in some) + " |"
        yield "|" + "---|" * len(some)
        yield "| " + " | ".join(f"![{each.title}]({each.file})" for each in some) + " |"


def _small(picture: Image.Image, width: int = _WIDTH) -> Image.Image:
    height = round(picture.height * width / picture.width)
    resized = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    return resized.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _side_by_side(pictures: list[Image.Image]) -> Image.Image:
    height = min(picture.height for picture in pictures)
    whole = Image.new("RGB", (sum(picture.width for picture in pictures), height))
    left = 0
    for picture in pictures:
        whole.paste(picture.crop((0, picture.height - height, picture.width, picture.height)), (left, 0))
        left += picture.width
    return whole
