import asyncio
import os
import threading

import pytest

from kit.tasks import (
    BACKGROUND_NICENESS,
    BoundedChannel,
    ChannelClosedError,
    ChannelFullError,
    Overflow,
    TaskSupervisor,
    background_executor,
)

pytestmark = pytest.mark.unit


async def read_all(channel: BoundedChannel[int]) -> list[int]:
    return [item async for item in channel]


async def test_drop_oldest_keeps_the_newest_and_counts():
    channel: BoundedChannel[int] = BoundedChannel(2, Overflow.DROP_OLDEST)
    for item in range(5):
        await channel.put(item)
    await channel.close()
    assert await read_all(channel) == [3, 4]
    assert channel.dropped == 3


async def test_refuse_raises_when_full():
    channel: BoundedChannel[int] = BoundedChannel(1, Overflow.REFUSE)
    await channel.put(1)
    with pytest.raises(ChannelFullError):
        await channel.put(2)


async def test_wait_blocks_until_a_reader_makes_room():
    channel: BoundedChannel[int] = BoundedChannel(1, Overflow.WAIT)
    await channel.put(1)
    writer = asyncio.create_task(channel.put(2))
    await asyncio.sleep(0)
    assert not writer.done()
    items = aiter(channel)
    assert await anext(items) == 1
    await writer
    await channel.close()
    assert [item async for item in items] == [2]


async def test_closed_channel_refuses_writers_and_drains_readers():
    channel: BoundedChannel[int] = BoundedChannel(1, Overflow.WAIT)
    await channel.put(1)
    blocked = asyncio.create_task(channel.put(2))
    await asyncio.sleep(0)
    await channel.close()
    with pytest.raises(ChannelClosedError):
        await blocked
    assert await read_all(channel) == [1]


async def test_supervisor_waits_for_cancelled_tasks():
    supervisor = TaskSupervisor("test")
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            seen.append("cleaned")

    supervisor.start(work(), name="work")
    await asyncio.sleep(0)
    await supervisor.aclose()
    assert seen == ["cleaned"]
    assert supervisor.count == 0


async def test_closed_supervisor_starts_nothing():
    supervisor = TaskSupervisor("test")
    await supervisor.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        supervisor.start(asyncio.sleep(0), name="late")


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no priority per thread")
def test_background_thread_yields_and_leaves_the_others_alone():
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    with background_executor("test") as executor:
        niceness = executor.submit(os.getpriority, os.PRIO_PROCESS, 0).result()
        own = executor.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()
    assert own == BACKGROUND_NICENESS
    assert niceness == own
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


async def test_a_result_that_comes_in_time_is_returned_and_what_does_not_goes_on():
    supervisor, goes = TaskSupervisor("test"), asyncio.Event()
    ended: list[str] = []

    async def work(name: str, *, waits: bool) -> str:
        if waits:
            await goes.wait()
        ended.append(name)
        return name

    assert await supervisor.within(5, work("quick", waits=False), name="quick") == "quick"
    with pytest.raises(TimeoutError, match="slow took more than"):
        await supervisor.within(0.01, work("slow", waits=True), name="slow")
    assert (ended, supervisor.count) == (["quick"], 1)
    goes.set()
    await supervisor.within(5, work("last", waits=False), name="last")
    assert ended == ["quick", "slow", "last"]
    await supervisor.aclose()


async def test_what_is_raised_in_time_is_the_callers():
    supervisor = TaskSupervisor("test")

    async def fail() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await supervisor.within(5, fail(), name="fail")
    await supervisor.aclose()
