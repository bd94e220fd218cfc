"""Exports of the audit log: CSV for people, JSON Lines that can be checked without the database. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from assist_api.audit.chain import ChainCheck, ChainedEntry, ChainFault, ChainPoint
from kit.csv_cells import as_text
from kit.errors import InvalidInputError

COLUMNS = (*ChainedEntry.__slots__, "hash")
_ENTRY: TypeAdapter[ChainedEntry] = TypeAdapter(ChainedEntry)


class AuditFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"


def csv_header() -> str:
    """Return the first line, after the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + _csv_line(COLUMNS)


def csv_row(entry: ChainedEntry, entry_hash: str) -> str:
    """Return one entry as a line of CSV in which no cell is a formula."""
    return _csv_line([_cell(getattr(entry, name)) for name in ChainedEntry.__slots__] + [entry_hash])


def json_row(entry: ChainedEntry, entry_hash: str) -> str:
    """Return one entry as a line that `read_lines` takes back."""
    fields = {name: to_jsonable_python(getattr(entry, name)) for name in ChainedEntry.__slots__}
    return json.dumps(fields | {"hash": entry_hash}, ensure_ascii=False) + "\n"


def read_lines(lines: Iterable[str]) -> Iterator[tuple[ChainedEntry, str]]:
    """Read an export of JSON Lines, the oldest entry first.

    Raises:
        InvalidInputError: A line is no entry; `field` is `line <number>`.
    """
    for number, line in enumerate(lines, 1):
        try:
            fields: dict[str, Any] = json.loads(line)
            stated = str(fields.pop("hash"))
            entry = _ENTRY.validate_python(fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            message = f"Line {number} is not an audit entry; give a file that `tingzhi audit export` wrote."
            raise InvalidInputError(message, field=f"line {number}", code="audit_line_invalid") from error
        yield entry, stated


def check_lines(lines: Iterable[str], anchor: ChainPoint | None = None) -> tuple[ChainPoint, int, ChainFault | None]:
    """Check an export: return its last entry, how many entries there are, and the first fault.

    An export may begin in the middle of the chain; its first entry is then trusted to follow the one before.
    """
    check: ChainCheck | None = None
    count = 0
    for entry, stated in read_lines(lines):
        if check is None:
            check = ChainCheck(ChainPoint(entry.number - 1, entry.previous_hash), anchor)
        count += 1
        if not check.feed(entry, stated):
            break
    check = check or ChainCheck()
    return check.last, count, check.finish(None)


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID | int):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(to_jsonable_python(value), ensure_ascii=False)
    return as_text(text)
