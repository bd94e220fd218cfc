"""How much of what matters a summary keeps, and whether it claims what was not so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rich.console import RenderableType
from rich.table import Table

from assist_api.evaluation.layouts import read_jsonl
from assist_api.evaluation.slots import LabelledTurn
from assist_api.facts.fields import FactField
from assist_api.summaries.extractive import SummaryLine, summarise
from kit.numerals import COUNT_SIGNS, parse_number, spoken_digits

LABELS = {
    FactField.NAME: "姓名",
    FactField.PHONE: "电话",
    FactField.ACCOUNT_NUMBER: "户号",
    FactField.METER_NUMBER: "表号",
    FactField.ADDRESS: "地址",
    FactField.METER_READING: "表底数",
    FactField.OCCURRED_AT: "发生时间",
    FactField.CALLBACK_AT: "回复时间",
    FactField.AMOUNT: "金额",
    FactField.SYMPTOM: "现象",
    FactField.APPLIANCE: "设备",
}
_NUMERAL = re.compile(rf"[{COUNT_SIGNS}幺]+(?:点[{COUNT_SIGNS}幺]+)?")


class LabelledCall(BaseModel):
    """One line: a dialogue, what its summary must say and what it must not."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    utterances: tuple[LabelledTurn, ...]
    must_contain: tuple[tuple[str, ...], ...]
    must_not_contain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryFinding:
    """A fact that was lost, or a claim that must not stand."""

    id: str
    problem: str
    text: str


@dataclass(frozen=True, slots=True)
class SummariesReport:
    """The figures of `tingzhi evaluate summaries`.

    Attributes:
        dialogues: How many were summarised.
        kept: Share of the facts of which a wording stands in the summary.
        false_claims: How many wordings stand there that must not.
        length: Characters of the summaries by those of the dialogues.
        errors: What was lost or claimed.
    """

    dialogues: int
    kept: float
    false_claims: int
    length: float
    errors: tuple[SummaryFinding, ...]


def evaluate_summaries(path: Path) -> SummariesReport:
    """Summarise every dialogue of a file and compare.

    Raises:
        InvalidInputError: The file is missing, empty or malformed.
    """
    calls = read_jsonl(path, LabelledCall)
    wanted = sum(len(call.must_contain) for call in calls)
    errors: list[SummaryFinding] = []
    written = said = 0
    for call in calls:
        text = as_text(summarise([item.turn() for item in call.utterances]))
        written, said = written + len(text), said + sum(len(item.text) for item in call.utterances)
        errors += _findings(call, folded(text))
    lost = sum(error.problem == "lost" for error in errors)
    kept = (wanted - lost) / wanted if wanted else 1.0
    return SummariesReport(len(calls), kept, len(errors) - lost, written / said if said else 0.0, tuple(errors))


def as_text(lines: Sequence[SummaryLine]) -> str:
    """Return a summary as plain text, facts with their Chinese names."""
    return "\n".join(line.text if line.field is None else f"{LABELS[line.field]}{line.text}" for line in lines)


def folded(text: str) -> str:
    """Return a text with numerals as digits and without full-width forms, for comparison."""
    return _NUMERAL.sub(_digits, unicodedata.normalize("NFKC", text))


def _digits(found: re.Match[str]) -> str:
    if not any(sign in "十百千万亿点" for sign in found.group()):
        return spoken_digits(found.group())
    value = parse_number(found.group())
    return found.group() if value is None else str(value)


def _findings(call: LabelledCall, summary: str) -> list[SummaryFinding]:
    lost = [
        SummaryFinding(call.id, "lost", " | ".join(group))
        for group in call.must_contain
        if not any(folded(wording) in summary for wording in group)
    ]
    claimed = [SummaryFinding(call.id, "claimed", text) for text in call.must_not_contain if folded(text) in summary]
    return [*lost, *claimed]


def summaries_tables(report: SummariesReport) -> Sequence[RenderableType]:
    """Show the figures, then what was lost or claimed."""
    table = Table("dialogues", "facts kept", "false claims", "length")
    table.add_row(str(report.dialogues), f"{report.kept:.3f}", str(report.false_claims), f"{report.length:.0%}")
    errors = Table("dialogue", "problem", "text")
    for error in report.errors:
        errors.add_row(error.id, error.problem, error.text)
    return [table, errors] if report.errors else [table]
