from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidHandshake

from kit.circuit import CircuitBreaker
from speech.stt.remote.channel import SocketChannel
from speech.stt.remote.client import Link

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("fault", [ConnectionClosedError(None, None), InvalidHandshake(), OSError(), TimeoutError()])
def test_a_machine_that_goes_while_it_is_reached_is_away_for_a_while(fault: Exception) -> None:
    tries = 0

    def die() -> SocketChannel:
        nonlocal tries
        tries += 1
        raise fault

    link = Link("ws://there", CircuitBreaker(failures=1, pause_seconds=1.0, monotonic=lambda: 0.0), die)
    assert not link.open()
    assert not link.open()
    assert tries == 1
