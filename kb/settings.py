"""Settings of the knowledge base and its search."""

from __future__ import annotations

from typing import Literal

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

    answer_threshold: float = Field(default=0.3, ge=0, le=1)
    """Confidence below which the best hit is not trusted to answer."""

    test_drop_policy: Literal["off", "warn", "block"] = "warn"
    """What happens when a text would cost gold questions their place, until somebody chooses on the page: `warn` asks
    before it publishes, `block` wants a reason, `off` only keeps the run."""

    test_questions: int = Field(default=500, ge=1, le=10_000)
    """Gold questions run before a publication; of more, those that share most with the text. Two searches each."""

    test_every_hours: float = Field(default=24.0, ge=0, le=24 * 365)
    """How often all gold questions run by themselves, so that changes of ranking or synonyms show; 0 for never."""
