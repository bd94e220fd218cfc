"""Groups of words as files: YAML or CSV in, checked groups or problems with their lines out. No database.

A list of names (`kb.words.gazetteer`) is read too. Either may be the first sheet of a workbook (XLSX).

A YAML file is a mapping with the list `groups`; each has `use`, `words` and optionally `sector`, `note` and `key`. A
CSV file has these names in its first line, and separates words by `|` (commas of either width, 、 and ; also do).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import openpyxl
import yaml
from pydantic import Field, ValidationError

from kb.packs.file_format import KEY_PATTERN, PackSyntaxError, Refusal, StrictLoader
from kb.words.gazetteer import grouped, is_gazetteer, read_places
from kb.words.schemas import WordGroup, WordGroupDraft
from kb.words.validation import MAX_GROUPS, Claim, claims, find_problems, split_words
from kit.csv_cells import as_text, from_text
from kit.errors import InvalidInputError

COLUMNS = ("use", "sector", "words", "note", "key")
_REQUIRED = ("use", "words")
Row = tuple[int, list[str]]
"""Line of the file and the cells."""
MOST_ROWS = 50_000
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030")
"""What spreadsheets write in China; GB18030 reads nearly everything, so it comes last."""


class WordFileKind(StrEnum):
    """What a file of words is written in."""

    CSV = "csv"
    YAML = "yaml"
    XLSX = "xlsx"


class FileGroup(WordGroupDraft):
    """A group of a file."""

    key: str | None = Field(default=None, pattern=KEY_PATTERN)

    def draft(self) -> WordGroupDraft:
        """Return what the group says, without its key."""
        return WordGroupDraft.model_validate(self.model_dump(exclude={"key"}))


@dataclass(frozen=True, slots=True)
class WordFile:
    """One file, read and checked; a file with refusals must not be imported.

    Attributes:
        groups: In file order.
        lines: Where each of them begins, from 1.
        refused: Every problem found, by line.
        is_gazetteer: Whether it is a list of names, which takes the place of the list before.
    """

    groups: tuple[FileGroup, ...]
    lines: tuple[int, ...]
    refused: tuple[Refusal, ...]
    is_gazetteer: bool = False


@dataclass(frozen=True, slots=True)
class _RawGroup:
    line: int
    fields: object
    field_lines: Mapping[str, int]


def read_words(content: bytes, kind: WordFileKind) -> WordFile:
    """Read and check a file; whatever is wrong ends up in `WordFile.refused`."""
    builder = _FileBuilder()
    names = False
    try:
        if kind is WordFileKind.YAML:
            groups = _yaml_groups(_decoded(content))
        else:
            rows = _workbook_rows(content) if kind is WordFileKind.XLSX else _csv_rows(_decoded(content))
            header = [name.strip().lower() for name in next(rows, (1, []))[1]]
            names = is_gazetteer(header)
            groups = _named_groups(header, rows, builder.refused) if names else _row_groups(header, rows)
        for raw in groups:
            builder.add(raw)
    except PackSyntaxError as error:
        builder.refused.append(Refusal(error.line, "", "", "words_unreadable", error.message))
    refused = tuple(sorted(builder.refused, key=lambda refusal: refusal.line))
    return WordFile(tuple(builder.groups), tuple(builder.lines), refused, names)


def require_sound(file: WordFile) -> None:
    """Refuse a file with problems.

    Raises:
        InvalidInputError: `words_refused`; `details["errors"]` names line, field and fix of every problem.
    """
    if not file.refused:
        return
    first = file.refused[0]
    errors = [
        {"field": f"{item.line}.{item.field}".rstrip("."), "code": item.code, "message": _placed(item)}
        for item in file.refused[:_SHOWN_PROBLEMS]
    ]
    raise InvalidInputError(
        f"Nothing was imported. {_placed(first)}",
        field="file",
        code="words_refused",
        line=first.line,
        count=len(file.refused),
        errors=errors,
    )


_SHOWN_PROBLEMS = 50


def _placed(refusal: Refusal) -> str:
    return f"Line {refusal.line}{', ' + refusal.field if refusal.field else ''}: {refusal.message}"


class _FileBuilder:
    def __init__(self) -> None:
        self.groups: list[FileGroup] = []
        self.lines: list[int] = []
        self.refused: list[Refusal] = []
        self._claimed: dict[Claim | str, int] = {}

    def add(self, raw: _RawGroup) -> None:
        try:
            group = FileGroup.model_validate(raw.fields)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                field = ".".join(str(part) for part in problem["loc"])
                self._refuse(raw, field, "field_invalid", f"{field or 'The group'}: {problem['msg']}.")
            return
        for item in find_problems(group):
            self._refuse(raw, item.field, item.code, item.message)
        marks: set[Claim | str] = {*claims(group), *([group.key] if group.key else [])}
        earlier = min((self._claimed[mark] for mark in marks if mark in self._claimed), default=None)
        if earlier is not None:
            message = f"A word or the key of this group stands in the group of line {earlier} already; join the two."
            self._refuse(raw, "words", "word_taken", message)
        if len(self.groups) == MAX_GROUPS:
            raise PackSyntaxError(raw.line, f"The file has more than {MAX_GROUPS} groups; drop the rarest.")
        self._claimed |= dict.fromkeys(marks, raw.line)
        self.groups.append(group)
        self.lines.append(raw.line)

    def _refuse(self, raw: _RawGroup, field: str, code: str, message: str) -> None:
        key = str(raw.fields.get("key") or "") if isinstance(raw.fields, dict) else ""
        line = raw.field_lines.get(field.partition(".")[0], raw.line)
        self.refused.append(Refusal(line, key, field, code, message))


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise PackSyntaxError(1, "The file is neither UTF-8 nor GB18030 text; save it as CSV UTF-8.")


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            line, start = start, reader.line_num + 1
            if any(cell.strip() for cell in row):
                yield line, row
    except csv.Error as error:
        raise PackSyntaxError(reader.line_num or 1, f"The file is not CSV: {error}.") from error


def _workbook_rows(content: bytes) -> Iterator[Row]:
    """Yield the rows of the first sheet that hold something."""
    _check_unpacked(content)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        for line, row in enumerate(
            sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=len(COLUMNS) * 2, values_only=True), 1
        ):
            cells = ["" if cell is None else str(cell) for cell in row]
            if any(cell.strip() for cell in cells):
                if line > MOST_ROWS:
                    raise PackSyntaxError(line, f"The sheet has more than {MOST_ROWS} rows; divide it.")
                yield line, _without_empty_end(cells)
    except PackSyntaxError:
        raise
    except Exception as error:  # rejected: the parser raises whatever a broken part makes it meet
        raise PackSyntaxError(1, "The file is no workbook that can be read; save it as XLSX or CSV.") from error


def _check_unpacked(content: bytes) -> None:
    """Refuse a workbook that unpacks to more than a list of words can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise PackSyntaxError(1, "The file is no workbook that can be read; save it as XLSX or CSV.") from error
    if size > MOST_UNPACKED_BYTES:
        raise PackSyntaxError(1, "The workbook is larger than a list of words; remove its other sheets.")


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _row_groups(header: Sequence[str], rows: Iterable[Row]) -> Iterator[_RawGroup]:
    _check_header(header)
    for line, row in rows:
        yield _RawGroup(line, _csv_fields(header, row, line), {})


def _named_groups(header: Sequence[str], rows: Iterable[Row], refused: list[Refusal]) -> Iterator[_RawGroup]:
    decoded = ((line, [from_text(cell.strip()) for cell in row]) for line, row in rows)
    places, problems = read_places(header, decoded)
    refused += problems
    for line, fields in grouped(places):
        yield _RawGroup(line, fields, {})


def _check_header(header: Sequence[str]) -> None:
    missing = [name for name in _REQUIRED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown or len(set(header)) != len(header):
        found = ", ".join(header) or "nothing"
        raise PackSyntaxError(1, f"The first line must name the columns {', '.join(COLUMNS)}; it has {found}.")


def _csv_fields(header: Sequence[str], row: Sequence[str], line: int) -> dict[str, object]:
    if len(row) > len(header):
        message = f"The line has {len(row)} cells for {len(header)} columns; separate words by |, not by commas."
        raise PackSyntaxError(line, message)
    cells = {name: from_text(cell.strip()) for name, cell in zip(header, row, strict=False)}
    fields: dict[str, object] = {name: cell or None for name, cell in cells.items() if name in ("sector", "key")}
    return fields | {
        "use": cells.get("use", ""),
        "words": split_words(cells.get("words", "")),
        "note": cells.get("note", ""),
    }


def _yaml_groups(text: str) -> Iterator[_RawGroup]:
    try:
        loader = StrictLoader(text)
        root = loader.get_single_node()
        sections = root.value if isinstance(root, yaml.MappingNode) else []
        if len(sections) != 1 or sections[0][0].value != "groups" or not isinstance(sections[0][1], yaml.SequenceNode):
            raise PackSyntaxError(1, "The file must be a mapping with one list, `groups`.")
        for node in sections[0][1].value:
            lines = {}
            if isinstance(node, yaml.MappingNode):
                lines = {str(key.value): key.start_mark.line + 1 for key, _value in node.value}
            yield _RawGroup(node.start_mark.line + 1, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackSyntaxError(line, f"The file is not YAML: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PackSyntaxError(1, f"The file is not YAML: {error}.") from error


def write_words(groups: Sequence[WordGroup], kind: WordFileKind) -> str:
    """Return groups as a file that `read_words` reads back to the same groups."""
    return _as_yaml(groups) if kind is WordFileKind.YAML else _as_csv(groups)


def _as_yaml(groups: Sequence[WordGroup]) -> str:
    rows = [group.model_dump(mode="json", include=set(COLUMNS)) for group in groups]
    document = {"groups": [{name: row[name] for name in COLUMNS if row[name]} for row in rows]}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def _as_csv(groups: Sequence[WordGroup]) -> str:
    out = io.StringIO(newline="")
    out.write("\ufeff")  # tells spreadsheets that this is UTF-8
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for group in groups:
        cells = (group.use.value, group.sector or "", "|".join(group.words), group.note, group.key or "")
        writer.writerow([as_text(cell) for cell in cells])
    return out.getvalue()
