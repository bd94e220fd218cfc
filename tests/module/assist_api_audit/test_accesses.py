from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from assist_api.audit.accesses import ONCE_IN, AccessLog
from assist_api.audit.log import AuditLog
from assist_api.http.actor import Actor
from kit.db import Database
from tests.fakes.assist_audit_entries import audited
from tests.fakes.assist_core_clock import ManualClock

pytestmark = pytest.mark.module

LI_NA = Actor(uuid4(), "李娜", "supervisor")
WANG = Actor(uuid4(), "王伟", "supervisor")


async def test_listening_is_recorded_once_in_ten_minutes_for_account_and_call(database: Database) -> None:
    clock = ManualClock()
    accesses = AccessLog(database, clock, AuditLog(clock))
    call, other = uuid4(), uuid4()

    async def listen(actor: Actor = LI_NA, call_id: UUID = call) -> bool:
        return await accesses.note(actor, "call.listened", "call", call_id)

    assert [await listen(), await listen(WANG), await listen(LI_NA, other), await listen()] == [True, True, True, False]
    clock.advance(ONCE_IN - timedelta(seconds=1))
    assert not await listen()
    clock.advance(timedelta(seconds=2))
    assert await listen()
    assert await audited(database) == [
        ("李娜", "call.listened", str(call)),
        ("王伟", "call.listened", str(call)),
        ("李娜", "call.listened", str(other)),
        ("李娜", "call.listened", str(call)),
    ]


async def test_many_requests_at_once_make_one_entry(database: Database) -> None:
    clock, call = ManualClock(), uuid4()
    accesses = [AccessLog(database, clock, AuditLog(clock)) for _ in range(2)]
    noted = await asyncio.gather(
        *(accesses[number % 2].note(LI_NA, "call.listened", "call", call) for number in range(12))
    )
    assert noted.count(True) == 1
    assert len(await audited(database)) == 1
