"""SIP over UDP, TCP and TLS: the transports of aiosipua 0.7.1 with what a server in a real network needs besides."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from aiosipua import SipRequest, SipResponse
from aiosipua.message import SipMessage
from aiosipua.transport import (
    TcpSipTransport,
    UdpSipTransport,
    _response_destination,
    _stamp_via_received,
)

log = structlog.get_logger(__name__)

MOST_CONNECTIONS = 128
MOST_ROUTES = 1_024
HANDSHAKE_SECONDS = 10.0
Address = tuple[str, int]


class UDPTransport(UdpSipTransport):
    """Opens the socket without a check of aiosipua 0.7.1 that fails, and is logged, on every socket of Python 3.11."""

    async def start(self) -> None:
        """Bind the socket."""
        owner = self

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                owner._dispatch(data, (str(addr[0]), int(addr[1])))

        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Protocol, local_addr=self.local_addr)
        self._udp_transport = transport
        self.local_addr = transport.get_extra_info("sockname")[:2]


@dataclass
class Guard:
    """Decides what reaches the server, and how its own messages leave it.

    Attributes:
        admits: Whether an address may send to us.
        on_stranger: Answers a request of any other address.
        on_broken: Answers a request that cannot be handled: its reading failed.
        outgoing: Completes a message of ours, such as its Contact.
    """

    admits: Callable[[str], bool]
    on_stranger: Callable[[SipRequest], None] = lambda _request: None
    on_broken: Callable[[SipRequest], None] = lambda _request: None
    outgoing: Callable[[SipRequest | SipResponse], None] = lambda _message: None

    def take(
        self, data: bytes, addr: Address, handle: Callable[[SipRequest | SipResponse, Address], None] | None
    ) -> SipRequest | SipResponse | None:
        """Read a message and hand it on; whatever it holds, one line without its words is logged at most."""
        try:
            message = SipMessage.parse(data)
            if isinstance(message, SipRequest):
                _stamp_via_received(message, addr)
        except (ValueError, IndexError) as error:
            log.warning("sip_message_unreadable", peer=addr[0], reason=type(error).__name__)
            return None
        if not self.admits(addr[0]):
            log.warning("sip_peer_refused", peer=addr[0])
            if isinstance(message, SipRequest):
                self.on_stranger(message)
            return None
        try:
            if handle is not None:
                handle(message, addr)
        except Exception as error:  # noqa: BLE001 — whatever a message holds, the server goes on
            log.warning("sip_message_refused", peer=addr[0], reason=type(error).__name__)
            if isinstance(message, SipRequest):
                self.on_broken(message)
        return message


@dataclass
class GuardedUDPTransport(UDPTransport):
    """SIP over UDP for a server."""

    guard: Guard = field(default_factory=lambda: Guard(lambda _host: True))

    def _dispatch(self, data: bytes, addr: Address) -> None:
        self.guard.take(data, addr, self.on_message)

    def send(self, message: SipRequest | SipResponse, addr: Address) -> None:
        """Send a message of ours."""
        self.guard.outgoing(message)
        super().send(message, addr)


@dataclass
class GuardedTCPTransport(TcpSipTransport):
    """SIP over TCP or TLS for a server. Answers go back over the connection that the request came from."""

    guard: Guard = field(default_factory=lambda: Guard(lambda _host: True))
    tls: ssl.SSLContext | None = None
    _routes: dict[Address, Address] = field(default_factory=dict, init=False, repr=False)
    """Connection of each sender, by the address that its requests name (RFC 3261, 18.2.2)."""
    _readers: set[asyncio.Task[None]] = field(default_factory=set, init=False, repr=False)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(
            self._accept,
            host=self.local_addr[0],
            port=self.local_addr[1],
            ssl=self.tls,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if self.tls is not None else None,
        )
        self.local_addr = self._server.sockets[0].getsockname()[:2]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        if not self.guard.admits(peer) or len(self._connections) >= MOST_CONNECTIONS:
            log.warning("sip_peer_refused", peer=peer)
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — a connection is a task
        self._readers.add(task)
        try:
            await self._handle_connection(reader, writer)
        finally:
            self._readers.discard(task)

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        await super().stop()
        if self._readers:
            await asyncio.wait(self._readers, timeout=HANDSHAKE_SECONDS)

    def _dispatch(self, data: bytes, addr: Address) -> None:
        def handle(message: SipRequest | SipResponse, source: Address) -> None:
            self._remember(message, source)
            if self.on_message is not None:
                self.on_message(message, source)

        self.guard.take(data, addr, handle)

    def _remember(self, message: SipRequest | SipResponse, source: Address) -> None:
        is_request = isinstance(message, SipRequest)
        destination = _response_destination(SipResponse(headers=message.headers)) if is_request else None
        if destination is None:
            return
        self._routes.pop(destination, None)
        self._routes[destination] = source
        while len(self._routes) > MOST_ROUTES:
            del self._routes[next(iter(self._routes))]

    def send(self, message: SipRequest | SipResponse, addr: Address) -> None:
        """Send a message of ours over the connection of its receiver; without one it is dropped."""
        self.guard.outgoing(message)
        target = addr if addr in self._connections else self._routes.get(addr, addr)
        if target in self._connections:
            super().send(message, target)
        else:
            log.info("sip_connection_gone")
