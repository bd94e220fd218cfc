"""Bulk requests of bounded size, repeated with growing pauses where the server says that it has too much to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from kb.search.index import SearchRequestRejectedError, SearchStoreAwayError
from kb.search.stores.elasticsearch.records import Write
from kit.errors import DependencyCategory

MAX_WRITES = 1_000
MAX_BYTES = 8_000_000
"""Elastic's own advice is 5 to 15 MB a request."""
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
_OVERLOADED = frozenset({429, 503})
_CONFLICT = 409
_NOT_FOUND = 404

Send = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, Any]]
"""Sends the lines of one request and returns the answer."""


def write_all(
    send: Send, writes: Iterable[Write], *, sleep: Callable[[float], None] = time.sleep, max_bytes: int = MAX_BYTES
) -> None:
    """Write everything; a write that must meet what it has seen and does not is left out.

    Raises:
        SearchRequestRejectedError: A document was refused for good.
        SearchStoreAwayError: The server had too much to do for longer than all the pauses.
    """
    for batch in batches(writes, max_bytes):
        left: Sequence[Write] = batch
        for pause in (*PAUSES_SECONDS, None):
            left = _send_once(send, left)
            if not left:
                break
            if pause is None:
                raise SearchStoreAwayError(
                    "Elasticsearch has too much to do to take in changes; they are tried again.",
                    category=DependencyCategory.OVERLOADED,
                    retryable=True,
                )
            sleep(pause)


def batches(writes: Iterable[Write], max_bytes: int = MAX_BYTES) -> Iterator[list[Write]]:
    """Yield writes in pieces of at most `MAX_WRITES` and about `max_bytes`; a larger write goes alone."""
    batch: list[Write] = []
    size = 0
    for write in writes:
        length = len(orjson.dumps(write.body))
        if batch and (len(batch) >= MAX_WRITES or size + length > max_bytes):
            yield batch
            batch, size = [], 0
        batch.append(write)
        size += length
    if batch:
        yield batch


def _send_once(send: Send, writes: Sequence[Write]) -> list[Write]:
    """Return the writes to try again."""
    answer = send([line for write in writes for line in _lines(write)])
    again: list[Write] = []
    if answer["errors"]:
        for write, item in zip(writes, answer["items"], strict=True):
            (result,) = item.values()
            if result["status"] in _OVERLOADED:
                again.append(write)
            elif not _is_settled(write, result["status"]):
                raise SearchRequestRejectedError(
                    f"Elasticsearch refused a document: {result.get('error', {}).get('reason', '')[:300]}",
                    category=DependencyCategory.REJECTED,
                    retryable=False,
                    status=result["status"],
                )
    return again


def _is_settled(write: Write, status: int) -> bool:
    if status == _CONFLICT:
        return write.seen is not None
    return status < 300 or (status == _NOT_FOUND and write.body is None)


def _lines(write: Write) -> Iterator[Mapping[str, Any]]:
    target: dict[str, Any] = {"_id": write.id}
    if write.seen is not None:
        target |= {"if_seq_no": write.seen[0], "if_primary_term": write.seen[1]}
    if write.body is None:
        yield {"delete": target}
    else:
        yield {"index": target}
        yield write.body
