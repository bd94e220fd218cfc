"""Pages of a list by keyset: a cursor remembers the last row's place, so that new rows never shift a page.

A cursor is opaque to whoever holds it. Lists sort by a moment, newest first, then by row id.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from kit.errors import InvalidInputError

R = TypeVar("R")

MAX_PAGE_SIZE = 200
"""More rows a page than a person looks through, and still one quick statement."""
_MAX_CURSOR_CHARACTERS = 200
"""An ISO 8601 moment and a UUID take 95 characters in base64."""


class PagePlace(NamedTuple):
    """Where a row stands in a list: the moment that the list sorts by (aware, UTC), then the row's id."""

    at: datetime
    row_id: UUID


def encode_cursor(at: datetime, row_id: UUID) -> str:
    """Return the cursor of a row; `at` is the moment that the list sorts by."""
    return urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> PagePlace | None:
    """Return the place that a cursor stands for; None, the first page, for no cursor.

    Raises:
        InvalidInputError: `cursor_invalid`: the cursor is not one of ours.
    """
    if cursor is None:
        return None
    if len(cursor) > _MAX_CURSOR_CHARACTERS:
        raise _cursor_error()
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at_text, _, id_text = text.rpartition("|")
        at, row_id = datetime.fromisoformat(at_text), UUID(id_text)
        if at.tzinfo is None:
            raise _cursor_error()
        # Near the first and the last year there is, another time zone has no such moment.
        return PagePlace(at.astimezone(UTC), row_id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise _cursor_error() from error


def is_after(
    place: PagePlace, at: InstrumentedAttribute[datetime], row_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """Return the condition for rows that follow a place in a list that sorts by both columns, descending."""
    return or_(at < place.at, and_(at == place.at, row_id < place.row_id))


def cut_page(
    rows: Sequence[R], limit: int, place: Callable[[R], tuple[datetime, UUID]]
) -> tuple[Sequence[R], str | None]:
    """Return the rows of a page and the cursor of the next one, None on the last page.

    Args:
        rows: Up to `limit + 1` rows in the order of the list: the one more tells whether another page follows.
        limit: Rows a page.
        place: Returns the place of a row, as `PagePlace`.
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
