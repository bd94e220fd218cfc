"""The SIPREC server: takes recording sessions over SIP, hears their streams, and tells of them as an exchange does."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import structlog
from aiortp import PortAllocator
from aiosipua import IncomingCall, SipRequest
from aiosipua.sdp import SdpMessage

from cti_adapter.adapter import Subscription
from cti_adapter.audiosocket import TapChunk
from cti_adapter.call_records import CallRecord, append_session
from cti_adapter.errors import LegNotFoundError
from cti_adapter.events import CTIEvent
from cti_adapter.metrics import SIPREC_CALLS, SIPREC_REFUSED
from cti_adapter.sip_transport import Guard, GuardedTCPTransport, GuardedUDPTransport
from cti_adapter.siprec.errors import RefusedSessionError
from cti_adapter.siprec.media import is_peer
from cti_adapter.siprec.session import Listening, RecordingSession
from cti_adapter.siprec.settings import SiprecSettings
from cti_adapter.siprec.signalling import RecordingUAS, require_known_extensions
from cti_adapter.siprec.tracker import RecordedCalls, agent_of
from cti_adapter.states import CallState
from cti_adapter.tracked import identity
from cti_adapter.views import CallView
from kit.clock import Clock
from kit.errors import MisconfiguredError
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)

NODE_NAME = "siprec"
FLUSH_SECONDS = 1.0
CLOSE_SECONDS = 5.0
"""For the other side's answer to our goodbye, and for what waits for the disk."""


class SiprecServer:
    """A second source of live calls, with the same interface as an exchange that is followed.

    Args:
        settings: Where we listen, and to whom.
        clock: Time of everything.
        recordings: Folder into which the legs are written.
        records: Folder into which a line is written for every session that ended.
    """

    def __init__(self, settings: SiprecSettings, clock: Clock, recordings: Path, records: Path) -> None:
        self._settings = settings
        self._clock = clock
        self._records = records
        self._tracker = RecordedCalls()
        ports = PortAllocator((settings.first_rtp_port, settings.first_rtp_port + settings.rtp_ports))
        self._listening = Listening(settings, clock, recordings, ports)
        self._agent_numbers = re.compile(settings.agent_numbers)
        self._sessions: dict[UUID, RecordingSession] = {}
        self._servers: list[RecordingUAS] = []
        self._subscriptions: list[Subscription] = []
        self._tasks = TaskSupervisor("siprec")
        self._is_closing = False
        self.refused = 0
        """Sessions refused since the start."""

    # ---- life -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen for recording sessions.

        Raises:
            MisconfiguredError: A port is taken, or the certificate cannot be used.
        """
        settings = self._settings
        udp = GuardedUDPTransport((settings.host, settings.port))
        try:
            self._servers.append(await self._serve(udp, "udp"))
            where = (settings.host, udp.local_addr[1])
            self._servers.append(await self._serve(GuardedTCPTransport(where), "tcp"))
            if settings.tls_certificate is not None:
                where = (settings.host, settings.tls_port)
                self._servers.append(await self._serve(GuardedTCPTransport(where, tls=_tls(settings)), "tls"))
        except OSError as error:
            await self._stop_servers()
            raise MisconfiguredError(
                f"Recording sessions cannot be taken on {settings.host}: {error.strerror}. Set CTI_SIPREC_HOST, "
                "CTI_SIPREC_PORT and CTI_SIPREC_TLS_PORT to a free address."
            ) from error

    async def _serve(self, transport: GuardedUDPTransport | GuardedTCPTransport, protocol: str) -> RecordingUAS:
        server = RecordingUAS(transport, protocol, self._settings.advertised_host)
        transport.guard = Guard(
            lambda host: is_peer(host, self._settings.networks),
            lambda request: server.refuse_request(request, 403, "Forbidden"),
            lambda request: server.refuse_request(request, 400, "Bad Request"),
            server.complete,
        )
        server.on_invite = lambda call: self._invite(server, call)
        server.on_reinvite = lambda call: self._change(server, call)
        server.on_update = lambda call, request: self._update(server, call, request)
        server.on_bye = lambda call, _request: self._end(call, CallState.ENDED)
        server.on_ack_timeout = lambda call: self._end(call, CallState.INTERRUPTED)
        server.on_cancelled = lambda call: self._end(call, CallState.ENDED)
        await server.start()
        return server

    async def aclose(self) -> None:
        """Say goodbye to every session and stop listening; safe to call twice."""
        self._is_closing = True
        for session in list(self._sessions.values()):
            session.finish(CallState.INTERRUPTED)
        carried = [session.carried.wait() for session in list(self._sessions.values())]
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*carried)
        except TimeoutError:
            log.warning("siprec_sessions_cut", sessions=len(self._sessions))
        await self._tasks.aclose()
        await self._stop_servers()
        for subscription in list(self._subscriptions):
            subscription.close()

    async def _stop_servers(self) -> None:
        servers, self._servers = self._servers, []
        for server in servers:
            await server.stop()

    @property
    def port(self) -> int:
        """Port on which SIP is taken over UDP and TCP; asked after start."""
        return int(self._servers[0].transport.local_addr[1])

    # ---- what an exchange tells -----------------------------------------------------------------------------------

    @property
    def is_connected(self) -> bool:
        """Whether sessions are taken."""
        return bool(self._servers)

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Calls that are not over."""
        return self._tracker.calls

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[Subscription]:
        """Listen: what is known now, and every event from here on, none lost in between."""
        subscription = Subscription(self.calls, (), self._tracker.seq)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)

    async def events(self) -> AsyncIterator[CTIEvent]:
        """Yield every event from here on.

        Raises:
            SubscriptionCutError: The caller was too slow; events were lost.
        """
        async with self.subscribe() as subscription:
            async for event in subscription:
                yield event

    @asynccontextmanager
    async def open_tap(self, leg_id: UUID) -> AsyncIterator[AsyncIterator[TapChunk]]:
        """Open the audio of a leg, from its beginning as far as it waits, until the leg ends.

        Raises:
            LegNotFoundError: The leg has ended.
        """
        tap = next((found for session in self._sessions.values() if (found := session.tap_of(leg_id))), None)
        if tap is None:
            raise LegNotFoundError("The leg has ended.")
        yield tap.chunks()

    def _tell(self, events: list[CTIEvent]) -> None:
        for event in events:
            for subscription in self._subscriptions:
                subscription.offer(event)
        SIPREC_CALLS.set(len(self._tracker.calls))

    # ---- sessions -------------------------------------------------------------------------------------------------

    def _id_of(self, call: IncomingCall) -> UUID:
        return identity(NODE_NAME, "call", call.call_id, call.dialog.remote_tag)

    def _session_of(self, call: IncomingCall) -> RecordingSession | None:
        return self._sessions.get(self._id_of(call))

    def _invite(self, server: RecordingUAS, call: IncomingCall) -> None:
        try:
            if self._is_closing or len(self._sessions) >= self._settings.max_calls:
                text = f"As many sessions as CTI_SIPREC_MAX_CALLS allows ({self._settings.max_calls}) are taken."
                raise RefusedSessionError(503, "Service Unavailable", text, {"Retry-After": "30"})
            require_known_extensions(call.invite)
            session = RecordingSession(self._id_of(call), self._listening, self._agent_numbers)
            session.read(call.invite)
        except RefusedSessionError as error:
            self._refuse(server, call, error)
            return
        self._sessions[session.call_id] = session
        self._tasks.start(self._carry(server, call, session), name="siprec.session")

    async def _carry(self, server: RecordingUAS, call: IncomingCall, session: RecordingSession) -> None:
        """Answer a session and hear it until it is over."""
        has_begun = False
        try:
            try:
                answer = await session.open_streams()
            except RefusedSessionError as error:
                self._refuse(server, call, error)
                return
            if session.is_over or not server.accept(call, answer):
                return
            self._tell(self._tracker.begin(session.call_id, session.parties, self._clock.now()))
            has_begun = True
            self._apply(session)
            log.info("siprec_session_began", call_id=str(session.call_id), legs=len(session.parties))
            while not session.is_over:
                await session.wait(FLUSH_SECONDS)
                await session.flush()
                if session.is_silent:
                    log.warning("siprec_session_silent", call_id=str(session.call_id))
                    session.finish(CallState.INTERRUPTED)
        finally:
            if session.hangs_up:
                server.hang_up(call)
            await session.aclose()
            self._sessions.pop(session.call_id, None)
            if has_begun:
                await self._keep_record(session.call_id)
                self._tell(self._tracker.end(session.call_id, session.ending, self._clock.now()))
            session.carried.set()

    async def _keep_record(self, call_id: UUID) -> None:
        """Write the line by which the session is compared with its recording and text; a full disk costs only that."""
        view = next(call for call in self._tracker.calls if call.call_id == call_id)
        now = self._clock.now()
        seconds = round((now - view.offered_at).total_seconds())
        record = CallRecord(call_id, view.offered_at, now, seconds, agent_of(view.legs) or "")
        try:
            await asyncio.to_thread(append_session, self._records, record)
        except OSError as error:
            log.error("siprec_record_lost", call_id=str(call_id), reason=error.strerror)  # noqa: TRY400

    def _follow_parties(self, session: RecordingSession) -> None:
        """Give every stream the leg that speaks in it now."""
        session.follow({party.label: self._tracker.leg_of(session.call_id, party.label) for party in session.parties})

    def _change(self, server: RecordingUAS, call: IncomingCall) -> None:
        session = self._session_of(call)
        if session is None or session.is_over:
            server.refuse(call, RefusedSessionError(481, "Call/Transaction Does Not Exist", "No such session."))
            return
        self._tasks.start(self._answer_change(server, call, session, call.invite), name="siprec.change")

    async def _answer_change(
        self, server: RecordingUAS, call: IncomingCall, session: RecordingSession, request: SipRequest
    ) -> None:
        try:
            session.read(request)
            answer = await session.open_streams()
        except RefusedSessionError as error:
            SIPREC_REFUSED.labels(str(error.status)).inc()
            log.warning("siprec_change_refused", status=error.status, reason=error.message)
            server.answer_refusal(call, error)
            return
        server.accept(call, answer)
        self._apply(session)

    def _update(self, server: RecordingUAS, call: IncomingCall, request: SipRequest) -> SdpMessage | None:
        """Take in metadata that come without a new offer (RFC 7866, 7.3)."""
        session = self._session_of(call)
        if session is None:
            return None
        try:
            session.read(request)
        except RefusedSessionError as error:
            log.warning("siprec_change_refused", status=error.status, reason=error.message)
            return None
        self._apply(session)
        return session.answer() if session.is_open else None

    def _apply(self, session: RecordingSession) -> None:
        now = self._clock.now()
        events = self._tracker.change_parties(session.call_id, session.parties, now)
        events += self._tracker.hold(session.call_id, now, is_held=session.is_held)
        self._follow_parties(session)
        self._tell(events)

    def _end(self, call: IncomingCall, state: CallState) -> None:
        session = self._session_of(call)
        if session is not None:
            session.finish(state, hangs_up=False)

    def _refuse(self, server: RecordingUAS, call: IncomingCall, error: RefusedSessionError) -> None:
        self.refused += 1
        SIPREC_REFUSED.labels(str(error.status)).inc()
        log.warning("siprec_session_refused", status=error.status, reason=error.message, peer=call.source_addr[0])
        server.refuse(call, error)


def _tls(settings: SiprecSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        assert settings.tls_certificate is not None  # noqa: S101 — asked where one is set
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
        if settings.tls_client_ca is not None:
            context.load_verify_locations(settings.tls_client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredError(
            "The certificate of the SIPREC server cannot be used: check CTI_SIPREC_TLS_CERTIFICATE, "
            f"CTI_SIPREC_TLS_KEY and CTI_SIPREC_TLS_CLIENT_CA ({type(error).__name__})."
        ) from error
    return context
