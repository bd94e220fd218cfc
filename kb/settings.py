"""Settings of the knowledge base and its search."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kit.settings import Settings


class KBSettings(Settings):
    """`KB_*` variables."""

    model_config = SettingsConfigDict(env_prefix="KB_")

    embedder: str = "e5-small"
    """`e5-small` (fetched by `tingzhi models fetch`), the path of a folder with `model.onnx` and `tokenizer.json`,
    the `http(s)://…/v1` address of an OpenAI-compatible server, or `none` to search by words and sounds alone. Vectors
    are remembered under the name of the folder or model: another model needs another name."""

    embedder_model: str = Field(default="", max_length=200)
    """Model the server is asked for; needed with an address."""

    embedder_key: SecretStr | None = None
    """Key sent to the server as a bearer token."""

    embedder_dimensions: int | None = Field(default=None, ge=2, le=8_192)
    """Vectors of any other length are refused; by default the first answer decides."""

    embedder_batch: int = Field(default=32, ge=1, le=256)
    """Texts sent to the server in one request."""

    embedder_timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    """How long the background fill waits for the server."""

    embedder_question_timeout_seconds: float = Field(default=1.0, gt=0, le=10)
    """How long a search waits for the server; then it answers by words and sounds."""

    embedder_retries: int = Field(default=4, ge=0, le=20)
    """How often the background fill asks again, after 0.5, 1, 2, … seconds."""

    embedder_question_prefix: str | None = None
    """Put before a question; by default `query: ` for a folder (E5) and nothing for a server."""

    embedder_passage_prefix: str | None = None
    """Put before a passage; by default `passage: ` for a folder (E5) and nothing for a server."""

    embedder_pooling: Literal["mean", "first"] = "mean"
    """How a folder's token vectors become one: `mean` (E5, GTE) or `first` (BGE)."""

    embedding_threads: int = Field(default=1, ge=1, le=64)
    """Threads of one embedding call, for questions and for the background fill."""

    embedding_max_tokens: int = Field(default=256, ge=16, le=512)
    """Length of an embedded passage in tokens; about 1.45 Chinese characters a token."""

    reranker: str = "none"
    """The path of a folder with `model.onnx` and `tokenizer.json` of a cross-encoder, or `none`."""

    reranker_top: int = Field(default=20, ge=1, le=200)
    """How many of the best candidates it judges at most."""

    reranker_budget_seconds: float = Field(default=0.3, gt=0, le=10)
    """After this no further batch of eight is begun; what was judged until then counts."""

    reranker_weight: float = Field(default=0.5, ge=0, le=1)
    """Its share in score and confidence. Not measured: no cross-encoder comes with the product. Try it on your own
    gold questions."""

    reranker_threads: int = Field(default=1, ge=1, le=64)
    """Threads of one judgement."""

    reranker_max_tokens: int = Field(default=256, ge=32, le=512)
    """Question and passage together, in tokens."""

    search_workers: int = Field(default=4, ge=1, le=64)
    """Threads that search. A card's search keeps two busy, entries and cases side by side, and those wait for each
    other where they ask the embedder the same; more than there are cores let others go on meanwhile."""

    candidates: int = Field(default=60, ge=10, le=500)
    """How many documents each of the lexical and the vector retriever hands to the ranking."""

    exact_vector_limit: int = Field(default=50_000, ge=0)
    """Passages up to which nearest vectors are searched exactly; above, by usearch (recall .967 at 50 k)."""

    index_poll_seconds: float = Field(default=30, gt=0, le=600)
    """How often the indexer looks for changes when nobody notifies it."""

    index_batch: int = Field(default=500, ge=1, le=10_000)
    """Changes applied in one commit; a commit costs about 50 ms."""

    import_max_files: int = Field(default=2_000, ge=1, le=20_000)
    """Most files of one import, those inside archives included."""

    import_max_unpacked_bytes: int = Field(default=300 * 1024 * 1024, ge=1024)
    """Most an archive, or an office file, may unpack to."""

    import_max_units: int = Field(default=5_000, ge=1, le=100_000)
    """Most entries one file may become."""

    import_read_seconds: float = Field(default=60.0, gt=0, le=3_600)
    """Most processor time for reading one file; the 38 pages of a regulation take one second."""

    import_memory_bytes: int = Field(default=1536 * 1024 * 1024, ge=256 * 1024 * 1024)
    """Address space of the process that reads files; the same regulation needs 260 MB."""

    answer_threshold: float = Field(default=0.4, ge=0, le=1)
    """Confidence below which the best hit is not trusted to answer: the highest round value that keeps nine in ten of
    the right answers on development questions (docs/benchmarks/2026-11-29.md)."""

    search_store: Literal["embedded", "elasticsearch"] = "embedded"
    """Where search looks: files of this machine, or Elasticsearch (8.19 or later) with a lexical copy on this machine
    for the time it is away."""

    elasticsearch_url: str = "http://127.0.0.1:9200"
    """Address of Elasticsearch; of a cluster several, separated by commas."""

    elasticsearch_username: str = "elastic"
    """User of `KB_ELASTICSEARCH_PASSWORD`; without a password not sent."""

    elasticsearch_password: SecretStr | None = None
    """Password; leave unset with an API key, or without security."""

    elasticsearch_api_key: SecretStr | None = None
    """API key in its encoded form (`id:key` in Base64), in place of a password."""

    elasticsearch_ca_file: Path | None = None
    """Certificates (PEM) to trust in place of the system's, for a server with a certificate of one's own."""

    elasticsearch_index_prefix: str = Field(default="tingzhi", pattern=r"^[a-z][a-z0-9_]{0,60}$")
    """Names of indices begin with it; installations that share a cluster need different ones."""

    elasticsearch_search_timeout_seconds: float = Field(default=2.0, gt=0, le=60)
    """How long one request of a search may take before the copy on this machine answers."""

    elasticsearch_write_timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    """How long one bulk request may take."""

    elasticsearch_retry_seconds: float = Field(default=5.0, gt=0, le=600)
    """How long to leave Elasticsearch alone after it failed, before one request tries again."""

    elasticsearch_vector_index: Literal["hnsw", "int8_hnsw", "bbq_hnsw"] = "hnsw"
    """How vectors are indexed: whole (1.6 kB a passage of memory), rounded to a quarter, or a bit for each dimension.

    By these the nearest are looked for; how near they are is measured by the whole vectors in any case. Bits need 64
    dimensions or more. Counts for indices made from then on: `tingzhi index rebuild` makes one.
    """

    test_drop_policy: Literal["off", "warn", "block"] = "warn"
    """What happens when a text would cost gold questions their place, until somebody chooses on the page: `warn` asks
    before it publishes, `block` wants a reason, `off` only keeps the run."""

    test_questions: int = Field(default=500, ge=1, le=10_000)
    """Gold questions run before a publication; of more, those that share most with the text. Up to three searches
    each."""

    test_every_hours: float = Field(default=24.0, ge=0, le=24 * 365)
    """How often all gold questions run by themselves, so that changes of ranking or synonyms show; 0 for never."""

    category_tolerance: float = Field(default=0.01, ge=0, le=1)
    """A new category model goes live when, on held-out examples, its accuracy is not more than this below the live
    one's; otherwise it is kept for the curators to look at."""

    category_choices: int = Field(default=20, ge=1)
    """So many categories newly chosen by agents are reason enough to learn a new category model."""

    category_choices_after: timedelta = Field(default=timedelta(hours=6), gt=timedelta(0))
    """Fewer new choices wait at most this long for the next category model."""

    category_models_kept: int = Field(default=10, ge=1, le=1_000)
    """How many of the newest category models can be rolled back to; one takes 10 to 60 MB."""
