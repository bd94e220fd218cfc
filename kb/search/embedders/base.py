"""Interface of embedders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"

Vectors = npt.NDArray[np.float32]
"""One unit-length row a text."""


@dataclass(frozen=True, slots=True)
class EmbedderCapabilities:
    """Properties of an embedder that callers may branch on.

    Attributes:
        name: Identity of model and pooling; vectors of another name are not comparable and are made again.
        dimensions: Length of a vector.
        batch_size: Texts a call handles best.
    """

    name: str
    dimensions: int
    batch_size: int


class Embedder(Protocol):
    """Turns text into vectors. Methods block: call them in an executor. Safe to call from several threads."""

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Name, dimensions and batch size; valid after `warm_up`."""
        ...

    def warm_up(self) -> None:
        """Load the model; repeated calls do nothing.

        Raises:
            MisconfiguredError: The model is missing or cannot be read; the message names variable and command.
        """
        ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question; recent questions are remembered."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage; a passage longer than the model's window counts by its beginning."""
        ...

    def close(self) -> None:
        """Free the model; safe to call twice."""
        ...
