from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from assist_api.accounts.models import Account
from assist_api.audit.chain import ChainFault, ChainPoint, FaultKind
from assist_api.audit.log import AuditLog
from assist_api.audit.models import AuditEntry
from assist_api.audit.repository import AuditFilter
from assist_api.audit.service import AuditReader
from assist_api.cli.main import run
from assist_api.http.actor import Actor, program
from assist_api.http.permissions import Role
from assist_api.migrations import runner
from kit.db import Database
from tests.fakes.kb_core_clock import SteppingClock

pytestmark = pytest.mark.module

LI_NA = Actor(UUID(int=7), "李娜", Role.CURATOR.value, None, "192.0.2.7", UUID(int=8))


@pytest.fixture
def log() -> AuditLog:
    return AuditLog(SteppingClock())


def account(name: str) -> Account:
    return Account(
        id=uuid4(),
        username=name,
        display_name=name,
        role="agent",
        locale="en",
        password_hash="x",
        must_change_password=False,
        is_active=True,
        created_at=SteppingClock().now(),
    )


async def publish(database: Database, log: AuditLog, object_id: str, times: int = 1) -> None:
    async with database.session() as session:
        for _ in range(times):
            log.record(session, LI_NA, "entry.published", "entry", object_id, before={"title": "旧"}, after="新")


async def entries(database: Database) -> list[AuditEntry]:
    return list(reversed(await AuditReader(database).page(AuditFilter(), limit=1000)))


async def test_entry_holds_who_what_when_and_digests_instead_of_values(database: Database, log: AuditLog) -> None:
    await publish(database, log, "e1")
    (entry,) = await entries(database)
    assert (entry.number, entry.actor_id, entry.actor_name, entry.actor_role) == (
        1,
        LI_NA.account_id,
        "李娜",
        "curator",
    )
    assert (entry.address, entry.session_id, entry.action) == ("192.0.2.7", LI_NA.session_id, "entry.published")
    assert entry.before_digest != entry.after_digest
    assert "旧" not in repr(vars(entry))


async def test_equal_objects_have_equal_digests(database: Database, log: AuditLog) -> None:
    await publish(database, log, "e1", times=2)
    one, other = await entries(database)
    assert (one.before_digest, one.after_digest) == (other.before_digest, other.after_digest)


async def test_change_that_fails_leaves_no_entry_and_no_gap(database: Database, log: AuditLog) -> None:
    await publish(database, log, "e1")
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            log.record(session, LI_NA, "account.created", "account", "a")
            session.add_all([account("same"), account("same")])
    async with database.session() as session:
        log.record(session, LI_NA, "account.created", "account", "b")
        await session.rollback()
    await publish(database, log, "e2")
    assert [(entry.number, entry.object_id) for entry in await entries(database)] == [(1, "e1"), (2, "e2")]
    async with database.session() as session:
        assert (await session.scalars(select(Account))).all() == []


async def test_session_that_commits_twice_writes_each_entry_once(database: Database, log: AuditLog) -> None:
    async with database.session() as session:
        log.record(session, LI_NA, "entry.published", "entry", "e1")
        await session.commit()
        log.record(session, LI_NA, "entry.published", "entry", "e2")
    assert [entry.object_id for entry in await entries(database)] == ["e1", "e2"]


async def test_savepoint_cannot_hold_an_entry(database: Database, log: AuditLog) -> None:
    async with database.session() as session, session.begin_nested():
        with pytest.raises(RuntimeError, match="outside savepoints"):
            log.record(session, LI_NA, "entry.published", "entry", "e1")


async def test_many_writers_make_one_chain(database: Database, log: AuditLog) -> None:
    other = Database(database.url.render_as_string(hide_password=False))

    async def write(number: int) -> None:
        one = database if number % 2 else other
        async with one.session() as session:
            # Each writer records before, between and after its changes: no order of theirs may lock another out.
            log.record(session, LI_NA, "account.created", "account", f"{number}-first")
            session.add(account(f"name-{number}"))
            await session.flush()
            await session.execute(update(Account).where(Account.username == f"name-{number}").values(locale="zh-CN"))
            log.record(session, LI_NA, "account.changed", "account", f"{number}-second")

    async with asyncio.TaskGroup() as group:
        for number in range(24):
            group.create_task(write(number))
    await other.aclose()
    found = await entries(database)
    assert [entry.number for entry in found] == list(range(1, 49))
    # Both entries of a transaction stand together.
    pairs = [(found[at].object_id, found[at + 1].object_id) for at in range(0, 48, 2)]
    assert sorted(pairs) == sorted((f"{number}-first", f"{number}-second") for number in range(24))
    assert (await AuditReader(database).verify()).fault is None


async def test_check_finds_what_was_done_to_the_table(database: Database, log: AuditLog) -> None:
    reader = AuditReader(database)
    assert (await reader.verify()).fault is None
    await publish(database, log, "e1", times=30)
    whole = await reader.verify()
    assert (whole.entries, whole.checked, whole.fault) == (30, 30, None)
    assert (await reader.verify(newest=5)).checked == 5

    async with database.session() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.number == 12).values(actor_name="王伟"))
    assert (await reader.verify()).fault == ChainFault(12, FaultKind.CHANGED)
    assert (await reader.verify(newest=5)).fault is None

    async with database.session() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.number == 9))
    assert (await reader.verify()).fault == ChainFault(9, FaultKind.MISSING)

    async with database.session() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.number == 12).values(actor_name="李娜"))
        await session.execute(delete(AuditEntry).where(AuditEntry.number >= 9))
    assert (await reader.verify()).fault == ChainFault(9, FaultKind.CUT_OFF)


async def test_anchor_must_be_in_the_chain(database: Database, log: AuditLog) -> None:
    await publish(database, log, "e1", times=3)
    reader = AuditReader(database)
    noted = await reader.verify()
    await publish(database, log, "e2")
    assert (await reader.verify(anchor=ChainPoint(noted.entries, noted.head_hash))).fault is None
    assert (await reader.verify(anchor=ChainPoint(3, "a" * 64))).fault == ChainFault(3, FaultKind.NOT_ANCHORED)


async def test_filters_and_pages(database: Database, log: AuditLog) -> None:
    await publish(database, log, "e1", times=3)
    async with database.session() as session:
        log.record(session, program("nightly run"), "run.finished", "test_run", "r1", details={"questions": 9})
    reader = AuditReader(database)
    (run_entry,) = await reader.page(AuditFilter(action="run."), limit=10)
    assert (run_entry.details, run_entry.actor_role) == ({"questions": 9}, "system")
    assert len(await reader.page(AuditFilter(actor_id=LI_NA.account_id), limit=10)) == 3
    assert len(await reader.page(AuditFilter(actor_name="night"), limit=10)) == 1
    assert len(await reader.page(AuditFilter(object_kind="entry", object_id="e1"), limit=10)) == 3
    assert len(await reader.page(AuditFilter(since=run_entry.at), limit=10)) == 1
    assert len(await reader.page(AuditFilter(until=run_entry.at - timedelta(seconds=1)), limit=10)) == 2
    first = await reader.page(AuditFilter(), limit=3)
    second = await reader.page(AuditFilter(), limit=3, before=first[-1].number)
    assert [entry.number for entry in (*first, *second)] == [4, 3, 2, 1]
    assert [entry.number async for entry in reader.newest_first(AuditFilter(), 2)] == [4, 3]


@pytest.fixture
def command_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    url = f"sqlite+aiosqlite:///{tmp_path / 'tingzhi.sqlite'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSIST_DATABASE_URL", url)
    monkeypatch.setenv("ASSIST_DATA_DIR", str(tmp_path))
    return Database(url)


async def _fill(database: Database, log: AuditLog) -> None:
    await runner.upgrade(database)
    await publish(database, log, "e1", times=4)
    await database.aclose()


def test_commands_check_and_export(
    command_database: Database, log: AuditLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_fill(command_database, log))
    with pytest.raises(SystemExit) as ended:
        run(["audit", "verify", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (ended.value.code, found["entries"], found["fault"]) == (0, 4, None)
    for arguments in (["export", "log.jsonl"], ["export", "log.csv", "--format", "csv"]):
        with pytest.raises(SystemExit) as ended:
            run(["audit", *arguments])
        assert ended.value.code == 0
    with pytest.raises(SystemExit) as ended:
        run(["audit", "verify", "--file", "log.jsonl", "--anchor", f"4:{found['head_hash']}"])
    assert ended.value.code == 0
    assert len((tmp_path / "log.csv").read_text(encoding="utf-8-sig").splitlines()) == 1 + 5

    asyncio.run(_change(command_database))
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(["audit", "verify"])
    assert (ended.value.code, capsys.readouterr().out) == (
        1,
        "The audit log is broken at entry 2: its contents were changed, or it does not follow the entry before it.\n",
    )
    assert run(["audit", "export", "log.csv"]) == 2


async def _change(database: Database) -> None:
    async with database.session() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.number == 2).values(object_id="e9"))
    await database.aclose()
