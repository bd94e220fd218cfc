from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidInputError
from kit.paging import check_page_size, cut_page, decode_cursor, decode_day_cursor, encode_cursor

pytestmark = pytest.mark.unit

ROW = UUID("00000000-0000-0000-0000-000000000001")


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@given(at=st.datetimes(timezones=st.just(UTC)), row_id=st.uuids())
def test_a_cursor_gives_its_place_back(at: datetime, row_id: UUID) -> None:
    assert decode_cursor(encode_cursor(at, row_id)) == (at, row_id)


@given(on=st.dates(), row_id=st.uuids())
def test_a_cursor_by_days_gives_its_place_back(on: date, row_id: UUID) -> None:
    assert decode_day_cursor(encode_cursor(on, row_id)) == (on, row_id)


def test_a_place_is_told_in_utc() -> None:
    beijing = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    place = decode_cursor(encode_cursor(beijing, ROW))
    assert place is not None
    assert place.at.isoformat() == "2026-03-01T00:00:00+00:00"


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor(None) is None
    assert decode_day_cursor(None) is None


GARBAGE = [
    "",
    "a",
    "电",
    "=" * 300,
    cursor("x"),
    cursor(f"2026-03-01T09:00:00|{ROW}"),
    cursor("2026-03-01T09:00:00+00:00|no-id"),
    cursor(f"yesterday|{ROW}"),
    cursor(f"0001-01-01T00:00:00+14:00|{ROW}"),
    cursor(f"9999-12-31T23:59:59-14:00|{ROW}"),
]


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_refused(text: str) -> None:
    for decode in (decode_cursor, decode_day_cursor):
        with pytest.raises(InvalidInputError) as refused:
            decode(text)
        assert (refused.value.error_code, refused.value.field) == ("cursor_invalid", "cursor")


@given(st.text(max_size=120))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    with suppress(InvalidInputError):
        assert decode_cursor(text) is not None


def test_the_row_beyond_the_page_tells_that_another_one_follows() -> None:
    now = datetime.now(UTC)
    rows = [(now, uuid4()) for _ in range(3)]
    assert cut_page(rows, 3, lambda row: row) == (rows, None)
    assert cut_page(rows, 2, lambda row: row) == (rows[:2], encode_cursor(*rows[1]))
    assert cut_page([], 2, lambda row: row) == ([], None)


@pytest.mark.parametrize("size", [0, -1, 201])
def test_page_sizes_have_bounds(size: int) -> None:
    check_page_size(1)
    check_page_size(200)
    with pytest.raises(InvalidInputError, match="1 to 200"):
        check_page_size(size)
