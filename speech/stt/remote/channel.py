"""Messages over a WebSocket: what `kit.worker_process.Channel` is to a process, this is to another machine."""

from __future__ import annotations

from collections.abc import Callable

from websockets.exceptions import ConnectionClosed
from websockets.sync.connection import Connection

from kit.worker_process import Head, Message, WorkerGoneError, from_bytes, to_bytes

LARGEST_WINDOW_BYTES = 2 * 1024 * 1024
"""Twice a window of 28 s; a longer message closes the connection before it is read."""
LARGEST_ANSWER_BYTES = 256 * 1024
PING_SECONDS = 5.0
"""How often each end asks whether the other lives, and how long the other may take: a machine that lost its power is
missed after ten seconds."""
CLOSE_SECONDS = 1.0


class SocketChannel:
    """One end of a connection. One thread may send while another receives."""

    def __init__(self, connection: Connection, close: Callable[[], None]) -> None:
        """Take over a connection.

        Args:
            connection: Past its handshake.
            close: Closes it; safe to call twice.
        """
        self._connection = connection
        self._close = close
        self._arrived: bytes | None = None

    def send(self, head: Head, body: bytes = b"") -> None:
        """Send a message."""
        try:
            self._connection.send(to_bytes(head, body))
        except (ConnectionClosed, OSError) as error:
            raise WorkerGoneError from error

    def receive(self) -> Message:
        """Wait for a message."""
        data, self._arrived = self._arrived, None
        return from_bytes(self._next(None) if data is None else data)

    def has_something(self, seconds: float) -> bool:
        """Wait at most so long for a message; tell whether one is there."""
        if self._arrived is None:
            try:
                self._arrived = self._next(seconds)
            except TimeoutError:
                return False
        return True

    def close(self) -> None:
        """Hang up; safe to call twice."""
        self._close()

    def _next(self, seconds: float | None) -> bytes:
        try:
            data = self._connection.recv(seconds, decode=False)
        except (ConnectionClosed, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise WorkerGoneError from error
        if not isinstance(data, bytes):
            raise WorkerGoneError
        return data
