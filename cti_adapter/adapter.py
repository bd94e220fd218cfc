"""The facade of the telephone room: events, audio and commands of one exchange, over every loss of the link.

Other rooms use this class and know nothing of Asterisk. When the link is lost, calls in the exchange go on; the adapter
connects again, asks for everything that exists, and tells what changed meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from cti_adapter.agent_contacts import AgentContacts
from cti_adapter.agent_names import AgentNames
from cti_adapter.agi import Router, RouteServer
from cti_adapter.ami_client import AMILink, open_link
from cti_adapter.ami_message import AMIMessage
from cti_adapter.announcing import LISTEN, sound_connection
from cti_adapter.asterisk.self_test import SELF_TEST_AGENT
from cti_adapter.audio_tap import LegTap, TapServer
from cti_adapter.audiosocket import SAMPLE_RATE_HZ, TapChunk
from cti_adapter.call_tracker import CallTracker
from cti_adapter.commands import (
    Action,
    Command,
    DialOut,
    Exchange,
    InviteGuest,
    InviteToConference,
    Retry,
    StartRecording,
)
from cti_adapter.errors import (
    LegNotFoundError,
    PBXRejectedError,
    PBXSignInError,
    PBXTimeoutError,
    PBXUnreachableError,
)
from cti_adapter.events import (
    CallStateChanged,
    CTIEvent,
    LegMoved,
    LegOpened,
    LegStateChanged,
    PBXConnected,
)
from cti_adapter.metrics import (
    CALLS,
    CUT_SUBSCRIBERS,
    IS_CONNECTED,
    MESSAGES,
    RECONNECTS,
    RETAPS,
    SECOND_RECORDING_STARTS,
)
from cti_adapter.settings import CTISettings
from cti_adapter.snapshot import build_snapshot
from cti_adapter.states import CallState, LegRole, LegState
from cti_adapter.tracked import identity
from cti_adapter.views import AgentView, CallView, ChannelOfLeg, LegView
from kit.clock import Clock, SystemClock
from kit.errors import DependencyCategory, DependencyError
from kit.tasks import TaskSupervisor, cancel_and_wait

log = structlog.get_logger(__name__)

HOLD_GATE = "hold"
CAUSE_SILENT = 44
"""Q.850 cause with which Asterisk ends a telephone that sends nothing; the dialplan then queues the caller again."""
_LOST_PHONE_GRACE_SECONDS = 0.3
"""A telephone that registers from a new address takes its old registration away first."""
SUBSCRIBER_EVENTS = 10_000
"""Events that may wait for one listener; one that is further behind has to begin anew from what is known."""
_RETAP_PAUSE_SECONDS = 0.5
_APPLIED_AT_ONCE = 200
"""Messages after which other tasks get a turn: a flood of events must not stop the audio."""


class SubscriptionCutError(DependencyError):
    """A listener was too slow; it subscribes again and begins with what is known then."""

    code = "events_lost"
    http_status = 503


class Subscription:
    """One listener: what was known when it began, and every event after that.

    Attributes:
        calls: Calls at the beginning.
        agents: Agents at the beginning.
        seq: `seq` of the last event that these include.
    """

    def __init__(self, calls: tuple[CallView, ...], agents: tuple[AgentView, ...], seq: int) -> None:
        self.calls = calls
        self.agents = agents
        self.seq = seq
        self._events: deque[CTIEvent] = deque()
        self._changed = asyncio.Event()
        self._is_closed = False
        self._is_cut = False

    def offer(self, event: CTIEvent) -> None:
        """Add an event; a listener that is too far behind is cut off."""
        if self._is_cut:
            return
        if len(self._events) >= SUBSCRIBER_EVENTS:
            self._is_cut = True
            self._events.clear()
            CUT_SUBSCRIBERS.inc()
        else:
            self._events.append(event)
        self._changed.set()

    def close(self) -> None:
        """End the stream after what waits."""
        self._is_closed = True
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[CTIEvent]:
        """Yield events, oldest first.

        Raises:
            SubscriptionCutError: Events were lost; subscribe again.
        """
        while True:
            while self._events:
                yield self._events.popleft()
            if self._is_cut:
                raise SubscriptionCutError(
                    "This listener was too slow and lost events. Subscribe again.",
                    category=DependencyCategory.OVERLOADED,
                    retryable=True,
                )
            if self._is_closed:
                return
            self._changed.clear()
            await self._changed.wait()


class CTIAdapter:
    """Follows one exchange from `start` to `aclose`.

    Args:
        settings: Where the exchange is.
        clock: Time for heartbeats, audio and events.
        route: Decides where inbound calls go; None leaves it to the dialplan.
        recordings: Folder of recordings as the exchange sees it, for recordings that its dialplan did not start; None
            leaves those calls unrecorded.
    """

    def __init__(
        self,
        settings: CTISettings,
        clock: Clock | None = None,
        *,
        route: Router | None = None,
        recordings: str | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._names = AgentNames(settings.agent_channels, settings.agent_device)
        self._tracker = CallTracker(settings.node_name, self._names)
        self._exchange = _TrackedExchange(self._tracker, self._names)
        self._taps = TapServer(settings.listen_host, settings.tap_port, self._clock)
        self._contacts = AgentContacts(self._names)
        self._open_taps: dict[UUID, LegTap] = {}
        self._gates: dict[UUID, set[str]] = {}
        self._routes = (
            RouteServer(settings.listen_host, settings.agi_port, settings.node_name, route) if route else None
        )
        self._recordings = recordings
        self._subscriptions: list[Subscription] = []
        self._tasks = TaskSupervisor("cti")
        self._link: AMILink | None = None
        self._connected = asyncio.Event()
        self._problem: DependencyError | None = None
        self._seq = 0

    # ---- life -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen for audio and routing questions, and begin to follow the exchange; it need not be there yet.

        Raises:
            MisconfiguredError: A port of ours is taken.
        """
        await self._taps.start()
        if self._routes is not None:
            await self._routes.start()
        self._tasks.start(self._follow(), name="follow")

    async def aclose(self) -> None:
        """Stop following; calls in the exchange go on. Safe to call twice."""
        for tap in list(self._open_taps.values()):
            tap.close()
        await self._tasks.aclose()
        await self._taps.aclose()
        if self._routes is not None:
            await self._routes.aclose()
        for subscription in list(self._subscriptions):
            subscription.close()

    async def wait_connected(self, timeout_seconds: float) -> None:
        """Wait until the exchange is followed.

        Raises:
            PBXUnreachableError: It is not in time.
            PBXSignInError: It refuses our password.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._connected.wait()
        except TimeoutError as error:
            raise self._problem or PBXUnreachableError("The exchange does not answer.") from error

    @property
    def is_connected(self) -> bool:
        """Whether the exchange is followed now."""
        return self._connected.is_set()

    @property
    def problem(self) -> DependencyError | None:
        """Why the exchange is not followed, for the health page; None while it is."""
        return self._problem

    @property
    def tap_address(self) -> str:
        """`host:port` on which audio is received."""
        return self._taps.address

    @property
    def routing_address(self) -> str | None:
        """`host:port` on which routing questions are answered; None without a router."""
        return self._routes.address if self._routes is not None else None

    # ---- events ---------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Calls that are not over."""
        return self._tracker.calls

    @property
    def agents(self) -> tuple[AgentView, ...]:
        """Agents that the exchange named; the telephone of a self-call is none."""
        return tuple(view for view in self._tracker.agents if view.agent != SELF_TEST_AGENT)

    def call_id_of(self, channel_id: str) -> UUID:
        """Return the identity that a call gets whose first channel has this id; the channel need not be there yet."""
        return identity(self._settings.node_name, "call", channel_id)

    async def line_of(self, queue: str) -> tuple[UUID, ...]:
        """Return the calls that wait in a queue as the exchange orders them now, the next one first.

        Raises:
            PBXUnreachableError: The exchange is out of reach.
            PBXTimeoutError: It did not answer in time.
        """
        answers = await self._do(Action({"Action": "QueueStatus", "Queue": queue}), is_list=True)
        entries = sorted(build_snapshot("", answers).entries, key=lambda entry: entry.number("Position"))
        calls = [self._tracker.call_of_channel(entry.get("Uniqueid")) for entry in entries]
        return tuple(call_id for call_id in calls if call_id is not None)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[Subscription]:
        """Listen: what is known now, and every event from here on, none lost in between."""
        subscription = Subscription(self.calls, self.agents, self._seq)
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

    # ---- commands -------------------------------------------------------------------------------------------------

    async def execute(self, command: Command) -> None:
        """Carry out a command; one that is safe to repeat is given again once when its outcome is unknown.

        Raises:
            LegNotFoundError: The call or leg has ended.
            InvalidInputError: A value cannot be used; names the field.
            PBXUnreachableError: The exchange is out of reach; nothing was done.
            PBXTimeoutError: Whether the exchange acted is unknown.
            PBXRejectedError: It refused.
        """
        match command:
            case InviteToConference(call_id=call_id, agent=number, originate_id=channel_id):
                self._tracker.invite(channel_id, call_id, number)
            case InviteGuest(call_id=call_id, number=number, originate_id=channel_id):
                self._tracker.invite(channel_id, call_id, number)
            case DialOut(number=number, originate_id=channel_id):
                self._tracker.note_dialled(channel_id, number)
            case _:
                pass
        try:
            await self._send(command)
        except PBXTimeoutError:
            if command.retry is not Retry.SAFE or self._link is None:
                raise
            await self._send(command)

    async def _send(self, command: Command) -> None:
        for action in command.actions(self._exchange):
            await self._do(action)

    async def _do(self, action: Action, *, is_list: bool = False) -> list[AMIMessage]:
        if self._link is None:
            raise self._problem or PBXUnreachableError("The exchange is out of reach.")
        return await self._link.do(action, is_list=is_list)

    # ---- audio ----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def open_tap(self, leg_id: UUID) -> AsyncIterator[AsyncIterator[TapChunk]]:
        """Open the audio of a leg: 8 kHz s16le mono with audio time, until the leg ends or the block is left.

        A tap that breaks while the leg lives is opened again; the audio in between is silence, marked as filled. While
        the agent holds the customer, or a gate is set, the audio is silence, marked as withheld.

        Raises:
            LegNotFoundError: The leg has ended.
            PBXRejectedError: The leg is tapped already.
        """
        self._exchange.channel_of(leg_id)
        if leg_id in self._open_taps:
            raise PBXRejectedError("The audio of this leg is being received already.")
        samples = round(self._settings.tap_backlog.total_seconds() * SAMPLE_RATE_HZ)
        tap = LegTap(leg_id, samples)
        tap.gates = self._gates.setdefault(leg_id, set())
        self._open_taps[leg_id] = tap
        feeding = self._tasks.start(self._feed_tap(tap), name=f"tap.{leg_id}")
        try:
            yield tap.chunks()
        finally:
            self._open_taps.pop(leg_id, None)
            tap.close()
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    async def _feed_tap(self, tap: LegTap) -> None:
        try:
            while self._tracker.find_channel(tap.leg_id) is not None:
                try:
                    await self._connect_tap(tap)
                except DependencyError as error:
                    log.warning("tap_failed", leg_id=str(tap.leg_id), reason=error.message)
                except LegNotFoundError:
                    return
                await self._clock.sleep(_RETAP_PAUSE_SECONDS)
                if self._tracker.find_channel(tap.leg_id) is not None:
                    RETAPS.inc()
        finally:
            tap.close()

    async def _connect_tap(self, tap: LegTap) -> None:
        leg = self._exchange.channel_of(tap.leg_id)
        ticket = self._taps.expect(tap)
        try:
            await self._do(sound_connection(leg.channel, self._taps.address, ticket, LISTEN))
            await self._taps.wait_connected(ticket, self._settings.tap_connect.total_seconds())
            await tap.disconnected.wait()
        finally:
            self._taps.forget(ticket)

    def gate(self, leg_id: UUID, reason: str) -> None:
        """Withhold the audio of a leg until `ungate` with the same reason; `MuteRecording` mutes its recording."""
        self._gates.setdefault(leg_id, set()).add(reason)

    def ungate(self, leg_id: UUID, reason: str) -> None:
        """Let the audio of a leg through again, unless another reason withholds it."""
        self._gates.get(leg_id, set()).discard(reason)

    # ---- following ------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            delay = self._settings.reconnect_delay
            try:
                await self._follow_link()
            except PBXSignInError as error:
                self._lose(error, "sign_in")
                delay = self._settings.refused_delay
            except (PBXUnreachableError, PBXTimeoutError, PBXRejectedError) as error:
                self._lose(error, "unreachable")
            except Exception as error:
                log.exception("following_failed")
                self._lose(PBXUnreachableError(f"Following the exchange failed: {type(error).__name__}."), "bug")
            await self._clock.sleep(delay.total_seconds())

    async def _follow_link(self) -> None:
        async with open_link(self._settings, self._clock) as link:
            snapshot = await link.take_snapshot()
            self._link = link
            members: asyncio.Task[None] | None = None
            try:
                self._tell(self._tracker.rebuild(snapshot, self._clock.now()))
                self._problem = None
                self._connected.set()
                IS_CONNECTED.set(1)
                members = asyncio.create_task(self._watch_members(link), name="cti.members")
                applied = 0
                async for message in link.messages():
                    self._tell(self._tracker.feed(message, self._clock.now()))
                    self._notice_lost_phone(message)
                    MESSAGES.inc()
                    applied += 1
                    if applied % _APPLIED_AT_ONCE == 0:
                        await asyncio.sleep(0)
            finally:
                self._link = None
                if members is not None:
                    await cancel_and_wait(members)

    async def _watch_members(self, link: AMILink) -> None:
        """Notice members that a new configuration of the exchange added or removed: it sends no event for them."""
        while True:
            await self._clock.sleep(self._settings.members_interval.total_seconds())
            try:
                answers = await link.do(Action({"Action": "QueueStatus"}), is_list=True)
            except DependencyError:
                # The heartbeat decides whether the link is lost.
                continue
            self._tell(self._tracker.refresh_members(build_snapshot("", answers).members, self._clock.now()))

    def _lose(self, error: DependencyError, reason: str) -> None:
        was_connected = self._connected.is_set()
        is_first = was_connected or self._problem is None
        is_other = self._problem is None or self._problem.message != error.message
        self._connected.clear()
        IS_CONNECTED.set(0)
        self._problem = error
        if was_connected:
            RECONNECTS.labels(reason).inc()
        if is_first or is_other:
            log.error("pbx_lost", reason=error.message)
        if is_first:
            self._tell(self._tracker.lose(error.message, self._clock.now()))

    def _tell(self, events: list[CTIEvent]) -> None:
        for event in events:
            self._seq = event.seq
            self._react(event)
            for subscription in self._subscriptions:
                subscription.offer(event)
        if events:
            CALLS.set(self._tracker.call_count)

    # ---- what follows from events ---------------------------------------------------------------------------------

    def _react(self, event: CTIEvent) -> None:
        match event:
            case CallStateChanged(call_id=call_id):
                self._gate_call(call_id)
            case LegOpened(call_id=call_id) | LegMoved(call_id=call_id):
                self._gate_call(call_id)
            case LegStateChanged(leg_id=leg_id, state=LegState.ENDED):
                self._gates.pop(leg_id, None)
                tap = self._open_taps.get(leg_id)
                if tap is not None:
                    tap.close()
            case _:
                pass
        if isinstance(event, CallStateChanged) and event.state is CallState.ANSWERED:
            self._watch_recordings(event.call_id)
        if isinstance(event, PBXConnected):
            for call in self.calls:
                if call.state in {CallState.ANSWERED, CallState.HELD}:
                    self._watch_recordings(call.call_id)

    def _notice_lost_phone(self, message: AMIMessage) -> None:
        agent = self._contacts.feed(message)
        if agent is not None:
            self._tasks.start(self._end_lost_legs(agent), name=f"lost_phone.{agent}")

    async def _end_lost_legs(self, agent: str) -> None:
        """End the legs of a telephone that is gone, so that the dialplan brings its caller to the next agent."""
        await self._clock.sleep(_LOST_PHONE_GRACE_SECONDS)
        if not self._contacts.is_gone(agent):
            return
        for leg in [leg for call in self.calls for leg in call.legs if leg.agent == agent]:
            try:
                await self._do(
                    Action(
                        {
                            "Action": "Hangup",
                            "Channel": self._exchange.channel_of(leg.leg_id).channel,
                            "Cause": str(CAUSE_SILENT),
                        }
                    )
                )
            except (DependencyError, LegNotFoundError) as error:
                log.warning("lost_phone_not_ended", agent=agent, reason=error.message)

    def _gate_call(self, call_id: UUID) -> None:
        call = self._tracker.find_call(call_id)
        if call is None:
            return
        change: Callable[[UUID, str], None] = self.gate if call.state is CallState.HELD else self.ungate
        for leg in call.legs:
            change(leg.leg_id, HOLD_GATE)

    def _watch_recordings(self, call_id: UUID) -> None:
        if self._recordings is not None:
            self._tasks.start(self._record_what_is_not(call_id, self._recordings), name=f"recording.{call_id}")

    async def _record_what_is_not(self, call_id: UUID, folder: str) -> None:
        """Start the recordings of a call that its dialplan did not start: the second, independent way."""
        await self._clock.sleep(self._settings.second_recording_start.total_seconds())
        call = self._tracker.find_call(call_id)
        for leg in call.legs if call is not None else ():
            if leg.state is LegState.RINGING or leg.is_recorded:
                continue
            try:
                await self._start_recording(leg, folder)
            except (DependencyError, LegNotFoundError) as error:
                log.warning("second_recording_start_failed", call_id=str(call_id), reason=error.message)

    async def _start_recording(self, leg: LegView, folder: str) -> None:
        place = self._exchange.channel_of(leg.leg_id)
        link = self._link
        if link is None:
            return
        (answer,) = await link.do(Action({"Action": "Getvar", "Channel": place.channel, "Variable": "LEG_RECORDING"}))
        if answer.get("Value"):
            # The dialplan did start it, before we listened.
            return
        started = round(self._clock.now().timestamp() * 1000)
        file = f"{started}-{place.uniqueid}-{leg.call_id}-{leg.role}"
        await self.execute(StartRecording(leg.leg_id, folder, file))
        SECOND_RECORDING_STARTS.inc()
        log.warning("recording_started_late", call_id=str(leg.call_id), leg_id=str(leg.leg_id))
        self._tell(self._tracker.note_recording(leg.leg_id, f"{file}.wav", self._clock.now()))


class _TrackedExchange(Exchange):
    """Answers the questions of commands from what the tracker knows."""

    def __init__(self, tracker: CallTracker, names: AgentNames) -> None:
        self._tracker = tracker
        self._names = names

    def channel_of(self, leg_id: UUID) -> ChannelOfLeg:
        found = self._tracker.find_channel(leg_id)
        if found is None:
            raise LegNotFoundError("This leg has ended.")
        return found

    def leg_of_agent(self, call_id: UUID, agent: str | None) -> ChannelOfLeg:
        legs = [leg for leg in self._legs(call_id) if leg.agent is not None and agent in {None, leg.agent}]
        talking = [leg for leg in legs if leg.state is not LegState.RINGING] or legs
        if not talking:
            raise LegNotFoundError("No agent is in this call.")
        return self.channel_of(talking[0].leg_id)

    def leg_of_customer(self, call_id: UUID) -> ChannelOfLeg:
        for leg in self._legs(call_id):
            if leg.role is LegRole.CUSTOMER:
                return self.channel_of(leg.leg_id)
        raise LegNotFoundError("No customer is in this call.")

    def key_of(self, call_id: UUID) -> str:
        key = self._tracker.find_key(call_id)
        if key is None:
            raise LegNotFoundError("This call has ended.")
        return key

    def device_of(self, agent: str) -> str:
        return self._names.device_of(agent)

    def _legs(self, call_id: UUID) -> tuple[LegView, ...]:
        call = self._tracker.find_call(call_id)
        if call is None:
            raise LegNotFoundError("This call has ended.")
        return call.legs
