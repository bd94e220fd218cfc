"""Reads evaluation data; what is wrong with it is said in one line that names file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assist_api.transcripts.utterances import LegRole
from kit.errors import InvalidInputError

M = TypeVar("M", bound=BaseModel)
Named = TypeVar("Named", bound="ManifestLine")
MANIFEST_YAML = "manifest.yaml"
MANIFEST_JSONL = "manifest.jsonl"
QRELS = "qrels.tsv"
QREL_COLUMNS = 4


class CallLine(BaseModel):
    """One sentence of a call."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: LegRole
    text: str


class CallScript(BaseModel):
    """One call of a manifest: what is said, and what should be found.

    Attributes:
        demo_id: Names the call.
        sector: Sector of the matter; not told to the product.
        file: Recording, beside the manifest.
        lines: What is said, in order.
        expected_entry: Key of the entry that answers the caller.
        expected_entries: Keys of several, any of which does.
        expected_category: The work-order category.
        expected_categories: Several that a person might choose; any of them is right.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    demo_id: str
    sector: str
    file: str
    lines: Annotated[tuple[CallLine, ...], Field(min_length=1)]
    expected_entry: str | None = None
    expected_entries: tuple[str, ...] = ()
    expected_category: str | None = None
    expected_categories: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_expectations(self) -> Self:
        if not self.entry_keys:
            raise ValueError("expected_entry or expected_entries is needed")
        if not self.categories:
            raise ValueError("expected_category or expected_categories is needed")
        return self

    @property
    def entry_keys(self) -> tuple[str, ...]:
        """Every entry that counts."""
        return (self.expected_entry, *self.expected_entries) if self.expected_entry else self.expected_entries

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that counts."""
        return (
            (self.expected_category, *self.expected_categories) if self.expected_category else self.expected_categories
        )


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """A call of a manifest and where its recording lies."""

    script: CallScript
    path: Path


class ManifestLine(BaseModel):
    """One line of a `manifest.jsonl`.

    Attributes:
        file: The recording, beside the manifest.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: str


class SpokenQuestion(ManifestLine):
    """One line of a spoken set.

    Attributes:
        qid: The question in the written set, whose `qrels.tsv` says what answers it.
        text: What is said in the recording.
        voice: Who speaks; only shown.
    """

    qid: str
    text: str
    voice: str = ""


def layout_error(path: Path, problem: str, line: int | None = None) -> InvalidInputError:
    """Return the error for a file that is not as described; `line` counts from 1."""
    place = str(path) if line is None else f"{path}:{line}"
    return InvalidInputError(f"{place}: {problem}", field="dir", code="evaluation_layout")


def require_file(path: Path) -> Path:
    """Return a path that is a file.

    Raises:
        InvalidInputError: It is not.
    """
    if not path.is_file():
        raise layout_error(path, "there is no such file")
    return path


def read_jsonl(path: Path, model: type[M]) -> list[M]:
    """Return one object a line; empty lines are skipped.

    Raises:
        InvalidInputError: The file is missing or empty, or a line is malformed.
    """
    rows = [_parsed(path, number, line, model) for number, line in _lines(path)]
    if not rows:
        raise layout_error(path, "holds no line")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = require_file(path).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise layout_error(path, f"is not UTF-8 at byte {error.start}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _parsed(path: Path, number: int, line: str, model: type[M]) -> M:
    try:
        return model.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise layout_error(path, f"is not JSON: {error.msg}", number) from error
    except ValidationError as error:
        raise layout_error(path, first_problem(error), number) from error


def first_problem(error: ValidationError) -> str:
    """Return the first thing that is wrong with an item, with the field that it is about."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]


def read_recordings(folder: Path, model: type[Named]) -> list[Named]:
    """Return the lines of `manifest.jsonl` in a folder, each of which names a recording beside it.

    Raises:
        InvalidInputError: The manifest is missing or malformed, or names a file that is not there.
    """
    manifest = folder / MANIFEST_JSONL
    recordings = read_jsonl(manifest, model)
    for recording in recordings:
        if not (folder / recording.file).is_file():
            raise layout_error(manifest, f"names {recording.file}, which is not there")
    return recordings


def read_relevant(path: Path) -> dict[str, frozenset[str]]:
    """Return the relevant passages of each question from `qrels.tsv`: question, anything, passage, relevance.

    Raises:
        InvalidInputError: The file is missing, or a line has not four columns.
    """
    relevant: dict[str, set[str]] = {}
    for number, line in _lines(path):
        columns = line.rstrip("\r").split("\t")
        if len(columns) != QREL_COLUMNS:
            raise layout_error(path, f"needs {QREL_COLUMNS} columns with tabs between, has {len(columns)}", number)
        if columns[3].strip() != "0":
            relevant.setdefault(columns[0], set()).add(columns[2])
    return {question: frozenset(passages) for question, passages in relevant.items()}


def read_call_set(folder: Path) -> tuple[LabelledCall, ...]:
    """Return the calls of a folder with `manifest.yaml` and the recordings it names.

    Raises:
        InvalidInputError: The manifest is missing or malformed, or names a file that is not there.
    """
    manifest = require_file(folder / MANIFEST_YAML)
    calls = tuple(
        LabelledCall(script, folder / script.file)
        for script in (_script(manifest, line, item) for line, item in _call_items(manifest))
    )
    for call in calls:
        if not call.path.is_file():
            raise layout_error(manifest, f"{call.script.demo_id} names {call.script.file}, which is not there")
    return calls


def _script(manifest: Path, line: int, item: Any) -> CallScript:  # noqa: ANN401  # rejected: unchecked YAML
    try:
        return CallScript.model_validate(item)
    except ValidationError as error:
        raise layout_error(manifest, first_problem(error), line) from error


def _call_items(manifest: Path) -> list[tuple[int, Any]]:
    """Return the items of the manifest, each with its line."""
    try:
        text = manifest.read_text("utf-8")
        node, raw = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise layout_error(manifest, f"is not YAML: {error.problem}", line) from error
    except UnicodeDecodeError as error:
        raise layout_error(manifest, f"is not UTF-8 at byte {error.start}") from error
    if isinstance(node, yaml.MappingNode):
        node = next((value for key, value in node.value if key.value == "calls"), None)
        raw = raw.get("calls")
    if not isinstance(node, yaml.SequenceNode) or not raw:
        raise layout_error(manifest, "needs a list `calls` with at least one call")
    return [(item.start_mark.line + 1, value) for item, value in zip(node.value, raw, strict=True)]
