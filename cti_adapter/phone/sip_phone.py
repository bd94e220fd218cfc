"""A test telephone over SIP and RTP: it registers, calls, answers, plays, presses keys and records what it hears.

Signalling and media are the kept libraries aiosipua and aiortp (MIT). The telephone speaks A-law only, as agents do.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from aiortp import RTPSession
from aiortp.packet import RtpPacket
from aiosipua import (
    IncomingCall,
    OutgoingCall,
    Registration,
    SipDigestAuth,
    SipRequest,
    SipResponse,
    SipUAC,
    SipUAS,
    build_sdp,
    serialize_sdp,
)
from aiosipua.auth import answer_challenge
from aiosipua.dialog import Dialog
from aiosipua.registration import RegistrationState
from aiosipua.sdp import SdpMessage
from aiosipua.transport import UdpSipTransport

from cti_adapter.audiosocket import TapTimeline
from cti_adapter.sip_transport import UDPTransport
from kit.errors import DependencyCategory, DependencyError

PAYLOAD_PCMA = 8
KEY_PAYLOAD = 101
"""Payload type of keys (RFC 4733), as we offer it."""
SAMPLE_RATE_HZ = 8000
FRAME_SAMPLES = 160
FRAME_SECONDS = 0.02
FRAME_BYTES = 2 * FRAME_SAMPLES
_SILENCE = bytes(FRAME_BYTES)
KEY_MS = 160
KEY_GAP_SECONDS = 0.3
"""From the start of one key to the start of the next; menus lose keys that follow faster."""
ANSWER_TIMEOUT_SECONDS = 30.0
REGISTER_TIMEOUT_SECONDS = 10.0
_FIRST_RTP_PORT = 30_000
_RTP_PORTS = 10_000
_PORT_ATTEMPTS = 50
LATE_SECONDS = 0.1
"""A frame that is later than this is heard as a gap by most telephones' buffers (TELEPHONY budget)."""
_RTP_MODULO = 1 << 32
_FIRST_FINAL_CODE = 200
_FIRST_REDIRECT_CODE = 300
_CHALLENGES = frozenset({401, 407})


class PhoneError(DependencyError):
    """The telephone could not register, or its call was refused; the message says by whom and with which code."""

    code = "phone_failed"
    http_status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.REJECTED, retryable=False)


class CallEnd(StrEnum):
    """Who ended a call of a test telephone."""

    LOCAL = "local"
    REMOTE = "remote"


class SoundSource(Protocol):
    """What a telephone says: 20 ms at a time."""

    def read(self) -> bytes:
        """Return the next 160 samples, 16-bit little-endian at 8 kHz; fewer at the end, nothing after it."""
        ...


@dataclass
class PCMSource:
    """Plays samples once, or over and over."""

    pcm: bytes
    is_endless: bool = False
    _position: int = 0

    def read(self) -> bytes:
        """Return the next 20 ms."""
        frame = self.pcm[self._position : self._position + FRAME_BYTES]
        self._position += len(frame)
        if self.is_endless and self.pcm and len(frame) < FRAME_BYTES:
            self._position = FRAME_BYTES - len(frame)
            frame += self.pcm[: self._position]
        return frame


@dataclass
class Punctuality:
    """Compares when voice frames arrive with when they are due; pure.

    The frame that came earliest for its place sets the clock, so that a slow first frame makes none after it early. A
    stream that begins anew (another source after a transfer) begins a new clock.
    """

    _offset: float | None = None
    _last: int = 0

    def is_late(self, timestamp: int, arrived: float) -> bool:
        """Whether a frame with this RTP time stamp is late by more than `LATE_SECONDS`.

        Args:
            timestamp: Samples, modulo 2**32.
            arrived: Seconds of a monotonic clock.
        """
        step = (timestamp - self._last) % _RTP_MODULO
        self._last = timestamp
        offset = arrived - timestamp / SAMPLE_RATE_HZ
        if self._offset is None or step > SAMPLE_RATE_HZ * 10 or offset < self._offset:
            self._offset = offset
        return offset - self._offset > LATE_SECONDS


@dataclass
class PhoneCall:
    """One call of a test telephone, answered.

    Attributes:
        number: The other end, as it was dialled or shown.
        heard: Everything heard since the answer, 16-bit little-endian at 8 kHz.
        ended: Set once the call is over.
    """

    number: str
    heard: bytearray = field(default_factory=bytearray, repr=False)
    keys: list[str] = field(default_factory=list)
    """Keys that the other end pressed, oldest first."""
    late_frames: int = 0
    """Frames that arrived more than `LATE_SECONDS` after the time that their place in the stream says."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    end: CallEnd | None = None
    played: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the source of sound is exhausted."""
    _source: SoundSource | None = field(default=None, repr=False)
    _session: RTPSession | None = field(default=None, repr=False)
    _speaking: asyncio.Task[None] | None = field(default=None, repr=False)
    _signalling: IncomingCall | OutgoingCall | None = field(default=None, repr=False)
    _phone: SIPPhone | None = field(default=None, repr=False)
    _rtp_port: int = 0
    _timestamp: int = 0
    _timeline: TapTimeline = field(default_factory=TapTimeline, repr=False)
    _punctuality: Punctuality = field(default_factory=lambda: Punctuality(), repr=False)
    is_silent: bool = False
    """Whether the telephone sends nothing at all, as one that died."""

    def say(self, source: SoundSource) -> None:
        """Play a source of sound from its beginning."""
        self.played.clear()
        self._source = source

    def _hear(self, pcm: bytes, timestamp: int) -> None:
        arrived = asyncio.get_running_loop().time()
        self.late_frames += self._punctuality.is_late(timestamp, arrived)
        for chunk in self._timeline.feed(pcm, arrived, is_withheld=False):
            self.heard += chunk.pcm

    async def press(self, keys: str) -> None:
        """Press keys one after the other (RFC 4733)."""
        for key in keys:
            if self._session is not None:
                # Keys with one time stamp are one key for the receiver (RFC 4733, 2.2).
                self._session.send_dtmf(key, KEY_MS, self._timestamp)
            await asyncio.sleep(KEY_GAP_SECONDS)

    async def hold(self) -> None:
        """Put the other end on hold and send nothing meanwhile.

        Raises:
            PhoneError: The exchange refused.
        """
        self.is_silent = True
        await self._renegotiate("sendonly")

    async def resume(self) -> None:
        """End the hold.

        Raises:
            PhoneError: The exchange refused.
        """
        await self._renegotiate("sendrecv")
        self.is_silent = False

    async def _renegotiate(self, direction: str) -> None:
        if self._phone is not None and self._signalling is not None:
            await self._phone._reinvite(self._signalling.dialog, self._rtp_port, direction)

    async def hang_up(self) -> None:
        """End the call; safe to call twice."""
        phone, signalling = self._phone, self._signalling
        if not self.ended.is_set() and phone is not None and signalling is not None:
            phone._send_bye(signalling)
        await self._close(CallEnd.LOCAL)

    async def _close(self, end: CallEnd) -> None:
        if self.ended.is_set():
            return
        self.end = end
        self.ended.set()
        if self._speaking is not None:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        self._timestamp = secrets.randbelow(1 << 30)
        while True:
            frame = self._source.read() if self._source is not None else b""
            if len(frame) < FRAME_BYTES and not self.played.is_set():
                self.played.set()
            if not self.is_silent and self._session is not None:
                self._session.send_audio_pcm(frame + _SILENCE[len(frame) :], self._timestamp)
            self._timestamp += FRAME_SAMPLES
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))


class _UAC(SipUAC):
    """Hands answers to a re-INVITE of ours to whoever waits: aiosipua 0.7.1 forgets them for calls that came in."""

    def __init__(self, transport: UdpSipTransport) -> None:
        super().__init__(transport)
        self.renegotiating: dict[str, asyncio.Future[SipResponse]] = {}

    def handle_response(self, response: SipResponse, addr: tuple[str, int]) -> None:
        waiting = self.renegotiating.get(response.call_id or "")
        is_invite = response.cseq is not None and response.cseq.method == "INVITE"
        if waiting is None or not is_invite:
            super().handle_response(response, addr)
        elif response.status_code >= _FIRST_FINAL_CODE and not waiting.done():
            waiting.set_result(response)


class _Session(RTPSession):
    """Takes voice as it arrives, without a jitter buffer: a test hears what the line brought, when it brought it."""

    def _handle_rtp(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        try:
            packet = RtpPacket.parse(data)
        except ValueError:
            return
        if packet.payload_type == KEY_PAYLOAD:
            self._dtmf_receiver.handle_packet(packet)
        elif packet.payload_type == PAYLOAD_PCMA and self.on_audio is not None and self.codec is not None:
            self.on_audio(self.codec.decode(packet.payload), packet.timestamp)


class SIPPhone:
    """One telephone on a UDP port of its own; use it as `async with SIPPhone.open(…)`."""

    def __init__(self, user: str, server: tuple[str, int], *, secret: str | None, host: str, port: int) -> None:
        self._user = user
        self._server = server
        self._auth = SipDigestAuth(username=user, password=secret) if secret is not None else None
        self._host = host
        self._transport = UDPTransport(local_addr=(host, port))
        self._uac = _UAC(self._transport)
        self._uas = SipUAS(self._transport, uac=self._uac)
        self._registration: Registration | None = None
        self._calls: dict[str, PhoneCall] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.ringing: asyncio.Queue[IncomingCall] = asyncio.Queue(16)
        """Calls that ring here and were not answered yet."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls, user: str, server: tuple[str, int], *, secret: str | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> AsyncIterator[SIPPhone]:
        """Open a telephone and close it with its calls.

        Args:
            user: Name it registers and calls as.
            server: Host and UDP port of the exchange.
            secret: Password; None for a caller behind a trunk that asks for none.
            host: Our own address.
            port: Our UDP port for signalling; 0 takes a free one.
        """
        phone = cls(user, server, secret=secret, host=host, port=port)
        phone._uas.on_invite = phone._ring
        phone._uas.on_bye = phone._bye
        phone._uas.on_reinvite = phone._renegotiate
        await phone._uas.start()
        try:
            yield phone
        finally:
            await phone._aclose()

    async def register(self) -> None:
        """Register, so that the exchange finds this telephone.

        Raises:
            PhoneError: The exchange refused, or did not answer.
        """
        host, port = self._server
        registration = Registration(
            self._uac,
            f"sip:{self._user}@{host}",
            self._server,
            auth=self._auth,
            registrar_uri=f"sip:{host}:{port}",
        )
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def finish(text: str) -> None:
            if not done.done():
                done.set_result(text)

        registration.on_registered = lambda _: finish("")
        registration.on_failed = lambda _, code, reason: finish(f"{code} {reason}")
        registration.register()
        try:
            problem = await asyncio.wait_for(done, REGISTER_TIMEOUT_SECONDS)
        except TimeoutError:
            problem = "no answer"
        if problem:
            raise PhoneError(f"{self._user} could not register at {host}:{port}: {problem}.")
        self._registration = registration

    async def call(self, number: str, *, source: SoundSource | None = None, caller: str | None = None) -> PhoneCall:
        """Call a number and return once it was answered.

        Args:
            number: What to dial.
            source: What to say from the answer on.
            caller: Number to show; our user name when None.

        Raises:
            PhoneError: The call was refused or not answered.
        """
        host, port = self._server
        session, rtp_port = await self._open_media()
        outgoing = self._uac.send_invite(
            f"sip:{caller or self._user}@{host}",
            f"sip:{number}@{host}:{port}",
            self._server,
            sdp_offer=self._offer(rtp_port),
            auth=self._auth,
        )
        try:
            await outgoing.wait_answered(ANSWER_TIMEOUT_SECONDS)
        except (RuntimeError, TimeoutError) as error:
            outgoing.cancel(self._uac)
            await session.close()
            raise PhoneError(f"The call to {number} at {host}:{port} failed: {error}.") from error
        except asyncio.CancelledError:
            outgoing.cancel(self._uac)
            await session.close()
            raise
        return self._begin(number, outgoing, outgoing.sdp_answer, session, rtp_port, source)

    async def answer(self, incoming: IncomingCall, *, source: SoundSource | None = None) -> PhoneCall:
        """Answer a call that rings here."""
        session, rtp_port = await self._open_media()
        incoming.accept(self._offer(rtp_port))
        return self._begin(incoming.caller, incoming, incoming.sdp_offer, session, rtp_port, source)

    def reject(self, incoming: IncomingCall, code: int = 486) -> None:
        """Refuse a call that rings here; 486 means busy."""
        incoming.reject(code)

    def _begin(
        self,
        number: str,
        signalling: IncomingCall | OutgoingCall,
        remote: SdpMessage | None,
        session: RTPSession,
        rtp_port: int,
        source: SoundSource | None,
    ) -> PhoneCall:
        call = PhoneCall(
            number, _source=source, _session=session, _signalling=signalling, _phone=self, _rtp_port=rtp_port
        )
        session.on_audio = call._hear
        session.on_dtmf = lambda key, _duration: call.keys.append(key)
        if remote is not None and remote.rtp_address is not None:
            session.update_remote(remote.rtp_address)
        self._calls[signalling.call_id] = call
        call._speaking = asyncio.create_task(call._speak(), name="phone.speak")
        return call

    async def _open_media(self) -> tuple[RTPSession, int]:
        for _ in range(_PORT_ATTEMPTS):
            port = _FIRST_RTP_PORT + 2 * secrets.randbelow(_RTP_PORTS // 2)
            try:
                session = await _Session.create((self._host, port), self._server, PAYLOAD_PCMA)
            except OSError:
                continue
            return session, port
        raise PhoneError(f"No UDP port for voice is free between {_FIRST_RTP_PORT} and {_FIRST_RTP_PORT + _RTP_PORTS}.")

    def _offer(self, rtp_port: int) -> SdpMessage:
        return build_sdp(self._host, rtp_port, PAYLOAD_PCMA, "PCMA")

    def _ring(self, incoming: IncomingCall) -> None:
        incoming.ringing()
        if self.ringing.full():
            incoming.reject(486)
        else:
            self.ringing.put_nowait(incoming)

    def _bye(self, incoming: IncomingCall, *_: object) -> None:
        self._end(incoming.call_id)

    def _end(self, call_id: str) -> None:
        call = self._calls.pop(call_id, None)
        if call is not None:
            task = asyncio.create_task(call._close(CallEnd.REMOTE), name="phone.close")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _renegotiate(self, incoming: IncomingCall) -> None:
        call = self._calls.get(incoming.call_id)
        offer = incoming.sdp_offer
        if call is None or call._session is None:
            incoming.reject(481)
            return
        if offer is not None and offer.rtp_address is not None:
            call._session.update_remote(offer.rtp_address)
        incoming.accept(self._offer(call._rtp_port))

    async def _reinvite(self, dialog: Dialog, rtp_port: int, direction: str) -> None:
        headers: list[tuple[str, str]] = []
        for _ in range(2):
            response, request = await self._send_invite_again(dialog, rtp_port, direction, headers)
            code = response.status_code
            if code < _FIRST_REDIRECT_CODE:
                return
            answer = answer_challenge(self._auth, response, code, "INVITE", request.uri) if self._auth else None
            if code not in _CHALLENGES or answer is None:
                break
            headers = [answer]
        raise PhoneError(f"The exchange refused to change the call: {response.status_code}.")

    async def _send_invite_again(
        self, dialog: Dialog, rtp_port: int, direction: str, headers: list[tuple[str, str]]
    ) -> tuple[SipResponse, SipRequest]:
        host, port = self._transport.local_addr
        request = dialog.create_request("INVITE", via_host=host, via_port=port)
        request.headers.set_single("Contact", f"<sip:{self._user}@{host}:{port}>")
        for name, value in headers:
            request.headers.set_single(name, value)
        request.text = serialize_sdp(self._offer(rtp_port)).replace("a=sendrecv", f"a={direction}")
        request.headers.set_single("Content-Type", "application/sdp")
        waiting: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()
        self._uac.renegotiating[dialog.call_id] = waiting
        try:
            self._transport.send(request, self._server)
            async with asyncio.timeout(REGISTER_TIMEOUT_SECONDS):
                response = await waiting
        except TimeoutError as error:
            raise PhoneError("The exchange does not answer to a change of the call.") from error
        finally:
            del self._uac.renegotiating[dialog.call_id]
        self._acknowledge(dialog, request, response)
        return response, request

    def _acknowledge(self, dialog: Dialog, request: SipRequest, response: SipResponse) -> None:
        host, port = self._transport.local_addr
        sequence = dialog.local_cseq
        ack = dialog.create_request("ACK", via_host=host, via_port=port)
        # An ACK has the number of its INVITE (RFC 3261, 13.2.2.4), and after a refusal its branch as well (17.1.1.3).
        dialog.local_cseq = sequence
        ack.headers.set_single("CSeq", f"{sequence} ACK")
        if response.status_code >= _FIRST_REDIRECT_CODE:
            ack.headers.set_single("Via", request.headers.get_first("via") or "")
        self._transport.send(ack, self._server)

    def _send_bye(self, signalling: IncomingCall | OutgoingCall) -> None:
        self._calls.pop(signalling.call_id, None)
        if isinstance(signalling, OutgoingCall):
            signalling.hangup(self._uac)
        else:
            signalling.hangup()

    async def _aclose(self) -> None:
        for call in list(self._calls.values()):
            await call.hang_up()
        if self._registration is not None and self._registration.state is RegistrationState.REGISTERED:
            self._registration.unregister()
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)
        await self._uas.stop()
