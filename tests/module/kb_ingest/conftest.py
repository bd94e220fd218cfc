from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assist_api.audit.log import AuditLog
from assist_api.imports.notices import ImportNotices
from assist_api.imports.service import DocumentImports
from assist_api.migrations import runner
from kb.settings import KBSettings
from kit.db import Database
from kit.jobs import JobQueue
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_ingest_desk import ImportDesk, QuietIndex, gate_over


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await runner.upgrade(database)
    yield database
    await database.aclose()


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> ImportDesk:
    clock = SteppingClock()
    imports = DocumentImports(
        database,
        clock,
        QuietIndex(),
        gate_over(database, clock, tmp_path).admit_batch,
        jobs=JobQueue(clock),
        data_dir=tmp_path,
        max_file_bytes=2_000_000,
        settings=KBSettings(_env_file=None, import_max_files=20),
        audit=AuditLog(clock),
        notices=ImportNotices(),
    )
    return ImportDesk(imports, database, clock)
