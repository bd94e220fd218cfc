from __future__ import annotations

import pytest

from assist_api.health.service import worst
from assist_api.http.parts import PartHealth
from assist_api.search.probes import search_health
from assist_api.transcripts.module import speech_health

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("is_ready", "waiting", "expected"),
    [
        (False, 0, ("failed", "models_not_loaded")),
        (True, 8, ("ok", "")),
        (True, 9, ("degraded", "speech_lagging")),
    ],
)
def test_recogniser_is_judged_by_what_waits(is_ready: bool, waiting: int, expected: tuple[str, str]) -> None:
    part = speech_health(is_ready=is_ready, waiting=waiting)
    assert (part.state, part.code) == expected


@pytest.mark.parametrize(
    ("documents", "unindexed", "vector_share", "expected"),
    [
        (0, 0, 0.0, ("ok", "")),
        (200, 100, 0.9, ("ok", "")),
        (200, 0, 0.89, ("degraded", "vectors_incomplete")),
        (200, 101, 1.0, ("degraded", "index_lagging")),
    ],
)
def test_index_is_judged_by_its_lag_and_its_vectors(
    documents: int, unindexed: int, vector_share: float, expected: tuple[str, str]
) -> None:
    part = search_health(documents=documents, unindexed=unindexed, vector_share=vector_share)
    assert (part.state, part.code) == expected


def test_report_is_as_ill_as_its_worst_part() -> None:
    parts = [PartHealth(part="x", state=state, code="", detail="", facts={}) for state in ("ok", "degraded", "failed")]
    assert [worst(parts[:count]) for count in range(4)] == ["ok", "ok", "degraded", "failed"]
