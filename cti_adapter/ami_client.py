"""One link to the manager interface: panoramisk with what it lacks around it (ADR 25).

panoramisk 1.4 builds actions, matches answers to them and signs in. Added here: a decoder that loses no character, one
ordered queue with back-pressure instead of callbacks, a deadline for signs of life, a time-out for every action, a
refused password that is told, and no action that is sent again after a reconnect. A link is used once; who wants
another opens one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from panoramisk import Manager
from panoramisk.actions import Action as PanoramiskAction
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from cti_adapter.ami_message import AMIDecoder, AMIMessage, check_fields
from cti_adapter.commands import Action
from cti_adapter.errors import PBXRejectedError, PBXSignInError, PBXTimeoutError, PBXUnreachableError
from cti_adapter.metrics import BACKLOG, REFUSED_ACTIONS
from cti_adapter.settings import CTISettings
from cti_adapter.snapshot import LIST_ACTIONS, PBXSnapshot, build_snapshot
from kit.clock import Clock
from kit.errors import ProtocolError
from kit.tasks import cancel_and_wait

log = structlog.get_logger(__name__)

_NEVER_SECONDS = 10**9
"""panoramisk's own pings are not used: they have no deadline."""
_FAILURES = frozenset({"Error", "Failure", "Fail"})


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Reads with our decoder; hands events to the link and answers to panoramisk's actions."""

    def __init__(self, link: AMILink) -> None:
        self._link = link
        self._decoder = AMIDecoder()

    def data_received(self, data: bytes) -> None:
        self._link.note_life()
        try:
            for message in self._decoder.feed(data):
                self._receive(message)
        except ProtocolError as error:
            self._link.fail(error.message)

    @property
    def manager_version(self) -> str:
        return self._decoder.version or ""

    def _receive(self, message: AMIMessage) -> None:
        action = self.responses.get(message.action_id) if message.action_id else None
        if action is None:
            if message.event:
                self._link.enqueue(message)
            return
        self._link.collect(action.action_id, message)
        raw = Message(dict(reversed(message.fields)))
        is_refused_list = bool(action.as_list) and message.response in _FAILURES
        if is_refused_list or action.add_message(raw):
            self.responses.pop(action.id, None)
            if not action.future.done():
                action.future.set_result(raw)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._link.fail("the exchange closed the link" if exc is None else f"the link broke: {exc}")


class _Manager(Manager):  # type: ignore[misc]  # panoramisk has no types
    """Signs in; never connects again or sends again by itself."""

    def __init__(self, link: AMILink, **config: Any) -> None:  # noqa: ANN401 — panoramisk's own
        super().__init__(**config, ping_delay=_NEVER_SECONDS, ping_interval=_NEVER_SECONDS)
        self._link = link

    def login(self, future: asyncio.Future[Message]) -> bool:
        self.authenticated_future = None
        if future.cancelled() or future.exception() is not None:
            return False
        answer = future.result()
        self.authenticated = bool(answer.success)
        self._link.note_sign_in("" if self.authenticated else answer.message or "refused")
        return self.authenticated


class AMILink:
    """One signed-in connection; made by `open_link`."""

    def __init__(self, settings: CTISettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._messages: deque[AMIMessage] = deque()
        self._changed = asyncio.Event()
        self._answers: dict[str, list[AMIMessage]] = {}
        self._failure: str | None = None
        self._signed_in: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._booted = asyncio.Event()
        self._is_paused = False
        self._last_life = clock.monotonic()
        self._manager: _Manager | None = None
        self._transport: asyncio.Transport | None = None
        self._protocol: _Protocol | None = None

    # ---- made by open_link ----------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Connect and sign in.

        Raises:
            PBXUnreachableError: Nothing answers there, or something that is not Asterisk.
            PBXSignInError: The user name or the password is wrong.
        """
        settings = self._settings
        loop = asyncio.get_running_loop()
        manager = _Manager(
            self,
            loop=loop,
            host=settings.host,
            port=settings.ami_port,
            username=settings.ami_username,
            secret=settings.ami_secret.get_secret_value(),
        )
        self._manager = manager
        where = f"{settings.host}:{settings.ami_port}"
        try:
            async with asyncio.timeout(settings.action_timeout.total_seconds()):
                made = await loop.create_connection(lambda: _Protocol(self), settings.host, settings.ami_port)
                self._transport, self._protocol = made
                connected: asyncio.Future[Any] = loop.create_future()
                connected.set_result(made)
                manager.connection_made(connected)
                problem = await self._signed_in
        except TimeoutError as error:
            raise PBXUnreachableError(
                f"The exchange at {where} does not answer. Check CTI_HOST and CTI_AMI_PORT (manager.conf)."
            ) from error
        except OSError as error:
            raise PBXUnreachableError(
                f"The exchange at {where} cannot be reached: {error.strerror or error}. Check CTI_HOST and "
                "CTI_AMI_PORT, and that Asterisk runs."
            ) from error
        if self._failure is not None:
            raise PBXUnreachableError(f"The exchange at {where}: {self._failure}.")
        if problem:
            raise PBXSignInError(
                f"The exchange at {where} refused the user {settings.ami_username} ({problem}). Set CTI_AMI_USERNAME "
                "and CTI_AMI_SECRET to a section of manager.conf and its secret."
            )

    async def keep_alive(self) -> None:
        """Ask for signs of life, and drop the link when none came before the deadline."""
        deadline = self._settings.heartbeat_deadline.total_seconds()
        while self._failure is None:
            await self._clock.sleep(self._settings.heartbeat_interval.total_seconds())
            silent = self._clock.monotonic() - self._last_life
            # While reading is paused the silence is ours.
            if silent > deadline and not self._is_paused:
                self.fail(f"the exchange was silent for {silent:.0f} s")
            elif self._failure is None and self._manager is not None:
                self._manager.send_action({"Action": "Ping"}).add_done_callback(_ignore)

    def close(self) -> None:
        """End the link; safe to call twice."""
        self.fail("the link was closed")

    # ---- called by the protocol ------------------------------------------------------------------------------------

    def note_life(self) -> None:
        """Remember that bytes came."""
        self._last_life = self._clock.monotonic()

    def note_sign_in(self, problem: str) -> None:
        """Take the answer to our signing in; an empty problem means that it went well."""
        if not self._signed_in.done():
            self._signed_in.set_result(problem)

    def enqueue(self, message: AMIMessage) -> None:
        """Add an event in the order of its arrival; stop reading at the bound, so that nothing is dropped."""
        if message.event == "FullyBooted":
            self._booted.set()
        self._messages.append(message)
        self._changed.set()
        BACKLOG.set(len(self._messages))
        if len(self._messages) >= self._settings.event_backlog and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()

    def collect(self, action_id: str, message: AMIMessage) -> None:
        """Keep an answer until its action is complete."""
        answers = self._answers.get(action_id)
        if answers is not None:
            answers.append(message)

    def fail(self, reason: str) -> None:
        """End the link for a reason; every action that waits for its answer learns that it will not come."""
        if self._failure is not None:
            return
        self._failure = reason
        if self._protocol is not None:
            waiting = {action.id: action for action in self._protocol.responses.values()}
            self._protocol.responses.clear()
            for action in waiting.values():
                if not action.future.done():
                    action.future.cancel()
        if self._transport is not None:
            self._transport.abort()
        self.note_sign_in(reason)
        self._booted.set()
        self._changed.set()

    # ---- used by the adapter ---------------------------------------------------------------------------------------

    async def messages(self) -> AsyncIterator[AMIMessage]:
        """Yield events in the order of their arrival, until the link ends.

        Raises:
            PBXUnreachableError: The link ended; everything that came before was yielded.
        """
        while True:
            while self._messages:
                message = self._messages.popleft()
                if self._is_paused and len(self._messages) <= self._settings.event_backlog // 2:
                    self._resume()
                yield message
            BACKLOG.set(0)
            if self._failure is not None:
                raise PBXUnreachableError(f"The exchange is out of reach: {self._failure}.")
            self._changed.clear()
            await self._changed.wait()

    def _resume(self) -> None:
        self._is_paused = False
        self.note_life()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    async def do(self, action: Action, *, is_list: bool = False) -> list[AMIMessage]:
        """Send one action and return its answers.

        Raises:
            InvalidInputError: A value is more than one line; nothing was sent.
            PBXUnreachableError: The link is down; nothing was sent.
            PBXTimeoutError: Whether the exchange acted is unknown.
            PBXRejectedError: It refused.
        """
        check_fields(action.fields)
        name = str(action.fields["Action"])
        if self._failure is not None or self._manager is None:
            raise PBXUnreachableError(f"The exchange is out of reach: {self._failure or 'no link'}.")
        # The name comes first on the wire by panoramisk's sorting; a list is sent as a field for each value.
        sent = PanoramiskAction(_plain(action.fields))
        answers = self._answers.setdefault(sent.action_id, [])
        try:
            async with asyncio.timeout(self._settings.action_timeout.total_seconds()):
                await self._manager.send_action(sent, as_list=is_list)
        except TimeoutError as error:
            raise PBXTimeoutError(
                f"The exchange did not answer to {name} in time; whether it acted is unknown."
            ) from error
        except asyncio.CancelledError:
            if self._failure is None:
                raise
            raise PBXTimeoutError(
                f"The link to the exchange ended before the answer to {name}; whether it acted is unknown."
            ) from None
        finally:
            self._answers.pop(sent.action_id, None)
            if self._protocol is not None:
                self._protocol.responses.pop(sent.action_id, None)
        self._check_answer(name, action, answers)
        return answers

    def _check_answer(self, name: str, action: Action, answers: list[AMIMessage]) -> None:
        refusals = [answer for answer in answers if answer.response in _FAILURES]
        if not refusals:
            return
        reason = refusals[0].get("Message") or "no reason given"
        if reason.startswith(action.accepted_errors):
            return
        REFUSED_ACTIONS.labels(name).inc()
        raise PBXRejectedError(f"The exchange refused {name}: {reason}.")

    async def take_snapshot(self) -> PBXSnapshot:
        """Ask for everything that exists; events that arrive meanwhile wait in the queue.

        An exchange that starts lets us in before it knows its queues: we wait until it says that it is ready. The
        heartbeat notices when it dies meanwhile.
        """
        await self._booted.wait()
        answers = [answer for name in LIST_ACTIONS for answer in await self.do(Action({"Action": name}), is_list=True)]
        version = self._protocol.manager_version if self._protocol is not None else ""
        return build_snapshot(version, answers)


@asynccontextmanager
async def open_link(settings: CTISettings, clock: Clock) -> AsyncIterator[AMILink]:
    """Open a link, keep it alive inside the block, and close it behind it."""
    link = AMILink(settings, clock)
    heart: asyncio.Task[None] | None = None
    try:
        await link.connect()
        heart = asyncio.create_task(link.keep_alive(), name="cti.heartbeat")
        yield link
    finally:
        link.close()
        if heart is not None:
            await cancel_and_wait(heart)


def _plain(fields: Mapping[str, str | tuple[str, ...]]) -> dict[str, str | list[str]]:
    return {name: value if isinstance(value, str) else list(value) for name, value in fields.items()}


def _ignore(future: asyncio.Future[Any]) -> None:
    """Take what a ping brings: its deadline is watched elsewhere."""
    if not future.cancelled():
        future.exception()
