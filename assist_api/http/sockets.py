"""What every socket of the server shares: how it is closed, the part of it that a stream needs, its outermost shell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from fastapi import WebSocket, WebSocketDisconnect

from kit.tasks import cancel_and_wait

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Closing:
    """How a socket is closed (RFC 6455 7.4; 4000 and up are ours, named after HTTP statuses).

    Attributes:
        code: Close code.
        reason: Translatable.
    """

    code: int
    reason: str


NOT_SIGNED_IN = Closing(4401, "not_signed_in")
SESSION_ENDED = Closing(4401, "session_ended")
PASSWORD_CHANGE_REQUIRED = Closing(4403, "password_change_required")
TOO_MANY_SOCKETS = Closing(4429, "too_many_sockets")
TOO_SLOW = Closing(1013, "client_too_slow")
SERVER_FAILED = Closing(1011, "internal_error")


class Socket(Protocol):
    """The part of a WebSocket that a stream needs."""

    async def receive(self) -> Any:  # noqa: ANN401  # rejected: ASGI messages are untyped mappings
        """Return the next ASGI message."""
        ...

    async def send_text(self, data: str) -> None:
        """Send one text message."""
        ...


async def first_closing(*parts: Coroutine[Any, Any, Closing | None], name: str) -> Closing | None:
    """Run the parts of a socket side by side until one is over; return how that one wants to close it.

    Args:
        parts: What is sent, and what is listened to.
        name: Of the tasks.
    """
    tasks = [asyncio.create_task(part, name=name) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        await cancel_and_wait(*tasks)


async def serve_accepted(
    socket: WebSocket,
    serve: Callable[[], Awaitable[Closing | None]],
    *,
    crash_event: str,
    subprotocol: str | None = None,
) -> None:
    """Accept a socket, serve it, and close it as `serve` says.

    The socket is accepted before anything is checked: a browser tells its page the close code only then. A foreign
    origin never gets here.

    Args:
        socket: Not accepted yet.
        serve: Returns how to close the socket, or None when the client left.
        crash_event: Names the log line of a bug.
        subprotocol: What the socket speaks, where its page asks for it by name.
    """
    await socket.accept(subprotocol)
    try:
        closing = await serve()
    except WebSocketDisconnect:
        return
    except Exception:  # the edge where a bug is logged, once
        log.exception(crash_event)
        closing = SERVER_FAILED
    if closing is not None:
        await socket.close(closing.code, closing.reason)
