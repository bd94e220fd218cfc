"""The SIP side of recording sessions: aiosipua's server with what RFC 7866 asks of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiosipua import IncomingCall, SipRequest, SipResponse, SipUAS
from aiosipua.dialog import DialogState
from aiosipua.sdp import SdpMessage

from cti_adapter.sip_transport import GuardedTCPTransport, GuardedUDPTransport
from cti_adapter.siprec.body import ACCEPTED
from cti_adapter.siprec.errors import RefusedSessionError

KNOWN_EXTENSIONS = frozenset({"siprec", "record-aware"})
SERVER_FEATURE = "+sip.srs"
"""Feature tag with which a recording server names itself in its Contact (RFC 7866, 6.1.2)."""


def require_known_extensions(request: SipRequest) -> None:
    """Check what the other side insists on.

    Raises:
        RefusedSessionError: 420 with the extensions that we do not have.
    """
    wanted = {tag.strip().lower() for value in request.headers.get("require") for tag in value.split(",")}
    unknown = sorted(wanted - KNOWN_EXTENSIONS - {""})
    if unknown:
        text = "The session requires SIP extensions that we do not have."
        raise RefusedSessionError(420, "Bad Extension", text, {"Unsupported": ", ".join(unknown)})


class RecordingUAS(SipUAS):
    """Answers recording sessions on one transport.

    Args:
        transport: Where messages come from.
        protocol: `udp`, `tcp` or `tls`, for our Contact and Via.
        host: Address that we tell the other side.
    """

    def __init__(self, transport: GuardedUDPTransport | GuardedTCPTransport, protocol: str, host: str) -> None:
        super().__init__(transport, user_agent="Tingzhi")
        self._protocol = protocol
        self._host = host
        self.on_cancelled: Callable[[IncomingCall], Any] = lambda _call: None

    async def start(self) -> None:
        """Bind the transport; the port that we advertise is known then."""
        await super().start()
        self.advertised_addr = (self._host, int(self.transport.local_addr[1]))

    def complete(self, message: SipRequest | SipResponse) -> None:
        """Name ourselves a recording server in the Contact, and the transport in Contact and Via."""
        contact = message.headers.get_first("contact")
        if contact is not None and SERVER_FEATURE not in contact and contact.endswith(">"):
            parameter = "" if self._protocol == "udp" else f";transport={self._protocol}"
            message.headers.set_single("Contact", f"{contact[:-1]}{parameter}>;{SERVER_FEATURE}")
            message.headers.set_single("Accept", ACCEPTED)
            message.headers.set_single("Supported", "siprec")
        via = message.headers.get_first("via")
        if isinstance(message, SipRequest) and via is not None and self._protocol != "udp":
            message.headers.set_single("Via", via.replace("SIP/2.0/UDP", f"SIP/2.0/{self._protocol.upper()}", 1))

    def _handle_invite(self, request: SipRequest, addr: tuple[str, int]) -> None:
        """Ignore an INVITE that came again: aiosipua 0.7.1 would answer it as a broken request of its own dialog."""
        known = self._calls.get(request.call_id or "")
        if known is not None and _branch(known.invite) == _branch(request):
            return
        super()._handle_invite(request, addr)

    def accept(self, call: IncomingCall, answer: SdpMessage) -> bool:
        """Answer with 200; False when the other side has given up meanwhile."""
        if call.dialog.state is DialogState.TERMINATED:
            return False
        call.accept(answer)
        return True

    def refuse(self, call: IncomingCall, error: RefusedSessionError) -> None:
        """Refuse a session and forget it."""
        if call.dialog.state is not DialogState.TERMINATED:
            self.answer_refusal(call, error)
            call.dialog.terminate()
        self._calls.pop(call.call_id, None)
        self._remove_invite_transaction(call.invite)

    def answer_refusal(self, call: IncomingCall, error: RefusedSessionError) -> None:
        """Refuse the last INVITE of a session; one that is established goes on as it was (RFC 3261, 14.2)."""
        call._send_response(error.status, error.reason, extra_headers=error.headers)

    def refuse_request(self, request: SipRequest, status: int, reason: str) -> None:
        """Answer a request that belongs to no session of ours."""
        if request.method != "ACK" and request.headers.get("via"):
            self._send_error(request, status, reason)

    def hang_up(self, call: IncomingCall) -> None:
        """Say goodbye in a session; safe when it is over."""
        call._stop_retransmissions()
        call.hangup()
        self._calls.pop(call.call_id, None)
        self._remove_invite_transaction(call.invite)


def _branch(request: SipRequest) -> str | None:
    vias = request.via
    return vias[0].branch if vias else None
