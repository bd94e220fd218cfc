"""What others may ask of the exchange: typed commands that speak of calls, legs, queues and agents.

Each command says whether it may be given again when its outcome is unknown. Pausing twice leaves an agent paused;
dialling twice rings two telephones. No command is ever sent again by itself after the link was lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from cti_adapter.errors import LegNotFoundError
from cti_adapter.views import ChannelOfLeg
from kit.errors import InvalidInputError

Fields = Mapping[str, str | tuple[str, ...]]


class Retry(StrEnum):
    """Whether a command may be given again when nobody knows whether it was carried out."""

    SAFE = "safe"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the manager interface.

    Attributes:
        fields: Its fields, `Action` first.
        accepted_errors: Beginnings of refusals that mean: it is so already.
    """

    fields: Fields
    accepted_errors: tuple[str, ...] = ()


class Exchange(Protocol):
    """What a command needs to know of the exchange to become actions."""

    def channel_of(self, leg_id: UUID) -> ChannelOfLeg:
        """Return where a leg is.

        Raises:
            LegNotFoundError: It has ended.
        """
        ...

    def leg_of_agent(self, call_id: UUID, agent: str | None) -> ChannelOfLeg:
        """Return the leg of an agent in a call; of the one who talks when `agent` is None."""
        ...

    def leg_of_customer(self, call_id: UUID) -> ChannelOfLeg:
        """Return the leg of the customer in a call."""
        ...

    def key_of(self, call_id: UUID) -> str:
        """Return what the exchange's channels call a call (`CALL_ID`)."""
        ...

    def device_of(self, agent: str) -> str:
        """Return how the exchange names an agent's telephone."""
        ...


class Command(Protocol):
    """One thing to do."""

    retry: ClassVar[Retry]

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Yield the actions to send, one after the other; each is answered before the next is asked for.

        Raises:
            LegNotFoundError: The call or leg has ended.
            InvalidInputError: A value cannot be used; names the field.
        """
        ...


_GONE = (
    "No such channel",
    "Channel not existent",
    "Channel does not exist",
    "No such Channel",
    "Unable to find channel",
)


# ---- agents and queues ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PauseAgent:
    """Take no calls from any queue; the reason may be Chinese."""

    agent: str
    reason: str
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Pause the telephone in all of its queues at once."""
        yield _pause(exchange, self.agent, "true", self.reason)


@dataclass(frozen=True, slots=True)
class ReadyAgent:
    """Take calls again: ends a pause or the wrap-up."""

    agent: str
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """End the pause in all queues."""
        yield _pause(exchange, self.agent, "false", "")


def _pause(exchange: Exchange, agent: str, paused: str, reason: str) -> Action:
    return Action({"Action": "QueuePause", "Interface": exchange.device_of(agent), "Paused": paused, "Reason": reason})


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Let a queue ring an agent; a lower penalty is rung first."""

    agent: str
    queue: str
    penalty: int = 0
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Add the member; one that is there already stays as it is."""
        device = exchange.device_of(self.agent)
        yield Action(
            {
                "Action": "QueueAdd",
                "Queue": self.queue,
                "Interface": device,
                "Penalty": str(self.penalty),
                "MemberName": self.agent,
                "StateInterface": device,
            },
            accepted_errors=("Unable to add interface: Already there",),
        )


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Let a queue ring an agent no more."""

    agent: str
    queue: str
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Remove the member."""
        yield Action(
            {"Action": "QueueRemove", "Queue": self.queue, "Interface": exchange.device_of(self.agent)},
            accepted_errors=("Unable to remove interface: Not there",),
        )


# ---- one call -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HangUp:
    """End one leg; a leg that is gone already is what was wanted."""

    leg_id: UUID
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Ask the channel to end with a normal clearing."""
        try:
            leg = exchange.channel_of(self.leg_id)
        except LegNotFoundError:
            return
        yield Action({"Action": "Hangup", "Channel": leg.channel, "Cause": "16"}, accepted_errors=_GONE)


@dataclass(frozen=True, slots=True)
class MuteLeg:
    """Let the others not hear a leg, or let them again."""

    leg_id: UUID
    is_muted: bool
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Mute what comes from the leg."""
        yield Action(
            {
                "Action": "MuteAudio",
                "Channel": exchange.channel_of(self.leg_id).channel,
                "Direction": "in",
                "State": "on" if self.is_muted else "off",
            }
        )


@dataclass(frozen=True, slots=True)
class MuteRecording:
    """Keep what a leg says out of its recording (card data), or write it again. Taps are gated beside it."""

    leg_id: UUID
    is_muted: bool
    retry: ClassVar[Retry] = Retry.SAFE

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Mute the recording's read side; the file goes on with silence."""
        yield Action(
            {
                "Action": "MixMonitorMute",
                "Channel": exchange.channel_of(self.leg_id).channel,
                "Direction": "both",
                "State": "1" if self.is_muted else "0",
            }
        )


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record a leg whose recording the dialplan did not start; `file` has no folder and no ending."""

    leg_id: UUID
    folder: str
    file: str
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Mark the leg as recorded, as the dialplan does, and write what it says."""
        channel = exchange.channel_of(self.leg_id).channel
        yield Action({"Action": "Setvar", "Channel": channel, "Variable": "LEG_RECORDING", "Value": self.file})
        yield Action(
            {"Action": "MixMonitor", "Channel": channel, "File": "", "Options": f"r({self.folder}/{self.file}.wav)"}
        )


@dataclass(frozen=True, slots=True)
class TransferBlind:
    """Pass a call on without a word."""

    call_id: UUID
    number: str
    context: str = "agents"
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Let the talking agent's leg pass the customer on."""
        yield Action(
            {
                "Action": "BlindTransfer",
                "Channel": exchange.leg_of_agent(self.call_id, None).channel,
                "Exten": _number(self.number),
                "Context": self.context,
            }
        )


@dataclass(frozen=True, slots=True)
class Consult:
    """Put the customer on hold and call a colleague; hanging up the agent's leg completes the transfer."""

    call_id: UUID
    number: str
    context: str = "agents"
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Begin an attended transfer on the talking agent's leg."""
        yield Action(
            {
                "Action": "Atxfer",
                "Channel": exchange.leg_of_agent(self.call_id, None).channel,
                # With the last key Asterisk waits no longer for further digits, three seconds otherwise.
                "Exten": _number(self.number) + "#",
                "Context": self.context,
            }
        )


@dataclass(frozen=True, slots=True)
class CancelConsult:
    """Leave the colleague and return to the customer."""

    call_id: UUID
    agent: str
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Abort the attended transfer."""
        yield Action({"Action": "CancelAtxfer", "Channel": exchange.leg_of_agent(self.call_id, self.agent).channel})


@dataclass(frozen=True, slots=True)
class JoinThree:
    """Bring the customer into a consultation: customer, agent and colleague hear each other."""

    call_id: UUID
    agent: str
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Press the keys that `features.conf` gives the three-way call."""
        yield from PressKeys(self.call_id, self.agent, "*3").actions(exchange)


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press keys on behalf of an agent: `*2` completes a consultation, `*3` makes it a call of three, `*4` swaps."""

    call_id: UUID
    agent: str
    keys: str
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Play the keys as if the telephone had sent them."""
        if not self.keys or set(self.keys) - set("0123456789*#ABCD"):
            raise InvalidInputError("keys may be 0 to 9, *, # and A to D.", field="keys")
        channel = exchange.leg_of_agent(self.call_id, self.agent).channel
        for key in self.keys:
            yield Action({"Action": "PlayDTMF", "Channel": channel, "Digit": key, "Receive": "true"})


@dataclass(frozen=True, slots=True)
class StartConference:
    """Bring customer and agent into a conference that others can be called into."""

    call_id: UUID
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Redirect both legs at once."""
        room = self.call_id.hex
        yield Action(
            {
                "Action": "Redirect",
                "Channel": exchange.leg_of_customer(self.call_id).channel,
                "ExtraChannel": exchange.leg_of_agent(self.call_id, None).channel,
                **_conference(room),
                **{f"Extra{name}": value for name, value in _conference(room).items()},
            }
        )


@dataclass(frozen=True, slots=True)
class InviteToConference:
    """Call an agent into the conference of a call."""

    call_id: UUID
    agent: str
    originate_id: UUID
    """Identity that the new channel gets; make it and store it before the command."""
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Ring the agent's telephone and bring it to the room."""
        key = exchange.key_of(self.call_id)
        yield _originate(
            exchange, self.agent, self.originate_id, {**_conference(self.call_id.hex), "Variable": f"CALL_ID={key}"}
        )


@dataclass(frozen=True, slots=True)
class InviteGuest:
    """Call a number outside into the conference of a call; whoever answers hears the notice first."""

    call_id: UUID
    agent: str
    """Who invites: his number is shown."""
    number: str
    trunk: str
    """Endpoint of the exchange through which numbers outside are reached."""
    originate_id: UUID
    """Identity that the new channel gets; make it and store it before the command."""
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Call the number and bring it to the room."""
        key = exchange.key_of(self.call_id)
        target = {**_conference(self.call_id.hex), "Context": "conference-guest", "Variable": f"CALL_ID={key}"}
        yield _originate_channel(f"PJSIP/{_number(self.number)}@{self.trunk}", self.agent, self.originate_id, target)


def _conference(room: str) -> dict[str, str]:
    # Rooms are matched as a number whose first sign is any: the dialplan has the pattern _X!.
    return {"Context": "conference", "Exten": f"0{room}", "Priority": "1"}


@dataclass(frozen=True, slots=True)
class SendToFlow:
    """Let the customer talk with a speech flow while the agent waits with music, and join the two again after it."""

    call_id: UUID
    flow: str
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Tell each leg of the other, then redirect both at once."""
        customer = exchange.leg_of_customer(self.call_id).channel
        agent = exchange.leg_of_agent(self.call_id, None).channel
        for channel, name, value in (
            (customer, "IVR_STAGE", self.flow),
            (customer, "FLOW_AGENT", agent),
            (agent, "FLOW_CALLER", customer),
        ):
            yield Action({"Action": "Setvar", "Channel": channel, "Variable": name, "Value": value})
        yield Action(
            {
                "Action": "Redirect",
                "Channel": customer,
                "ExtraChannel": agent,
                "Context": "flow-caller",
                "Exten": "s",
                "Priority": "1",
                "ExtraContext": "flow-agent",
                "ExtraExten": "s",
                "ExtraPriority": "1",
            }
        )


@dataclass(frozen=True, slots=True)
class PickUp:
    """Answer a call that rings at a colleague's telephone."""

    leg_id: UUID
    agent: str
    originate_id: UUID
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Ring the agent's telephone; its answer takes the ringing channel over."""
        channel = exchange.channel_of(self.leg_id).channel
        target = {"Context": "pick-up", "Exten": "s", "Priority": "1", "Variable": f"PICK_UP_CHANNEL={channel}"}
        yield _originate(exchange, self.agent, self.originate_id, target)


class SuperviseMode(StrEnum):
    """What a supervisor may do in a call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    """Only the agent hears the supervisor."""
    BARGE = "barge"
    """Both hear the supervisor."""


_SPY_OPTIONS = {SuperviseMode.LISTEN: "qE", SuperviseMode.WHISPER: "qwE", SuperviseMode.BARGE: "qBE"}


@dataclass(frozen=True, slots=True)
class Supervise:
    """Let a supervisor hear a call through the agent's leg, whisper to the agent, or speak with both."""

    leg_id: UUID
    supervisor: str
    mode: SuperviseMode
    originate_id: UUID
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Ring the supervisor's telephone and attach it to the leg."""
        leg = exchange.channel_of(self.leg_id)
        target: dict[str, str | tuple[str, ...]] = {
            "Context": "supervise",
            "Exten": "s",
            "Priority": "1",
            "Variable": (f"SPY_CHANNEL={leg.channel}", f"SPY_OPTIONS={_SPY_OPTIONS[self.mode]}"),
        }
        yield _originate(exchange, self.supervisor, self.originate_id, target)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Connect the customer with a supervisor who listens; the agent's leg ends."""

    call_id: UUID
    supervisor_leg_id: UUID
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Bridge the two channels."""
        yield Action(
            {
                "Action": "Bridge",
                "Channel1": exchange.leg_of_customer(self.call_id).channel,
                "Channel2": exchange.channel_of(self.supervisor_leg_id).channel,
            }
        )


@dataclass(frozen=True, slots=True)
class DialOut:
    """Ring an agent's telephone and, once it is answered, call a number from it."""

    agent: str
    number: str
    originate_id: UUID
    context: str = "agents"
    retry: ClassVar[Retry] = Retry.NEVER

    def actions(self, exchange: Exchange) -> Iterator[Action]:
        """Originate towards the agent; the dialplan calls the number."""
        target = {"Context": self.context, "Exten": _number(self.number), "Priority": "1"}
        yield _originate(exchange, self.agent, self.originate_id, target)


def _originate(exchange: Exchange, agent: str, originate_id: UUID, target: Fields) -> Action:
    return _originate_channel(exchange.device_of(agent), agent, originate_id, target)


def _originate_channel(channel: str, caller: str, originate_id: UUID, target: Fields) -> Action:
    return Action(
        {
            "Action": "Originate",
            "Channel": channel,
            "ChannelId": str(originate_id),
            # Without Async the manager interface drops the link (ADR 25).
            "Async": "true",
            "Timeout": "20000",
            "CallerID": caller,
            **target,
        }
    )


def _number(number: str) -> str:
    if not number or set(number) - set("+0123456789*#") or len(number) > 32:
        raise InvalidInputError("number may hold 0 to 9, *, # and a leading +.", field="number")
    return number
