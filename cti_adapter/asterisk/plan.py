"""What the exchange is made of, as data: numbers, queues, agents' telephones, trunks and addresses.

The configuration files are rendered from a plan (`configuration.py`). Every name and text is checked first, so that no
value of a person can end a line or begin a section of a configuration file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cti_adapter.asterisk.open_times import OpenTimes
from kit.errors import InvalidInputError

_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")
_KEY = re.compile(r"[0-9]")
_NUMBER = re.compile(r"\+?[0-9*#]{1,20}")
_SECRET = re.compile(r"[A-Za-z0-9_.~!@^*()+-]{8,128}")
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.:_-]{1,255})(?:[:/][0-9]{1,5})?")
_ACCOUNT = re.compile(r"[A-Za-z0-9+._-]{1,80}")
_PATH = re.compile(r"/[A-Za-z0-9_./ -]{1,400}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,40}")
_LINE = re.compile(r"[^\x00-\x1f;\[\]\\\"<>]{0,80}")

SEAT_PREFIX = "seat_"
"""Begins the queue of one agent, which rings nobody else."""
CALLBACK_KEY, MESSAGE_KEY = ("1", "queue_callback"), ("2", "queue_message")
"""Keys of a waiting caller, each with the flow that it leads to; announcements name these keys."""
Transport = Literal["udp", "tcp", "tls"]
Strategy = Literal["rrmemory", "leastrecent", "fewestcalls", "random", "ringall", "linear"]


@dataclass(frozen=True, slots=True)
class AgentPhone:
    """An agent's telephone.

    Attributes:
        agent: Number of the agent, which colleagues dial, such as `8001`.
        secret: Password with which the telephone registers.
        name: Name that colleagues see.
        is_browser: Whether the telephone is a page (WebRTC: encrypted media, ICE) and not a desk telephone.
        encrypts_voice: Whether a desk telephone encrypts its voice (SRTP); it registers over TLS then.
    """

    agent: str
    secret: str = field(repr=False)
    name: str = ""
    is_browser: bool = False
    encrypts_voice: bool = False


@dataclass(frozen=True, slots=True)
class QueueMembership:
    """An agent's place in a queue; a lower `penalty` is rung first, 0 being the most able."""

    agent: str
    penalty: int = 0


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """A waiting line.

    Attributes:
        name: Name without spaces, such as `power`.
        members: Agents that it rings.
        ring_seconds: How long one agent is rung before the next one.
        max_wait_seconds: How long a call waits before it leaves the queue.
        strategy: How Asterisk chooses among agents of equal penalty.
        has_wrap_up: Whether an agent who took a call stays paused after it until he says that he is ready.
        overflow: Queue that a call goes to after `max_wait_seconds`; None tells the caller goodbye.
        music: Folder with the sound files of its music on hold; None for that of the exchange.
        is_seat: Whether it is the queue of one agent, which a call leaves at once when he cannot be rung.
        keys: Keys with which a waiting caller leaves for a speech flow, each with the name of the flow; whoever comes
            back has kept the place.
    """

    name: str
    members: tuple[QueueMembership, ...] = ()
    ring_seconds: int = 15
    max_wait_seconds: int = 300
    strategy: Strategy = "rrmemory"
    has_wrap_up: bool = True
    overflow: str | None = None
    music: Path | None = None
    is_seat: bool = False
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """A number that callers dial and the queue that its calls wait in when nobody routes them elsewhere.

    Attributes:
        number: As it is dialled.
        queue: Name of the queue.
        notice: Sound file that tells of the recording, as in `PBXPlan`; None for that of the exchange.
        head_start_seconds: How much longer than it has a call to this number counts as waiting.
        hours: When it is open, asked only while nobody routes its calls; None for always.
        closed_queue: Queue of its calls outside these hours; None says that it is closed.
    """

    number: str
    queue: str
    notice: Path | None = None
    head_start_seconds: int = 0
    hours: OpenTimes | None = None
    closed_queue: str | None = None


@dataclass(frozen=True, slots=True)
class TrunkPlan:
    """A line to the network or to a gateway, known by the addresses that its calls come from.

    Attributes:
        name: Name without spaces.
        addresses: Hosts or networks (`192.0.2.0/24`) whose calls are this trunk's.
        contact: Host and port to send calls to; None for a line that only brings calls.
        username: Account with which we sign in at the far end; None where it knows us by our address.
        secret: Password of the account.
        registers: Whether the account is registered there, so that the far end finds us: calls come to `username`.
        transport: How SIP reaches the far end; `tls` needs the certificate of the plan.
        encrypts_voice: Whether voice is encrypted (SRTP); its keys are in SIP, which must be encrypted then as well.
    """

    name: str
    addresses: tuple[str, ...]
    contact: str | None = None
    username: str | None = None
    secret: str | None = field(default=None, repr=False)
    registers: bool = False
    transport: Transport = "udp"
    encrypts_voice: bool = False


@dataclass(frozen=True, slots=True)
class TLSPlan:
    """What the exchange shows and believes where SIP is encrypted.

    Attributes:
        certificate: PEM file with its certificate and those between it and its authority.
        key: PEM file with the key of the certificate, without a password.
        authority: PEM file with the authorities that certificates of trunks are checked against; None for those of the
            machine.
        port: TCP port.
    """

    certificate: Path
    key: Path
    authority: Path | None = None
    port: int = 5061


@dataclass(frozen=True, slots=True)
class PBXAddresses:
    """Where the exchange listens and where it finds us; ports are TCP unless the name says otherwise."""

    host: str = "127.0.0.1"
    sip_port: int = 5060
    """UDP and TCP."""
    ami_port: int = 5038
    http_port: int = 8088
    """WebSocket of telephones in the browser."""
    rtp_first_port: int = 20_000
    """First of the UDP ports for voice, even."""
    rtp_last_port: int = 20_999
    external_address: str | None = None
    """Address that telephones outside are told, where a router translates ours; None where there is none."""
    agi_address: str | None = None
    """`host:port` of our routing service; None leaves every call in the queue of its number."""
    ivr_agi_address: str | None = None
    """`host:port` that is asked whether a speech flow takes a call; None leaves every call to people."""
    ivr_audio_address: str | None = None
    """`host:port` that the sound of speech flows goes to."""


@dataclass(frozen=True, slots=True)
class PBXPlan:
    """Everything that the configuration is rendered from.

    Attributes:
        node_name: Name of the exchange, `CTI_NODE_NAME`.
        ami_username: Manager account that we sign in as.
        ami_secret: Its password.
        addresses: Ports and addresses.
        agents: Telephones of agents.
        queues: Waiting lines.
        numbers: Numbers that callers dial.
        trunks: Lines to the network.
        notice: Sound file that tells callers of the recording, as an absolute path without its ending; None plays a
            beep. A call whose notice could not be played is not recorded.
        closed_notice: Sound file that says that nobody works now, as `notice`; None plays a goodbye.
        music: Folder with the sound files of music on hold; it must hold one, or waiting callers hear silence.
        routing_seconds: How long the routing service may take before the call goes on without it.
        tls: Certificate for encrypted SIP; None where no telephone and no trunk encrypts.
        simulates_network: Whether numbers outside are answered by the exchange itself while no trunk leads outside.
    """

    ami_secret: str = field(repr=False)
    node_name: str = "pbx1"
    ami_username: str = "tingzhi"
    addresses: PBXAddresses = field(default_factory=PBXAddresses)
    agents: tuple[AgentPhone, ...] = ()
    queues: tuple[QueuePlan, ...] = ()
    numbers: tuple[NumberPlan, ...] = ()
    trunks: tuple[TrunkPlan, ...] = ()
    notice: Path | None = None
    closed_notice: Path | None = None
    music: Path | None = None
    routing_seconds: int = 3
    tls: TLSPlan | None = None
    simulates_network: bool = False


def check_plan(plan: PBXPlan) -> None:
    """Refuse a plan that Asterisk would misread or that contradicts itself.

    Raises:
        InvalidInputError: Names the field and the mend.
    """
    for name, text, pattern, rule in _texts(plan):
        if not pattern.fullmatch(text):
            raise InvalidInputError(f"{name} cannot be used in the exchange: {rule}.", field=name)
    _check_unique("agents", [phone.agent for phone in plan.agents])
    _check_unique("queues", [queue.name for queue in plan.queues])
    _check_unique("numbers", [number.number for number in plan.numbers])
    _check_unique("trunks", [trunk.name for trunk in plan.trunks])
    queues = {queue.name for queue in plan.queues}
    for number in plan.numbers:
        missing = {number.queue, number.closed_queue or number.queue} - queues
        if missing:
            raise InvalidInputError(
                f"Number {number.number} leads to the queue {min(missing)}, which does not exist. Add the queue.",
                field="numbers",
            )
    agents = {phone.agent for phone in plan.agents}
    for queue in plan.queues:
        if queue.overflow is not None and queue.overflow not in queues:
            raise InvalidInputError(
                f"Queue {queue.name} overflows to {queue.overflow}, which does not exist. Add the queue.",
                field="queues",
            )
        unknown = [member.agent for member in queue.members if member.agent not in agents]
        if unknown:
            raise InvalidInputError(
                f"Queue {queue.name} names the agents {', '.join(unknown)}, who have no telephone. Add one each.",
                field="queues",
            )
    taken = agents & {number.number for number in plan.numbers}
    if taken:
        raise InvalidInputError(
            f"{', '.join(sorted(taken))} is an agent's number and a number that callers dial. Give the agent another.",
            field="numbers",
        )
    _check_lines(plan)
    addresses = plan.addresses
    if addresses.rtp_first_port % 2 or addresses.rtp_last_port - addresses.rtp_first_port < 4:
        raise InvalidInputError(
            "The ports for voice begin with an even one and are at least five.", field="rtp_first_port"
        )


def _check_lines(plan: PBXPlan) -> None:
    """Refuse accounts without a far end, and encryption that lacks a certificate or sends its keys in the clear."""
    for trunk in plan.trunks:
        if (trunk.username is None) != (trunk.secret is None):
            raise InvalidInputError(
                f"Trunk {trunk.name} needs both username and secret, or none.", field=f"trunks.{trunk.name}.secret"
            )
        if (trunk.registers and trunk.username is None) or (trunk.username is not None and trunk.contact is None):
            raise InvalidInputError(
                f"Trunk {trunk.name} signs in with an account: give it username, secret and contact.",
                field=f"trunks.{trunk.name}.contact",
            )
        if trunk.encrypts_voice and trunk.transport != "tls":
            raise InvalidInputError(
                f"Trunk {trunk.name} encrypts voice, whose keys would travel in plain SIP. Set its transport to tls.",
                field=f"trunks.{trunk.name}.transport",
            )
    if plan.tls is not None:
        return
    encrypted = [f"trunks.{trunk.name}" for trunk in plan.trunks if trunk.transport == "tls"]
    encrypted += [f"agents.{phone.agent}" for phone in plan.agents if phone.encrypts_voice]
    if encrypted:
        raise InvalidInputError(
            f"{', '.join(encrypted)} cannot be encrypted without a certificate of the exchange. Set "
            "CTI_TLS_CERTIFICATE and CTI_TLS_KEY, or switch the encryption off there.",
            field=encrypted[0],
        )


def _texts(plan: PBXPlan) -> Iterator[tuple[str, str, re.Pattern[str], str]]:
    word, number = "letters, digits and underscores only", "digits, *, # and a leading + only"
    secret, address = "8 to 128 letters, digits and . ~ ! @ ^ * ( ) + - _", "a host name, an address or a network"
    yield "node_name", plan.node_name, re.compile(r"[a-z0-9-]{1,32}"), "small letters, digits and dashes only"
    yield "ami_username", plan.ami_username, _NAME, word
    yield "ami_secret", plan.ami_secret, _SECRET, secret
    yield "addresses.host", plan.addresses.host, _ADDRESS, address
    if plan.addresses.external_address is not None:
        yield "addresses.external_address", plan.addresses.external_address, _ADDRESS, address
    if plan.addresses.agi_address is not None:
        yield "addresses.agi_address", plan.addresses.agi_address, _ADDRESS, "host:port"
    for name in ("ivr_agi_address", "ivr_audio_address"):
        if (where := getattr(plan.addresses, name)) is not None:
            yield f"addresses.{name}", where, _ADDRESS, "host:port"
    for phone in plan.agents:
        yield f"agents.{phone.agent}.agent", phone.agent, _NAME, word
        yield f"agents.{phone.agent}.secret", phone.secret, _SECRET, secret
        yield (
            f"agents.{phone.agent}.name",
            phone.name,
            _LINE,
            'one line of at most 80 characters without ; [ ] < > " \\',
        )
    for queue in plan.queues:
        yield f"queues.{queue.name}.name", queue.name, _NAME, word
        for key, flow in queue.keys:
            yield f"queues.{queue.name}.keys", key, _KEY, "one of 0 to 9"
            yield f"queues.{queue.name}.keys", flow, _NAME, word
    for dialled in plan.numbers:
        yield "numbers", dialled.number, _NUMBER, number
        if dialled.hours is not None:
            yield f"numbers.{dialled.number}.hours", dialled.hours.zone, _ZONE, "the name of a time zone"
    for trunk in plan.trunks:
        yield f"trunks.{trunk.name}.name", trunk.name, _NAME, word
        for text in (*trunk.addresses, *((trunk.contact,) if trunk.contact else ())):
            yield f"trunks.{trunk.name}.addresses", text, _ADDRESS, address
        if trunk.username is not None:
            yield f"trunks.{trunk.name}.username", trunk.username, _ACCOUNT, "letters, digits and + . _ - only"
        if trunk.secret is not None:
            yield f"trunks.{trunk.name}.secret", trunk.secret, _SECRET, secret
    yield from _paths(plan)


def _paths(plan: PBXPlan) -> Iterator[tuple[str, str, re.Pattern[str], str]]:
    paths = [("notice", plan.notice), ("closed_notice", plan.closed_notice), ("music", plan.music)]
    paths += [(f"queues.{queue.name}.music", queue.music) for queue in plan.queues]
    paths += [(f"numbers.{number.number}.notice", number.notice) for number in plan.numbers]
    if plan.tls is not None:
        tls = plan.tls
        paths += [("tls.certificate", tls.certificate), ("tls.key", tls.key), ("tls.authority", tls.authority)]
    for name, path in paths:
        if path is not None:
            yield name, str(path), _PATH, "an absolute path of letters, digits and . _ - /"


def _check_unique(name: str, values: Sequence[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise InvalidInputError(f"{name}: {', '.join(twice)} stands there twice. Remove one.", field=name)
