"""Receives the audio of legs: a server that the exchange connects to, one connection for each tap."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import structlog

from cti_adapter.audiosocket import SAMPLE_RATE_HZ, FrameDecoder, FrameKind, TapChunk, TapTimeline
from cti_adapter.errors import PBXTimeoutError
from cti_adapter.metrics import DROPPED_AUDIO, FILLED_AUDIO, OPEN_TAPS
from kit.clock import Clock
from kit.errors import MisconfiguredError, ProtocolError

log = structlog.get_logger(__name__)

_READ_BYTES = 1 << 16
_IDENTITY_TIMEOUT_SECONDS = 5.0


class LegTap:
    """The audio of one leg, from any number of connections one after the other.

    Args:
        leg_id: The leg.
        backlog_samples: Audio that may wait for its reader; beyond it the oldest is dropped and counted.
    """

    def __init__(self, leg_id: UUID, backlog_samples: int) -> None:
        self.leg_id = leg_id
        self.gates: set[str] = set()
        """Why the audio is withheld now; empty when it is not."""
        self.connected = asyncio.Event()
        self.disconnected = asyncio.Event()
        self._timeline = TapTimeline()
        self._chunks: deque[TapChunk] = deque()
        self._waiting_samples = 0
        self._backlog_samples = backlog_samples
        self._changed = asyncio.Event()
        self._is_closed = False

    def receive(self, pcm: bytes, arrived: float) -> None:
        """Take audio that arrived now."""
        for chunk in self._timeline.feed(pcm, arrived, is_withheld=bool(self.gates)):
            if chunk.is_filled:
                FILLED_AUDIO.inc(chunk.sample_count / SAMPLE_RATE_HZ)
            self._chunks.append(chunk)
            self._waiting_samples += chunk.sample_count
        while self._waiting_samples > self._backlog_samples and len(self._chunks) > 1:
            dropped = self._chunks.popleft()
            self._waiting_samples -= dropped.sample_count
            DROPPED_AUDIO.inc(dropped.sample_count / SAMPLE_RATE_HZ)
        self._changed.set()

    def note_break(self) -> None:
        """Say that a connection ended; silence stands for what is missing before the next one."""
        self._timeline.note_break()

    def close(self) -> None:
        """End the stream: its reader gets what waits and then stops."""
        self._is_closed = True
        self._changed.set()

    async def chunks(self) -> AsyncIterator[TapChunk]:
        """Yield audio until the tap is closed."""
        while True:
            while self._chunks:
                chunk = self._chunks.popleft()
                self._waiting_samples -= chunk.sample_count
                yield chunk
            if self._is_closed:
                return
            self._changed.clear()
            await self._changed.wait()


class TapServer:
    """Listens for taps. A connection whose identity nobody expects is closed."""

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._expected: dict[UUID, LegTap] = {}
        self._writers: dict[UUID, asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen.

        Raises:
            MisconfiguredError: The port is taken.
        """
        try:
            self._server = await asyncio.start_server(self._accept, self._host, self._port)
        except OSError as error:
            raise MisconfiguredError(
                f"Audio cannot be received on {self._host}:{self._port}: {error.strerror}. Set CTI_TAP_PORT "
                "to a free port."
            ) from error

    @property
    def address(self) -> str:
        """`host:port` that the exchange connects to."""
        assert self._server is not None  # noqa: S101 — asked after start
        return f"{self._host}:{self._server.sockets[0].getsockname()[1]}"

    def expect(self, tap: LegTap) -> UUID:
        """Return the identity under which the exchange connects the audio of a leg."""
        ticket = uuid4()
        self._expected[ticket] = tap
        tap.connected.clear()
        tap.disconnected.clear()
        return ticket

    async def wait_connected(self, ticket: UUID, timeout_seconds: float) -> None:
        """Wait until the exchange has connected.

        Raises:
            PBXTimeoutError: It did not in time; the identity is forgotten.
        """
        tap = self._expected[ticket]
        try:
            async with asyncio.timeout(timeout_seconds):
                await tap.connected.wait()
        except TimeoutError as error:
            self.forget(ticket)
            raise PBXTimeoutError(
                f"The exchange did not connect the audio of a leg to {self.address}. Check that it reaches that "
                "address (CTI_LISTEN_HOST, CTI_TAP_PORT)."
            ) from error

    def forget(self, ticket: UUID) -> None:
        """Close the connection of an identity and expect it no more; safe to call twice."""
        self._expected.pop(ticket, None)
        writer = self._writers.pop(ticket, None)
        if writer is not None:
            writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — a connection is a task
        self._connections.add(task)
        try:
            await self._receive(reader, writer)
        except (ConnectionError, ProtocolError, TimeoutError) as error:
            log.warning("tap_connection_refused", reason=str(error) or type(error).__name__)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = FrameDecoder()
        tap: LegTap | None = None
        ticket: UUID | None = None
        async with asyncio.timeout(_IDENTITY_TIMEOUT_SECONDS) as deadline:
            try:
                while data := await reader.read(_READ_BYTES):
                    pcm = bytearray()
                    for frame in decoder.feed(data):
                        if tap is None:
                            ticket = frame.uuid
                            tap = self._begin(ticket, writer)
                            deadline.reschedule(None)
                        elif frame.kind == FrameKind.PCM_8KHZ:
                            pcm += frame.payload
                        elif frame.kind in {FrameKind.HANG_UP, FrameKind.ERROR}:
                            return
                    if tap is not None and pcm:
                        tap.receive(bytes(pcm), self._clock.monotonic())
            finally:
                if tap is not None and ticket is not None:
                    OPEN_TAPS.dec()
                    self._writers.pop(ticket, None)
                    self._expected.pop(ticket, None)
                    tap.note_break()
                    tap.disconnected.set()

    def _begin(self, ticket: UUID, writer: asyncio.StreamWriter) -> LegTap:
        tap = self._expected.get(ticket)
        if tap is None or ticket in self._writers:
            raise ProtocolError("An audio connection came that nobody expects.")
        self._writers[ticket] = writer
        tap.connected.set()
        OPEN_TAPS.inc()
        return tap

    async def aclose(self) -> None:
        """Stop listening and close every connection."""
        if self._server is None:
            return
        self._server.close()
        for ticket in list(self._writers):
            self.forget(ticket)
        for task in list(self._connections):
            task.cancel()
        if self._connections:
            await asyncio.gather(*self._connections, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(_IDENTITY_TIMEOUT_SECONDS):
                await self._server.wait_closed()
        self._server = None
