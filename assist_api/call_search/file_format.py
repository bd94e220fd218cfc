"""What a search found, as a file: CSV for spreadsheets, SRT for players, JSON for programs. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Literal

from assist_api.call_search.schemas import FoundCall, FoundSentence
from kit.csv_cells import as_text

Format = Literal["csv", "srt", "json"]
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "json": "application/json",
}
COLUMNS = ("call_id", "title", "began", "agent", "sector", "category", "speaker", "start_ms", "end_ms", "text")


def written(calls: Sequence[FoundCall], kind: Format) -> str:
    """Return the sentences of calls as a file."""
    if kind == "json":
        return "[" + ",\n".join(call.model_dump_json() for call in calls) + "]\n"
    return _csv(calls) if kind == "csv" else _srt(calls)


def _lines(calls: Sequence[FoundCall]) -> Iterator[tuple[FoundCall, FoundSentence]]:
    for call in calls:
        for sentence in call.sentences:
            yield call, sentence


def _csv(calls: Sequence[FoundCall]) -> str:
    # Spreadsheets take a file for UTF-8 only when it begins with the mark of the byte order.
    sink = io.StringIO("\ufeff")
    sink.seek(0, io.SEEK_END)
    rows = csv.writer(sink)
    rows.writerow(COLUMNS)
    for found, sentence in _lines(calls):
        call = found.call
        cells = (call.id, call.title, call.created_at.isoformat(), call.agent_name, call.sector, found.category_id)
        spoken = (sentence.leg_role.value, sentence.start_ms, sentence.end_ms, sentence.text)
        rows.writerow([as_text("" if cell is None else str(cell)) for cell in (*cells, *spoken)])
    return sink.getvalue()


def _srt(calls: Sequence[FoundCall]) -> str:
    return "\n".join(
        srt_cue(
            number,
            (sentence.start_ms, sentence.end_ms),
            f"[{found.call.title}] {sentence.leg_role.value}: {sentence.text}",
        )
        for number, (found, sentence) in enumerate(_lines(calls), 1)
    )


def srt_cue(number: int, span_ms: tuple[int, int], text: str) -> str:
    """Return one subtitle: its number from 1, its time and its text."""
    start_ms, end_ms = span_ms
    return f"{number}\n{_time(start_ms)} --> {_time(end_ms)}\n{text}\n"


def _time(ms: int) -> str:
    seconds, rest = divmod(ms, 1_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{rest:03}"
