"""A line that loses and delays packets, between a test telephone and the exchange: a UDP relay in this process."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from aiortp import RTPSession
from aiosipua import IncomingCall, OutgoingCall
from aiosipua.sdp import SdpMessage

from cti_adapter.phone.sip_phone import PhoneCall, SIPPhone, SoundSource

LOST, DELAY_SECONDS = 0.05, 0.2
"""Five of a hundred packets are lost; each other one is late by up to 200 ms, so that they overtake each other."""
Address = tuple[str, int]


@dataclass
class LossyLine(asyncio.DatagramProtocol):
    """Carries voice both ways; each packet is lost or late by chance, the same chance in every run."""

    telephone: Address | None = None
    exchange: Address | None = None
    address: Address = ("", 0)
    carried: int = 0
    lost: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(21))  # noqa: S311  # no secret
    _transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The class that asyncio makes is no subclass of DatagramTransport before Python 3.12.
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        target = self.exchange if addr == self.telephone else self.telephone
        if self._chance.random() < LOST:
            self.lost += 1
        elif target is not None:
            self.carried += 1
            asyncio.get_running_loop().call_later(self._chance.uniform(0, DELAY_SECONDS), self._send, data, target)

    def _send(self, data: bytes, target: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, target)


class RemotePhone(SIPPhone):
    """A telephone whose voice goes over such a line; its signalling does not."""

    line: LossyLine

    def _offer(self, rtp_port: int) -> SdpMessage:
        self.line.telephone = (self._host, rtp_port)
        return super()._offer(self.line.address[1])

    def _begin(
        self,
        number: str,
        signalling: IncomingCall | OutgoingCall,
        remote: SdpMessage | None,
        session: RTPSession,
        rtp_port: int,
        source: SoundSource | None,
    ) -> PhoneCall:
        call = super()._begin(number, signalling, remote, session, rtp_port, source)
        assert remote is not None
        self.line.exchange = remote.rtp_address
        session.update_remote(self.line.address)
        return call


@asynccontextmanager
async def open_remote_phone(user: str, server: Address, secret: str) -> AsyncIterator[RemotePhone]:
    """Open a telephone on a lossy line."""
    transport, line = await asyncio.get_running_loop().create_datagram_endpoint(LossyLine, local_addr=("127.0.0.1", 0))
    try:
        async with RemotePhone.open(user, server, secret=secret) as phone:
            assert isinstance(phone, RemotePhone)
            phone.line = line
            yield phone
    finally:
        transport.close()
