"""The application: the core and the modules built on it, from the start of the process to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from assist_api.http.core import Core, SignedInAccounts
from assist_api.http.module import Module
from assist_api.settings import AssistSettings
from kit.clock import Clock
from kit.db import Database
from kit.periodic import LoopRunner

T = TypeVar("T")


class NotProvidedError(LookupError):
    """No module provides a service of this type; a mistake in `assist_api.composition`."""


@dataclass(frozen=True, slots=True)
class Application:
    """Modules in the order of their start. Nothing runs until `start`."""

    core: Core
    modules: Sequence[Module[object]]
    _services: dict[type, object] = field(init=False)
    _loops: LoopRunner = field(init=False)

    def __post_init__(self) -> None:
        services: dict[type, object] = {}
        for module in self.modules:
            for service in (module.service, *module.provides):
                services[type(service)] = service
        object.__setattr__(self, "_services", services)
        object.__setattr__(self, "_loops", LoopRunner(self.core.clock))

    @property
    def settings(self) -> AssistSettings:
        """Settings of this installation."""
        return self.core.settings

    @property
    def database(self) -> Database:
        """The database of every module."""
        return self.core.database

    @property
    def clock(self) -> Clock:
        """The clock of every module."""
        return self.core.clock

    @property
    def sessions(self) -> SignedInAccounts:
        """What finds the account behind a session token."""
        return self.core.sessions

    def get(self, kind: type[T]) -> T:
        """Return the service of this type.

        Raises:
            NotProvidedError: No module provides one.
        """
        service = self._services.get(kind)
        if not isinstance(service, kind):
            raise NotProvidedError(f"no module provides {kind.__name__}")
        return service

    def put(self, kind: type[T], service: T) -> None:
        """Let endpoints find another service of this type; for tests that run a part of their own."""
        self._services[kind] = service

    async def start(self, ran: Callable[[Module[Any]], None] = lambda _module: None) -> None:
        """Start every module in order, then the loops of all."""
        for module in self.modules:
            await module.start()
            ran(module)
        self._loops.start(*(loop for module in self.modules for loop in module.loops))

    async def aclose(self) -> None:
        """Close what was built, users before what they use; safe to call twice, and goes on after a failure."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.core.database.aclose)
            for module in self.modules:
                stack.push_async_callback(module.aclose)
            stack.push_async_callback(self._loops.aclose)
