"""Receives the voice of one stream of a recording session over RTP."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiortp import PortAllocator, RTPSession
from aiortp.packet import RtpPacket

MAX_PACKET_BYTES = 1_500
COMFORT_NOISE = 13
REORDERED_PACKETS = 2
"""Packets that a later one may overtake; voice is heard that many packets (40 ms) late."""


def is_peer(host: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether an address may send to us."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)


class VoiceSession(RTPSession):
    """Takes voice of the agreed codec from peers only; lost packets are concealed, reordered ones put in place."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    last_arrival: float | None = None
    """Monotonic time of the last packet; None before the first."""
    monotonic: Callable[[], float] = staticmethod(lambda: 0.0)

    def _handle_rtp(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > MAX_PACKET_BYTES or not is_peer(addr[0], self.networks):
            return
        try:
            packet = RtpPacket.parse(data)
        except ValueError:
            return
        if packet.payload_type not in {self._payload_type, COMFORT_NOISE}:
            return
        self.last_arrival = self.monotonic()
        super()._handle_rtp(data, addr)

    @property
    def port(self) -> int:
        """UDP port on which voice is received."""
        assert self._allocated_rtp_port is not None  # noqa: S101 — opened with an allocator
        return self._allocated_rtp_port


async def open_voice(
    host: str,
    remote: tuple[str, int],
    payload_type: int,
    ports: PortAllocator,
    networks: tuple[IPv4Network | IPv6Network, ...],
    monotonic: Callable[[], float],
    hear: Callable[[bytes], None],
) -> VoiceSession:
    """Bind a pair of ports and receive from now on.

    Args:
        host: Our address.
        remote: Where reports on quality go; nothing is sent to an address that is no peer's.
        payload_type: Of the agreed codec.
        ports: Pairs that are free.
        networks: Who may send.
        monotonic: Time for `last_arrival`.
        hear: Gets every piece of voice, 16-bit little-endian at 8 kHz.

    Raises:
        RuntimeError: No pair of ports is free.
        OSError: The pair was taken at this moment.
    """
    reports_to = remote if is_peer(remote[0], networks) else (host, 0)
    session = await VoiceSession.create(
        (host, 0),
        reports_to,
        payload_type,
        jitter_prefetch=REORDERED_PACKETS,
        skip_audio_gaps=True,
        port_allocator=ports,
    )
    if not isinstance(session, VoiceSession):  # the library declares its base class
        raise TypeError("aiortp made a session of another class")
    session.networks, session.monotonic = networks, monotonic
    session.on_audio = lambda pcm, _timestamp: hear(pcm)
    return session
