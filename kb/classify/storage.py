"""Keeps a fitted classifier in a file of skops: scikit-learn's objects without pickle, only of the types named here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from kb.classify.calibration import Calibration
from kb.classify.classifier import CategoryClassifier
from kb.classify.scorers import Scorer
from kb.classify.training import HeldOut
from kb.search.embedders.base import Embedder
from kit.files import write_atomically

FORMAT = 7
"""Grows when files of an older version can no longer be read; they are then learned anew."""

TRUSTED = (
    "kb.classify.calibration.GivenScores",
    "kb.classify.scorers.RatioMachines",
    "kb.classify.scorers.spoken_terms",
    "kb.classify.scorers.written_terms",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.frozen._frozen.FrozenEstimator",
)
"""Types beyond those that skops trusts by itself."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model as it lies on disk.

    Attributes:
        classifier: Ready to rank.
        held_out: Which of its examples it got right while it had not seen them.
    """

    classifier: CategoryClassifier
    held_out: HeldOut


def model_path(folder: Path, number: int) -> Path:
    """Return where the model of a number lies."""
    return folder / f"model-{number:04d}.skops"


def save_model(classifier: CategoryClassifier, held_out: HeldOut, path: Path) -> str:
    """Write a model and return the SHA-256 of its file; a kill at any moment leaves no half file of this name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # As a dictionary every term would be an entry of the file: minutes for a vocabulary of 30,000.
    terms = classifier.lexical.features.get_feature_names_out().astype(str)
    features = copy(classifier.lexical.features)
    features.vocabulary_ = {}
    vectors = [] if classifier.vector is None else [classifier.vector]
    content = {
        "format": FORMAT,
        "categories": list(classifier.categories),
        "terms": terms,
        "scorers": [(features, classifier.lexical.machine), *((each.features, each.machine) for each in vectors)],
        "calibration": (list(classifier.calibration.views), classifier.calibration.stack),
        "threshold": classifier.threshold,
        "is_written": classifier.is_written,
        "held_out": (held_out.keys, held_out.is_right),
    }
    with write_atomically(path) as file:
        skops.io.dump(content, file)
    return _hash_of(path)


def load_model(path: Path, file_hash: str, embedder: Embedder | None) -> StoredModel | None:
    """Return the stored model; None when the file is absent, damaged or not the one that was recorded."""
    try:
        if _hash_of(path) != file_hash:
            return None
        content = skops.io.load(path, trusted=list(TRUSTED))
        if content["format"] != FORMAT:
            return None
        lexical, *vector = (Scorer(*parts) for parts in content["scorers"])
        lexical.features.vocabulary_ = {term: column for column, term in enumerate(content["terms"].tolist())}
        classifier = CategoryClassifier(
            content["categories"],
            lexical,
            vector[0] if vector else None,
            Calibration(*content["calibration"]),
            content["threshold"],
            embedder,
            is_written=content["is_written"],
        )
        return StoredModel(classifier, HeldOut(*content["held_out"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, UntrustedTypesFoundException):
        return None


def remove_models(folder: Path, keep: Collection[int]) -> None:
    """Delete the files of all models but some, and what a kill left behind."""
    kept = {model_path(folder, number) for number in keep}
    for path in (*folder.glob("*.tmp"), *folder.glob("*.npz"), *folder.glob("*.skops")):
        if path not in kept:
            path.unlink(missing_ok=True)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
