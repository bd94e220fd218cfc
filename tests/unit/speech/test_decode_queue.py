from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from speech.decode_queue import DecodeJob, DecodeQueue
from speech.front_end import WindowKind

pytestmark = pytest.mark.unit

ONE, OTHER = uuid4(), uuid4()


def job(leg: UUID, kind: WindowKind, name: str = "") -> DecodeJob[str]:
    return DecodeJob(leg, kind, name)


def test_finals_come_first_then_pauses_then_partials():
    queue: DecodeQueue[str] = DecodeQueue(4)
    queue.put(job(ONE, WindowKind.PARTIAL, "partial"))
    queue.put(job(OTHER, WindowKind.PAUSE, "pause"))
    queue.put(job(OTHER, WindowKind.FINAL, "first final"))
    queue.put(job(ONE, WindowKind.FINAL, "second final"))
    order = [taken.ticket for _ in range(4) if (taken := queue.take())]
    assert order == ["first final", "second final", "pause", "partial"]


def test_newer_partial_of_a_leg_takes_the_place_of_the_older():
    queue: DecodeQueue[str] = DecodeQueue(2)
    older, newer, other = job(ONE, WindowKind.PARTIAL), job(ONE, WindowKind.PARTIAL), job(OTHER, WindowKind.PARTIAL)
    assert queue.put(older) == []
    assert queue.put(other) == []
    assert queue.put(newer) == [older]
    assert len(queue) == 2


def test_final_is_never_overtaken():
    queue: DecodeQueue[str] = DecodeQueue(2)
    queue.put(job(ONE, WindowKind.FINAL))
    assert queue.put(job(ONE, WindowKind.PARTIAL)) == []
    assert len(queue) == 2


def test_partials_leave_one_worker_free():
    queue: DecodeQueue[str] = DecodeQueue(2)
    queue.put(job(ONE, WindowKind.PARTIAL))
    queue.put(job(OTHER, WindowKind.PARTIAL))
    running = queue.take()
    assert running is not None
    assert queue.take() is None
    queue.put(job(OTHER, WindowKind.FINAL, "final"))
    final = queue.take()
    assert final is not None
    assert final.ticket == "final"
    queue.done(running)
    assert queue.take() is not None


def test_single_worker_still_decodes_partials():
    queue: DecodeQueue[str] = DecodeQueue(1)
    queue.put(job(ONE, WindowKind.PARTIAL))
    assert queue.take() is not None


def test_promoted_pause_runs_among_the_finals_and_is_counted_as_one():
    queue: DecodeQueue[str] = DecodeQueue(2)
    pause = job(ONE, WindowKind.PAUSE, "pause")
    queue.put(pause)
    queue.put(job(OTHER, WindowKind.FINAL, "final"))
    pause.kind = WindowKind.FINAL
    assert queue.put(job(ONE, WindowKind.PARTIAL)) == []
    taken = queue.take()
    assert taken is pause
    queue.done(taken)


def test_dropped_jobs_leave_the_others_alone():
    queue: DecodeQueue[str] = DecodeQueue(2)
    dropped, never_queued = job(ONE, WindowKind.FINAL), job(ONE, WindowKind.FINAL)
    queue.put(dropped)
    queue.put(job(OTHER, WindowKind.FINAL, "stays"))
    queue.drop([dropped, never_queued])
    assert len(queue) == 1
    left = queue.take()
    assert left is not None
    assert left.ticket == "stays"


def test_partials_that_had_their_share_wait_and_finals_do_not():
    queue: DecodeQueue[str] = DecodeQueue(2)
    queue.put(job(ONE, WindowKind.PARTIAL, "partial"))
    assert queue.has_partials
    assert queue.take(may_run_partials=False) is None
    queue.put(job(OTHER, WindowKind.PAUSE, "pause"))
    assert [taken.ticket for _ in range(2) if (taken := queue.take(may_run_partials=False))] == ["pause"]
    assert [taken.ticket for _ in range(2) if (taken := queue.take())] == ["partial"]
    assert not queue.has_partials
