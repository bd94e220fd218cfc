"""Processes that deliver orders are killed: ten here, a thousand with `TINGZHI_ORDER_KILLS=1000`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assist_api.work_orders.models import WorkOrder
from kit.db import Database
from kit.outbox.models import OutboxParkedRow

pytestmark = pytest.mark.module

KILLS = int(os.environ.get("TINGZHI_ORDER_KILLS", "10"))


async def test_every_order_arrives_by_id_however_often_processes_are_killed(database_url: str, tmp_path: Path) -> None:
    arguments = ("-m", "tests.fakes.order_kills", database_url, str(KILLS), str(tmp_path))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    assert await process.wait() == 0
    taken = Counter((tmp_path / "taken").read_text("ascii").split())
    database = Database(database_url)
    async with database.session() as session:
        orders = (await session.scalars(select(WorkOrder))).all()
        parked = await session.scalar(select(func.count()).select_from(OutboxParkedRow))
    await database.aclose()
    # The system keeps orders by id: what it was handed twice is one order there.
    assert set(taken) == {str(order.id) for order in orders}
    assert all(order.external_reference == f"B{str(order.id)[:8]}" for order in orders)
    assert all(order.acknowledged_at is not None for order in orders)
    assert parked == 0
    print(f"{KILLS} kills: {len(orders)} orders, {taken.total()} hand-overs")  # noqa: T201  # read in a long run
