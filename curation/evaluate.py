"""Measures how well pairs of entries are told apart, on anyone's labelled pairs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from curation.pairs import EntryText, PairLabel, PairVerdict, compare
from kb.search.embedders.base import Embedder, Vectors
from kit.errors import InvalidInputError

WANTED_PRECISION = 0.9
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two entries and how they stand to each other."""

    id: str
    a: EntryText
    b: EntryText
    label: PairLabel


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """How well pairs of one label are found.

    Attributes:
        count: Pairs of this label.
        precision: Share of right ones among the pairs that were given the label; None when none was.
        recall: Share of the pairs of this label that were given it.
        auroc: How likely a pair of this label has a higher score than one of another; None without both kinds.
        recall_at_precision: Highest recall at a precision of at least `WANTED_PRECISION`, over all cut-offs.
    """

    count: int
    precision: float | None
    recall: float
    auroc: float | None
    recall_at_precision: float


@dataclass(frozen=True, slots=True)
class PairsReport:
    """Quality by label.

    Attributes:
        pairs: Pairs compared.
        contradiction: The same question, answers that cannot both be right.
        duplicate: The same answer to the same question.
        mistaken: Ids of pairs that were given another label than theirs, each as `<id>: <label>, not <label>`.
    """

    pairs: int
    contradiction: LabelQuality
    duplicate: LabelQuality
    mistaken: tuple[str, ...]


def read_pairs(file: Path) -> list[LabelledPair]:
    """Read JSON lines of `a` and `b` (each `title` and `answer`), `label` and optionally `id`.

    Raises:
        InvalidInputError: The file cannot be read, is empty, or a line is malformed; the message names file and line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read as UTF-8 text."
        raise InvalidInputError(message, field="file", code="evaluation_file_unreadable") from error
    pairs = list(_pairs(file, lines))
    if not pairs:
        message = f"{file} has no pair; a line is a JSON object with a, b and label."
        raise InvalidInputError(message, field="file", code="evaluation_set_missing")
    return pairs


def _pairs(file: Path, lines: Sequence[str]) -> Iterator[LabelledPair]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            label = PairLabel(row["label"])
            yield LabelledPair(str(row.get("id", number)), _entry(row["a"]), _entry(row["b"]), label)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = (
                f"{file.name}, line {number}: a pair has a and b, each with title and answer, and a label "
                f"({', '.join(PairLabel)})."
            )
            raise InvalidInputError(message, field="file", code="evaluation_row_invalid") from error


def _entry(value: Any) -> EntryText:  # noqa: ANN401  # rejected: whatever stands in the file
    title, answer = value["title"], value["answer"]
    if not isinstance(title, str) or not isinstance(answer, str):
        raise TypeError("title and answer are texts")
    return EntryText(title, answer)


def evaluate_pairs(file: Path, embedder: Embedder, say: Say = lambda _line: None) -> PairsReport:
    """Compare every pair of a file and score the verdicts.

    Raises:
        InvalidInputError: As `read_pairs`.
    """
    pairs = read_pairs(file)
    say(f"{len(pairs)} pairs")
    embedder.warm_up()
    vectors = _embedded([entry for pair in pairs for entry in (pair.a, pair.b)], embedder)
    similarities = np.einsum("ij,ij->i", vectors[::2], vectors[1::2])
    verdicts = [compare(pair.a, pair.b, float(each)) for pair, each in zip(pairs, similarities, strict=True)]
    wrong = [(pair, verdict) for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.label is not pair.label]
    return PairsReport(
        pairs=len(pairs),
        contradiction=_quality(PairLabel.CONTRADICTION, pairs, verdicts, [each.contradiction for each in verdicts]),
        duplicate=_quality(PairLabel.DUPLICATE, pairs, verdicts, [each.duplicate for each in verdicts]),
        mistaken=tuple(f"{pair.id}: {pair.label}, not {verdict.label}" for pair, verdict in wrong),
    )


def _embedded(entries: Sequence[EntryText], embedder: Embedder) -> Vectors:
    texts = [f"{entry.title}。{entry.answer}" for entry in entries]
    size = embedder.capabilities.batch_size
    return np.concatenate([embedder.embed_questions(texts[at : at + size]) for at in range(0, len(texts), size)])


def _quality(
    label: PairLabel, pairs: Sequence[LabelledPair], verdicts: Sequence[PairVerdict], scores: Sequence[float]
) -> LabelQuality:
    is_meant = np.array([pair.label is label for pair in pairs])
    is_given = np.array([verdict.label is label for verdict in verdicts])
    hits = int((is_meant & is_given).sum())
    order = np.argsort(-np.array(scores), kind="stable")
    found = np.cumsum(is_meant[order])
    is_precise = found / np.arange(1, len(order) + 1) >= WANTED_PRECISION
    total = int(is_meant.sum())
    return LabelQuality(
        count=total,
        precision=hits / int(is_given.sum()) if is_given.any() else None,
        recall=hits / total if total else 0.0,
        auroc=float(roc_auc_score(is_meant, scores)) if 0 < total < len(pairs) else None,
        recall_at_precision=float(found[is_precise].max() / total) if total and is_precise.any() else 0.0,
    )
