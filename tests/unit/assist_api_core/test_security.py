from __future__ import annotations

import pytest

from assist_api.http.security import is_same_origin

pytestmark = pytest.mark.unit

DESK = frozenset({"https://desk.example"})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}, True),
        ({"host": "desk.example", "origin": "https://desk.example"}, True),
        ({"host": "10.0.0.7:8000", "origin": "https://desk.example"}, True),
        ({"host": "127.0.0.1:8000"}, True),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "same-origin"}, True),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "none"}, True),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "cross-site"}, False),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "same-site"}, False),
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:9000"}, False),
        ({"host": "127.0.0.1:8000", "origin": "https://evil.example"}, False),
        ({"host": "desk.example", "origin": "https://desk.example.evil.example"}, False),
        ({"host": "", "origin": "null"}, False),
        ({"origin": ""}, False),
    ],
)
def test_only_our_own_pages_and_programs_change_state(headers: dict[str, str], expected: bool) -> None:
    assert is_same_origin(headers, DESK) is expected
