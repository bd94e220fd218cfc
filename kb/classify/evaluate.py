"""Measures classification on anyone's labelled texts: `<name>/train.jsonl` and `<name>/dev.jsonl`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.classify.classifier import CategoryClassifier
from kb.classify.examples import Example
from kb.classify.text import content_text, vector_text
from kb.classify.training import fit_better
from kb.measures import Quality, measure
from kb.search.embedders.base import Embedder
from kb.search.embedders.remembering import RememberingEmbedder
from kit.errors import InvalidInputError
from kit.settings import CACHE_DIR

_BATCH = 256
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ClassificationReport:
    """Quality on one set.

    Attributes:
        name: Folder of the set.
        train_count: Texts learned from.
        dev_count: Texts asked.
        category_count: Categories in the training part.
        fit_seconds: Wall time of learning, embedding included.
        quality: On the texts asked.
        cross_validated: On the training part, by folds: what an installation knows without other labelled texts.
    """

    name: str
    train_count: int
    dev_count: int
    category_count: int
    fit_seconds: float
    quality: Quality
    cross_validated: Quality | None

    # The figures stand at the top of `--json` as well, where scripts of earlier versions look for them.
    @property
    def accuracy(self) -> float:
        """Share of texts whose first category is right."""
        return self.quality.accuracy

    @property
    def macro_f1(self) -> float:
        """Mean F1 over categories."""
        return self.quality.macro_f1

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over 15 bins."""
        return self.quality.calibration_error

    @property
    def coverage(self) -> float:
        """Share of texts on which it did not abstain."""
        return self.quality.coverage

    @property
    def covered_accuracy(self) -> float | None:
        """Accuracy on those; None when it always abstained."""
        return self.quality.covered_accuracy


def evaluate_classification(
    folder: Path, embedder: Embedder | None = None, say: Say = lambda _line: None
) -> list[ClassificationReport]:
    """Learn from the training part of every set below a folder, or of the folder itself, and ask the other part.

    Rows have `text`, `label` and optionally `title`, which counts as the first sentence. Sets without a training
    part are left out, and `say` is told so. Vectors are kept in the cache folder by text.

    Raises:
        InvalidInputError: There is no set, it has no training part, or a row cannot be read; the message names file
            and line.
    """
    candidates = [folder, *sorted(path for path in folder.glob("*") if path.is_dir())]
    sets = [path for path in candidates if (path / "dev.jsonl").is_file()]
    if not sets:
        message = f"{folder} has no set; a set is a folder with train.jsonl and dev.jsonl."
        raise InvalidInputError(message, field="folder", code="evaluation_set_missing")
    trained = [path for path in sets if (path / "train.jsonl").is_file()]
    for path in sets:
        if path not in trained:
            say(f"{path.name}: left out, it has no train.jsonl to learn its labels from")
    if not trained:
        message = f"{folder.name} has no train.jsonl: its labels cannot be learned, so they cannot be asked for."
        raise InvalidInputError(message, field="folder", code="evaluation_set_untrained")
    remembering = None if embedder is None else RememberingEmbedder(embedder, CACHE_DIR / "evaluations" / "texts")
    return [_evaluate(path, remembering, say) for path in trained]


def _evaluate(folder: Path, embedder: RememberingEmbedder | None, say: Say) -> ClassificationReport:
    train, dev = list(_read(folder / "train.jsonl")), list(_read(folder / "dev.jsonl"))
    if not dev:
        message = f"{folder.name}/dev.jsonl is empty: there is nothing to ask."
        raise InvalidInputError(message, field="folder", code="evaluation_set_missing")
    say(f"{folder.name}: {len(train)} texts to learn from, {len(dev)} to ask")
    if embedder is not None:
        embedder.recall(folder.name, [vector_text(content_text(example.text)) for example in (*train, *dev)], say)
    began = time.perf_counter()
    trained = fit_better(train, embedder=embedder)
    fit_seconds = time.perf_counter() - began + (0.0 if embedder is None else embedder.seconds)
    say(f"learned in {fit_seconds:.0f} s; asking")
    return ClassificationReport(
        name=folder.name,
        train_count=len(train),
        dev_count=len(dev),
        category_count=len(trained.classifier.categories),
        fit_seconds=fit_seconds,
        quality=_ask(trained.classifier, dev),
        cross_validated=trained.quality,
    )


def _ask(classifier: CategoryClassifier, dev: Sequence[Example]) -> Quality:
    texts = [example.text for example in dev]
    batches = (texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH))
    probabilities = np.concatenate([classifier.probabilities(batch) for batch in batches])
    answered = np.array(classifier.categories)[probabilities.argmax(axis=1)]
    right = np.array([example.category_id for example in dev])
    return measure(right, answered, probabilities.max(axis=1), classifier.threshold)


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
