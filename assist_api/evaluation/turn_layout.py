"""Reads recordings of calls with several matters, turn by turn: `manifest.json`, as `tingzhi evaluate turns` says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from assist_api.evaluation.layouts import first_problem, layout_error, require_file
from assist_api.transcripts.utterances import LegRole

MANIFEST_JSON = "manifest.json"
NOTHING = "NONE"
"""Expected of a turn that no entry answers."""
AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".amr", ".wma", ".webm", ".mp4"})
_ROLES = {
    **dict.fromkeys(("customer", "caller", "c", "left", "0"), LegRole.CUSTOMER),
    **dict.fromkeys(("agent", "a", "right", "1"), LegRole.AGENT),
}


def _role(value: object) -> object:
    return _ROLES.get(str(value).lower(), value)


class Turn(BaseModel):
    """What one party says before the other speaks.

    Attributes:
        leg: Who speaks.
        text: What is said.
        start: Where it begins, seconds from the start of the recording.
        end: Where it ends.
        expect: Regular expression that the title of the right entry has, or `NONE`; None for a turn that neither asks
            nor reports anything new.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    leg: Annotated[LegRole, BeforeValidator(_role)]
    text: str = ""
    start: Annotated[float, Field(ge=0)]
    end: Annotated[float, Field(ge=0)]
    expect: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end < self.start:
            raise ValueError("end is before start")
        try:
            re.compile(self.expect or "")
        except re.error as error:
            raise ValueError(f"expect is no regular expression: {error}") from error
        return self

    @property
    def is_labelled(self) -> bool:
        """Whether the desk is expected to answer it, or to say that nothing fits."""
        return self.expect is not None and self.leg is LegRole.CUSTOMER

    @property
    def expects_nothing(self) -> bool:
        """Whether no entry answers it."""
        return self.expect == NOTHING

    def is_right(self, title: str) -> bool:
        """Tell whether an entry of this title answers the turn."""
        return self.expect is not None and not self.expects_nothing and re.search(self.expect, title) is not None


class TurnScript(BaseModel):
    """One call of a manifest.

    Attributes:
        name: Names the call; its folder or recording where the manifest gives none.
        audio: Recordings beside the manifest: one stereo file, or the customer's and the agent's.
        turns: By start.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(default="", validation_alias=AliasChoices("name", "id", "call", "demo_id"))
    audio: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("audio", "file", "files", "recording"))
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _one_file_is_a_list(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        named = {key: value[key] for key in ("audio", "file", "files", "recording") if value.get(key)}
        return {**value, **{key: _file_names(files) for key, files in named.items()}}


def _file_names(files: object) -> object:
    if isinstance(files, str):
        return (files,)
    if isinstance(files, dict):
        by_role = {_role(key): name for key, name in files.items()}
        return tuple(by_role[role] for role in LegRole if role in by_role)
    return files


@dataclass(frozen=True, slots=True)
class TurnCall:
    """A call and where its recordings lie.

    Attributes:
        name: Names the call.
        paths: One stereo recording, or the customer's and the agent's.
        turns: By start.
    """

    name: str
    paths: tuple[Path, ...]
    turns: tuple[Turn, ...]


def read_turn_set(folder: Path) -> tuple[TurnCall, ...]:
    """Return the calls of a folder with one manifest, or of its sub-folders with one manifest each.

    Raises:
        InvalidInputError: A manifest is missing or malformed, or names a file that is not there.
    """
    manifests = [folder / MANIFEST_JSON]
    if not manifests[0].is_file():
        manifests = sorted(folder.glob(f"*/{MANIFEST_JSON}")) or manifests
    return tuple(call for manifest in manifests for call in _calls(manifest))


def _calls(manifest: Path) -> Iterator[TurnCall]:
    items = _items(manifest)
    for number, item in enumerate(items, start=1):
        try:
            script = TurnScript.model_validate(item)
        except ValidationError as error:
            raise layout_error(manifest, f"call {number}: {first_problem(error)}") from error
        paths = tuple(manifest.parent / name for name in script.audio) or _recordings(manifest.parent)
        for path in paths:
            if not path.is_file():
                raise layout_error(manifest, f"call {number} names {path.name}, which is not there")
        if len(paths) not in {1, 2}:
            raise layout_error(manifest, f"call {number} needs one stereo recording or two; `audio` names {len(paths)}")
        name = script.name or (manifest.parent.name if len(items) == 1 else paths[0].stem)
        yield TurnCall(name, paths, tuple(sorted(script.turns, key=lambda turn: turn.start)))


def _items(manifest: Path) -> list[Any]:
    try:
        document = json.loads(require_file(manifest).read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise layout_error(manifest, f"is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise layout_error(manifest, f"is not JSON: {error.msg}", error.lineno) from error
    if isinstance(document, dict):
        document = document.get("calls", [document])
    if not isinstance(document, list) or not document:
        raise layout_error(manifest, "needs a list `calls` with at least one call, or the `turns` of one call")
    return document


def _recordings(folder: Path) -> tuple[Path, ...]:
    """Return the recordings of a folder whose manifest names none, the customer's first."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in AUDIO_SUFFIXES)
    return tuple(sorted(found, key=lambda path: "agent" in path.stem.lower()))
