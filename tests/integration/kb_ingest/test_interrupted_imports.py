"""kill -9 in the middle, and a disk that fills up: each file whole or not at all, nothing lost, the reason said."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assist_api.audit.log import AuditLog
from assist_api.imports.notices import ImportNotices
from assist_api.imports.service import DocumentImports
from assist_api.migrations import runner
from kb.entries.models import Entry, IndexChangeRow, Revision
from kb.entries.service import KnowledgeService
from kb.gold.models import GoldRun, QuestionOrigin
from kb.gold.questions import GoldQuestionService
from kb.ingest.drafts import ImportSettings
from kb.ingest.models import FileState, ImportState
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.jobs import JobQueue
from tests.fakes.full_sqlite import full
from tests.fakes.kb_core_drafts import entry_draft
from tests.fakes.kb_ingest_desk import CURATOR, QuietIndex, counts, gate_over

pytestmark = pytest.mark.integration
ARTICLES = 60
FILES = 12
PAGE_BYTES = 4096
"""SQLite's default."""


def regulation(number: int) -> bytes:
    lines = [f"第{n}条 第{number}号规定的内容{n}。" for n in range(1, ARTICLES + 1)]
    return "\n\n".join([f"# 第{number}号规定", *lines]).encode()


def open_imports(folder: Path) -> tuple[Database, DocumentImports]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'test.sqlite'}")
    settings = KBSettings(_env_file=None)
    clock = SystemClock()
    admit = gate_over(database, clock, folder).admit_batch
    imports = DocumentImports(
        database,
        clock,
        QuietIndex(),
        admit,
        jobs=JobQueue(clock),
        data_dir=folder,
        max_file_bytes=1_000_000,
        settings=settings,
        audit=AuditLog(clock),
        notices=ImportNotices(),
    )
    return database, imports


async def prepare(folder: Path) -> str:
    database, imports = open_imports(folder)
    await runner.upgrade(database)
    created = await imports.create(ImportSettings(), CURATOR)
    for number in range(FILES):
        data = regulation(number)
        await imports.add_file(created.id, CURATOR, f"{number:02}.md", io.BytesIO(data), len(data))
    await imports.work(created.id, CURATOR, imports.read)
    await database.aclose()
    return str(created.id)


async def ask(database: Database) -> None:
    """Write an entry with a gold question that the regulations come near."""
    async with database.session() as session:
        entry = await KnowledgeService(session, SystemClock()).create_entry(entry_draft(), "管理员")
        questions = GoldQuestionService(session, SystemClock())
        await questions.add(entry.id, "规定的内容是什么", QuestionOrigin.WRITTEN, "管理员")


PUBLISH = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from tests.fakes.kb_ingest_desk import CURATOR
from tests.integration.kb_ingest.test_interrupted_imports import open_imports
async def main():
    database, imports = open_imports(Path(sys.argv[1]))
    print("ready", flush=True)
    await imports.work(UUID(sys.argv[2]), CURATOR, imports.publish)
asyncio.run(main())
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)


async def test_import_killed_while_publishing_goes_on_where_it_was(tmp_path: Path) -> None:
    import_id = await prepare(tmp_path)
    database, imports = open_imports(tmp_path)
    await ask(database)
    victim = start(PUBLISH, str(tmp_path), import_id)
    while True:
        (known,) = (await imports.list_imports(None, 1)).items
        if known.state == ImportState.PUBLISHING and known.done_count > 0:
            break
        assert victim.poll() is None, f"it ended before it could be killed, with exit code {victim.returncode}"
        await asyncio.sleep(0.005)
    victim.kill()
    victim.communicate()
    detail = await imports.get(known.id)
    published = sum(file.state == FileState.PUBLISHED for file in detail.files)
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Entry)) == published * ARTICLES + 1
        assert await session.scalar(select(func.count()).select_from(IndexChangeRow)) == published * ARTICLES + 1
        (run,) = await session.scalars(select(GoldRun.id))
    await imports.recover()
    await imports.work_off()
    done = await imports.get(known.id)
    assert (done.state, counts(done)) == (ImportState.FINISHED, {"new": FILES * ARTICLES})
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Revision)) == FILES * ARTICLES + 1
        assert [run, done.test_run_id] == [*await session.scalars(select(GoldRun.id)), run]
    await database.aclose()


async def test_full_disk_while_publishing_is_said_and_mended_by_publishing_again(tmp_path: Path) -> None:
    await prepare(tmp_path)
    database, imports = open_imports(tmp_path)
    (known,) = (await imports.list_imports(None, 1)).items
    pages = (tmp_path / "test.sqlite").stat().st_size // PAGE_BYTES + 60
    with full(database, pages=pages):
        stopped = await imports.work(known.id, CURATOR, imports.publish)
    assert (stopped.state, stopped.failure) == (ImportState.READY, "disk_full")
    whole = sum(file.state == FileState.PUBLISHED for file in stopped.files)
    assert whole < FILES
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Entry)) == whole * ARTICLES
    done = await imports.work(known.id, CURATOR, imports.publish)
    assert (done.state, done.failure, counts(done)) == (ImportState.FINISHED, None, {"new": FILES * ARTICLES})
    await database.aclose()


SEND = """
import asyncio, io, resource, signal, sys
from pathlib import Path
from kb.ingest.drafts import ImportSettings
from kit.errors import DependencyError
from tests.fakes.kb_ingest_desk import CURATOR
from tests.integration.kb_ingest.test_interrupted_imports import open_imports
async def main():
    database, imports = open_imports(Path(sys.argv[1]))
    created = await imports.create(ImportSettings(), CURATOR)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    try:
        await imports.add_file(created.id, CURATOR, "a.txt", io.BytesIO(b"x" * 600_000), 600_000)
    except DependencyError as error:
        print(error.error_code, len((await imports.get(created.id)).files))
    await database.aclose()
asyncio.run(main())
"""


async def test_file_that_the_disk_does_not_take_is_not_listed(tmp_path: Path) -> None:
    database, _ = open_imports(tmp_path)
    await runner.upgrade(database)
    await database.aclose()
    said, _ = await asyncio.to_thread(start(SEND, str(tmp_path)).communicate)
    assert said.split()[-2:] == ["disk_full", "0"]
    assert [path for path in (tmp_path / "imports").rglob("*") if path.is_file()] == []
