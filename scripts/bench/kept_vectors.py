"""Real vectors without an hour of embedding: those of passages come from what an evaluation of the corpus has kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from kb.search.embedders.base import Embedder, EmbedderCapabilities, Vectors
from kb.search.passages import text_hash


class KeptVectors:
    """Implements `kb.search.embedders.base.Embedder`; what was never embedded is embedded now."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """Read what is kept.

        Args:
            embedder: The one that the evaluation used; embeds questions and what is missing.
            folder: An index of the embedded store, below `kit.settings.CACHE_DIR`.
        """
        self._embedder = embedder
        self._kept: dict[str, bytes] = {}
        for file in folder.glob("*/rows.sqlite"):
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as rows:
                self._kept |= rows.execute("SELECT text_hash, vector FROM vectors")

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Those of the embedder."""
        return self._embedder.capabilities

    def warm_up(self) -> None:
        """Load the model."""
        self._embedder.warm_up()

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question."""
        return self._embedder.embed_questions(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage."""
        kept = [self._kept.get(text_hash(text)) for text in texts]
        return np.stack(
            [
                self._embedder.embed_passages([text])[0]
                if vector is None
                else np.frombuffer(vector, np.float16).astype(np.float32)
                for text, vector in zip(texts, kept, strict=True)
            ]
        )

    def close(self) -> None:
        """Free the model."""
        self._embedder.close()
