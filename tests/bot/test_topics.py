"""A topic is one declaration: the house names none, and each gets the very services that it asks for."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast, get_origin, get_type_hints

import pytest

from bot.build import build_house
from bot.kernel import bind, wanted
from bot.routing import takes
from bot.topic import Topic
from bot.topics import ALL
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.machine import ROOT
from tests.support.world import World

# --- what the house imports -----------------------------------------------------------------------

ROOMS = ("topics", "handlers", "fsm", "views", "views/export", "keyboards", "keyboards/buttons", "notices", "cli")
"""Where each topic has its files."""
OF_THE_HOUSE = {
    "topics": (),
    "handlers": ("chat_member", "close", "last", "start", "wizard"),
    "fsm": ("storage", "wizard"),
    "views": ("common", "danger", "profile", "prompts", "refusals", "screen", "wishes"),
    "views/export": ("common", "words"),
    "keyboards": ("data", "kept", "kit", "labels", "layout", "markup", "wizard"),
    "keyboards/buttons": ("common", "wizard"),
    "notices": ("notices",),
    "cli": ("import_", "rotate_key"),
}
"""What stands in those rooms and is no topic's."""
SERVICES = (
    *(
        "accounts.accounts",
        "accounts.agreement",
        "accounts.concerns",
        "accounts.ended",
        "accounts.model",
        "accounts.persons",
    ),
    *("accounts.ready", "accounts.rights"),
    *("clock", "drafts", "errors", "ids", "imports", "limits", "memory", "notify", "operators", "personal"),
    *("registry.following", "registry.model", "registry.ports", "secure", "signatures", "storage", "tables", "texts"),
    "together",
)
"""What the house itself stands on: the kernel's."""
KNOWN = {
    ("bot.build", "bot.topics"): "the list, for whoever passes no other",
    ("bot.__main__", "bot.topics"): "the list: commands of the command line",
    ("bot.registry", "services.registry.local"): "the registry of this process is put together there",
    ("bot.storage", "services.registry.local"): "the rotation makes its blind indexes anew",
    ("bot.channels.email", "services.accounts.mail"): "addresses are what this channel sends to",
    ("bot.process", "services.accounts.mail"): "and is given there",
    ("bot.notices.notices", "bot.views.notifications"): "the outbox has a list, and this is the shape of its lines",
    ("bot.settings", "services.insurer_choice.model"): "by which procedure is the operator's to say",
    ("bot.signing", "services.insurer_choice.model"): "and is given on from there",
    ("bot.topic", "services.cases.model"): "what a topic may send to be answered",
    ("bot.casebook", "services.cases.model"): "all of it, in words",
    ("bot.casebook", "bot.views.cases"): "as the list of it shows them",
    ("bot.topic", "services.searches.model"): "how long a name a list may have that is searched",
    ("bot.topic", "services.documents.model"): "what a topic may give as a paper",
    ("bot.papers", "services.documents.model"): "all kinds of it, by their names",
    ("bot.topic", "bot.views.services"): "what a topic may offer among «Услуги»",
    ("bot.catalogue", "bot.views.services"): "all of it",
    ("bot.wanted", "bot.views.services"): "the way back to one of them",
    ("bot.views.common", "bot.keyboards.buttons.help"): "who is not understood is offered help",
    ("bot.topic", "bot.keyboards.buttons.notifications"): "a notice that is opened knows by which line",
    ("bot.notices.notices", "bot.keyboards.buttons.notifications"): "and leads back there",
    ("bot.views.danger", "bot.views.clinics"): "in danger the clinic's phone is told below 103 and 112",
    ("bot.views.wishes", "bot.views.clinics"): "what cannot be had here, the clinic's phone may help to",
}
"""What the house knows of topics all the same, and why."""


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def topics_own() -> set[str]:
    """Every module of `bot` that is a topic's, by its place."""
    found = {
        module_of(file): file.stem in OF_THE_HOUSE[room]
        for room in ROOMS
        for file in (ROOT / "bot" / room).glob("*.py")
        if file.stem != "__init__"
    }
    return {name for name, of_the_house in found.items() if not of_the_house}


OWN = topics_own()
HOUSE = sorted({module_of(file): file for file in (ROOT / "bot").rglob("*.py") if module_of(file) not in OWN}.items())


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules and what is taken out of them: `from a import b` is «a.b» too, for `b` may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def within(name: str, modules: Iterable[str]) -> str | None:
    """The one of these modules that the name is, or stands in."""
    return next((each for each in modules if f"{name}.".startswith(f"{each}.")), None)


def of_topics(tree: ast.AST) -> set[str]:
    """What of topics is imported: their modules, the list of them, their services."""
    foreign = set()
    for name in imported(tree):
        if within(name, ["services"]) and not within(name, [f"services.{each}" for each in SERVICES]):
            foreign.add(within(name, ["services.registry.local"]) or name.rpartition(".")[0])
        elif (found := within(name, [*OWN, "bot.topics"])) is not None:
            foreign.add(found)
    return foreign


def test_the_house_names_no_topic() -> None:
    named = {(module, each) for module, file in HOUSE for each in of_topics(ast.parse(file.read_text()))}
    assert {(module, each) for module, each in named if module != "bot.topics"} == set(KNOWN)
    assert len(HOUSE) > 40, "the search itself works"


def test_every_module_of_the_house_is_there() -> None:
    for room, names in OF_THE_HOUSE.items():
        for name in names:
            assert (ROOT / "bot" / room / f"{name}.py").exists(), (room, name)


@pytest.mark.parametrize(
    ("written", "foreign"),
    [
        ("from bot.topics import mail", {"bot.topics.mail"}),
        ("from bot.handlers import mail", {"bot.handlers.mail"}),
        ("from bot.handlers.mail import page", {"bot.handlers.mail"}),
        ("import bot.views.export.mail", {"bot.views.export.mail"}),
        ("from services.booking.visits import Visits", {"services.booking.visits"}),
        ("from bot.handlers import wizard\nfrom services.notify.outbox import Outbox", set()),
    ],
)
def test_the_search_finds_what_it_looks_for(written: str, foreign: set[str]) -> None:
    assert of_topics(ast.parse(written)) == foreign


# --- what topics ask for ----------------------------------------------------------------------------


def functions_of(part: Any) -> Iterator[Callable[..., Any]]:
    """Every function that a declaration holds, however deep."""
    if is_dataclass(part) and not isinstance(part, type):
        for each in fields(part):
            yield from functions_of(getattr(part, each.name))
    elif isinstance(part, tuple | list):
        for each in part:
            yield from functions_of(each)
    elif inspect.isfunction(part) or isinstance(part, partial):
        yield part


def asked_by(function: Callable[..., Any]) -> Mapping[str, Any]:
    """The services that a function asks for, by name, as it is annotated."""
    hints = get_type_hints(function.func if isinstance(function, partial) else function)
    return {name: hints[name] for name in wanted(function)}


ASKING = [(topic, each) for topic in ALL for each in functions_of(topic) if wanted(each)]


def name_of(value: object) -> str:
    return value.name if isinstance(value, Topic) else takes(cast(Callable[..., Any], value))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Put together, and asked nothing: its database has no tables."""
    database = Database.from_url(f"sqlite:///{tmp_path_factory.mktemp('house') / 'nothing.sqlite'}")
    return World(database, Vault(bytes(KEY_BYTES)), FakeClock())


@pytest.mark.parametrize(("topic", "function"), ASKING, ids=name_of)
def test_a_topic_gets_the_services_that_it_asks_for(topic: Topic, function: Callable[..., Any], world: World) -> None:
    for name, annotated in asked_by(function).items():
        given = world.house.services[name]
        kind = get_origin(annotated) or annotated
        if isinstance(kind, type):
            assert fits(given, kind), f"{topic.name} asks for a {kind.__name__}, and {name} is a {type(given).__name__}"


def fits(given: object, kind: type) -> bool:
    """Whether it is one, or has all that a protocol names."""
    if getattr(kind, "_is_protocol", False):
        return all(hasattr(given, each) for each in vars(kind) if not each.startswith("_"))
    return isinstance(given, kind)


def test_all_that_topics_ask_for_is_looked_at() -> None:
    assert {topic.name for topic, _ in ASKING} >= {topic.name for topic in ALL if topic.routes}
    assert len(ASKING) > 80, "the search itself works"


def test_services_are_asked_for_after_they_are_built(world: World) -> None:
    """In the order of the list; the other way round, whoever asks for something is told what it is."""
    kernel = world.house.kernel
    built = {**kernel.services(), "casebook": world.house.services["casebook"]}
    built["catalogue"] = world.house.services["catalogue"]
    for topic in ALL:
        if topic.build is not None:
            assert set(wanted(topic.build)) <= set(built), topic.name
            built |= bind(topic.build, built)(kernel)
    with pytest.raises(LookupError, match="which no topic before it builds"):
        build_house(kernel, ALL[::-1])
