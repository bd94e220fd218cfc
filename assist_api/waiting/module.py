"""Waiting: announcements for callers in the queues of an exchange."""

from __future__ import annotations

from assist_api.floor.board import FloorBoard
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.systems import InstalledSystems
from assist_api.routing.service import RoutingBooks
from assist_api.waiting.announcer import WaitingAnnouncer
from assist_api.waiting.endpoints import router
from cti_adapter.adapter import CTIAdapter
from kit.tasks import TaskSupervisor


def build(
    core: Core, exchange: CTIAdapter | None, books: RoutingBooks, board: FloorBoard, systems: InstalledSystems,
    prompts: Prompts, outgoing: OutgoingSpeech,
) -> Module[None]:  # fmt: skip
    """Build the module; without an exchange nobody waits."""
    if exchange is None:
        return Module(name="waiting", service=None, routers=(router,))
    announcer = WaitingAnnouncer(core, exchange, lambda: books.book, board, systems, prompts, outgoing)
    tasks = TaskSupervisor("waiting-module")

    async def begin() -> None:
        tasks.start(announcer.prepare(), name="sentences")
        tasks.start(announcer.run(), name="announcer")

    async def aclose() -> None:
        await tasks.aclose()
        await announcer.aclose()

    return Module(name="waiting", service=None, routers=(router,), begin=begin, aclose=aclose)
