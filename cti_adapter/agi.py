"""Answers the dialplan's routing questions: panoramisk's FastAGI server with bounds and time-outs around it (ADR 25).

The dialplan asks once for each call, waits a few seconds, and goes on by itself when it hears nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from panoramisk.fast_agi import Application, Request

from cti_adapter.tracked import identity
from kit.errors import InvalidInputError, MisconfiguredError

log = structlog.get_logger(__name__)

HEAD_LIMIT_BYTES = 1 << 16
HEAD_TIMEOUT_SECONDS = 5.0
ANSWER_TIMEOUT = timedelta(seconds=2.5)
"""Shorter than the dialplan's patience (`PBXPlan.routing_seconds`), so that a late answer is ours to see."""
_VALUE = re.compile(r"[A-Za-z0-9_.:+-]{1,80}")


@dataclass(frozen=True, slots=True)
class RouteQuestion:
    """A call that asks where to go.

    Attributes:
        call_id: The call, as in its events.
        caller_number: Number of the caller; empty when withheld. Personal.
        dialled_number: Number that was called.
        queue: Queue that the call goes to when nobody answers.
        stage: `after_call` once the agent has hung up and the caller has not; the name of a flow where an agent, or a
            key in the queue, sends the caller there; empty before the queue.
        waits_since: When the caller began to wait in line; None before.
    """

    call_id: UUID
    caller_number: str
    dialled_number: str
    queue: str
    stage: str = ""
    waits_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """Where a call goes.

    Attributes:
        queue: Name of the queue.
        head_start_seconds: How much longer than it has it counts as waiting; the dialplan makes its place in the line
            of it.
        max_wait_seconds: How long it waits there.
        overflow: Queue that it goes to afterwards; None tells the caller goodbye.
        seat: Queue of one agent that it waits in first; None for nobody in particular.
        seat_seconds: How long it waits there.
        is_closed: Whether the caller is told that nobody works now, and waits nowhere.
        values: Further variables for the dialplan; letters, digits and `_ . : + -` only.
    """

    queue: str
    head_start_seconds: int = 0
    max_wait_seconds: int = 300
    overflow: str | None = None
    seat: str | None = None
    seat_seconds: int = 12
    is_closed: bool = False
    values: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """Return the channel variables that say it.

        Raises:
            InvalidInputError: A value could end the line or the argument.
        """
        named = {
            "ROUTED": "1",
            "__TARGET_QUEUE": self.queue,
            "HEAD_START": str(self.head_start_seconds),
            "TARGET_WAIT": str(self.max_wait_seconds),
            # An empty value is no value to AGI; the dialplan reads "none" so.
            "OVERFLOW_QUEUE": self.overflow or "none",
            **({"SEAT_QUEUE": self.seat, "SEAT_WAIT": str(self.seat_seconds)} if self.seat else {}),
            **({"IS_CLOSED": "1"} if self.is_closed else {}),
            **self.values,
        }
        for name, value in named.items():
            if not _VALUE.fullmatch(value) or not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,40}", name):
                raise InvalidInputError(f"{name} cannot be given to the dialplan.", field=name)
        return named


Router = Callable[[RouteQuestion], Awaitable[RouteAnswer | None]]
"""Decides where a call goes; None leaves it to the dialplan."""


class _Application(Application):  # type: ignore[misc]  # panoramisk has no types
    """Reads the head of a question with a bound and a time-out; panoramisk 1.4 spins for ever when a client leaves."""

    def __init__(self, question: Callable[[Request], Awaitable[None]]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._question = question

    async def handler(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_TIMEOUT_SECONDS):
                head = await reader.readuntil(b"\n\n")
            lines = head.decode("utf-8", "replace").split("\n")
            headers = dict(line.split(": ", 1) for line in lines if ": " in line)
            await self._question(Request(self, headers, reader, writer))
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError) as error:
            log.warning("routing_question_broken", reason=type(error).__name__)
        except Exception:
            # A router that fails costs a route, never the server.
            log.exception("routing_failed")
        finally:
            writer.close()


class RouteServer:
    """Listens for routing questions.

    Args:
        host: Address to listen on.
        port: TCP port; 0 lets the system choose.
        node_name: Name of the exchange, for the identity of calls.
        route: Decides.
    """

    def __init__(self, host: str, port: int, node_name: str, route: Router) -> None:
        self._host = host
        self._port = port
        self._node_name = node_name
        self._route = route
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            MisconfiguredError: The port is taken.
        """
        application = _Application(self._answer)
        try:
            self._server = await asyncio.start_server(
                application.handler, self._host, self._port, limit=HEAD_LIMIT_BYTES
            )
        except OSError as error:
            raise MisconfiguredError(
                f"Routing questions cannot be received on {self._host}:{self._port}: {error.strerror}. Set "
                "CTI_AGI_PORT to a free port."
            ) from error

    @property
    def address(self) -> str:
        """`host:port` that the dialplan asks."""
        assert self._server is not None  # noqa: S101 — asked after start
        return f"{self._host}:{self._server.sockets[0].getsockname()[1]}"

    async def _answer(self, request: Request) -> None:
        headers: Mapping[str, str] = request.headers
        async with asyncio.timeout(ANSWER_TIMEOUT.total_seconds()):
            key = await _variable(request, "CALL_ID") or headers.get("agi_uniqueid", "")
            question = RouteQuestion(
                identity(self._node_name, "call", key),
                caller_number="" if headers.get("agi_callerid") in {None, "unknown"} else headers["agi_callerid"],
                dialled_number=await _variable(request, "DIALLED_NUMBER"),
                queue=await _variable(request, "TARGET_QUEUE"),
                stage=await _variable(request, "IVR_STAGE"),
                waits_since=_moment(await _variable(request, "QUEUE_SINCE")),
            )
            answer = await self._route(question)
            if answer is None:
                return
            for name, value in answer.variables().items():
                await request.send_command(f"SET VARIABLE {name} {value}")

    async def aclose(self) -> None:
        """Stop listening; calls that ask meanwhile go on without us."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None


async def _variable(request: Request, name: str) -> str:
    answer: Mapping[str, Any] = await request.send_command(f"GET VARIABLE {name}")
    result = answer.get("result") or ("", "")
    return str(result[1] or "") if isinstance(result, tuple | list) and len(result) > 1 else ""


def _moment(seconds: str) -> datetime | None:
    """Return the time of seconds since 1970 as the dialplan counts them; None for anything else."""
    return datetime.fromtimestamp(int(seconds), UTC) if re.fullmatch(r"[0-9]{1,10}", seconds) else None
