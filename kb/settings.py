"""Settings of the knowledge base and its search."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import Settings


class KBSettings(Settings):
    """`KB_*` variables."""

    model_config = SettingsConfigDict(env_prefix="KB_")

    embedder: str = "e5-small"
    """`e5-small` (fetched by `tingzhi models fetch`), the path of a folder with `model.onnx` and `tokenizer.json`,
    or `none` to search by words and sounds alone."""

    embedding_threads: int = Field(default=1, ge=1, le=64)
    """Threads of one embedding call, for questions and for the background fill."""

    embedding_max_tokens: int = Field(default=256, ge=16, le=512)
    """Length of an embedded passage in tokens; about 1.45 Chinese characters a token."""

    search_workers: int = Field(default=2, ge=1, le=64)
    """Threads that search; each search keeps one busy."""

    candidates: int = Field(default=60, ge=10, le=500)
    """How many documents each of the lexical and the vector retriever hands to the ranking."""

    exact_vector_limit: int = Field(default=50_000, ge=0)
    """Passages up to which nearest vectors are searched exactly; above, by usearch (recall .967 at 50 k)."""

    index_poll_seconds: float = Field(default=0.5, gt=0, le=60)
    """How often the indexer looks for changes when nobody notifies it."""

    index_batch: int = Field(default=500, ge=1, le=10_000)
    """Changes applied in one commit; a commit costs about 50 ms."""

    answer_threshold: float = Field(default=0.4, ge=0, le=1)
    """Confidence below which the best hit is not trusted to answer: the highest round value that keeps nine in ten of
    the right answers on development questions (docs/benchmarks.md)."""
