"""«Услуги»: all services, as their topics declare them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.kernel import Services, bind
from bot.topic import ServiceSpec
from bot.views.services import Beside, Service
from bot.visitor import Visitor
from services.errors import NotFound


class Catalogue:
    """`LookupError` where two topics declare one service."""

    def __init__(self, specs: Iterable[ServiceSpec]) -> None:
        self._specs: dict[str, ServiceSpec] = {}
        for spec in sorted(specs, key=lambda each: each.rank):
            if spec.service.name in self._specs:
                raise LookupError(f"two topics declare the service {spec.service.name!r}")
            self._specs[spec.service.name] = spec

    def know(self, services: Services) -> None:
        """The services of the topics, which are built when all that asks for the catalogue is there."""
        self._specs = {
            name: replace(
                each,
                when=bind(each.when, services) if each.when else None,
                beside=bind(each.beside, services) if each.beside else None,
            )
            for name, each in self._specs.items()
        }

    @property
    def services(self) -> Mapping[str, Service]:
        """All of them, by their names."""
        return {name: each.service for name, each in self._specs.items()}

    async def present(self, visitor: Visitor) -> Sequence[Service]:
        """Those that can be had now, in their order."""
        return [each.service for each in self._specs.values() if each.when is None or await each.when(visitor)]

    def service(self, name: str) -> Service:
        """`NotFound` for a name that there is none of: a button of long ago, or one made by hand."""
        return self._spec(name).service

    async def beside(self, visitor: Visitor, name: str) -> Beside:
        """What stands on its terms besides."""
        spec = self._spec(name)
        return await spec.beside(visitor) if spec.beside is not None else Beside()

    def _spec(self, name: str) -> ServiceSpec:
        found = self._specs.get(name)
        if found is None:
            raise NotFound
        return found
