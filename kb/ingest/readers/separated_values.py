"""Values separated by commas, tabs, semicolons or bars; quotes inside words stay, a fault names its line. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.ingest.document import count_characters
from kb.ingest.refusals import refuse

_DELIMITERS = (",", "\t", ";", "|", "，")
_STATED = re.compile(r"^\ufeff?\"?sep=(?P<delimiter>[^\r\n]?)\"?[ \t]*(?:\r\n|\r|\n|$)", re.IGNORECASE)
_SAMPLE_LINES = 20
_LONGEST_LOOSE = 200
"""A stray quote whose next quote is so far away, or on another line, opens a value that does not end."""


@dataclass(frozen=True, slots=True)
class Separated:
    """A text taken apart.

    Attributes:
        rows: Of values; empty lines are rows of one empty value.
        delimiter: One character.
        signs: Characters of the text that are no value: delimiters, quotes, the line that states the delimiter.
        quotes: Of these, without the delimiters.
    """

    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    signs: int
    quotes: int


def read_separated(text: str) -> Separated:
    """Take a text apart.

    Raises:
        FileRefusedError: `file_csv_quote`, with the line.
    """
    stated = _STATED.match(text)
    body = text[stated.end() :] if stated else text
    delimiter = stated["delimiter"] if stated and stated["delimiter"] else _delimiter_of(body)
    scan = _Scan(body, delimiter, first_line=2 if stated else 1)
    rows = scan.run()
    heading = count_characters(stated[0]) if stated else 0
    return Separated(rows, delimiter, scan.delimiters + scan.quotes + heading, scan.quotes + heading)


def _delimiter_of(text: str) -> str:
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    # What stands between quotes separates nothing.
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]

    def regularity(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in bare]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (sum(count == usual for count in counts) if usual else 0, sum(counts))

    best = max(_DELIMITERS[:-1], key=regularity)
    # A person who types a list with a Chinese keyboard separates by the full-width comma.
    return "，" if not any(line.count(best) for line in bare) and regularity("，")[0] == len(bare) > 1 else best


class _Scan:
    """One pass over the text. A value is quoted when its closing quote is followed by a delimiter or the line's end."""

    def __init__(self, text: str, delimiter: str, *, first_line: int) -> None:
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._delimiter = delimiter
        self._line = first_line
        self.delimiters = self.quotes = 0

    def run(self) -> tuple[tuple[str, ...], ...]:
        rows: list[tuple[str, ...]] = []
        row: list[str] = []
        at = 0
        while at < len(self._text):
            value, at = self._value(at)
            row.append(value)
            if at < len(self._text) and self._text[at] == self._delimiter:
                self.delimiters += 1
                at += 1
                if at < len(self._text):
                    continue
                row.append("")
            rows.append(tuple(row))
            row, self._line, at = [], self._line + 1, at + 1
        return tuple(rows)

    def _value(self, at: int) -> tuple[str, int]:
        start = at
        while self._text[start : start + 1] == " ":
            start += 1
        if self._text[start : start + 1] == '"':
            closing = self._closing_quote(start)
            if closing is not None:
                return self._quoted(start, closing)
        end = self._end_of_bare(at)
        return self._text[at:end], end

    def _closing_quote(self, start: int) -> int | None:
        """Return the place of the quote that ends a quoted value; None when the quote is a part of a word."""
        at = self._text.find('"', start + 1)
        while at >= 0:
            after = self._text[at + 1 : at + 2]
            if after == '"':
                at = self._text.find('"', at + 2)
                continue
            if after in ("", "\n", self._delimiter) or self._text[at + 1 :].split("\n", 1)[0].strip(" ") == "":
                return at
            break
        inside = self._text[start + 1 : at] if at >= 0 else self._text[start + 1 :]
        if at < 0 and "\n" in inside.rstrip("\n") or len(inside) > _LONGEST_LOOSE or at >= 0 and "\n" in inside:
            raise refuse("file_csv_quote", line=self._line)
        return None

    def _quoted(self, start: int, closing: int) -> tuple[str, int]:
        raw = self._text[start + 1 : closing]
        value = raw.replace('""', '"')
        self.quotes += 2 + len(raw) - len(value)
        self._line += raw.count("\n")
        end = closing + 1
        while self._text[end : end + 1] == " ":
            end += 1
        return value, end

    def _end_of_bare(self, at: int) -> int:
        """Return the end of a value without quotes around it; a delimiter between quotes inside it does not end it."""
        is_inside = False
        for end in range(at, len(self._text)):
            sign = self._text[end]
            if sign == "\n" or sign == self._delimiter and not is_inside:
                return end
            if sign == '"':
                closing = self._text.find('"', end + 1)
                is_inside = not is_inside and closing >= 0 and "\n" not in self._text[end:closing]
        return len(self._text)
