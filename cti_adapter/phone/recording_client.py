"""A test recording client: sends a conversation by SIPREC as a session border controller does (RFC 7866).

It writes its SIP by itself, without the library that our server reads with, so that one checks the other.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4
from xml.sax.saxutils import quoteattr

from aiortp import RTPSession

from cti_adapter.phone.sip_phone import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS, PhoneError, SoundSource

ANSWER_SECONDS = 10.0
_CODECS = {8: "PCMA", 0: "PCMU"}
_STATUS = re.compile(rb"^SIP/2\.0 (\d{3})")
_MEDIA = re.compile(r"^m=audio (\d+) ", re.MULTILINE)
_HEADER = re.compile(r"^(?P<name>[\w-]+):[ \t]*(?P<value>.*?)\r?$", re.MULTILINE)
_FIRST_FINAL, _FIRST_REFUSAL = 200, 300
_SILENCE = bytes(FRAME_BYTES)


@dataclass(frozen=True, slots=True)
class Speaker:
    """One party of the conversation that is sent: its number and what it says."""

    number: str
    source: SoundSource
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the server answered."""

    status: int
    text: str

    def header(self, name: str) -> str:
        """Return a header; empty without one."""
        found = (match["value"] for match in _HEADER.finditer(self.text) if match["name"].lower() == name.lower())
        return next(found, "")


class RecordingClient:
    """One conversation that is sent to a recording server; use it as `async with RecordingClient.open(…)`."""

    def __init__(self, server: tuple[str, int], speakers: Sequence[Speaker], host: str, payload_type: int) -> None:
        self._server = server
        self._speakers = list(speakers)
        self._host = host
        self._payload_type = payload_type
        self._call_id = f"{uuid4()}@{host}"
        self._session_id = secrets.token_urlsafe(16)
        self._tag = secrets.token_hex(4)
        self._to_tag = ""
        self._sequence = 0
        self._local = ("", 0)
        self._media: list[RTPSession] = []
        self._ports: list[int] = []
        self._speaking: list[asyncio.Task[None]] = []
        self._answers: asyncio.Queue[bytes] = asyncio.Queue(64)
        self._reader, self._writer = None, None  # type: tuple[asyncio.StreamReader | None, asyncio.StreamWriter | None]
        self.is_silent = False
        """Whether no voice is sent, as on hold or by a client that died."""
        self.played = asyncio.Event()
        """Set once every speaker has said everything."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls, server: tuple[str, int], speakers: Sequence[Speaker], *, host: str = "127.0.0.1", payload_type: int = 8
    ) -> AsyncIterator[RecordingClient]:
        """Connect over TCP, and close everything at the end; `invite` begins the session.

        Args:
            server: Host and port of the recording server.
            speakers: The parties, in the order of their streams.
            host: Our address.
            payload_type: 8 for A-law, 0 for mu-law.

        Raises:
            PhoneError: The server cannot be reached.
        """
        client = cls(server, speakers, host, payload_type)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection(*server)
        except (OSError, TimeoutError) as error:
            raise PhoneError(f"The recording server at {server[0]}:{server[1]} cannot be reached.") from error
        client._reader, client._writer = reader, writer
        client._local = writer.get_extra_info("sockname")[:2]
        try:
            yield client
        finally:
            for task in client._speaking:
                task.cancel()
            await asyncio.gather(*client._speaking, return_exceptions=True)
            for session in client._media:
                await session.close()
            writer.close()

    async def invite(self, *, body: tuple[str, bytes] | None = None, headers: Sequence[str] = ()) -> Answered:
        """Begin the session and speak; return the answer, which may be a refusal.

        Args:
            body: Content type and body in place of our own offer and metadata.
            headers: Further header lines.
        """
        for _ in self._speakers:
            session = await RTPSession.create((self._host, 0), self._server, self._payload_type)
            self._media.append(session)
            assert session._rtp_transport is not None and session._rtp_transport._transport is not None  # noqa: S101, PT018
            self._ports.append(session._rtp_transport._transport.get_extra_info("sockname")[1])
        content_type, content = body or self.offer()
        answered = await self._request("INVITE", content_type, content, headers)
        if answered.status < _FIRST_REFUSAL:
            self._to_tag = answered.header("To").rpartition("tag=")[2]
            self._send("ACK", "", b"")
            for session, port in zip(self._media, _MEDIA.findall(answered.text), strict=False):
                session.update_remote((self._server[0], int(port)))
            self._speaking = [
                asyncio.create_task(self._speak(speaker, session), name="siprec.speak")
                for speaker, session in zip(self._speakers, self._media, strict=True)
            ]
        return answered

    async def change(self, *, direction: str = "sendonly", agent: str | None = None) -> Answered:
        """Change the session: hold with `inactive`, resume with `sendonly`, or pass the call to another agent."""
        if agent is not None:
            self._speakers[-1] = Speaker(agent, self._speakers[-1].source)
        self.is_silent = direction == "inactive"
        answered = await self._request("INVITE", *self.offer(direction))
        self._send("ACK", "", b"")
        return answered

    async def bye(self) -> Answered:
        """End the session."""
        self.is_silent = True
        return await self._request("BYE", "", b"")

    def offer(self, direction: str = "sendonly") -> tuple[str, bytes]:
        """Return content type and body: SDP and metadata in one multipart body."""
        boundary = "conversation"
        parts = (("application/sdp", self._sdp(direction)), ("application/rs-metadata+xml", self._metadata()))
        texts = [f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts]
        return f"multipart/mixed;boundary={boundary}", ("".join(texts) + f"--{boundary}--\r\n").encode()

    def _sdp(self, direction: str) -> str:
        head = f"v=0\r\no=SRC 1 {self._sequence} IN IP4 {self._host}\r\ns=-\r\nc=IN IP4 {self._host}\r\nt=0 0\r\n"
        kind = self._payload_type
        return head + "".join(
            f"m=audio {port} RTP/AVP {kind}\r\na=rtpmap:{kind} {_CODECS[kind]}/8000\r\n"
            f"a={direction}\r\na=label:{label}\r\n"
            for label, port in enumerate(self._ports, start=1)
        )

    def _metadata(self) -> str:
        participants = "".join(
            f'<participant participant_id="p{label}-{speaker.number}"><nameID aor='
            f"{quoteattr(f'sip:{speaker.number}@example.com')}>"
            f"<name>{speaker.name}</name></nameID></participant>"
            for label, speaker in enumerate(self._speakers, start=1)
        )
        streams = "".join(
            f'<stream stream_id="s{label}" session_id="{self._session_id}"><label>{label}</label></stream>'
            f'<participantstreamassoc participant_id="p{label}-{speaker.number}"><send>s{label}</send>'
            "</participantstreamassoc>"
            for label, speaker in enumerate(self._speakers, start=1)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><recording xmlns="urn:ietf:params:xml:ns:recording:1">'
            f'<datamode>complete</datamode><session session_id="{self._session_id}"/>'
            f"{participants}{streams}</recording>"
        )

    async def _speak(self, speaker: Speaker, session: RTPSession) -> None:
        loop = asyncio.get_running_loop()
        due, timestamp = loop.time(), secrets.randbelow(1 << 30)
        while True:
            frame = speaker.source.read()
            if len(frame) < FRAME_BYTES:
                self.played.set()
            if not self.is_silent:
                session.send_audio_pcm(frame + _SILENCE[len(frame) :], timestamp)
            timestamp += FRAME_SAMPLES
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _request(self, method: str, content_type: str, body: bytes, headers: Sequence[str] = ()) -> Answered:
        self._send(method, content_type, body, headers)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    answered = await self._read()
                    if answered.status >= _FIRST_FINAL:
                        return answered
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            raise PhoneError(f"The recording server does not answer to {method}.") from error

    async def _read(self) -> Answered:
        assert self._reader is not None  # noqa: S101 — open
        while True:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(m["value"]) for m in _HEADER.finditer(head) if m["name"].lower() == "content-length"), 0)
            body = (await self._reader.readexactly(length)).decode()
            status = _STATUS.match(head.encode())
            if status is not None:
                return Answered(int(status[1]), head + body)

    def _send(self, method: str, content_type: str, body: bytes, headers: Sequence[str] = ()) -> None:
        assert self._writer is not None  # noqa: S101 — open
        if method != "ACK":
            self._sequence += 1
        host, port = self._local
        to_tag = f";tag={self._to_tag}" if self._to_tag else ""
        lines = [
            f"{method} sip:recorder@{self._server[0]}:{self._server[1]} SIP/2.0",
            f"Via: SIP/2.0/TCP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards: 70",
            f"From: <sip:sbc@{self._host}>;tag={self._tag}",
            f"To: <sip:recorder@{self._server[0]}>{to_tag}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._sequence} {method}",
            f"Contact: <sip:sbc@{host}:{port};transport=tcp>;+sip.src",
            *(("Require: siprec",) if method == "INVITE" and not headers else ()),
            *headers,
            *((f"Content-Type: {content_type}",) if content_type else ()),
            f"Content-Length: {len(body)}",
        ]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
