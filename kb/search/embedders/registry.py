"""Embedders by the value of `KB_EMBEDDER`."""

from __future__ import annotations

from pathlib import Path

from kb.search.embedders.base import Embedder
from kb.search.embedders.centred import Prefixes
from kb.search.embedders.e5_onnx import E5_PREFIXES, OnnxEmbedder
from kb.search.embedders.remote import RemoteEmbedder, RemoteModel
from kb.settings import KBSettings
from kit.clock import Clock, SystemClock
from kit.errors import MisconfiguredError
from kit.settings import CACHE_DIR

NO_EMBEDDER = "none"
FETCHED = ("e5-small",)
_REMOTE = ("http://", "https://")


def make_embedder(settings: KBSettings, clock: Clock | None = None) -> Embedder | None:
    """Return the embedder of the settings, not yet loaded; None when search goes without.

    Raises:
        MisconfiguredError: The address of a server, or the model's name, cannot be used.
    """
    if settings.embedder == NO_EMBEDDER:
        return None
    if settings.embedder.startswith(_REMOTE):
        return _remote(settings, clock or SystemClock())
    is_fetched = settings.embedder in FETCHED
    folder = CACHE_DIR / "models" / settings.embedder if is_fetched else Path(settings.embedder).expanduser()
    return OnnxEmbedder(
        folder,
        threads=settings.embedding_threads,
        max_tokens=settings.embedding_max_tokens,
        prefixes=_prefixes(settings, E5_PREFIXES),
        pooling=settings.embedder_pooling,
    )


def _remote(settings: KBSettings, clock: Clock) -> RemoteEmbedder:
    if not settings.embedder_model:
        raise MisconfiguredError(
            "KB_EMBEDDER is the address of a server; name its model in KB_EMBEDDER_MODEL.",
            code="embedder_model_missing",
        )
    model = RemoteModel(
        url=settings.embedder,
        name=settings.embedder_model,
        key=settings.embedder_key,
        dimensions=settings.embedder_dimensions,
        batch_size=settings.embedder_batch,
        timeout_seconds=settings.embedder_timeout_seconds,
        question_timeout_seconds=settings.embedder_question_timeout_seconds,
        retries=settings.embedder_retries,
        prefixes=_prefixes(settings, Prefixes("", "")),
    )
    return RemoteEmbedder(model, clock)


def _prefixes(settings: KBSettings, usual: Prefixes) -> Prefixes:
    question, passage = settings.embedder_question_prefix, settings.embedder_passage_prefix
    return Prefixes(usual.question if question is None else question, usual.passage if passage is None else passage)
