"""An embedding model behind an OpenAI-compatible server (`POST …/v1/embeddings`): TEI, vLLM, Ollama, Xinference, ….

Questions must not wait: their time-out is short, nothing is retried, and after a fault the server is left alone for a
few seconds while search goes on by words and sounds. Passages may wait: they are retried with growing pauses.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import numpy as np
import structlog
from pydantic import SecretStr

from kb.search.embedders.base import EmbedderCapabilities, Vectors
from kb.search.embedders.centred import ORDINARY_VERSION, CentredVectors, Prefixes
from kit.clock import Clock
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError

log = structlog.get_logger(__name__)

QUIET_SECONDS = 5.0
"""How long questions leave a server alone after a fault."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
_MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""256 vectors of 4,096 dimensions as text are about 25 MB."""
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_SETTINGS_AT_FAULT = {401: "KB_EMBEDDER_KEY", 403: "KB_EMBEDDER_KEY", 404: "KB_EMBEDDER or KB_EMBEDDER_MODEL"}


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """Which model of which server, and how to talk to it; see `KBSettings`."""

    url: str
    name: str
    key: SecretStr | None = None
    dimensions: int | None = None
    batch_size: int = 32
    timeout_seconds: float = 30.0
    question_timeout_seconds: float = 1.0
    retries: int = 4
    prefixes: Prefixes = Prefixes("", "")


class RemoteEmbedder:
    """Implements `Embedder` over HTTP. Neither texts nor the key are ever logged."""

    def __init__(self, model: RemoteModel, clock: Clock, *, first_pause_seconds: float = FIRST_PAUSE_SECONDS) -> None:
        """Keep the parts; no connection is made yet.

        Args:
            model: The server and its model.
            clock: For the seconds in which a server is left alone.
            first_pause_seconds: Before the first retry; each further one is twice as long.
        """
        self._model = model
        self._clock = clock
        self._first_pause_seconds = first_pause_seconds
        self._address = embeddings_address(model.url)
        self._dimensions = model.dimensions
        self._away_until = -math.inf
        self._is_closed = threading.Event()
        headers = {} if model.key is None else {"Authorization": f"Bearer {model.key.get_secret_value()}"}
        # Redirects are not followed and no proxy is taken from the environment: the key goes where it was meant to.
        self._client = httpx.Client(headers=headers, timeout=model.timeout_seconds, trust_env=False)
        self._centred = CentredVectors(self._embed_patiently, model.prefixes)

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Name, dimensions and batch size."""
        way = hashlib.blake2b(repr(self._model.prefixes).encode(), digest_size=4).hexdigest()
        name = f"remote/{self._model.name}/{self._model.dimensions or 'any'}/{ORDINARY_VERSION}/{way}"
        return EmbedderCapabilities(name, self._dimensions or 0, self._model.batch_size)

    def warm_up(self) -> None:
        """Ask the server for its first vectors.

        Raises:
            MisconfiguredError: The server refuses the key, or knows no such model or address.
            DependencyError: The server is away or answers nonsense; search works without vectors meanwhile.
        """
        self._centred.measure()

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question.

        Raises:
            DependencyError: The server is away, slow or answers nonsense, or was so a moment ago.
        """
        return self._centred.questions(texts, self._embed_at_once)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage.

        Raises:
            DependencyError: The server stayed away through all retries, or answers nonsense.
        """
        return self._centred.passages(texts)

    def close(self) -> None:
        """Close the connections and end the pauses between retries."""
        self._is_closed.set()
        self._client.close()
        self._centred.forget()

    def _embed_at_once(self, texts: Sequence[str]) -> Vectors:
        if self._clock.monotonic() < self._away_until:
            raise _away("The embedding server was away a moment ago.", DependencyCategory.CONNECTIVITY)
        try:
            return self._in_batches(texts, self._model.question_timeout_seconds, retries=0)
        except DependencyError:
            self._away_until = self._clock.monotonic() + QUIET_SECONDS
            raise

    def _embed_patiently(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches(texts, self._model.timeout_seconds, retries=self._model.retries)

    def _in_batches(self, texts: Sequence[str], timeout_seconds: float, retries: int) -> Vectors:
        size = self._model.batch_size
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        return np.concatenate([self._ask(batch, timeout_seconds, retries) for batch in batches])

    def _ask(self, texts: Sequence[str], timeout_seconds: float, retries: int) -> Vectors:
        pause = self._first_pause_seconds
        for attempt in range(retries + 1):
            try:
                return self._ask_once(texts, timeout_seconds)
            except _TryAgainError as error:
                if attempt == retries or self._is_closed.is_set():
                    raise error.fault from error
                wait = min(LONGEST_PAUSE_SECONDS, max(pause, error.after_seconds))
                log.warning("embedding_server_retried", attempt=attempt + 1, reason=error.fault.category.value)
                self._is_closed.wait(wait)
                pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def _ask_once(self, texts: Sequence[str], timeout_seconds: float) -> Vectors:
        body = {"model": self._model.name, "input": list(texts), "encoding_format": "float"}
        try:
            answer = self._client.post(self._address, json=body, timeout=timeout_seconds)
        except httpx.TimeoutException as error:
            message = f"The embedding server did not answer within {timeout_seconds} s."
            raise _TryAgainError(_away(message, DependencyCategory.TIMEOUT)) from error
        except (httpx.HTTPError, RuntimeError) as error:  # RuntimeError: the client was closed meanwhile
            message = "The embedding server cannot be reached; check KB_EMBEDDER."
            raise _TryAgainError(_away(message, DependencyCategory.CONNECTIVITY)) from error
        if answer.status_code != httpx.codes.OK:
            raise _fault_of(answer)
        return self._vectors(answer, len(texts))

    def _vectors(self, answer: httpx.Response, count: int) -> Vectors:
        if len(answer.content) > _MAX_ANSWER_BYTES:
            raise _nonsense("is larger than 64 MB; lower KB_EMBEDDER_BATCH")
        try:
            rows = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], np.float32)
            places = [int(row["index"]) for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise _nonsense("is not a list of embeddings") from error
        if places != list(range(count)) or vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
            raise _nonsense(f"does not hold one vector of numbers for each of {count} texts")
        expected = self._dimensions = self._dimensions or vectors.shape[1]
        if vectors.shape[1] != expected:
            raise _nonsense(
                f"has vectors of {vectors.shape[1]} dimensions instead of {expected}; another model needs another "
                "KB_EMBEDDER_MODEL or KB_EMBEDDER_DIMENSIONS"
            )
        return vectors


class _TryAgainError(Exception):
    def __init__(self, fault: DependencyError, after_seconds: float = 0.0) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.after_seconds = after_seconds


def embeddings_address(url: str) -> str:
    """Return where to post: the URL itself when it ends in `/embeddings`, else the endpoint below it.

    Raises:
        MisconfiguredError: The URL has no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MisconfiguredError(
            "KB_EMBEDDER is not a usable address; write http(s)://host:port/v1.", code="embedder_address"
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/embeddings"):
        path = f"{path or '/v1'}/embeddings"
    return parts._replace(path=path).geturl()


def _fault_of(answer: httpx.Response) -> Exception:
    status = answer.status_code
    if status in _SETTINGS_AT_FAULT:
        return MisconfiguredError(
            f"The embedding server answers {status}; correct {_SETTINGS_AT_FAULT[status]}.", code="embedder_refused"
        )
    category = DependencyCategory.OVERLOADED if status == 429 else DependencyCategory.REJECTED
    fault = _away(f"The embedding server answers {status}.", category)
    if status in _RETRIED:
        after = answer.headers.get("retry-after", "")
        return _TryAgainError(fault, float(after) if after.isdecimal() else 0.0)
    return fault


def _away(message: str, category: DependencyCategory) -> DependencyError:
    return DependencyError(message, category=category, retryable=True, code="embedder_away")


def _nonsense(problem: str) -> DependencyError:
    return DependencyError(
        f"The answer of the embedding server {problem}.",
        category=DependencyCategory.REJECTED,
        retryable=False,
        code="embedder_answer_invalid",
    )
