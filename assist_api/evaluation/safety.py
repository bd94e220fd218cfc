"""How surely the safety rules hear danger in what callers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rich.console import RenderableType
from rich.table import Table

from assist_api.alerts.detector import Danger, DangerDetector
from assist_api.alerts.meaning import Embed, MeaningListener, shipped_examples
from assist_api.alerts.rules import DangerKind, shipped_rules
from assist_api.evaluation.layouts import read_jsonl
from assist_api.ivr.intents import EMERGENCY, shipped_intents

NONE: Literal["none"] = "none"
Listen = Callable[[str], Sequence[Danger]]
"""Returns the dangers of one utterance, the one that counts most first."""


class LabelledUtterance(BaseModel):
    """One line: what a caller says and the danger in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    expected: DangerKind | Literal["none"]


@dataclass(frozen=True, slots=True)
class DangerScore:
    """Counts of one kind of danger.

    Attributes:
        expected: Utterances with this danger.
        alerted: Those of them that raised any alert.
        right: Those of them whose leading alert is of this kind.
    """

    expected: int
    alerted: int
    right: int

    @property
    def recall(self) -> float:
        """Share that raised any alert."""
        return self.alerted / self.expected


@dataclass(frozen=True, slots=True)
class SafetyError:
    """An utterance where label and alert differ."""

    id: str
    expected: str
    found: str
    text: str


@dataclass(frozen=True, slots=True)
class SafetyReport:
    """The figures of `tingzhi evaluate safety`.

    Attributes:
        dangers: Utterances with a danger.
        ordinary: Utterances without.
        recall: Share of the dangers that raised an alert of any kind.
        false_alarms: Share of the ordinary utterances that raised one.
        by_kind: Counts of every kind that occurs.
        errors: Where label and alert differ.
    """

    dangers: int
    ordinary: int
    recall: float
    false_alarms: float
    by_kind: Mapping[str, DangerScore]
    errors: tuple[SafetyError, ...]


def read_utterances(path: Path) -> list[LabelledUtterance]:
    """Return the lines of a file.

    Raises:
        InvalidInputError: The file is missing, empty or malformed.
    """
    return read_jsonl(path, LabelledUtterance)


def listener(embed: Embed | None) -> Listen:
    """Return what hears danger: the shipped rules, and with a sentence model also what is like the examples."""
    detector = DangerDetector(shipped_rules())
    if embed is None:
        return detector.find
    intents = shipped_intents().intents
    ordinary = [text for name, intent in intents.items() if name != EMERGENCY for text in intent.examples]
    return MeaningListener(detector, shipped_examples(), embed, ordinary).find


def evaluate_safety(utterances: Sequence[LabelledUtterance], listen: Listen) -> SafetyReport:
    """Listen to labelled utterances and compare."""
    pairs = [(item, _leading(listen(item.text))) for item in utterances]
    dangers = [(item, kind) for item, kind in pairs if item.expected != NONE]
    ordinary = [kind for item, kind in pairs if item.expected == NONE]
    return SafetyReport(
        dangers=len(dangers),
        ordinary=len(ordinary),
        recall=sum(kind != NONE for _, kind in dangers) / len(dangers) if dangers else 1.0,
        false_alarms=sum(kind != NONE for kind in ordinary) / len(ordinary) if ordinary else 0.0,
        by_kind={kind.value: score for kind in DangerKind if (score := _score(kind, dangers)).expected},
        errors=tuple(
            SafetyError(item.id, item.expected, kind, item.text) for item, kind in pairs if kind != item.expected
        ),
    )


def _leading(dangers: Sequence[Danger]) -> str:
    """Return the kind that counts most, or `none`."""
    return next((danger.kind.value for danger in dangers), NONE)


def _score(kind: DangerKind, dangers: Sequence[tuple[LabelledUtterance, str]]) -> DangerScore:
    own = [found for item, found in dangers if item.expected == kind]
    return DangerScore(len(own), sum(found != NONE for found in own), sum(found == kind for found in own))


def safety_tables(report: SafetyReport) -> Sequence[RenderableType]:
    """Show the figures kind by kind, then every difference."""
    table = Table("kind", "utterances", "alerted", "right kind", title=f"recall {report.recall:.3f}")
    for kind, score in report.by_kind.items():
        table.add_row(kind, str(score.expected), str(score.alerted), str(score.right))
    table.add_row("no danger", str(report.ordinary), f"{report.false_alarms:.1%}", "")
    errors = Table("id", "expected", "found", "text")
    for error in report.errors:
        errors.add_row(error.id, error.expected, error.found, error.text)
    return [table, errors] if report.errors else [table]
