"""A fitted classifier on disk: arrays in one file, everything else as JSON; nothing in it is ever executed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from kb.classify.calibration import Sharpness
from kb.classify.channels import Channel
from kb.classify.classifier import CategoryClassifier
from kb.classify.judge import Judge
from kb.classify.lexical import SPEECH, WRITING, LexicalKind, LexicalView
from kb.classify.opinions import Opinion
from kb.classify.training import HeldOut
from kb.classify.vectors import VectorView
from kb.search.embedders.base import Embedder
from kit.files import write_atomically

FORMAT = 5
"""Grows when files of an older version can no longer be read; they are then learned anew."""

_JUDGE_ARRAYS = ("shift", "scale", "weights", "bias")

Arrays = Mapping[str, npt.NDArray[Any]]


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
    return folder / f"model-{number:04d}.npz"


def save_model(classifier: CategoryClassifier, held_out: HeldOut, path: Path) -> str:
    """Write a model and return the SHA-256 of its file; a kill at any moment leaves no half file of this name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {
        "format": FORMAT,
        "categories": classifier.categories,
        "opinions": [asdict(opinion) for opinion in classifier.opinions],
        "threshold": classifier.threshold,
        "terms": {channel.name: channel.state()[0] for view in _lexical_views(classifier) for channel in view.channels},
        "has_vectors": classifier.vector is not None,
        "judged": None if classifier.judge is None else classifier.judge.scorers,
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        "head": np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
    }
    arrays |= {"held_out.keys": held_out.keys, "held_out.is_right": held_out.is_right}
    for view in _lexical_views(classifier):
        arrays |= _lexical_arrays(view)
    if classifier.vector is not None:
        arrays |= _vector_arrays(classifier.vector)
    if classifier.judge is not None:
        arrays |= {f"judge.{name}": getattr(classifier.judge, name) for name in _JUDGE_ARRAYS}
    with write_atomically(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # debt: the stub takes the names for its own options
    return _hash_of(path)


def load_model(path: Path, file_hash: str, embedder: Embedder | None) -> StoredModel | None:
    """Return the stored model; None when the file is absent, damaged or not the one that was recorded."""
    try:
        if _hash_of(path) != file_hash:
            return None
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT:
                return None
            classifier = CategoryClassifier(
                head["categories"],
                _restore_lexical(SPEECH, arrays, head["terms"]),
                _restore_vectors(arrays) if head["has_vectors"] else None,
                [_restore_opinion(**opinion) for opinion in head["opinions"]],
                head["threshold"],
                embedder,
                _restore_lexical(WRITING, arrays, head["terms"]) if WRITING.channels[0] in head["terms"] else None,
                None if head["judged"] is None else _restore_judge(head["judged"], arrays),
            )
            return StoredModel(classifier, HeldOut(arrays["held_out.keys"], arrays["held_out.is_right"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def remove_models(folder: Path, keep: Collection[int]) -> None:
    """Delete the files of all models but some, and what a kill left behind."""
    kept = {model_path(folder, number) for number in keep}
    for path in (*folder.glob("*.tmp"), *folder.glob("*.npz")):
        if path not in kept:
            path.unlink(missing_ok=True)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lexical_views(classifier: CategoryClassifier) -> list[LexicalView]:
    return [view for view in (classifier.lexical, classifier.writing) if view is not None]


def _lexical_arrays(view: LexicalView) -> dict[str, npt.NDArray[Any]]:
    arrays = {f"idf.{channel.name}": channel.state()[1] for channel in view.channels}
    for name, (weights, bias) in view.machines.items():
        # Half precision: margins change in the third digit, the file halves.
        arrays |= {f"{view.name}.{name}.weights": weights.astype(np.float16), f"{view.name}.{name}.bias": bias}
    return arrays


def _restore_lexical(kind: LexicalKind, arrays: Arrays, terms: Mapping[str, list[str]]) -> LexicalView:
    channels = [Channel.restore(name, terms[name], arrays[f"idf.{name}"]) for name in kind.channels]
    return LexicalView(kind, channels, _pairs(arrays, f"{kind.name}."))


def _restore_opinion(weights: Mapping[str, float], sharpness: Mapping[str, float]) -> Opinion:
    return Opinion(weights, Sharpness(**sharpness))


def _restore_judge(scorers: Sequence[str], arrays: Arrays) -> Judge:
    return Judge(tuple(scorers), **{name: arrays[f"judge.{name}"] for name in _JUDGE_ARRAYS})


def _vector_arrays(view: VectorView) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {
        "mean": view.mean,
        "known": view.known,
        "starts": view.starts,
        "landmarks": view.landmarks,
        "projection": view.projection,
    }
    for name, (weights, bias) in view.regressions.items():
        arrays |= {f"vector.{name}.weights": weights, f"vector.{name}.bias": bias}
    return arrays


def _restore_vectors(arrays: Arrays) -> VectorView:
    return VectorView(
        mean=arrays["mean"],
        known=arrays["known"],
        starts=arrays["starts"],
        landmarks=arrays["landmarks"],
        projection=arrays["projection"],
        regressions=_pairs(arrays, "vector."),
    )


def _pairs(arrays: Arrays, prefix: str) -> dict[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    names = [key.removeprefix(prefix).removesuffix(".weights") for key in arrays if key.startswith(prefix)]
    return {
        name: (
            np.ascontiguousarray(arrays[f"{prefix}{name}.weights"].astype(np.float32)),
            arrays[f"{prefix}{name}.bias"],
        )
        for name in names
        if f"{prefix}{name}.weights" in arrays
    }
