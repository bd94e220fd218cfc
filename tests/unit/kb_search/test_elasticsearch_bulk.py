from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kb.search.index import SearchRequestRejectedError, SearchStoreAwayError
from kb.search.stores.elasticsearch.bulk import MAX_WRITES, PAUSES_SECONDS, batches, write_all
from kb.search.stores.elasticsearch.records import Write

pytestmark = pytest.mark.unit


class ScriptedServer:
    """Answers a write by the next status of its id, 200 when the script is over."""

    def __init__(self, **statuses: list[int]) -> None:
        self.statuses = statuses
        self.requests: list[list[str]] = []

    def send(self, lines: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        targets = [line.get("index") or line.get("delete") for line in lines]
        ids = [target["_id"] for target in targets if target]
        self.requests.append(ids)
        answered = [(self.statuses.get(name) or [200]).pop(0) for name in ids]
        items = [{"index": {"status": status, "error": {"reason": "said so"}}} for status in answered]
        return {"errors": any(status >= 300 for status in answered), "items": items}


def write(name: str, **more: Any) -> Write:  # noqa: ANN401  # rejected: fields of a write
    return Write(name, **{"body": {"text": name}, **more})


def test_only_what_the_server_had_no_room_for_is_sent_again_after_growing_pauses():
    server, pauses = ScriptedServer(b=[429, 503, 200]), []
    write_all(server.send, [write("a"), write("b"), write("c")], sleep=pauses.append)
    assert server.requests == [["a", "b", "c"], ["b"], ["b"]]
    assert pauses == list(PAUSES_SECONDS[:2])


def test_a_server_that_never_has_room_is_given_up_on():
    server, pauses = ScriptedServer(a=[429] * 99), []
    with pytest.raises(SearchStoreAwayError):
        write_all(server.send, [write("a")], sleep=pauses.append)
    assert pauses == list(PAUSES_SECONDS)


def test_a_refused_document_is_said_and_not_tried_again():
    server = ScriptedServer(a=[400])
    with pytest.raises(SearchRequestRejectedError, match="said so"):
        write_all(server.send, [write("a")], sleep=lambda _seconds: None)
    assert server.requests == [["a"]]


def test_what_changed_meanwhile_and_what_is_gone_already_are_settled():
    server = ScriptedServer(seen=[409], gone=[404])
    write_all(server.send, [write("seen", seen=(3, 1)), write("gone", body=None)], sleep=lambda _seconds: None)
    assert server.requests == [["seen", "gone"]]


def test_a_conflict_of_a_write_without_condition_is_no_success():
    with pytest.raises(SearchRequestRejectedError):
        write_all(ScriptedServer(a=[409]).send, [write("a")], sleep=lambda _seconds: None)


def test_batches_are_bounded_by_number_and_by_size():
    small = [len(batch) for batch in batches(write(str(number)) for number in range(MAX_WRITES + 5))]
    assert small == [MAX_WRITES, 5]
    large = [write(str(number), body={"text": "x" * 600}) for number in range(4)]
    assert [len(batch) for batch in batches(large, max_bytes=1_300)] == [2, 2]
    assert [len(batch) for batch in batches(large, max_bytes=10)] == [1, 1, 1, 1]
