"""One recording session: the streams that are offered, who speaks in them, their taps and their files."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from aiortp import PortAllocator
from aiosipua import SipRequest
from aiosipua.sdp import SdpMessage

from cti_adapter.audio_tap import LegTap
from cti_adapter.audiosocket import SAMPLE_RATE_HZ
from cti_adapter.siprec.body import parse_body
from cti_adapter.siprec.errors import RefusedSessionError, malformed, not_acceptable
from cti_adapter.siprec.media import VoiceSession, open_voice
from cti_adapter.siprec.metadata import Participant, RecordingMetadata, parse_metadata, user_of
from cti_adapter.siprec.offer import Offer, OfferedStream, answer, parse_offer
from cti_adapter.siprec.recorder import LegRecorder
from cti_adapter.siprec.roles import Party, assign_roles
from cti_adapter.siprec.settings import SiprecSettings
from cti_adapter.states import CallState
from cti_adapter.views import LegView
from kit.clock import Clock

HOLD_GATE = "hold"


@dataclass(frozen=True, slots=True)
class Listening:
    """What every session needs.

    Attributes:
        settings: Addresses, peers and bounds.
        clock: Time of audio and files.
        recordings: Folder of the files.
        ports: Pairs of UDP ports that are free.
    """

    settings: SiprecSettings
    clock: Clock
    recordings: Path
    ports: PortAllocator


class _Stream:
    """One stream: its socket, and the leg that speaks in it now."""

    def __init__(self, offered: OfferedStream, clock: Clock) -> None:
        self.offered = offered
        self.voice: VoiceSession | None = None
        self.leg: LegView | None = None
        self.tap: LegTap | None = None
        self.recorder: LegRecorder | None = None
        self._clock = clock

    def hear(self, pcm: bytes) -> None:
        """Take voice; what comes before it is known who speaks is dropped: a moment at the beginning."""
        arrived = self._clock.monotonic()
        if self.tap is not None:
            self.tap.receive(pcm, arrived)
        if self.recorder is not None and not self.offered.is_held:
            self.recorder.receive(pcm, arrived, self._clock.now())


class RecordingSession:
    """One recording session, from its INVITE to its end.

    Args:
        call_id: Identity of the call that it records.
        listening: Addresses, ports, folder and clock.
        agent_numbers: Fits the numbers of agents.
    """

    def __init__(self, call_id: UUID, listening: Listening, agent_numbers: re.Pattern[str]) -> None:
        self.call_id = call_id
        self.parties: tuple[Party, ...] = ()
        self.ending = CallState.INTERRUPTED
        self.hangs_up = True
        """Whether the other side has to be told that the session is over."""
        self.carried = asyncio.Event()
        """Set once everything of the session is closed."""
        self._listening = listening
        self._agent_numbers = agent_numbers
        self._offer: Offer | None = None
        self._metadata = RecordingMetadata()
        self._streams: dict[int, _Stream] = {}
        self._left: list[LegRecorder] = []
        """Files of legs that have left the call and are still to be closed."""
        self._over = asyncio.Event()
        self._began = listening.clock.monotonic()
        self._sdp_id = secrets.randbelow(1 << 31)
        self._version = 0

    # ---- what the other side says ---------------------------------------------------------------------------------

    def read(self, request: SipRequest) -> None:
        """Take in the offer and the metadata of a request; a change without an offer keeps the one before.

        Raises:
            RefusedSessionError: The request cannot be read, or offers nothing that we can hear; nothing changes.
        """
        body = parse_body(request.content_type, request.body)
        offer = parse_offer(body.sdp) if body.sdp is not None else self._offer
        if offer is None:
            raise not_acceptable("A recording session must begin with an offer of media.")
        metadata = parse_metadata(body.metadata) if body.metadata is not None else self._metadata
        if not metadata.participants:
            metadata = RecordingMetadata((_named_in_from(request),))
        if any(
            (known := self._streams.get(stream.index)) is not None and known.offered.payload_type != stream.payload_type
            for stream in offer.streams
        ):
            raise malformed("A stream changes its codec while it is heard.")
        self._offer, self._metadata = offer, metadata
        self.parties = assign_roles([stream.label for stream in offer.streams], metadata, self._agent_numbers)

    @property
    def is_held(self) -> bool:
        """Whether nothing is sent in any stream."""
        return self._offer is not None and all(stream.is_held for stream in self._offer.streams)

    @property
    def is_open(self) -> bool:
        """Whether streams are received."""
        return bool(self._streams)

    # ---- what we hear ---------------------------------------------------------------------------------------------

    async def open_streams(self) -> SdpMessage:
        """Receive every stream that is offered and leave those that are not any more; return our answer.

        Raises:
            RefusedSessionError: No UDP port is free.
        """
        assert self._offer is not None  # noqa: S101 — read before
        offered = {stream.index: stream for stream in self._offer.streams}
        for index in set(self._streams) - set(offered):
            await self._close_stream(self._streams.pop(index))
        for index, stream in offered.items():
            if index not in self._streams:
                self._streams[index] = await self._open_stream(stream)
            else:
                self._streams[index].offered = stream
        self._version += 1
        return self.answer()

    def answer(self) -> SdpMessage:
        """Return our answer to the last offer."""
        assert self._offer is not None  # noqa: S101 — read before
        ports = {index: stream.voice.port for index, stream in self._streams.items() if stream.voice is not None}
        host = self._listening.settings.advertised_host
        return answer(self._offer, ports, host, session_id=self._sdp_id, version=self._version)

    async def _open_stream(self, offered: OfferedStream) -> _Stream:
        listening = self._listening
        stream = _Stream(offered, listening.clock)
        try:
            stream.voice = await open_voice(
                listening.settings.host,
                offered.address,
                offered.payload_type,
                listening.ports,
                listening.settings.networks,
                listening.clock.monotonic,
                stream.hear,
            )
        except (OSError, RuntimeError) as error:
            text = "No UDP port for audio is free; widen CTI_SIPREC_RTP_PORTS."
            raise RefusedSessionError(503, "Service Unavailable", text, {"Retry-After": "30"}) from error
        return stream

    def follow(self, legs: Mapping[str, LegView]) -> None:
        """Give every stream the leg that speaks in it now, by label, and withhold what is on hold."""
        listening = self._listening
        for stream in self._streams.values():
            leg = legs.get(stream.offered.label)
            if leg is not None and (stream.leg is None or stream.leg.leg_id != leg.leg_id):
                self._leave(stream)
                samples = round(listening.settings.backlog.total_seconds() * SAMPLE_RATE_HZ)
                stream.leg, stream.tap = leg, LegTap(leg.leg_id, samples)
                stream.recorder = LegRecorder(listening.recordings, leg.call_id, leg.leg_id, leg.role)
            if stream.tap is not None:
                stream.tap.gates = {HOLD_GATE} if stream.offered.is_held else set()

    def _leave(self, stream: _Stream) -> None:
        if stream.tap is not None:
            stream.tap.close()
        if stream.recorder is not None:
            self._left.append(stream.recorder)
        stream.leg, stream.tap, stream.recorder = None, None, None

    def tap_of(self, leg_id: UUID) -> LegTap | None:
        """Return the tap of a leg; None when it is no leg of this session."""
        return next(
            (stream.tap for stream in self._streams.values() if stream.leg and stream.leg.leg_id == leg_id), None
        )

    @property
    def is_silent(self) -> bool:
        """Whether no packet came for too long, in a session that is not on hold."""
        if self.is_held:
            return False
        arrivals = [stream.voice.last_arrival for stream in self._streams.values() if stream.voice is not None]
        last = max((arrival for arrival in arrivals if arrival is not None), default=self._began)
        timeout = self._listening.settings.silence_timeout.total_seconds()
        return self._listening.clock.monotonic() - last > timeout

    # ---- its end --------------------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._over.is_set()

    def finish(self, state: CallState, *, hangs_up: bool = True) -> None:
        """Note how it ended; the first ending stands."""
        if not self._over.is_set():
            self.ending, self.hangs_up = state, hangs_up
            self._over.set()

    async def wait(self, seconds: float) -> None:
        """Wait until it is over, at most for this long."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    async def flush(self) -> None:
        """Write what was heard, and close the files of legs that have left."""
        left, self._left = self._left, []
        for recorder in left:
            await recorder.aclose()
        for stream in list(self._streams.values()):
            if stream.recorder is not None:
                await stream.recorder.flush()

    async def aclose(self) -> None:
        """Close sockets, taps and files; safe to call twice."""
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            await self._close_stream(stream)
        await self.flush()

    async def _close_stream(self, stream: _Stream) -> None:
        if stream.voice is not None:
            await stream.voice.close()
        self._leave(stream)


def _named_in_from(request: SipRequest) -> Participant:
    """Return who is named as the sender of a session that comes without metadata."""
    sender = request.from_addr
    number = user_of(f"sip:{sender.uri.user}@") if sender is not None and sender.uri and sender.uri.user else ""
    return Participant("from", number)
