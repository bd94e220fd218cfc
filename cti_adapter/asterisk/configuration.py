"""Renders a plan into a complete configuration directory of Asterisk; pure, so that a change can be shown first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cti_adapter.asterisk import self_test, simulated_network
from cti_adapter.asterisk.open_times import opening_lines
from cti_adapter.asterisk.plan import AgentPhone, PBXPlan, QueuePlan, check_plan
from cti_adapter.asterisk.trunk_lines import TRUNK_ENDPOINT, tls_lines, trunk_lines

FILES_DIR = Path(__file__).with_name("files")
_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")
AGENT_ENDPOINT = "agent-{agent}"
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class InstanceFolders:
    """Where one running Asterisk keeps its files.

    Attributes:
        instance: Folder of this instance alone.
        modules: Folder of Asterisk's modules.
        share: Folder of its documentation and sounds.
    """

    instance: Path
    modules: Path
    share: Path

    @property
    def configuration(self) -> Path:
        """The configuration directory."""
        return self.instance / "etc"

    @property
    def recordings(self) -> Path:
        """One file for each leg."""
        return self.instance / "recordings"

    @property
    def music(self) -> Path:
        """Music on hold, where the plan names no folder of its own."""
        return self.instance / "music"


def render(plan: PBXPlan, folders: InstanceFolders) -> Mapping[str, str]:
    """Return the configuration files, name to text.

    Raises:
        InvalidInputError: The plan cannot be used; names the field.
    """
    check_plan(plan)
    plan = simulated_network.with_simulated_network(self_test.with_self_test(plan))
    values = _values(plan, folders)
    files = {
        ("extensions.conf" if path.name == "dialplan.conf" else path.name): _fill(path.read_text(), values)
        for path in sorted(FILES_DIR.glob("*.conf"))
    }
    return {
        **files,
        "numbers.conf": _join(_numbers(plan)),
        "pjsip.conf": _join(_pjsip(plan)),
        "queues.conf": _join(_queues(plan)),
        "musiconhold.conf": files["musiconhold.conf"] + "".join(_music_classes(plan)),
    }


def _values(plan: PBXPlan, folders: InstanceFolders) -> Mapping[str, str]:
    addresses = plan.addresses
    return {
        "INSTANCE": str(folders.instance),
        "MODULES": str(folders.modules),
        "SHARE": str(folders.share),
        "NODE": plan.node_name,
        "HOST": addresses.host,
        "HTTP_PORT": str(addresses.http_port),
        "AMI_PORT": str(addresses.ami_port),
        "AMI_USERNAME": plan.ami_username,
        "AMI_SECRET": plan.ami_secret,
        "AMI_PERMIT": "127.0.0.0/255.0.0.0" if addresses.host == _LOOPBACK else "0.0.0.0/0.0.0.0",
        "ICE_HOSTS": _ice_hosts(addresses.host, addresses.external_address),
        "RTP_FIRST": str(addresses.rtp_first_port),
        "RTP_LAST": str(addresses.rtp_last_port),
        "RECORDINGS": str(folders.recordings),
        "NOTICE": str(plan.notice) if plan.notice else "beep",
        "CLOSED_NOTICE": str(plan.closed_notice) if plan.closed_notice else "vm-goodbye",
        "MUSIC": str(plan.music or folders.music),
        "ROUTING": f"agi://{addresses.agi_address}/route" if addresses.agi_address else "",
        "ROUTING_SECONDS": str(plan.routing_seconds),
        "IVR_ROUTING": f"agi://{addresses.ivr_agi_address}/ivr" if addresses.ivr_agi_address else "",
        "IVR_AUDIO": addresses.ivr_audio_address or "",
    }


def _ice_hosts(host: str, external: str | None) -> str:
    """Return the section that tells browsers the address outside beside our own."""
    if external is None:
        return ""
    return f"\n[ice_host_candidates]\n{host} => {external},include_local_address\n"


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _join(lines: Iterator[str]) -> str:
    return "; Written by Tingzhi from its own data; changes here are lost.\n" + "\n".join(lines) + "\n"


def find_outward_endpoint(plan: PBXPlan) -> str | None:
    """Return the endpoint through which numbers outside are reached; None where calls only come in."""
    trunks = simulated_network.with_simulated_network(plan).trunks
    return next((TRUNK_ENDPOINT.format(name=trunk.name) for trunk in trunks if trunk.contact), None)


# ---- dialplan -----------------------------------------------------------------------------------------------------


def _numbers(plan: PBXPlan) -> Iterator[str]:
    queues = {queue.name: queue for queue in plan.queues}
    yield "[from-trunk]"
    for number in plan.numbers:
        queue = queues[number.queue]
        yield f"exten => {number.number},1,Set(DIALLED_NUMBER={number.number})"
        yield f" same => n,Gosub(queue-settings,{queue.name},1)"
        if number.notice is not None:
            yield f" same => n,Set(NUMBER_NOTICE={number.notice})"
        if number.head_start_seconds:
            yield f" same => n,Set(HEAD_START={number.head_start_seconds})"
        yield " same => n,Goto(entry,s,1)"
    yield "exten => _[+0-9*#]!,1,UserEvent(TingzhiUnknownNumber,Number: ${EXTEN})"
    yield " same => n,Hangup(1)"
    yield from _queue_settings(plan)
    yield from _queue_keys(plan)
    yield from self_test.dialplan_lines()
    if plan.simulates_network:
        yield from simulated_network.dialplan_lines()
    yield from _open_hours(plan)
    yield "[agents]"
    for phone in plan.agents:
        yield f"exten => {phone.agent},1,Set(DIAL_DEVICE=PJSIP/{AGENT_ENDPOINT.format(agent=phone.agent)})"
        yield " same => n,Goto(dial-agent,s,1)"
    for number in plan.numbers:
        yield f"exten => {number.number},1,Goto(from-trunk,{number.number},1)"
    trunk = find_outward_endpoint(plan)
    if trunk is not None:
        yield f"exten => _[+0-9]X.,1,Set(DIAL_DEVICE=PJSIP/${{EXTEN}}@{trunk})"
        yield " same => n,Goto(dial-out,s,1)"


def _queue_settings(plan: PBXPlan) -> Iterator[str]:
    """Yield what a call takes on when it is sent to a queue, also where it overflows while we are down."""
    yield "[queue-settings]"
    for queue in plan.queues:
        yield f"exten => {queue.name},1,Set(__TARGET_QUEUE={queue.name})"
        yield f" same => n,Set(TARGET_WAIT={queue.max_wait_seconds})"
        yield f" same => n,Set(__WRAP_UP={int(queue.has_wrap_up)})"
        yield f" same => n,Set(OVERFLOW_QUEUE={queue.overflow or ''})"
        yield " same => n,Return()"


def _queue_keys(plan: PBXPlan) -> Iterator[str]:
    """Yield where the keys of a waiting caller lead (`waiting.conf`)."""
    for queue in plan.queues:
        if queue.keys:
            yield f"[{_key_context(queue)}]"
        for key, flow in queue.keys:
            yield f"exten => {key},1,Set(IVR_STAGE={flow})"
            yield " same => n,Goto(waiting,s,1)"


def _key_context(queue: QueuePlan) -> str:
    return f"queue-keys-{queue.name}"


def _open_hours(plan: PBXPlan) -> Iterator[str]:
    """Yield whether a number is open, for calls that our service did not route."""
    yield "[open-hours]"
    for number in plan.numbers:
        if number.hours is None:
            continue
        first, *others = (*opening_lines(number.hours), "NoOp()")
        yield f"exten => {number.number},1,{first}"
        yield from (f" same => n,{step}" for step in others)
        is_closed = f"Gosub(queue-settings,{number.closed_queue},1)" if number.closed_queue else "Set(IS_CLOSED=1)"
        yield f" same => n(closed),{is_closed}"
        yield " same => n(open),Return()"
    yield "exten => _[+0-9*#]!,1,Return()"


# ---- SIP ----------------------------------------------------------------------------------------------------------

_PJSIP_HEAD = """\
[global]
type = global
endpoint_identifier_order = username,ip,auth_username
default_from_user = tingzhi

[system]
type = system

[udp]
type = transport
protocol = udp
bind = {host}:{sip_port}
{outside}
[tcp]
type = transport
protocol = tcp
bind = {host}:{sip_port}
{outside}
[ws]
type = transport
protocol = ws
bind = {host}

; A-law and mu-law only: with Opus allowed, Asterisk 22.10 writes garbage into recordings.
[telephone](!)
type = endpoint
disallow = all
allow = alaw,ulaw
direct_media = no
rtp_symmetric = yes
rewrite_contact = yes
force_rport = yes
dtmf_mode = rfc4733
rtp_timeout = 10
rtp_timeout_hold = 300
named_call_group = desk
named_pickup_group = desk
{media}
; A telephone that is gone is noticed after two seconds.
[one-telephone](!)
type = aor
max_contacts = 1
remove_existing = yes
qualify_frequency = 2
qualify_timeout = 1.0
"""
# Telephones of private networks are told our own address; everybody else the one outside.
_OUTSIDE = """\
external_signaling_address = {address}
external_media_address = {address}
local_net = 10.0.0.0/8
local_net = 172.16.0.0/12
local_net = 192.168.0.0/16
local_net = 127.0.0.0/8
"""
_LOOPBACK_MEDIA = "media_address = 127.0.0.1\nbind_rtp_to_media_address = yes\n"


def _pjsip(plan: PBXPlan) -> Iterator[str]:
    is_loopback = plan.addresses.host == _LOOPBACK
    external = plan.addresses.external_address
    yield _PJSIP_HEAD.format(
        host=plan.addresses.host,
        sip_port=plan.addresses.sip_port,
        outside=_OUTSIDE.format(address=external) if external else "",
        media=_LOOPBACK_MEDIA if is_loopback else "",
    )
    if plan.tls is not None:
        yield from tls_lines(plan.tls, plan.addresses.host)
    for phone in plan.agents:
        yield from _agent_endpoint(phone)
    yield from self_test.endpoint_lines(plan)
    if plan.simulates_network:
        yield from simulated_network.endpoint_lines(plan)
    for trunk in plan.trunks:
        yield from trunk_lines(trunk)


def _agent_endpoint(phone: AgentPhone) -> Iterator[str]:
    name = AGENT_ENDPOINT.format(agent=phone.agent)
    yield f"[{name}](telephone)"
    yield "context = agents"
    yield f"auth = {name}"
    yield f"aors = {name}"
    yield f'callerid = "{phone.name or phone.agent}" <{phone.agent}>'
    if phone.is_browser:
        yield "webrtc = yes"
        yield "dtls_auto_generate_cert = yes"
        # A browser's media does not come from the loopback address.
        yield "bind_rtp_to_media_address = no"
        yield "media_address ="
    elif phone.encrypts_voice:
        yield "media_encryption = sdes"
    yield f"[{name}]"
    yield "type = auth"
    yield "auth_type = userpass"
    yield f"username = {name}"
    yield f"password = {phone.secret}"
    yield f"[{name}](one-telephone)\n"


# ---- queues -------------------------------------------------------------------------------------------------------

_QUEUES_HEAD = """\
[general]
persistentmembers = no
autofill = yes
shared_lastcall = yes
log_membername_as_agent = yes

[queue](!)
retry = 1
; Pauses come from the dialplan: wrapuptime is known to end early.
wrapuptime = 0
ringinuse = no
joinempty = yes
announce-frequency = 0
periodic-announce-frequency = 0
setinterfacevar = yes
setqueuevar = yes
setqueueentryvar = yes
reportholdtime = no
servicelevel = 20
"""


def _queues(plan: PBXPlan) -> Iterator[str]:
    yield _QUEUES_HEAD
    for queue in plan.queues:
        yield from _queue(queue)


def _queue(queue: QueuePlan) -> Iterator[str]:
    yield f"[{queue.name}](queue)"
    yield f"strategy = {queue.strategy}"
    yield f"timeout = {queue.ring_seconds}"
    if queue.music is not None:
        yield f"musicclass = {_music_class(queue)}"
    if queue.keys:
        yield f"context = {_key_context(queue)}"
    if queue.is_seat:
        yield "joinempty = paused,inuse,ringing,unavailable,invalid,unknown,wrapup"
        yield "leavewhenempty = paused,unavailable,invalid"
    for member in queue.members:
        device = f"PJSIP/{AGENT_ENDPOINT.format(agent=member.agent)}"
        yield f"member => {device},{member.penalty},{member.agent},{device}"
    yield ""


def _music_class(queue: QueuePlan) -> str:
    return f"queue-{queue.name}"


def _music_classes(plan: PBXPlan) -> Iterator[str]:
    for queue in plan.queues:
        if queue.music is not None:
            yield f"\n[{_music_class(queue)}]\nmode = files\ndirectory = {queue.music}\n"
