"""Embedders by the value of `KB_EMBEDDER`."""

from __future__ import annotations

from pathlib import Path

from kb.search.embedders.base import Embedder
from kb.search.embedders.e5_onnx import OnnxEmbedder
from kb.settings import KBSettings
from kit.settings import CACHE_DIR

NO_EMBEDDER = "none"
FETCHED = ("e5-small",)


def make_embedder(settings: KBSettings) -> Embedder | None:
    """Return the embedder of the settings, not yet loaded; None when search goes without."""
    if settings.embedder == NO_EMBEDDER:
        return None
    is_fetched = settings.embedder in FETCHED
    folder = CACHE_DIR / "models" / settings.embedder if is_fetched else Path(settings.embedder).expanduser()
    return OnnxEmbedder(folder, threads=settings.embedding_threads, max_tokens=settings.embedding_max_tokens)
