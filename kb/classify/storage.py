"""A fitted classifier on disk: arrays in one file, everything else as JSON; nothing in it is ever executed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from kb.classify.channels import ANALYZERS, Channel
from kb.classify.classifier import CategoryClassifier
from kb.classify.lexical import LexicalView
from kb.classify.vectors import VectorView
from kb.search.embedders.base import Embedder

FORMAT = 2
"""Grows when files of an older version can no longer be read; they are then learned anew."""

FILE_NAME = "categories.npz"

Arrays = Mapping[str, npt.NDArray[Any]]


def save_classifier(classifier: CategoryClassifier, version: str, folder: Path) -> None:
    """Write the classifier; a kill at any moment leaves the old file or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "format": FORMAT,
        "version": version,
        "categories": classifier.categories,
        "weights": classifier.weights,
        "threshold": classifier.threshold,
        "terms": {channel.name: channel.state()[0] for channel in classifier.lexical.channels},
        "has_vectors": classifier.vector is not None,
    }
    arrays = {"head": np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)}
    arrays |= _lexical_arrays(classifier.lexical)
    if classifier.vector is not None:
        arrays |= _vector_arrays(classifier.vector)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # debt: the stub takes the names for its own options
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(folder / FILE_NAME)


def load_classifier(folder: Path, version: str, embedder: Embedder | None) -> CategoryClassifier | None:
    """Return the stored classifier if it is of this version; None when it is absent, older or damaged."""
    try:
        with (folder / FILE_NAME).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT or head["version"] != version:
                return None
            vector = _restore_vectors(arrays) if head["has_vectors"] else None
            lexical = _restore_lexical(arrays, head["terms"])
            return CategoryClassifier(head["categories"], lexical, vector, head["weights"], head["threshold"], embedder)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _lexical_arrays(view: LexicalView) -> dict[str, npt.NDArray[Any]]:
    arrays = {f"idf.{channel.name}": channel.state()[1] for channel in view.channels}
    for name, (weights, bias) in view.machines.items():
        # Half precision: margins change in the third digit, the file halves.
        arrays |= {f"lexical.{name}.weights": weights.astype(np.float16), f"lexical.{name}.bias": bias}
    return arrays


def _restore_lexical(arrays: Arrays, terms: Mapping[str, list[str]]) -> LexicalView:
    channels = [Channel.restore(name, terms[name], arrays[f"idf.{name}"]) for name in ANALYZERS]
    return LexicalView(channels, _pairs(arrays, "lexical."))


def _vector_arrays(view: VectorView) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {"mean": view.mean, "known": view.known, "starts": view.starts}
    for name, (weights, bias) in view.regressions.items():
        arrays |= {f"vector.{name}.weights": weights, f"vector.{name}.bias": bias}
    return arrays


def _restore_vectors(arrays: Arrays) -> VectorView:
    return VectorView(arrays["mean"], arrays["known"], arrays["starts"], _pairs(arrays, "vector."))


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
