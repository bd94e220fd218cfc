from __future__ import annotations

import pytest

from assist_api.calls.sources.recording import Pace
from tests.fakes.assist_core_clock import ManualClock

pytestmark = pytest.mark.unit


class TardyClock(ManualClock):
    """Every sleep lasts 7 ms longer than asked, as on a busy machine."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep(seconds + 0.007)


async def test_late_wake_ups_do_not_add_up() -> None:
    clock = TardyClock()
    began = clock.monotonic()
    pace = Pace(clock, "1", 0)
    for chunk_end_ms in range(20, 10_001, 20):
        await pace.wait_for(chunk_end_ms)
        late = clock.monotonic() - began - chunk_end_ms / 1000
        assert -1e-6 <= late <= 0.0071


async def test_as_fast_as_it_goes_never_sleeps() -> None:
    clock = TardyClock()
    await Pace(clock, "max", 0).wait_for(60_000)
    assert clock.slept == []


async def test_a_resumed_call_catches_up_and_then_keeps_pace() -> None:
    clock = TardyClock()
    pace = Pace(clock, "1", 5_000)
    await pace.wait_for(4_000)
    assert clock.slept == []
    await pace.wait_for(5_020)
    assert clock.slept == pytest.approx([0.02])
