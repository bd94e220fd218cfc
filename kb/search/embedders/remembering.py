"""Keeps the vectors of a set of texts on disk, so that measuring a second time embeds nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kb.search.embedders.base import Embedder, Vectors

Say = Callable[[str], None]


class RememberingEmbedder:
    """An embedder that keeps the vectors of a set on disk, so that a second run embeds nothing."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._folder = folder
        self._vectors: dict[str, Vectors] = {}
        self.capabilities = embedder.capabilities
        self.seconds = 0.0
        """How long the last `recall` embedded."""

    def recall(self, name: str, texts: Sequence[str], say: Say) -> None:
        """Have the vectors of all texts ready, from disk or from the model."""
        unique = sorted(set(texts), key=lambda text: (len(text), text))
        self.capabilities = self._embedder.capabilities
        digest = hashlib.sha256("\x1e".join((self.capabilities.name, *unique)).encode()).hexdigest()
        path = self._folder / f"{name}-{digest[:16]}.npy"
        began = time.perf_counter()
        vectors = _load(path, len(unique))
        if vectors is None:
            vectors = self._embed(unique, say)
            _save(path, vectors)
        self.seconds = time.perf_counter() - began
        self._vectors = dict(zip(unique, vectors, strict=True))

    def _embed(self, texts: Sequence[str], say: Say) -> Vectors:
        size = self.capabilities.batch_size
        batches = [texts[at : at + size] for at in range(0, len(texts), size)]
        made = []
        for number, batch in enumerate(batches, start=1):
            made.append(self._embedder.embed_questions(batch))
            if number % 100 == 0:
                say(f"embedded {number * size} of {len(texts)} texts")
        return np.concatenate(made)

    def warm_up(self) -> None:
        """Load the model."""
        self._embedder.warm_up()

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text; those that were recalled cost nothing."""
        unknown = [text for text in texts if text not in self._vectors]
        if unknown:
            self._vectors |= zip(unknown, self._embedder.embed_questions(unknown), strict=True)
        return np.stack([self._vectors[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a passage."""
        return self._embedder.embed_passages(texts)

    def close(self) -> None:
        """Free the model."""
        self._embedder.close()


def _load(path: Path, count: int) -> Vectors | None:
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if len(vectors) == count else None


def _save(path: Path, vectors: Vectors) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.save(file, vectors)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
