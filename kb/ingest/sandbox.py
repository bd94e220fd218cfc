"""Reads files in a process that may be killed, so that a hostile file costs itself and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import asdict
from pathlib import Path

import structlog

from kb.ingest.archive import Member
from kb.ingest.document import Split
from kb.ingest.limits import ReadLimits
from kb.ingest.refusals import refuse
from kb.ingest.wire import Message, member_from_wire, refusal_from_wire, split_from_wire

_WALL_SECONDS, _WALL_FACTOR = 60.0, 10
"""A process that neither computes nor answers is stuck; a machine this busy would be noticed elsewhere."""
_LONGEST_ANSWER_BYTES = 128 * 1024 * 1024
log = structlog.get_logger(__name__)


class DocumentReader:
    """Owner of one reading process, started when first needed and again after it died. Not for use by two tasks."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._process: Process | None = None

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
        except (BrokenPipeError, ConnectionResetError, asyncio.IncompleteReadError, ValueError):
            # The process died over this file, or answered more than is taken.
            code = await self.aclose()
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
        if self._process is None or self._process.returncode is not None:
            self._process = await self._start()
        process = self._process
        stdin, stdout = _pipes(process)
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()
        line = await stdout.readline()
        if not line.endswith(b"\n"):
            raise asyncio.IncompleteReadError(line, None)
        answer: Message = json.loads(line)
        return answer

    async def _start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kb.ingest.worker",
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Nothing of our environment, which may hold passwords, belongs beside a stranger's file.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
            limit=_LONGEST_ANSWER_BYTES,
        )
        stdin, _ = _pipes(process)
        stdin.write(json.dumps(asdict(self._limits)).encode() + b"\n")
        return process

    async def aclose(self) -> int | None:
        """Kill the process and wait for its end; safe to call twice. Return its exit code, if there was one."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.stdout is not None and process.stdout.at_eof():
            # It has died or is about to; its own exit code is the one to know.
            return await process.wait()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        return await process.wait()


def _pipes(process: Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the reading process was started without pipes")
    return process.stdin, process.stdout
