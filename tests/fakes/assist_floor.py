"""The floor over one call service and one exchange, simulated or real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from assist_api.audit.log import AuditLog
from assist_api.floor.actions import FloorActions
from assist_api.floor.board import FloorBoard
from assist_api.floor.exchange import FloorExchange
from assist_api.floor.schemas import FloorView
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from cti_adapter.adapter import CTIAdapter
from cti_adapter.settings import CTISettings
from kit.clock import SystemClock
from kit.tasks import cancel_and_wait
from tests.fakes.assist_calls_desk import Desk


@dataclass(slots=True)
class Floor:
    """The parts that a test looks at."""

    board: FloorBoard
    actions: FloorActions
    adapter: CTIAdapter

    async def until(self, is_true: Callable[[FloorView], bool]) -> FloorView:
        """Return the floor once it is as wanted."""
        async with asyncio.timeout(30):
            while True:
                view = await self.board.view("8002")
                if is_true(view):
                    return view
                await asyncio.sleep(0.02)


@asynccontextmanager
async def open_floor(desk: Desk, settings: CTISettings) -> AsyncIterator[Floor]:
    """Follow an exchange for calls and floor."""
    clock = SystemClock()
    adapter = CTIAdapter(settings)
    bridge = CallBridge(adapter, desk.calls, AgentAccounts(desk.database), sector="gas")
    exchange = FloorExchange(adapter, clock)
    running = [asyncio.create_task(work) for work in (bridge.run(), exchange.run())]
    board = FloorBoard(desk.database, clock, desk.calls, AgentAccounts(desk.database), exchange)
    try:
        await asyncio.sleep(0)
        await adapter.start()
        await adapter.wait_connected(20)
        yield Floor(board, FloorActions(desk.database, clock, desk.calls, AuditLog(clock), adapter), adapter)
    finally:
        await cancel_and_wait(*running)
        await bridge.aclose()
        await adapter.aclose()
