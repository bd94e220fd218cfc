from __future__ import annotations

from typing import Any

import pytest

from assist_api.calls.stream import BINARY, MALFORMED, TOO_LARGE, check_message
from assist_api.http.sockets import Closing

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("message", "closing"),
    [
        ({"text": '{"type": "snapshot.requested"}'}, None),
        ({"bytes": b"\x00\x01"}, BINARY),
        ({"text": ""}, MALFORMED),
        ({"text": "{"}, MALFORMED),
        ({"text": "null"}, MALFORMED),
        ({"text": "[]"}, MALFORMED),
        ({"text": '"snapshot.requested"'}, MALFORMED),
        ({"text": '{"type": "call.stop"}'}, MALFORMED),
        ({"text": '{"type": "snapshot.requested", "more": 1}'}, MALFORMED),
        ({"text": '{"type": "snapshot.requested"' + " " * 2_000 + "}"}, TOO_LARGE),
        ({"text": "[" * 1_000}, MALFORMED),
    ],
)
def test_what_a_client_may_say(message: dict[str, Any], closing: Closing | None) -> None:
    assert check_message({"type": "websocket.receive", **message}) == closing


def test_close_codes_and_reasons_fit_the_protocol() -> None:
    assert {BINARY.code, MALFORMED.code, TOO_LARGE.code} == {1007, 1009}
    assert all(len(item.reason.encode()) <= 123 for item in (BINARY, MALFORMED, TOO_LARGE))
