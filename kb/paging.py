"""Cursors that remember the last row of a page; opaque to whoever holds them."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from kit.errors import InvalidInputError

MAX_PAGE_SIZE = 200


def encode_cursor(sort_value: str, row_id: UUID) -> str:
    """Return the cursor of a row that sorts by `sort_value`, then by its id."""
    return urlsafe_b64encode(f"{sort_value}|{row_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, UUID]:
    """Return the sort value and the row id.

    Raises:
        InvalidInputError: The cursor is not one of ours.
    """
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        sort_value, _, row_id = text.rpartition("|")
        return sort_value, UUID(row_id)
    except (ValueError, binascii.Error) as error:
        raise cursor_error() from error


def cursor_error() -> InvalidInputError:
    """Build the error for a cursor that cannot be used."""
    return InvalidInputError(
        "The cursor is not valid; start from the first page.", field="cursor", code="cursor_invalid"
    )


def check_page_size(limit: int) -> None:
    """Refuse a page size outside 1 to `MAX_PAGE_SIZE`.

    Raises:
        InvalidInputError: It is.
    """
    if not 1 <= limit <= MAX_PAGE_SIZE:
        message = f"Ask for 1 to {MAX_PAGE_SIZE} rows a page."
        raise InvalidInputError(message, field="limit", code="page_size_invalid")
