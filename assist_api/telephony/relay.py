"""Carries SIP between the page and the exchange over this server's own address (ADR 29).

The page then needs one address and one certificate, and only whoever is signed in reaches the exchange. Voice does not
pass through here.
"""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from assist_api.http.sockets import Closing, first_closing

log = structlog.get_logger(__name__)

SIP = "sip"
"""Name of the subprotocol (RFC 7118)."""
MAX_MESSAGE_BYTES = 64 * 1024
CONNECT_SECONDS = 3.0
CLOSE_SECONDS = 2.0
EXCHANGE_LOST = Closing(4503, "exchange_lost")


async def relay(socket: WebSocket, address: str) -> Closing | None:
    """Carry messages both ways until one side ends; return how to close, None when the page left."""
    try:
        async with connect(
            address,
            subprotocols=[Subprotocol(SIP)],
            open_timeout=CONNECT_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MAX_MESSAGE_BYTES,
            proxy=None,
        ) as exchange:
            return await first_closing(_to_exchange(socket, exchange), _to_page(socket, exchange), name="sip-relay")
    except (OSError, TimeoutError, WebSocketException) as error:
        log.warning("sip_relay_failed", reason=type(error).__name__)
        return EXCHANGE_LOST


async def _to_exchange(socket: WebSocket, exchange: ClientConnection) -> Closing | None:
    while True:
        message: dict[str, Any] = dict(await socket.receive())
        if message["type"] != "websocket.receive":
            return None
        text = message.get("text")
        try:
            await exchange.send(text if text is not None else message.get("bytes") or b"")
        except ConnectionClosed:
            return EXCHANGE_LOST


async def _to_page(socket: WebSocket, exchange: ClientConnection) -> Closing | None:
    async for message in exchange:
        if isinstance(message, str):
            await socket.send_text(message)
        else:
            await socket.send_bytes(message)
    return EXCHANGE_LOST
