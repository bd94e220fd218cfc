"""The application: the core and the modules built on it, from the start of the process to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import TypeVar

from assist_api.http.core import Core, SignedInAccounts
from assist_api.http.module import Module
from assist_api.settings import AssistSettings
from kit.clock import Clock
from kit.db import Database
from kit.jobs import JobRunner, OnFailed
from kit.outbox import OutboxRunner
from kit.periodic import LoopRunner

T = TypeVar("T")


class NotProvidedError(LookupError):
    """No module provides a service of this type; a mistake in `assist_api.composition`."""


class Application:
    """Modules in the order of their start. Nothing runs until `start`."""

    def __init__(self, core: Core, modules: Sequence[Module[object]], *, on_failed: Sequence[OnFailed] = ()) -> None:
        """Keep the parts.

        Args:
            core: What the modules were built from.
            modules: In the order in which they are started.
            on_failed: Called, in its transaction, for every job that fails for good.
        """
        self.core = core
        self.modules = tuple(modules)
        provided = (service for module in modules for service in (module.service, *module.provides))
        self._services = {type(service): service for service in provided}
        handlers = [handler for module in modules for handler in module.jobs]
        self._loops = LoopRunner(core.clock)
        self._jobs = JobRunner(core.database, core.clock, core.jobs, handlers, on_failed=on_failed)
        self._outbox = OutboxRunner(core.database, core.clock, core.outbox)

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

    async def start(self) -> None:
        """Start every module in order; the server may accept connections after this. `warm_up` comes next."""
        # What is committed from here on reaches followers, so a module may read what is there in its start.
        await self._outbox.prepare()
        for module in self.modules:
            await module.start()

    async def warm_up(self) -> None:
        """Load what is slow, side by side, then begin the work of every module: calls, jobs, deliveries, loops.

        Raises:
            MisconfiguredError: A model is missing; the message names the variable and the command that mends it.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for module in self.modules:
                    group.create_task(module.warm_up(), name=f"warm-up.{module.name}")
        except ExceptionGroup as errors:
            # One is enough for whoever has to mend it.
            raise errors.exceptions[0] from errors
        for module in self.modules:
            await module.begin()
        await self._outbox.start()
        self._jobs.start()
        own = (*self._outbox.loops, *self._jobs.loops)
        self._loops.start(*own, *(loop for module in self.modules for loop in module.loops))

    async def run_due_jobs(self) -> int:
        """Run what is due in the job queue to its end, and return how many attempts that were; for tests.

        It is not for an application that was started: that one runs its jobs by itself.
        """
        return await self._jobs.run_due()

    async def aclose(self) -> None:
        """Close what was built, users before what they use; safe to call twice, and goes on after a failure."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.core.database.aclose)
            for module in self.modules:
                stack.push_async_callback(module.aclose)
            stack.push_async_callback(self._outbox.aclose)
            stack.push_async_callback(self._jobs.aclose)
            stack.push_async_callback(self._loops.aclose)
