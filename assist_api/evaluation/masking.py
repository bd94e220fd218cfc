"""How well personal data is found in labelled sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rich.console import RenderableType
from rich.table import Table

from assist_api.evaluation.layouts import read_jsonl
from assist_api.evaluation.slots import FieldScore
from kb.deidentify import PersonalKind, PersonalSpan, find_personal

LEAST_COVERED = 0.9
"""Share of a labelled span that must be masked."""
KINDS = {
    PersonalKind.IDENTITY: "id_card",
    PersonalKind.BANK_CARD: "bank_card",
    PersonalKind.PHONE: "phone",
    PersonalKind.ACCOUNT: "account_number",
    PersonalKind.ADDRESS: "address",
    PersonalKind.NAME: "name",
    PersonalKind.PLATE: "plate",
    PersonalKind.EMAIL: "email",
    PersonalKind.METER: "meter_number",
    PersonalKind.MESSENGER: "messenger",
}
"""Names of the kinds in the format. A surname without given name is masked too, but the format does not label it and
it counts neither for nor against."""


class LabelledSpan(BaseModel):
    """One place of personal data: first character, one past the last, kind."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    start: int
    end: int
    kind: str


class LabelledSentence(BaseModel):
    """One line: a text and every place of personal data in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    spans: tuple[LabelledSpan, ...]


@dataclass(frozen=True, slots=True)
class MaskingError:
    """A span that was missed, or masked without a label."""

    id: str
    problem: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class MaskingReport:
    """The figures of `tingzhi evaluate masking`."""

    sentences: int
    precision: float
    recall: float
    by_kind: Mapping[str, FieldScore]
    errors: tuple[MaskingError, ...]


def evaluate_masking(path: Path) -> MaskingReport:
    """Find the personal data of every sentence of a file and compare.

    Raises:
        InvalidInputError: The file is missing, empty or malformed.
    """
    counts: dict[str, list[int]] = {}
    errors: list[MaskingError] = []
    sentences = read_jsonl(path, LabelledSentence)
    for sentence in sentences:
        for outcome, kind, start, end in _compared(sentence):
            place = ("right", "wrong", "missed").index(outcome)
            counts.setdefault(kind, [0, 0, 0])[place] += 1
            if outcome != "right":
                errors.append(MaskingError(sentence.id, outcome, kind, sentence.text[start:end]))
    by_kind = {kind: FieldScore(*count) for kind, count in sorted(counts.items())}
    total = FieldScore(*(sum(count[place] for count in counts.values()) for place in range(3)))
    return MaskingReport(len(sentences), total.precision, total.recall, by_kind, tuple(errors))


def _compared(sentence: LabelledSentence) -> list[tuple[str, str, int, int]]:
    """Return right, wrong and missed spans with kind and place."""
    found = [span for span in find_personal(sentence.text, has_whole_addresses=True) if span.kind in KINDS]
    used: set[PersonalSpan] = set()
    outcomes = []
    for label in sentence.spans:
        fit = [span for span in found if KINDS[span.kind] == label.kind and _covers(span, label)]
        used.update(fit)
        outcomes.append(("right" if fit else "missed", label.kind, label.start, label.end))
    outcomes += [("wrong", KINDS[span.kind], span.start, span.end) for span in found if span not in used]
    return outcomes


def _covers(span: PersonalSpan, label: LabelledSpan) -> bool:
    overlap = min(span.end, label.end) - max(span.start, label.start)
    return overlap >= LEAST_COVERED * (label.end - label.start)


def masking_tables(report: MaskingReport) -> Sequence[RenderableType]:
    """Show the figures kind by kind, then every difference."""
    table = Table("kind", "right", "wrong", "missed", "precision", "recall", title=f"{report.sentences} sentences")
    for kind, score in report.by_kind.items():
        numbers = (f"{score.precision:.3f}", f"{score.recall:.3f}")
        table.add_row(kind, str(score.right), str(score.wrong), str(score.missed), *numbers)
    table.add_row("all", "", "", "", f"{report.precision:.3f}", f"{report.recall:.3f}")
    errors = Table("sentence", "problem", "kind", "text")
    for error in report.errors:
        errors.add_row(error.id, error.problem, error.kind, error.text)
    return [table, errors] if report.errors else [table]
