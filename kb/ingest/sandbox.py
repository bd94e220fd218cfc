"""Reads files in a process that may be killed, so that a hostile file costs itself and nothing else."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import structlog

from kb.ingest.archive import Member
from kb.ingest.document import Split
from kb.ingest.limits import ReadLimits
from kb.ingest.refusals import refuse
from kb.ingest.wire import Message, member_from_wire, refusal_from_wire, split_from_wire
from kit.worker_process import WorkerGoneError, WorkerProcess

_WALL_SECONDS, _WALL_FACTOR = 60.0, 10
"""A process that neither computes nor answers is stuck; a machine this busy would be noticed elsewhere."""
_LAST_WORDS_SECONDS = 5.0
"""What a process that hung up has left to end by itself, so that its own exit code is known."""
log = structlog.get_logger(__name__)


class DocumentReader:
    """Owner of one reading process, started when first needed and again after it died. Not for use by two tasks."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._process: WorkerProcess | None = None
        # Waits for the process; there is one thread, as there is one request at a time.
        self._executor: ThreadPoolExecutor | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process that reads, while there is one."""
        return None if self._process is None else self._process.pid

    async def read(self, path: Path, name: str) -> Split:
        """Return what a file would become.

        Raises:
            FileRefusedError: It cannot become entries, or its reading had to be killed.
            OSError: The file could not be read from the disk.
        """
        answer = await self._ask({"do": "read", "path": str(path), "name": name})
        return split_from_wire(answer["split"])

    async def unpack(self, path: Path, folder: Path) -> list[Member]:
        """Unpack an archive into a folder that exists and is empty.

        Raises:
            FileRefusedError: Nothing of it can be used.
            OSError: The disk did not take it.
        """
        answer = await self._ask({"do": "unpack", "path": str(path), "folder": str(folder)})
        return [member_from_wire(member) for member in answer["members"]]

    async def _ask(self, request: Message) -> Message:
        try:
            async with asyncio.timeout(_WALL_SECONDS + _WALL_FACTOR * self._limits.seconds):
                answer = await self._exchange(request)
        except TimeoutError:
            await self.aclose()
            raise refuse("file_too_slow", limit_seconds=round(self._limits.seconds)) from None
        except WorkerGoneError:
            # The process died over this file, or answered more than is taken.
            code = await self.aclose(_LAST_WORDS_SECONDS)
            log.warning("document_reader_died", exit_code=code)
            if code == -signal.SIGPROF:
                raise refuse("file_too_slow", limit_seconds=round(self._limits.seconds)) from None
            raise refuse("file_too_complex") from None
        except BaseException:
            # Half an answer would be taken for the next one.
            await self.aclose()
            raise
        if answer.get("is_last", False):
            # It is about to exit; the next file must not be written to it.
            await self.aclose()
        if "refused" in answer:
            raise refusal_from_wire(answer["refused"])
        if "failed" in answer:
            raise OSError(answer["errno"], answer["failed"])
        return answer

    async def _exchange(self, request: Message) -> Message:
        if self._process is None or not self._process.is_running:
            await self.aclose()
            # Nothing of our environment, which may hold passwords, belongs beside a stranger's file.
            self._process = WorkerProcess.start("kb.ingest.worker", has_environment=False)
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="document-reader")
            self._process.channel.send(asdict(self._limits))
        channel = self._process.channel

        def ask() -> Message:
            channel.send(request)
            return dict(channel.receive().head)

        return await asyncio.get_running_loop().run_in_executor(self._executor, ask)

    async def aclose(self, seconds: float = 0.0) -> int | None:
        """End the process and wait for its end; safe to call twice. Return its exit code, if there was one.

        Args:
            seconds: What it has left to end by itself before it is killed.
        """
        process, self._process = self._process, None
        executor, self._executor = self._executor, None
        if process is None or executor is None:
            return None
        code = await asyncio.to_thread(process.close, seconds)
        # Whoever waited for an answer was told that the process is gone.
        executor.shutdown(wait=False)
        return code
