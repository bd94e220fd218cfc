"""Vectors without a model: sums of fixed random directions of a text's character pairs.

Texts that share characters point the same way, so nearest neighbours mean something; quality measured with them would
not.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from kb.search.embedders.base import EmbedderCapabilities, Vectors

DIMENSIONS = 384
_DIRECTIONS = 16_384


class GeneratedVectors:
    """Implements `kb.search.embedders.base.Embedder` in some microseconds a text."""

    def __init__(self, dimensions: int = DIMENSIONS) -> None:
        self._dimensions = dimensions
        self._directions = np.random.default_rng(0).normal(size=(_DIRECTIONS, dimensions)).astype(np.float32)

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Name and shape."""
        return EmbedderCapabilities("generated", self._dimensions, 256)

    def warm_up(self) -> None:
        """Nothing to load."""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return np.stack([self._vector(text) for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return self.embed_questions(texts)

    def _vector(self, text: str) -> Vectors:
        pairs = {text[at : at + 2] for at in range(max(1, len(text) - 1))}
        total = self._directions[sorted(zlib.crc32(pair.encode()) % _DIRECTIONS for pair in pairs)].sum(axis=0)
        vector: Vectors = (total / np.linalg.norm(total)).astype(np.float32)
        return vector

    def close(self) -> None:
        """Nothing to free."""
