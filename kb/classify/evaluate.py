"""Measures classification on anyone's labelled texts: `<name>/train.jsonl` and `<name>/dev.jsonl`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from kb.classify.calibration import expected_calibration_error
from kb.classify.classifier import CategoryClassifier
from kb.classify.examples import Example
from kb.search.embedders.base import Embedder
from kit.errors import InvalidInputError

_BATCH = 256


@dataclass(frozen=True, slots=True)
class ClassificationReport:
    """Quality on one set.

    Attributes:
        name: Folder of the set.
        train_count: Texts learned from.
        dev_count: Texts asked.
        category_count: Categories in the training part.
        accuracy: Share of texts whose first category is right.
        macro_f1: Mean F1 over categories.
        calibration_error: Expected calibration error over 15 bins.
        coverage: Share of texts on which it did not abstain.
        covered_accuracy: Accuracy on those; None when it always abstained.
        fit_seconds: Wall time of learning.
    """

    name: str
    train_count: int
    dev_count: int
    category_count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage: float
    covered_accuracy: float | None
    fit_seconds: float


def evaluate_classification(folder: Path, embedder: Embedder | None = None) -> list[ClassificationReport]:
    """Learn from the training part of every set below a folder, or of the folder itself, and ask the other part.

    Rows have `text`, `label` and optionally `title`, which counts as the first sentence. Sets without a training
    part are left out.

    Raises:
        InvalidInputError: There is no set, or a row cannot be read; the message names file and line.
    """
    candidates = [folder, *sorted(path for path in folder.glob("*") if path.is_dir())]
    sets = [path for path in candidates if (path / "train.jsonl").is_file() and (path / "dev.jsonl").is_file()]
    if not sets:
        message = f"{folder} has no set; a set is a folder with train.jsonl and dev.jsonl."
        raise InvalidInputError(message, field="folder", code="evaluation_set_missing")
    return [_evaluate(path, embedder) for path in sets]


def _evaluate(folder: Path, embedder: Embedder | None) -> ClassificationReport:
    train, dev = list(_read(folder / "train.jsonl")), list(_read(folder / "dev.jsonl"))
    began = time.perf_counter()
    classifier = CategoryClassifier.fit(train, embedder=embedder)
    fit_seconds = time.perf_counter() - began
    texts = [example.text for example in dev]
    parts = [classifier.probabilities(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    probabilities = np.concatenate(parts)
    predicted = np.array(classifier.categories)[probabilities.argmax(axis=1)]
    right = np.array([example.category_id for example in dev])
    confidences, is_right = probabilities.max(axis=1), predicted == right
    is_covered = confidences >= classifier.threshold
    return ClassificationReport(
        name=folder.name,
        train_count=len(train),
        dev_count=len(dev),
        category_count=len(classifier.categories),
        accuracy=float(is_right.mean()),
        macro_f1=float(f1_score(right, predicted, average="macro", zero_division=0)),
        calibration_error=expected_calibration_error(confidences, is_right),
        coverage=float(is_covered.mean()),
        covered_accuracy=float(is_right[is_covered].mean()) if is_covered.any() else None,
        fit_seconds=fit_seconds,
    )


def _read(path: Path) -> Iterator[Example]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                text = f"{row['title']}\n{row['text']}" if row.get("title") else str(row["text"])
                yield Example(text, str(row["label"]))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                message = f"{path.name}, line {number}: a row is a JSON object with text and label."
                raise InvalidInputError(message, field="folder", code="evaluation_row_invalid") from error
