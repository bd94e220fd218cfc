"""Gives one of the processes that share the server the right to write, by a lease in a document of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from kb.search.stores.elasticsearch.connection import Connection

LEASE_SECONDS = 60.0
"""How long a machine that was cut off keeps others from writing. Wall clocks may differ by a small part of it."""
_RENEW_AFTER_SECONDS = LEASE_SECONDS / 4
_SAFE_SECONDS = LEASE_SECONDS * 0.75
_LEASE_ID = "writer"
_NOT_FOUND = 404
_CONFLICT = 409
_SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
_MAPPINGS = {"dynamic": "strict", "properties": {"owner": {"type": "keyword"}, "until": {"type": "double"}}}

Seconds = Callable[[], float]


def _wall_seconds() -> float:
    return datetime.now(UTC).timestamp()


class WriterLease:
    """The lease as one process sees it. Thread-safe; reading `is_held` is free."""

    def __init__(
        self,
        connection: Connection,
        index: str,
        owner: Callable[[], str],
        *,
        wall: Seconds = _wall_seconds,
        monotonic: Seconds = time.monotonic,
    ) -> None:
        """Hold nothing yet.

        Args:
            connection: To the server.
            index: The index for the lease; made when missing.
            owner: Gives a name, the same after a restart, so that a killed process finds its own lease again.
            wall: Seconds of the wall clock, compared between machines.
            monotonic: Seconds of this process.
        """
        self._connection = connection
        self._index = index
        self._owner = owner
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._renewed_at: float | None = None
        self._was_held = False

    @property
    def is_held(self) -> bool:
        """Whether nobody else may write now; ends well before another process could take the lease."""
        return self._renewed_at is not None and self._monotonic() - self._renewed_at < _SAFE_SECONDS

    def renew(self) -> bool:
        """Take or keep the lease unless another process has it; return whether it is held."""
        with self._lock:
            now = self._monotonic()
            if self._renewed_at is None or now - self._renewed_at > _RENEW_AFTER_SECONDS:
                self._renewed_at = now if self._connection.ask(self._take) else None
            self._was_held = self.is_held
            return self._was_held

    def keep(self) -> bool:
        """Renew what was held, in the middle of a long write; return whether it still is."""
        return self._was_held and self.renew()

    def release(self) -> None:
        """Let others write at once."""
        with self._lock:
            was_held, self._was_held, self._renewed_at = self.is_held, False, None
        if was_held:
            self._connection.ask(self._give_back)

    def _take(self, client: Any) -> bool:  # noqa: ANN401  # rejected: the client
        found = client.options(ignore_status=_NOT_FOUND).get(index=self._index, id=_LEASE_ID)
        if found.meta.status == _NOT_FOUND and "found" not in found:
            client.options(ignore_status=400).indices.create(
                index=self._index, settings=_SETTINGS, mappings=_MAPPINGS
            )  # 400: another process was quicker
        if not found.get("found"):
            return self._put(client, op_type="create")
        lease = found["_source"]
        if lease["owner"] != self._owner() and lease["until"] > self._wall():
            return False
        return self._put(client, if_seq_no=found["_seq_no"], if_primary_term=found["_primary_term"])

    def _put(self, client: Any, **condition: object) -> bool:  # noqa: ANN401  # rejected: the client
        lease = {"owner": self._owner(), "until": self._wall() + LEASE_SECONDS}
        answer = client.options(ignore_status=_CONFLICT).index(
            index=self._index, id=_LEASE_ID, document=lease, **condition
        )
        return bool(answer.meta.status != _CONFLICT)

    def _give_back(self, client: Any) -> None:  # noqa: ANN401  # rejected: the client
        found = client.options(ignore_status=_NOT_FOUND).get(index=self._index, id=_LEASE_ID)
        if found.get("found") and found["_source"]["owner"] == self._owner():
            client.options(ignore_status=(_NOT_FOUND, _CONFLICT)).delete(
                index=self._index, id=_LEASE_ID, if_seq_no=found["_seq_no"], if_primary_term=found["_primary_term"]
            )
