"""The run of all gold questions: on demand and once a day, in the background, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog

from assist_api.knowledge_tests.schemas import FullRunState
from kb.gold.runs import GoldRunService
from kb.gold.schemas import GoldRunFull
from kb.gold.tester import GoldTester
from kit.clock import Clock
from kit.db import Database
from kit.errors import AssistError, ConflictError
from kit.tasks import TaskSupervisor

LOOK_EVERY_SECONDS = 600.0
"""How often it is looked whether a run is due; the first look comes that long after the start."""
NOBODY = "system"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Progress:
    is_running: bool = False
    done: int = 0
    total: int = 0
    finished_run_id: UUID | None = None
    failed_code: str | None = None


class FullRunJob:
    """Owner of the background run. Its progress is of this process; the history is in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tester: GoldTester,
        every: Callable[[], timedelta],
        is_ready: Callable[[], bool],
    ) -> None:
        """Keep the parts; nothing runs yet.

        Args:
            database: Where the history is.
            clock: For due dates and pauses.
            tester: Runs the questions.
            every: Returns the pause between runs that nobody asked for; zero for none.
            is_ready: Whether search is complete, so that a run by itself measures what agents get.
        """
        self._database = database
        self._clock = clock
        self._tester = tester
        self._every = every
        self._is_ready = is_ready
        self._tasks = TaskSupervisor("knowledge-tests")
        self._progress = _Progress()

    async def state(self) -> FullRunState:
        """Return how far the run is, and when all questions ran last."""
        async with self._database.session() as session:
            latest = await GoldRunService(session, self._clock).latest_full_run_at()
        shown = self._progress
        return FullRunState(
            is_running=shown.is_running,
            done=shown.done,
            total=shown.total,
            finished_run_id=shown.finished_run_id,
            failed_code=shown.failed_code,
            latest_at=latest,
        )

    def start(self, author: str) -> None:
        """Begin a run.

        Raises:
            ConflictError: `knowledge_test_running`: one is going on.
        """
        if self._progress.is_running:
            raise ConflictError("All gold questions are being run already; wait for the end.", code=_RUNNING)
        self._progress = replace(self._progress, is_running=True, done=0, total=0, failed_code=None)
        self._tasks.start(self._run(author), name="full-run")

    def follow(self) -> None:
        """Start runs by itself until `aclose`."""
        self._tasks.start(self._start_when_due(), name="daily")

    async def _run(self, author: str) -> None:
        failed_code, finished = None, self._progress.finished_run_id
        try:
            finished = (await self._run_and_keep(author)).id
        except AssistError as error:
            failed_code = error.error_code
            log.warning("knowledge_test_run_failed", code=failed_code)
        except Exception:  # rejected: whatever broke, the page must not wait for ever
            failed_code = "unexpected"
            log.exception("knowledge_test_run_failed")
        finally:
            self._progress = replace(
                self._progress, is_running=False, finished_run_id=finished, failed_code=failed_code
            )

    async def _run_and_keep(self, author: str) -> GoldRunFull:
        test = await self._tester.test_all(self._note)
        async with self._database.session() as session:
            return await GoldRunService(session, self._clock).record_full(test, author)

    def _note(self, done: int, total: int) -> None:
        self._progress = replace(self._progress, done=done, total=total)

    async def _start_when_due(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_SECONDS)
            try:
                if self._is_ready() and not self._progress.is_running and await self._is_due():
                    self.start(NOBODY)
            except Exception:  # rejected: a database that is away for a moment must not end the daily runs
                log.exception("knowledge_test_due_check_failed")

    async def _is_due(self) -> bool:
        every = self._every()
        if every <= timedelta(0):
            return False
        latest = (await self.state()).latest_at
        return latest is None or self._clock.now() - latest >= every

    async def aclose(self) -> None:
        """Stop; a run that was going on is not kept. Safe to call twice."""
        await self._tasks.aclose()


_RUNNING = "knowledge_test_running"
