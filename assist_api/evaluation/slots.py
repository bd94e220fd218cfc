"""How well the fields of a work order are filled from labelled dialogues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rich.console import RenderableType
from rich.table import Table

from assist_api.evaluation.layouts import read_jsonl
from assist_api.facts.extraction import find_facts
from assist_api.facts.fields import FactField, Turn

BY_CONTAINMENT = frozenset({FactField.ADDRESS, FactField.OCCURRED_AT, FactField.CALLBACK_AT})
"""Fields whose words may be quoted longer or shorter."""
_MARKS = re.compile(r"[\s，。、,.?？!！；;：:]")


class LabelledTurn(BaseModel):
    """One utterance of a labelled dialogue."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Literal["customer", "agent"]
    text: str

    def turn(self) -> Turn:
        """Return the utterance as the extraction takes it."""
        return Turn(self.role, self.text)


class LabelledDialogue(BaseModel):
    """One line: a dialogue and the value of every field; null where nobody said it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    utterances: tuple[LabelledTurn, ...]
    fields: dict[FactField, str | None]


@dataclass(frozen=True, slots=True)
class FieldScore:
    """Counts of one field.

    Attributes:
        right: Values that agree with the label.
        wrong: Values that do not, or where the label is null.
        missed: Labels without the right value.
    """

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the values found that are right; 1 when none was found."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the labels that were found; 1 when there are none."""
        return _share(self.right, self.right + self.missed)


@dataclass(frozen=True, slots=True)
class WrongValue:
    """A field where value and label differ."""

    id: str
    field: str
    label: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class SlotsReport:
    """The figures of `tingzhi evaluate slots`."""

    dialogues: int
    by_field: Mapping[str, FieldScore]
    errors: tuple[WrongValue, ...]

    @property
    def precision(self) -> float:
        """Over all fields."""
        right = sum(score.right for score in self.by_field.values())
        return _share(right, right + sum(score.wrong for score in self.by_field.values()))

    @property
    def recall(self) -> float:
        """Over all fields."""
        right = sum(score.right for score in self.by_field.values())
        return _share(right, right + sum(score.missed for score in self.by_field.values()))


def evaluate_slots(path: Path) -> SlotsReport:
    """Fill the fields of every dialogue of a file and compare.

    Raises:
        InvalidInputError: The file is missing, empty or malformed.
    """
    dialogues = read_jsonl(path, LabelledDialogue)
    counts: dict[str, list[int]] = {}
    errors: list[WrongValue] = []
    for dialogue in dialogues:
        found = find_facts([item.turn() for item in dialogue.utterances])
        for field, label in dialogue.fields.items():
            value = found[field].value if field in found else None
            right = value is not None and label is not None and is_same(field, value, label)
            count = counts.setdefault(field.value, [0, 0, 0])
            count[0] += right
            count[1] += value is not None and not right
            count[2] += label is not None and not right
            if not right and (value is not None or label is not None):
                errors.append(WrongValue(dialogue.id, field.value, label, value))
    return SlotsReport(len(dialogues), {name: FieldScore(*count) for name, count in counts.items()}, tuple(errors))


def is_same(field: FactField, value: str, label: str) -> bool:
    """Whether a value agrees with a label: exactly, or one inside the other where the words said are quoted."""
    one, other = _MARKS.sub("", value), _MARKS.sub("", label)
    if field is FactField.AMOUNT:
        return value == label
    if field in BY_CONTAINMENT:
        return bool(one and other) and (one in other or other in one)
    return one == other


def slots_tables(report: SlotsReport) -> Sequence[RenderableType]:
    """Show the figures field by field, then every difference."""
    table = Table("field", "right", "wrong", "missed", "precision", "recall", title=f"{report.dialogues} dialogues")
    for name, score in report.by_field.items():
        numbers = (f"{score.precision:.3f}", f"{score.recall:.3f}")
        table.add_row(name, str(score.right), str(score.wrong), str(score.missed), *numbers)
    table.add_row("all", "", "", "", f"{report.precision:.3f}", f"{report.recall:.3f}")
    errors = Table("dialogue", "field", "label", "found")
    for error in report.errors:
        errors.add_row(error.id, error.field, error.label or "–", error.found or "–")
    return [table, errors] if report.errors else [table]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
