"""Connects to the server: builds the client, translates its errors, and guards every call by a circuit breaker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, NotFoundError, OrjsonSerializer, UnsupportedProductError

from kb.metrics import SEARCH_SERVER_FAILURES, SEARCH_SERVER_IS_AWAY
from kb.search.index import SearchRequestRejectedError, SearchStoreAwayError
from kb.settings import KBSettings
from kit.circuit import CircuitBreaker, CircuitState
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError

log = structlog.get_logger(__name__)
# The client logs every retry with a stack trace; what matters is logged here, once.
logging.getLogger("elastic_transport").setLevel(logging.ERROR)
T = TypeVar("T")

FAILURES_THAT_OPEN = 3
"""One long garbage collection must not send every search to the local copy."""
_CONNECTIONS_PER_NODE = 8
_LONGEST_PAUSE_OF_A_NODE_SECONDS = 30.0
_AWAY_STATUSES = frozenset({408, 502, 503, 504})
_REFUSED_STATUSES = frozenset({401, 403})
_TOO_MANY = 429


class Connection:
    """Calls Elasticsearch; safe to share between threads. Nothing is connected before the first call."""

    def __init__(self, settings: KBSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Prepare the client.

        Raises:
            MisconfiguredError: The settings contradict each other or name a file that is not there.
        """
        self._settings = settings
        self._client = make_client(settings)
        self.circuit = CircuitBreaker(
            failures=FAILURES_THAT_OPEN, pause_seconds=settings.elasticsearch_retry_seconds, monotonic=monotonic
        )

    def ask(self, work: Callable[[Elasticsearch], T]) -> T:
        """Run a request that a search waits for.

        Raises:
            SearchStoreAwayError: The server is away, has lost the index or refuses us.
            SearchRequestRejectedError: It does not take this request.
        """
        return self._call(work, self._settings.elasticsearch_search_timeout_seconds)

    def write(self, work: Callable[[Elasticsearch], T]) -> T:
        """Run a request that only the indexer waits for; errors as in `ask`."""
        return self._call(work, self._settings.elasticsearch_write_timeout_seconds)

    def _call(self, work: Callable[[Elasticsearch], T], timeout_seconds: float) -> T:
        if not self.circuit.may_call():
            raise _left_alone()
        try:
            answer = work(self._client.options(request_timeout=timeout_seconds))
        except (TransportError, ApiError, UnsupportedProductError) as error:
            problem = translate(error)
            self._note_failure(problem)
            raise problem from error
        except BaseException:
            # Not the server's fault; a try must not stay open because of it.
            self._note_success()
            raise
        self._note_success()
        return answer

    def _note_success(self) -> None:
        if self.circuit.note_success():
            SEARCH_SERVER_IS_AWAY.set(0)
            log.info("elasticsearch_is_back")

    def _note_failure(self, problem: DependencyError) -> None:
        SEARCH_SERVER_FAILURES.labels(problem.category.value).inc()
        if problem.category is DependencyCategory.REJECTED:
            self._note_success()  # the server is there, it only cannot do this
        elif self.circuit.note_failure():
            SEARCH_SERVER_IS_AWAY.set(1)
            log.warning("elasticsearch_is_away", category=problem.category.value, reason=problem.message)

    def require_answering(self) -> None:
        """Do nothing unless the server is being left alone; asks nothing.

        Raises:
            SearchStoreAwayError: It is.
        """
        if self.circuit.state is CircuitState.OPEN:
            raise _left_alone()

    def close(self) -> None:
        """Close the sockets; safe to call twice."""
        self._client.close()


def _left_alone() -> SearchStoreAwayError:
    return SearchStoreAwayError(
        "Elasticsearch does not answer; it is asked again shortly.",
        category=DependencyCategory.CONNECTIVITY,
        retryable=True,
    )


def make_client(settings: KBSettings) -> Elasticsearch:
    """Return a client for the settings, not yet connected.

    Raises:
        MisconfiguredError: The settings contradict each other or name a file that is not there.
    """
    addresses = [address.strip() for address in settings.elasticsearch_url.split(",") if address.strip()]
    if not addresses or not all(address.startswith(("http://", "https://")) for address in addresses):
        raise MisconfiguredError(
            "KB_ELASTICSEARCH_URL must be addresses like https://search.example:9200, separated by commas.",
            code="elasticsearch_url_unusable",
        )
    try:
        return Elasticsearch(
            addresses,
            **_credentials(settings),
            **_trust(settings, addresses),
            serializers={"application/json": OrjsonSerializer()},
            connections_per_node=_CONNECTIONS_PER_NODE,
            # A refused connection goes to the next node; a node that hangs has cost its time-out already.
            max_retries=max(1, len(addresses)),
            retry_on_timeout=False,
            retry_on_status=(502, 503, 504) if len(addresses) > 1 else (),
            max_dead_node_backoff=_LONGEST_PAUSE_OF_A_NODE_SECONDS,
        )
    except ValueError as error:
        raise MisconfiguredError(
            f"KB_ELASTICSEARCH_URL cannot be used: {error}", code="elasticsearch_url_unusable"
        ) from error


def _credentials(settings: KBSettings) -> dict[str, Any]:
    # An empty variable, as compose passes on what was not exported, is none.
    password = settings.elasticsearch_password and settings.elasticsearch_password.get_secret_value()
    api_key = settings.elasticsearch_api_key and settings.elasticsearch_api_key.get_secret_value()
    if password and api_key:
        raise MisconfiguredError(
            "Set either KB_ELASTICSEARCH_PASSWORD or KB_ELASTICSEARCH_API_KEY, not both.",
            code="elasticsearch_two_credentials",
        )
    if api_key:
        return {"api_key": api_key}
    if password:
        return {"basic_auth": (settings.elasticsearch_username, password)}
    return {}


def _trust(settings: KBSettings, addresses: list[str]) -> dict[str, Any]:
    ca_file = settings.elasticsearch_ca_file
    if ca_file is None:
        return {}
    if not ca_file.is_file():
        raise MisconfiguredError(
            f"KB_ELASTICSEARCH_CA_FILE names {ca_file}, which is no file.", code="elasticsearch_ca_file_missing"
        )
    if any(address.startswith("http://") for address in addresses):
        raise MisconfiguredError(
            "KB_ELASTICSEARCH_CA_FILE is set, but KB_ELASTICSEARCH_URL begins with http://; use https://.",
            code="elasticsearch_url_unusable",
        )
    return {"ca_certs": str(ca_file)}


def translate(error: Exception) -> DependencyError:
    """Return what a client's error means to us; messages name the setting that mends it where one can."""
    category, message = _reading(error)
    if category is DependencyCategory.REJECTED and not isinstance(error, NotFoundError):
        return SearchRequestRejectedError(message, category=category, retryable=False)
    retryable = category is not DependencyCategory.MISCONFIGURED
    return SearchStoreAwayError(message, category=category, retryable=retryable)


def _reading(error: Exception) -> tuple[DependencyCategory, str]:
    if isinstance(error, ConnectionTimeout):
        return DependencyCategory.TIMEOUT, "Elasticsearch did not answer in time."
    if isinstance(error, TlsError):
        return (
            DependencyCategory.MISCONFIGURED,
            "The certificate of Elasticsearch is not trusted; set KB_ELASTICSEARCH_CA_FILE to its CA and use the name "
            "in the certificate in KB_ELASTICSEARCH_URL.",
        )
    if isinstance(error, UnsupportedProductError):
        return DependencyCategory.MISCONFIGURED, "What answers at KB_ELASTICSEARCH_URL is not Elasticsearch."
    if isinstance(error, NotFoundError):
        return DependencyCategory.REJECTED, "The search index is not there; it is made again from the database."
    if isinstance(error, ApiError):
        return _reading_of_status(error)
    return DependencyCategory.CONNECTIVITY, "Elasticsearch cannot be reached at KB_ELASTICSEARCH_URL."


def _reading_of_status(error: ApiError) -> tuple[DependencyCategory, str]:
    status = error.meta.status
    if status == _TOO_MANY:
        return DependencyCategory.OVERLOADED, "Elasticsearch has too much to do."
    if status in _AWAY_STATUSES:
        return DependencyCategory.CONNECTIVITY, "Elasticsearch is there but cannot answer yet."
    if status in _REFUSED_STATUSES:
        return (
            DependencyCategory.MISCONFIGURED,
            "Elasticsearch refuses us; check KB_ELASTICSEARCH_USERNAME with KB_ELASTICSEARCH_PASSWORD, or "
            "KB_ELASTICSEARCH_API_KEY, and that they may use indices that begin with KB_ELASTICSEARCH_INDEX_PREFIX.",
        )
    return DependencyCategory.REJECTED, f"Elasticsearch rejected a request with status {status}: {error.message[:200]}."
