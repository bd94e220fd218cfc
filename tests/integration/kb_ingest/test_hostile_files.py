"""A file that computes, grows or crashes costs itself; the next file is read by a fresh process."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from kb.ingest.limits import ReadLimits
from kb.ingest.refusals import FileRefusedError
from kb.ingest.sandbox import DocumentReader
from tests.fakes.kb_ingest_files import RULES

pytestmark = pytest.mark.integration


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules"
    path.write_text(RULES, encoding="utf-8")
    return path


def environment_of(reader: DocumentReader) -> bytes:
    return Path(f"/proc/{reader.process_id}/environ").read_bytes()


async def refusal_of(reader: DocumentReader, path: Path, name: str) -> str:
    with pytest.raises(FileRefusedError) as caught:
        await reader.read(path, name)
    return caught.value.error_code


async def test_reader_is_killed_when_a_file_takes_too_long(tmp_path: Path, rules: Path) -> None:
    # Deeply nested quotes are what Markdown parsers are slowest at.
    slow = tmp_path / "slow"
    slow.write_text(("> " * 90 + "x\n") * 60_000, encoding="utf-8")
    reader = DocumentReader(replace(ReadLimits(), seconds=1.0))
    assert await refusal_of(reader, slow, "slow.md") == "file_too_slow"
    assert len((await reader.read(rules, "rules.md")).units) == 5
    await reader.aclose()


async def test_reader_gives_up_a_file_that_needs_too_much_memory(tmp_path: Path, rules: Path) -> None:
    huge = tmp_path / "huge"
    huge.write_text("问题,答案\n" + "甲,乙\n" * 3_000_000, encoding="utf-8")
    reader = DocumentReader(replace(ReadLimits(), memory_bytes=160 * 1024 * 1024))
    assert await refusal_of(reader, huge, "huge.csv") == "file_too_complex"
    assert len((await reader.read(rules, "rules.md")).units) == 5
    await reader.aclose()


async def test_death_of_the_reader_is_the_files_refusal(rules: Path) -> None:
    reader = DocumentReader(ReadLimits())
    await reader.read(rules, "rules.md")
    assert reader.process_id is not None
    os.kill(reader.process_id, signal.SIGSTOP)
    reading = asyncio.create_task(refusal_of(reader, rules, "rules.md"))
    await asyncio.sleep(0.1)
    os.kill(reader.process_id, signal.SIGKILL)
    assert await reading == "file_too_complex"
    assert len((await reader.read(rules, "rules.md")).units) == 5
    await reader.aclose()
    await reader.aclose()


async def test_death_of_the_reader_between_two_files_costs_none_of_them(rules: Path) -> None:
    reader = DocumentReader(ReadLimits())
    await reader.read(rules, "rules.md")
    assert reader.process_id is not None
    os.kill(reader.process_id, signal.SIGKILL)
    psutil.Process(reader.process_id).wait(10)
    assert len((await reader.read(rules, "rules.md")).units) == 5
    await reader.aclose()


async def test_a_reading_that_is_cancelled_ends_its_process(rules: Path) -> None:
    reader = DocumentReader(ReadLimits())
    await reader.read(rules, "rules.md")
    process = psutil.Process(reader.process_id)
    process.suspend()
    reading = asyncio.create_task(reader.read(rules, "rules.md"))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not process.is_running()
    assert len((await reader.read(rules, "rules.md")).units) == 5
    await reader.aclose()


async def test_reader_sees_nothing_of_our_environment(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIST_DATABASE_URL", "postgresql://secret")
    reader = DocumentReader(ReadLimits())
    await reader.read(rules, "rules.md")
    assert b"secret" not in environment_of(reader)
    await reader.aclose()
