"""Re-rankers by the value of `KB_RERANKER`."""

from __future__ import annotations

from pathlib import Path

from kb.search.rerankers.base import Reranker
from kb.search.rerankers.onnx import OnnxReranker
from kb.settings import KBSettings

NO_RERANKER = "none"


def make_reranker(settings: KBSettings) -> Reranker | None:
    """Return the re-ranker of the settings, not yet loaded; None when search goes without, as it does by default."""
    if settings.reranker == NO_RERANKER:
        return None
    return OnnxReranker(
        Path(settings.reranker).expanduser(),
        threads=settings.reranker_threads,
        max_tokens=settings.reranker_max_tokens,
    )
