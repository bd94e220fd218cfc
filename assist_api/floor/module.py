"""The floor: what a supervisor watches and does while calls run."""

from __future__ import annotations

from assist_api.calls.service import CallService
from assist_api.floor.actions import FloorActions
from assist_api.floor.board import FloorBoard
from assist_api.floor.endpoints import router
from assist_api.floor.exchange import FloorExchange
from assist_api.floor.schemas import FloorMessage
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.telephony.agents import AgentAccounts
from cti_adapter.adapter import CTIAdapter
from kit.tasks import TaskSupervisor


def build(core: Core, calls: CallService, adapter: CTIAdapter | None) -> Module[FloorBoard]:
    """Build the module; without an exchange it shows the calls that run here."""
    exchange = FloorExchange(adapter, core.clock) if adapter is not None else None
    board = FloorBoard(core.database, core.clock, calls, AgentAccounts(core.database), exchange)
    actions = FloorActions(core.database, core.clock, calls, core.audit, adapter)
    tasks = TaskSupervisor("floor")

    async def start() -> None:
        if exchange is not None:
            tasks.start(exchange.run(), name="exchange")

    return Module(
        name="floor",
        service=board,
        provides=(actions,),
        routers=(router,),
        start=start,
        aclose=tasks.aclose,
        wire_types={"FloorMessage": FloorMessage},
    )
