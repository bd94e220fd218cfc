import pytest

from kit.bus import LocalBus

pytestmark = pytest.mark.unit


async def test_events_of_a_topic_arrive_in_order_and_alone():
    bus: LocalBus[int] = LocalBus()
    async with bus.subscribe("a", queue_size=8) as subscription:
        for number in range(3):
            await bus.publish("a", number)
            await bus.publish("b", -number)
        events = aiter(subscription)
        assert [await anext(events) for _ in range(3)] == [0, 1, 2]


async def test_slow_subscriber_is_cut_off_without_blocking_the_publisher():
    bus: LocalBus[int] = LocalBus()
    async with bus.subscribe("a", queue_size=2) as slow, bus.subscribe("a", queue_size=8) as quick:
        for number in range(4):
            await bus.publish("a", number)
        assert slow.is_cut_off
        assert [event async for event in slow] == [0, 1]
        assert not quick.is_cut_off


async def test_nothing_is_kept_after_the_last_subscriber_leaves():
    bus: LocalBus[int] = LocalBus()
    async with bus.subscribe("a", queue_size=1):
        pass
    await bus.publish("a", 1)
    async with bus.subscribe("a", queue_size=1) as late:
        await bus.publish("a", 2)
        assert await anext(aiter(late)) == 2
