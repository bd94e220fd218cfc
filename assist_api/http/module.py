"""A module: one room of the business platform, with one door."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fastapi import APIRouter

from assist_api.http.parts import Probe
from kit.jobs import JobHandler
from kit.periodic import Loop

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


async def nothing() -> None:
    """Do nothing; the start and the end of a module that needs neither."""


@dataclass(frozen=True, slots=True)
class Module(Generic[S_co]):
    """Everything that the rest of the server needs to know of one room of `assist_api`.

    `assist_api/<noun>/module.py` has a function `build(core, …) -> Module`; what a module needs of others stands in
    its signature, so that the type checker proves the order of `assist_api.composition`.

    Attributes:
        name: The noun, as the folder is called.
        service: What later modules and endpoints are given, found by its type.
        provides: Further services that endpoints find by their type.
        routers: HTTP and socket routes below `/api/v1`.
        root_routers: Routes outside of it, such as `/metrics`; not part of the API document.
        start: Run once after the database was migrated, in list order, before the server accepts connections: quick.
        warm_up: Loads models and indices while the server answers already; all modules side by side.
        begin: Run once all are warm, in list order: what needs models, such as taking up calls.
        aclose: Run at the end, in reverse order; safe to call twice, also without a start.
        loops: Work that is repeated while the server runs.
        jobs: Kinds of durable work, run by `kit.jobs`.
        probes: Lines of the health page, by the name of the part.
        upload_limits: Paths to which whole files are sent, each with the most bytes that a request may have.
        wire_types: Types for the API document that no operation mentions: messages of sockets.
    """

    name: str
    service: S_co
    provides: tuple[object, ...] = ()
    routers: tuple[APIRouter, ...] = ()
    root_routers: tuple[APIRouter, ...] = ()
    start: Callable[[], Coroutine[Any, Any, None]] = nothing
    warm_up: Callable[[], Coroutine[Any, Any, None]] = nothing
    begin: Callable[[], Coroutine[Any, Any, None]] = nothing
    aclose: Callable[[], Coroutine[Any, Any, None]] = nothing
    loops: tuple[Loop, ...] = ()
    jobs: tuple[JobHandler, ...] = ()
    probes: Mapping[str, Probe] = field(default_factory=dict)
    upload_limits: Mapping[str, int] = field(default_factory=dict)
    wire_types: Mapping[str, Any] = field(default_factory=dict)

    def find(self, kind: type[S]) -> S:
        """Return one of the further services by its type.

        Raises:
            LookupError: The module does not provide it.
        """
        for service in self.provides:
            if isinstance(service, kind):
                return service
        raise LookupError(f"module {self.name} does not provide {kind.__name__}")
