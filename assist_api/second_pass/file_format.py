"""The transcript of one call as a file: SRT for players, CSV for spreadsheets, JSON for programs. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from assist_api.call_search.file_format import Format, srt_cue
from assist_api.second_pass.schemas import TranscriptLine
from kit.csv_cells import as_text

COLUMNS = ("speaker", "start_ms", "end_ms", "text")


def written(lines: Sequence[TranscriptLine], kind: Format) -> str:
    """Return a transcript as a file."""
    if kind == "json":
        return "[" + ",\n".join(line.model_dump_json() for line in lines) + "]\n"
    if kind == "srt":
        return "\n".join(
            srt_cue(number, (line.start_ms, line.end_ms), f"{line.leg_role.value}: {line.text}")
            for number, line in enumerate(lines, 1)
        )
    # Spreadsheets take a file for UTF-8 only when it begins with the mark of the byte order.
    sink = io.StringIO("\ufeff")
    sink.seek(0, io.SEEK_END)
    rows = csv.writer(sink)
    rows.writerow(COLUMNS)
    rows.writerows(
        [as_text(str(cell)) for cell in (line.leg_role.value, line.start_ms, line.end_ms, line.text)] for line in lines
    )
    return sink.getvalue()
