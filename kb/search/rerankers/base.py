"""Interface of cross-encoders, which read question and passage together and are far slower than an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float64]
"""One log-odds a passage that it answers the question; 0 is even."""


class Reranker(Protocol):
    """Judges passages. Methods block: call them in an executor. Safe to call from several threads."""

    @property
    def batch_size(self) -> int:
        """Passages a call handles best; between calls the time is looked at."""
        ...

    def warm_up(self) -> None:
        """Load the model; repeated calls do nothing.

        Raises:
            MisconfiguredError: The model is missing or cannot be read; the message names the variable.
        """
        ...

    def judge(self, question: str, passages: Sequence[str]) -> Logits:
        """Return one log-odds a passage."""
        ...

    def close(self) -> None:
        """Free the model; safe to call twice."""
        ...
