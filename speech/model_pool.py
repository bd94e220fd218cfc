"""Loaded models and the threads that own them: one model, one thread, one job at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from kit.clock import Clock
from kit.errors import DependencyCategory, DependencyError
from speech import metrics
from speech.decode_queue import DecodeJob, DecodeQueue
from speech.front_end import WindowKind
from speech.partial_budget import PartialBudget
from speech.stt.base import AbandonedError, Recognition, RecognitionRequest, Recognizer
from speech.text.finishing import TextFinisher


@dataclass(frozen=True, slots=True, eq=False)
class DecodeTicket:
    """What a window is exchanged for; `result` is cancelled when the window is overtaken or its leg is dropped."""

    request: RecognitionRequest
    result: asyncio.Future[Recognition]


class ModelPool:
    """Decodes windows in order of urgency; lives on one event loop.

    A recogniser at work is told when its ticket is cancelled and may stop; what it returns nevertheless is thrown away.
    """

    def __init__(
        self, make_recognizer: Callable[[], Recognizer], worker_count: int, budget: PartialBudget, clock: Clock
    ) -> None:
        self._budget = budget
        self._clock = clock
        self._waking: asyncio.TimerHandle | None = None
        self._workers = [_Worker(number, make_recognizer()) for number in range(worker_count)]
        self._idle = list(self._workers)
        self._queue: DecodeQueue[DecodeTicket] = DecodeQueue(worker_count)
        self._jobs: dict[DecodeTicket, DecodeJob[DecodeTicket]] = {}
        self._finisher = TextFinisher()
        self._is_closed = False

    @property
    def waiting_count(self) -> int:
        """How many windows wait for a worker."""
        return len(self._queue)

    @property
    def max_window_ms(self) -> int:
        """The longest window the recogniser takes."""
        return self._workers[0].recognizer.capabilities.max_window_ms

    async def warm_up(self) -> None:
        """Load every model in its own thread.

        Raises:
            MisconfiguredError: A model is missing or unusable.
        """
        loop = asyncio.get_running_loop()
        # One after the other: loading is bound by disk and memory, and the first failure says it all.
        for worker in self._workers:
            await loop.run_in_executor(worker.executor, worker.recognizer.warm_up)

    @property
    def finisher(self) -> TextFinisher:
        """What finishes texts now."""
        return self._finisher

    def use_finisher(self, finisher: TextFinisher) -> None:
        """Finish texts with this from the next window on."""
        self._finisher = finisher

    def submit(self, leg_id: UUID, kind: WindowKind, request: RecognitionRequest) -> DecodeTicket:
        """Queue a window.

        Raises:
            DependencyError: The pool is closed.
        """
        if self._is_closed:
            raise DependencyError(
                "Speech recognition is shutting down.", category=DependencyCategory.REJECTED, retryable=True
            )
        ticket = DecodeTicket(request, asyncio.get_running_loop().create_future())
        self._jobs[ticket] = job = DecodeJob(leg_id, kind, ticket)
        overtaken = self._queue.put(job)
        metrics.DROPPED_PARTIALS.inc(len(overtaken))
        self._cancel(overtaken)
        self._dispatch()
        return ticket

    def promote(self, ticket: DecodeTicket) -> None:
        """Make a waiting window final: its segment ended where the window did."""
        if job := self._jobs.get(ticket):
            job.kind = WindowKind.FINAL
            self._dispatch()

    def drop(self, ticket: DecodeTicket) -> None:
        """Forget a window whose text nobody wants any more."""
        if job := self._jobs.get(ticket):
            self._drop([job])

    def drop_tentative(self, leg_id: UUID) -> None:
        """Forget the windows of a leg that are not final."""
        jobs = (job for job in self._jobs.values() if job.leg_id == leg_id)
        self._drop([job for job in jobs if job.kind is not WindowKind.FINAL])

    def drop_leg(self, leg_id: UUID) -> None:
        """Forget every window of a leg."""
        self._drop([job for job in self._jobs.values() if job.leg_id == leg_id])

    def _drop(self, jobs: list[DecodeJob[DecodeTicket]]) -> None:
        self._queue.drop(jobs)
        self._cancel(jobs)

    async def aclose(self) -> None:
        """Drop what waits, let running decodes end, let go of the models and their threads; safe to call twice."""
        self._is_closed = True
        if self._waking is not None:
            self._waking.cancel()
        self._cancel(list(self._jobs.values()))
        loop = asyncio.get_running_loop()
        workers, self._workers, self._idle = self._workers, [], []
        for worker in workers:
            await loop.run_in_executor(worker.executor, worker.recognizer.close)
            worker.executor.shutdown()

    def _cancel(self, jobs: list[DecodeJob[DecodeTicket]]) -> None:
        for job in jobs:
            self._jobs.pop(job.ticket, None)
            job.ticket.result.cancel()

    def _dispatch(self) -> None:
        wait_seconds = self._budget.seconds_until_free(self._clock.monotonic())
        while self._idle and (job := self._queue.take(may_run_partials=wait_seconds <= 0)):
            self._run(self._idle.pop(), job)
        if self._idle and wait_seconds > 0 and self._queue.has_partials:
            self._wake_after(wait_seconds)
        metrics.DECODE_QUEUE.set(len(self._queue))

    def _run(self, worker: _Worker, job: DecodeJob[DecodeTicket]) -> None:
        running = asyncio.get_running_loop().run_in_executor(
            worker.executor, worker.decode, job.kind, job.ticket, self._finisher
        )
        running.add_done_callback(partial(self._finished, worker, job, self._clock.monotonic()))

    def _wake_after(self, seconds: float) -> None:
        if self._waking is None:
            self._waking = asyncio.get_running_loop().call_later(seconds, self._wake)

    def _wake(self) -> None:
        self._waking = None
        self._dispatch()

    def _finished(
        self, worker: _Worker, job: DecodeJob[DecodeTicket], began_at: float, running: asyncio.Future[Recognition]
    ) -> None:
        now = self._clock.monotonic()
        charge = self._budget.charge if job.started_as is WindowKind.PARTIAL else self._budget.charge_needed
        charge(now - began_at, now)
        self._queue.done(job)
        self._jobs.pop(job.ticket, None)
        _pass_on(running, job.ticket.result)
        if not self._is_closed:
            self._idle.append(worker)
            self._dispatch()


class _Worker:
    def __init__(self, number: int, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self.executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"speech-model-{number}")

    def decode(self, kind: WindowKind, ticket: DecodeTicket, finisher: TextFinisher) -> Recognition:
        started_at = time.perf_counter()
        request = replace(ticket.request, is_wanted=lambda: not ticket.result.cancelled())
        try:
            request.check_wanted()
            return finisher.finish(self.recognizer.recognize(request))
        except AbandonedError:
            metrics.ABANDONED_DECODES.labels(purpose=kind.value).inc()
            raise
        finally:
            metrics.DECODE_TIME.labels(purpose=kind.value).observe(time.perf_counter() - started_at)


def _pass_on(source: asyncio.Future[Recognition], target: asyncio.Future[Recognition]) -> None:
    error = None if source.cancelled() else source.exception()
    if target.done():
        return
    if source.cancelled():
        target.cancel()
    elif error is not None:
        target.set_exception(error)
    else:
        target.set_result(source.result())
