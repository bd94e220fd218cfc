"""Pages of a list by keyset: a cursor remembers the last row's place, so that new rows never shift a page.

A cursor is opaque to whoever holds it. Lists sort by a moment, newest first, then by row id.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from kit.errors import InvalidInputError

R = TypeVar("R")
V = TypeVar("V")

MAX_PAGE_SIZE = 200
"""More rows a page than a person looks through, and still one quick statement."""
_MAX_CURSOR_CHARACTERS = 200
"""An ISO 8601 moment and a UUID take 95 characters in base64."""


class PagePlace(NamedTuple):
    """Where a row stands in a list: the moment that the list sorts by (aware, UTC), then the row's id."""

    at: datetime
    row_id: UUID


class DayPlace(NamedTuple):
    """Where a row stands in a list that sorts by days."""

    on: date
    row_id: UUID


def encode_cursor(sort_value: date, row_id: UUID) -> str:
    """Return the cursor of a row; `sort_value` is the moment (aware) or the day that the list sorts by."""
    return urlsafe_b64encode(f"{sort_value.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> PagePlace | None:
    """Return the place that a cursor stands for in a list by moments; None, the first page, for no cursor.

    Raises:
        InvalidInputError: `cursor_invalid`: the cursor is not one of ours.
    """
    return None if cursor is None else PagePlace(*_decoded(cursor, _moment))


def decode_day_cursor(cursor: str | None) -> DayPlace | None:
    """Return the place that a cursor stands for in a list by days; None, the first page, for no cursor.

    Raises:
        InvalidInputError: `cursor_invalid`: the cursor is not one of ours.
    """
    return None if cursor is None else DayPlace(*_decoded(cursor, date.fromisoformat))


def _decoded(cursor: str, read: Callable[[str], V]) -> tuple[V, UUID]:
    if len(cursor) > _MAX_CURSOR_CHARACTERS:
        raise _cursor_error()
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        sort_text, _, id_text = text.rpartition("|")
        return read(sort_text), UUID(id_text)
    except (ValueError, OverflowError) as error:
        raise _cursor_error() from error


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    # Overflows where the first or the last year there is has no such moment in UTC.
    return at.astimezone(UTC)


def is_after(
    place: PagePlace, at: InstrumentedAttribute[datetime], row_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """Return the condition for rows that follow a place in a list that sorts by both columns, descending."""
    return or_(at < place.at, and_(at == place.at, row_id < place.row_id))


def cut_page(rows: Sequence[R], limit: int, place: Callable[[R], tuple[date, UUID]]) -> tuple[Sequence[R], str | None]:
    """Return the rows of a page and the cursor of the next one, None on the last page.

    Args:
        rows: Up to `limit + 1` rows in the order of the list: the one more tells whether another page follows.
        limit: Rows a page.
        place: Returns what the list sorts by and the id of a row.
    """
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor(*place(rows[limit - 1]))


def check_page_size(limit: int, most: int = MAX_PAGE_SIZE) -> None:
    """Refuse a page size outside 1 to `most`.

    Raises:
        InvalidInputError: `page_size_invalid`.
    """
    if not 1 <= limit <= most:
        raise InvalidInputError(f"Ask for 1 to {most} rows a page.", field="limit", code="page_size_invalid")


def _cursor_error() -> InvalidInputError:
    return InvalidInputError(
        "The cursor is not valid; start from the first page.", field="cursor", code="cursor_invalid"
    )
