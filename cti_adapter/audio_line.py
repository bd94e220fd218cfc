"""Talks with callers: a server that the dialplan's `AudioSocket()` connects to, sound in both directions, and keys."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog

from cti_adapter.audiosocket import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ, FrameDecoder, FrameKind, encode_frame
from kit.clock import Clock
from kit.errors import MisconfiguredError, ProtocolError

log = structlog.get_logger(__name__)

FRAME_MS = 20
FRAME_BYTES = SAMPLE_RATE_HZ * FRAME_MS // 1000 * BYTES_PER_SAMPLE
_STALL_SECONDS = 0.2
"""A sender that is further behind goes on from now: a burst would be heard late and could not be interrupted."""
_BACKLOG = 1_500
"""Frames that may wait for their reader, 30 seconds; beyond it the oldest is dropped."""
_IDENTITY_TIMEOUT_SECONDS = 5.0
_READ_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class LineFrame:
    """What came from the caller: 20 ms of sound, or a key."""

    pcm: bytes = b""
    key: str = ""


class AudioLine:
    """One caller on the line."""

    def __init__(self, call_id: UUID, writer: asyncio.StreamWriter, clock: Clock) -> None:
        self.call_id = call_id
        self.is_over = asyncio.Event()
        """Set once the caller is gone or was handed back."""
        self._writer = writer
        self._clock = clock
        self._frames: asyncio.Queue[LineFrame] = asyncio.Queue(_BACKLOG)

    async def frames(self) -> AsyncIterator[LineFrame]:
        """Yield what comes from the caller until the line is over; for one reader."""
        over = asyncio.ensure_future(self.is_over.wait())
        get: asyncio.Future[LineFrame] | None = None
        try:
            while not self.is_over.is_set() or not self._frames.empty():
                get = asyncio.ensure_future(self._frames.get())
                await asyncio.wait({get, over}, return_when=asyncio.FIRST_COMPLETED)
                if not get.done():
                    return
                yield get.result()
        finally:
            over.cancel()
            if get is not None:
                get.cancel()

    async def play(self, pcm: bytes, interrupted: asyncio.Event) -> bool:
        """Send sound at the pace of speech; False when it was interrupted or the caller left.

        Frames go out on an absolute clock and never ahead of it, so that nothing is buffered when it must stop.
        """
        due = self._clock.monotonic()
        for start in range(0, len(pcm), FRAME_BYTES):
            if self.is_over.is_set() or interrupted.is_set():
                return False
            frame = pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
            self._writer.write(encode_frame(FrameKind.PCM_8KHZ, frame))
            due += FRAME_MS / 1000
            late = self._clock.monotonic() - due
            if late < 0:
                await self._clock.sleep(-late)
            elif late > _STALL_SECONDS:
                due = self._clock.monotonic()
        return not interrupted.is_set()

    async def hand_back(self) -> None:
        """Give the call back to the dialplan."""
        with suppress(ConnectionError):
            self._writer.write(encode_frame(FrameKind.HANG_UP))
            await self._writer.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self.is_over.wait()
        self._writer.close()

    def receive(self, frame: LineFrame) -> None:
        """Take what came; the oldest is dropped when nobody reads."""
        if self._frames.full():
            self._frames.get_nowait()
        self._frames.put_nowait(frame)


class AudioLineServer:
    """Listens for callers; one task for each runs `talk`, whose failure costs that dialogue alone."""

    def __init__(self, host: str, port: int, clock: Clock, talk: Callable[[AudioLine], Awaitable[None]]) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._talk = talk
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def start(self) -> None:
        """Listen.

        Raises:
            MisconfiguredError: The port is taken.
        """
        try:
            self._server = await asyncio.start_server(self._accept, self._host, self._port)
        except OSError as error:
            raise MisconfiguredError(
                f"Callers cannot be received on {self._host}:{self._port}: {error.strerror}. Set IVR_AUDIO_PORT to a "
                "free port."
            ) from error

    @property
    def address(self) -> str:
        """`host:port` that the dialplan connects to."""
        assert self._server is not None  # noqa: S101 — asked after start
        return f"{self._host}:{self._server.sockets[0].getsockname()[1]}"

    async def aclose(self) -> None:
        """Stop listening and leave every caller to the dialplan."""
        if self._server is None:
            return
        self._is_closing = True
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        if self._connections:
            await asyncio.gather(*self._connections, return_exceptions=True)
        self._server = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — a connection is a task
        self._connections.add(task)
        try:
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            # The task is the server's own; asyncio logs a connection that ends cancelled as an error.
            if not self._is_closing:
                raise
        except (ConnectionError, ProtocolError, TimeoutError) as error:
            log.warning("dialogue_connection_refused", reason=type(error).__name__)
        except Exception:
            # A dialogue that fails leaves its caller to the dialplan, and never costs the server.
            log.exception("dialogue_failed")
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        decoder = FrameDecoder()
        async with asyncio.timeout(_IDENTITY_TIMEOUT_SECONDS):
            first: list[tuple[int, bytes]] = []
            while not first:
                data = await reader.read(_READ_BYTES)
                if not data:
                    return
                frames = list(decoder.feed(data))
                if frames:
                    line = AudioLine(frames[0].uuid, writer, self._clock)
                    first = [(frame.kind, frame.payload) for frame in frames]
        listening = asyncio.ensure_future(_listen(reader, decoder, line, first))
        try:
            await self._talk(line)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _listen(
    reader: asyncio.StreamReader, decoder: FrameDecoder, line: AudioLine, first: list[tuple[int, bytes]]
) -> None:
    try:
        for kind, payload in first:
            _take(line, kind, payload)
        while data := await reader.read(_READ_BYTES):
            for frame in decoder.feed(data):
                _take(line, frame.kind, frame.payload)
    except ConnectionError:
        pass
    finally:
        line.is_over.set()


def _take(line: AudioLine, kind: int, payload: bytes) -> None:
    if kind == FrameKind.PCM_8KHZ:
        line.receive(LineFrame(pcm=payload))
    elif kind == FrameKind.KEY:
        line.receive(LineFrame(key=payload.decode("ascii", "replace")[:1]))
    elif kind in {FrameKind.HANG_UP, FrameKind.ERROR}:
        line.is_over.set()
