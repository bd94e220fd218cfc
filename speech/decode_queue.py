"""Which window is decoded next. Pure: no thread, no clock, no model.

Finals come before windows that may become final, and those before partials. A leg has at most one waiting partial:
a newer one takes its place. Partials leave one worker free, so that a final never waits for a free hand behind one,
and they wait when they have had their share of the workers' time (`speech.partial_budget`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from speech.front_end import WindowKind

T = TypeVar("T")
_ORDER = (WindowKind.FINAL, WindowKind.PAUSE, WindowKind.PARTIAL)


@dataclass(eq=False, slots=True)
class DecodeJob(Generic[T]):
    """A window and the ticket by which its result is returned; `kind` may change while it waits."""

    leg_id: UUID
    kind: WindowKind
    ticket: T
    started_as: WindowKind | None = field(default=None)


class DecodeQueue(Generic[T]):
    """Jobs waiting for `worker_count` workers."""

    def __init__(self, worker_count: int) -> None:
        self._partials_at_once = max(1, worker_count - 1)
        self._running_partials = 0
        self._waiting: list[DecodeJob[T]] = []

    def __len__(self) -> int:
        """Return how many jobs wait."""
        return len(self._waiting)

    def put(self, job: DecodeJob[T]) -> list[DecodeJob[T]]:
        """Add a job and return those it overtakes; they will never run."""
        overtaken = [] if job.kind is WindowKind.FINAL else self._remove(self._tentative(job.leg_id))
        self._waiting.append(job)
        return overtaken

    @property
    def has_partials(self) -> bool:
        """Whether a partial waits."""
        return any(job.kind is WindowKind.PARTIAL for job in self._waiting)

    def take(self, *, may_run_partials: bool = True) -> DecodeJob[T] | None:
        """Return the next job to run, or None when nothing may run now."""
        for kind in _ORDER:
            is_held = not may_run_partials or self._running_partials >= self._partials_at_once
            if kind is WindowKind.PARTIAL and is_held:
                return None
            job = next((job for job in self._waiting if job.kind is kind), None)
            if job is not None:
                self._waiting.remove(job)
                job.started_as = kind
                self._running_partials += kind is WindowKind.PARTIAL
                return job
        return None

    def done(self, job: DecodeJob[T]) -> None:
        """Note that a taken job is over."""
        self._running_partials -= job.started_as is WindowKind.PARTIAL

    def drop(self, jobs: Collection[DecodeJob[T]]) -> None:
        """Forget those of the jobs that wait."""
        self._remove(job for job in self._waiting if job in jobs)

    def _tentative(self, leg_id: UUID) -> Iterator[DecodeJob[T]]:
        return (job for job in self._waiting if job.leg_id == leg_id and job.kind is not WindowKind.FINAL)

    def _remove(self, jobs: Iterator[DecodeJob[T]]) -> list[DecodeJob[T]]:
        removed = list(jobs)
        self._waiting = [job for job in self._waiting if job not in removed]
        return removed
