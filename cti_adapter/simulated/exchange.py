"""A simulated exchange: speaks AMI and AudioSocket as Asterisk 22 does, and does what a script tells it.

Development and tests use it where a real Asterisk is too much. `tests/contract/cti_adapter` runs one class of tests on
this exchange and on the real one, so that what it says stays true. Messages have the fields that were captured from
Asterisk 22.10.1 (`tests/fixtures/cti`), as far as anybody reads them.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

from cti_adapter.ami_message import AMIMessage, encode
from cti_adapter.audiosocket import FrameKind, encode_frame
from cti_adapter.tracked import MEMBER_STATUS, WRAP_UP_REASON

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
FRAME_SECONDS = 0.02
FRAME_BYTES = 320
_STATE_RING, _STATE_RINGING, _STATE_UP = "4", "5", "6"
_READ_BYTES = 1 << 16
_FIRST_EPOCH = 1_796_000_000


@dataclass(eq=False)
class SimulatedChannel:
    """One channel."""

    name: str
    uniqueid: str
    linkedid: str
    number: str
    context: str
    exten: str
    call_id: str = ""
    state: str = "0"
    connected_number: str = ""
    bridge: str = ""
    pcm: bytes = b""
    """What the party says, over and over: a multiple of 320 bytes; silence when empty."""

    def fields(self, prefix: str = "") -> dict[str, str]:
        """Return the fields that events give about a channel."""
        return {
            f"{prefix}Channel": self.name,
            f"{prefix}ChannelState": self.state,
            f"{prefix}CallerIDNum": self.number or "<unknown>",
            f"{prefix}CallerIDName": "<unknown>",
            f"{prefix}ConnectedLineNum": self.connected_number or "<unknown>",
            f"{prefix}Context": self.context,
            f"{prefix}Exten": self.exten,
            f"{prefix}Uniqueid": self.uniqueid,
            f"{prefix}Linkedid": self.linkedid,
            f"{prefix}ChanVariable": f"CALL_ID={self.call_id}",
        }


@dataclass(eq=False)
class SimulatedAgent:
    """An agent's telephone and place in the queue."""

    agent: str
    device: str = "UNAVAILABLE"
    is_paused: bool = False
    reason: str = ""

    @property
    def interface(self) -> str:
        """Name of the device."""
        return f"PJSIP/agent-{self.agent}"

    def member(self, queue: str) -> dict[str, str]:
        """Return the fields that events give about a member."""
        return {
            "Queue": queue,
            "MemberName": self.agent,
            "Interface": self.interface,
            "Penalty": "0",
            "Status": str(MEMBER_STATUS.index(self.device)),
            "Paused": str(int(self.is_paused)),
            "PausedReason": self.reason,
        }


@dataclass(eq=False)
class _Connection:
    writer: asyncio.StreamWriter
    is_signed_in: bool = False
    is_frozen: bool = False


@dataclass
class SimulatedExchange:
    """One exchange with one queue; made by `open`.

    Attributes:
        username: Account of the manager interface.
        secret: Its password.
        queue: Name of the queue that every number leads to.
        is_frozen: Whether the exchange says nothing at all on connections that stay open: a half-open link.
    """

    username: str = "tingzhi"
    secret: str = "simulated-secret"  # noqa: S105 — rejected: of a simulation
    queue: str = "hotline"
    is_frozen: bool = False
    actions: list[AMIMessage] = field(default_factory=list)
    """Every action that came in, for tests."""
    _channels: dict[str, SimulatedChannel] = field(default_factory=dict)
    _agents: dict[str, SimulatedAgent] = field(default_factory=dict)
    _waiting: list[SimulatedChannel] = field(default_factory=list)
    _connections: list[_Connection] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _epoch: int = _FIRST_EPOCH
    _server: asyncio.Server | None = None
    port: int = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, agents: tuple[str, ...] = ("8001", "8002"), port: int = 0) -> AsyncIterator[SimulatedExchange]:
        """Open an exchange on loopback and close it with its connections."""
        exchange = cls(port=port)
        exchange._agents = {agent: SimulatedAgent(agent) for agent in agents}
        await exchange.start()
        try:
            yield exchange
        finally:
            await exchange.stop()

    async def start(self) -> None:
        """Listen; on the same port again after `stop`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Die: every connection breaks, every call is gone, and unique ids begin anew."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None
        self._channels.clear()
        self._waiting.clear()
        self._epoch += 1000

    def cut_links(self) -> None:
        """Break every manager connection; calls go on."""
        for connection in list(self._connections):
            connection.writer.transport.abort()

    # ---- what parties do -------------------------------------------------------------------------------------------

    def register(self, agent: str) -> None:
        """Bring an agent's telephone up."""
        self._set_device(agent, "NOT_INUSE")

    def unregister(self, agent: str) -> None:
        """Take an agent's telephone down."""
        self._set_device(agent, "UNAVAILABLE")

    def call(self, number: str, caller: str, pcm: bytes = b"") -> SimulatedChannel:
        """Let a caller call, hear the notice and wait in the queue."""
        channel = self._new_channel("trunk-lab", caller, "from-trunk", number, pcm=pcm)
        channel.state = _STATE_RING
        self._say("Newchannel", channel.fields())
        channel.call_id, channel.state, channel.context, channel.exten = channel.uniqueid, _STATE_UP, "entry", "s"
        self._say("Newstate", channel.fields())
        self._record(channel, "customer")
        self._enqueue(channel)
        return channel

    def ring(self, customer: SimulatedChannel, agent: str) -> SimulatedChannel:
        """Let an agent's telephone ring for a waiting caller."""
        leg = self._new_channel(f"agent-{agent}", agent, "agents", "s", customer)
        self._say("Newchannel", leg.fields())
        leg.call_id, leg.state, leg.connected_number = customer.call_id, _STATE_RINGING, customer.number
        self._say("Newstate", leg.fields())
        self._set_device(agent, "RINGING")
        return leg

    def answer(self, customer: SimulatedChannel, leg: SimulatedChannel, pcm: bytes = b"") -> None:
        """Let a ringing agent answer a waiting caller."""
        agent = self._agent_of(leg)
        leg.pcm, leg.state = pcm, _STATE_UP
        self._say("Newstate", leg.fields())
        self._set_device(agent.agent, "INUSE")
        if customer in self._waiting:
            self._waiting.remove(customer)
            self._say("QueueCallerLeave", {**customer.fields(), **self._place(1)})
        self._record(leg, "agent")
        self._pause(agent, is_paused=True, reason=WRAP_UP_REASON)
        bridge = f"bridge-{next(self._numbers)}"
        self._enter(leg, bridge)
        self._enter(customer, bridge)

    def hold(self, leg: SimulatedChannel) -> None:
        """Let an agent put the customer on hold."""
        self._say("Hold", leg.fields())
        self._set_device(self._agent_of(leg).agent, "ONHOLD")

    def resume(self, leg: SimulatedChannel) -> None:
        """Let an agent end the hold."""
        self._say("Unhold", leg.fields())
        self._set_device(self._agent_of(leg).agent, "INUSE")

    def hang_up(self, channel: SimulatedChannel, cause: int = 16) -> None:
        """Let a party hang up; the other end of its bridge, and telephones that ring for it, go as well."""
        if channel.uniqueid not in self._channels:
            return
        peers = [
            other
            for other in self._channels.values()
            if other is not channel
            and other.linkedid == channel.linkedid
            and (other.bridge or other.state != _STATE_UP)
        ]
        for party in (channel, *peers):
            if party.bridge:
                bridge, party.bridge = party.bridge, ""
                self._say("BridgeLeave", {"BridgeUniqueid": bridge, **party.fields()})
        if channel in self._waiting:
            self._waiting.remove(channel)
            self._say("QueueCallerAbandon", {**channel.fields(), **self._place(1)})
            self._say("QueueCallerLeave", {**channel.fields(), **self._place(1)})
        for party in (channel, *peers):
            self._end(party, cause)

    def flood(self, count: int) -> None:
        """Say many things that change nothing about calls."""
        for number in range(count):
            self._say("PeerStatus", {"Peer": f"PJSIP/nobody-{number}", "PeerStatus": "Reachable"})

    # ---- inside ----------------------------------------------------------------------------------------------------

    def _new_channel(
        self,
        endpoint: str,
        number: str,
        context: str,
        exten: str,
        of: SimulatedChannel | None = None,
        *,
        pcm: bytes = b"",
    ) -> SimulatedChannel:
        count = next(self._numbers)
        uniqueid = f"pbx1-{self._epoch}.{count}"
        channel = SimulatedChannel(
            f"PJSIP/{endpoint}-{count:08x}",
            uniqueid,
            of.linkedid if of is not None else uniqueid,
            number,
            context,
            exten,
            pcm=pcm,
        )
        self._channels[uniqueid] = channel
        return channel

    def _record(self, channel: SimulatedChannel, role: str) -> None:
        file = f"{self._epoch * 1000}-{channel.uniqueid}-{channel.call_id}-{role}.wav"
        said = {
            "UserEvent": "TingzhiRecording",
            "CallId": channel.call_id,
            "LegUniqueid": channel.uniqueid,
            "File": file,
        }
        self._say("UserEvent", {**channel.fields(), **said})

    def _enqueue(self, channel: SimulatedChannel) -> None:
        self._waiting.append(channel)
        self._say("QueueCallerJoin", {**channel.fields(), **self._place(len(self._waiting))})

    def _place(self, position: int) -> dict[str, str]:
        return {"Queue": self.queue, "Position": str(position), "Count": str(len(self._waiting))}

    def _enter(self, channel: SimulatedChannel, bridge: str) -> None:
        channel.bridge = bridge
        self._say("BridgeEnter", {"BridgeUniqueid": bridge, **channel.fields()})

    def _end(self, channel: SimulatedChannel, cause: int) -> None:
        del self._channels[channel.uniqueid]
        self._say("Hangup", {**channel.fields(), "Cause": str(cause)})
        agent = self._agents.get(channel.number) if "/agent-" in channel.name else None
        if agent is not None:
            self._set_device(agent.agent, "NOT_INUSE")

    def _agent_of(self, channel: SimulatedChannel) -> SimulatedAgent:
        return self._agents[channel.number]

    def _set_device(self, agent: str, device: str) -> None:
        found = self._agents[agent]
        found.device = device
        self._say("QueueMemberStatus", found.member(self.queue))
        self._say("DeviceStateChange", {"Device": found.interface, "State": device})

    def _pause(self, agent: SimulatedAgent, *, is_paused: bool, reason: str) -> None:
        agent.is_paused, agent.reason = is_paused, reason if is_paused else ""
        self._say("QueueMemberPause", agent.member(self.queue))

    def _say(self, event: str, fields: Mapping[str, str]) -> None:
        for connection in self._connections:
            if connection.is_signed_in:
                self._send(connection, {"Event": event, **fields})

    def _send(self, connection: _Connection, fields: Mapping[str, str]) -> None:
        if not self.is_frozen:
            connection.writer.write(encode(fields))

    # ---- the manager interface -------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — a connection is a task
        self._tasks.add(task)
        self._connections.append(connection)
        writer.write(GREETING)
        buffer = b""
        try:
            while data := await reader.read(_READ_BYTES):
                *whole, buffer = (buffer + data).split(b"\r\n\r\n")
                for raw in whole:
                    self._act(connection, _parse(raw))
        except ConnectionError:
            pass
        finally:
            self._connections.remove(connection)
            self._tasks.discard(task)
            writer.close()

    def _act(self, connection: _Connection, action: AMIMessage) -> None:
        self.actions.append(action)
        name = action.get("Action")
        handler = {
            "Login": self._login,
            "Ping": lambda connection, action: self._succeed(connection, action),
            "CoreShowChannels": self._list_channels,
            "QueueStatus": self._list_queues,
            "DeviceStateList": self._list_devices,
            "QueuePause": self._queue_pause,
            "Hangup": self._hangup,
            "Getvar": lambda connection, action: self._succeed(connection, action, Value=""),
            "MuteAudio": self._on_channel,
            "Originate": self._originate,
            "Bridge": self._bridge,
        }.get(name)
        if not connection.is_signed_in and name != "Login":
            self._refuse(connection, action, "Permission denied")
        elif handler is None:
            self._refuse(connection, action, "Invalid/unknown command")
        else:
            handler(connection, action)

    def _succeed(self, connection: _Connection, action: AMIMessage, **fields: str) -> None:
        self._send(connection, {"Response": "Success", "ActionID": action.action_id, **fields})

    def _refuse(self, connection: _Connection, action: AMIMessage, reason: str) -> None:
        self._send(connection, {"Response": "Error", "ActionID": action.action_id, "Message": reason})

    def _login(self, connection: _Connection, action: AMIMessage) -> None:
        if (action.get("Username"), action.get("Secret")) != (self.username, self.secret):
            self._refuse(connection, action, "Authentication failed")
            return
        connection.is_signed_in = True
        self._succeed(connection, action, Message="Authentication accepted")
        self._send(connection, {"Event": "FullyBooted", "Status": "Fully Booted"})

    def _list(self, connection: _Connection, action: AMIMessage, event: str, rows: list[dict[str, str]]) -> None:
        self._succeed(connection, action, EventList="start", Message="will follow")
        for row in rows:
            self._send(connection, {**row, "ActionID": action.action_id})
        self._send(connection, {"Event": event, "ActionID": action.action_id, "EventList": "Complete"})

    def _list_channels(self, connection: _Connection, action: AMIMessage) -> None:
        rows = [
            {"Event": "CoreShowChannel", **channel.fields(), "BridgeId": channel.bridge}
            for channel in self._channels.values()
        ]
        self._list(connection, action, "CoreShowChannelsComplete", rows)

    def _list_queues(self, connection: _Connection, action: AMIMessage) -> None:
        rows = [{"Event": "QueueMember", **agent.member(self.queue)} for agent in self._agents.values()]
        rows += [
            {"Event": "QueueEntry", **channel.fields(), **self._place(position)}
            for position, channel in enumerate(self._waiting, start=1)
        ]
        self._list(connection, action, "QueueStatusComplete", rows)

    def _list_devices(self, connection: _Connection, action: AMIMessage) -> None:
        rows = [
            {"Event": "DeviceStateChange", "Device": agent.interface, "State": agent.device}
            for agent in self._agents.values()
        ]
        self._list(connection, action, "DeviceStateListComplete", rows)

    def _queue_pause(self, connection: _Connection, action: AMIMessage) -> None:
        agent = next((one for one in self._agents.values() if one.interface == action.get("Interface")), None)
        if agent is None:
            self._refuse(connection, action, "Interface not found")
            return
        self._succeed(connection, action)
        self._pause(agent, is_paused=action.get("Paused") == "true", reason=action.get("Reason"))

    def _find(self, name: str) -> SimulatedChannel | None:
        return next((channel for channel in self._channels.values() if channel.name == name), None)

    def _hangup(self, connection: _Connection, action: AMIMessage) -> None:
        channel = self._find(action.get("Channel"))
        if channel is None:
            self._refuse(connection, action, "No such channel")
            return
        self._succeed(connection, action)
        self.hang_up(channel)

    def _on_channel(self, connection: _Connection, action: AMIMessage) -> None:
        if self._find(action.get("Channel")) is None:
            self._refuse(connection, action, "Channel not found")
        else:
            self._succeed(connection, action)

    def _originate(self, connection: _Connection, action: AMIMessage) -> None:
        technology, _, rest = action.get("Channel").partition("/")
        channel = self._find(action.get("Data").partition(",")[0])
        if action.get("Context") == "supervise":
            self._supervise(connection, action)
            return
        if technology != "AudioSocket" or channel is None:
            self._refuse(connection, action, "Extension does not exist.")
            return
        self._succeed(connection, action, Message="Originate successfully queued")
        address, ticket, _ = rest.split("/", 2)
        host, _, port = address.rpartition(":")
        task = asyncio.get_running_loop().create_task(self._tap(host, int(port), UUID(ticket), channel))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _supervise(self, connection: _Connection, action: AMIMessage) -> None:
        """Let the supervisor's telephone answer at once and join the leg that it was rung for."""
        agent = next((one for one in self._agents.values() if one.interface == action.get("Channel")), None)
        if agent is None or agent.device == "UNAVAILABLE":
            self._refuse(connection, action, "Extension does not exist.")
            return
        self._succeed(connection, action, Message="Originate successfully queued")
        leg = self._new_channel(f"agent-{agent.agent}", agent.agent, "supervise", "s")
        del self._channels[leg.uniqueid]
        leg.uniqueid = leg.linkedid = action.get("ChannelId")
        self._channels[leg.uniqueid] = leg
        self._say("Newchannel", leg.fields())
        leg.state = _STATE_UP
        self._say("Newstate", leg.fields())
        self._set_device(agent.agent, "INUSE")

    def _bridge(self, connection: _Connection, action: AMIMessage) -> None:
        """Take both channels out of their bridges and connect them; who was bridged with the first one ends."""
        customer, supervisor = self._find(action.get("Channel1")), self._find(action.get("Channel2"))
        if customer is None or supervisor is None:
            self._refuse(connection, action, "Channel not found")
            return
        self._succeed(connection, action)
        left = [one for one in self._channels.values() if one.bridge == customer.bridge and one is not customer]
        bridge = f"bridge-{next(self._numbers)}"
        for party in (customer, *left):
            self._say("BridgeLeave", {"BridgeUniqueid": party.bridge, **party.fields()})
        self._enter(customer, bridge)
        self._enter(supervisor, bridge)
        for party in left:
            party.bridge = ""
            self._end(party, 16)

    async def _tap(self, host: str, port: int, ticket: UUID, channel: SimulatedChannel) -> None:
        _, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(encode_frame(FrameKind.UUID, ticket.bytes))
            loop = asyncio.get_running_loop()
            due, position = loop.time(), 0
            while channel.uniqueid in self._channels and not writer.is_closing():
                frame = channel.pcm[position : position + FRAME_BYTES] or bytes(FRAME_BYTES)
                position = (position + FRAME_BYTES) % max(len(channel.pcm), FRAME_BYTES)
                writer.write(encode_frame(FrameKind.PCM_8KHZ, frame))
                await writer.drain()
                due += FRAME_SECONDS
                await asyncio.sleep(max(0.0, due - loop.time()))
        except ConnectionError:
            pass
        finally:
            await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def _parse(raw: bytes) -> AMIMessage:
    lines = (line.partition(": ") for line in raw.decode("utf-8", "replace").split("\r\n"))
    return AMIMessage(tuple((name, value) for name, separator, value in lines if separator))
