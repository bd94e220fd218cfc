"""A process killed in the middle of publications leaves whole ones only."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.entries.models import Entry, Revision, RevisionState
from kb.gold.models import GoldRun
from kit.db import Database

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
PUBLICATIONS_BEFORE_EACH_KILL = (1, 3, 2)
"""Differing, and each kill comes at another time after the last line; a publication takes some 20 ms."""


def publish_and_kill(database_url: str, data_dir: Path, publications: int, pause_seconds: float) -> int:
    """Let a process publish, kill it with signal 9, and return the last number it told."""
    command = [sys.executable, "-m", "tests.fakes.kb_gold_victim", database_url, str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        for number, line in enumerate(victim.stdout, start=1):
            if number >= publications:
                time.sleep(pause_seconds)
                victim.kill()
                return int(line)
    raise AssertionError("the victim ended by itself")


async def test_every_revision_has_its_run_or_is_not_there(database_url: str, tmp_path: Path) -> None:
    for kill, publications in enumerate(PUBLICATIONS_BEFORE_EACH_KILL):
        told = publish_and_kill(database_url, tmp_path, publications, pause_seconds=0.004 + 0.007 * kill)
        database = Database(database_url)
        async with database.session() as session:
            revisions = list(await session.scalars(select(Revision).order_by(Revision.number)))
            runs = list(await session.scalars(select(GoldRun)))
            (entry,) = await session.scalars(select(Entry))
        await database.aclose()
        assert [revision.number for revision in revisions] == list(range(1, len(revisions) + 1))
        assert told <= len(revisions)
        assert [r.id for r in revisions if r.state == RevisionState.PUBLISHED] == [entry.current_revision_id]
        # The first revision came before there was any question.
        assert {run.revision_id for run in runs} == {revision.id for revision in revisions[1:]}
        assert len(runs) == len(revisions) - 1
        assert all(run.question_count == 1 and run.after for run in runs)
