from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from kit.commit_hooks import call_after_commit, call_before_commit, gather_after_commit, gather_before_commit
from kit.db import Database

pytestmark = pytest.mark.module


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (note VARCHAR(20))"))
    yield database
    await database.aclose()


async def notes(database: Database) -> list[str]:
    async with database.session() as session:
        return list(await session.scalars(text("SELECT note FROM notes")))


async def write(session: AsyncSession, note: str) -> None:
    await session.execute(text("INSERT INTO notes VALUES (:note)"), {"note": note})


async def test_hooks_run_once_in_order_around_the_commit(database: Database) -> None:
    told: list[str] = []

    def last_act(session: Session) -> None:
        told.append("before")
        session.execute(text("INSERT INTO notes VALUES ('last')"))

    async with database.session() as session:
        await write(session, "first")
        for _ in range(2):
            call_after_commit(session, tell := _teller(told, "after"))
            call_before_commit(session, last_act)
        call_after_commit(session, tell)
        await session.commit()
        assert told == ["before", "after", "after"]
        await write(session, "more")
    assert told == ["before", "after", "after"]
    assert await notes(database) == ["first", "last", "more"]


def _teller(told: list[str], word: str) -> Callable[[], None]:
    return lambda: told.append(word)


async def test_the_last_hook_comes_behind_the_others_whatever_the_order(database: Database) -> None:
    told: list[str] = []
    async with database.session() as session:
        await write(session, "first")
        call_before_commit(session, lambda _session: told.append("last"), is_last=True)
        call_before_commit(session, lambda _session: told.append("other"))
    assert told == ["other", "last"]


async def test_the_release_of_a_savepoint_is_no_commit(database: Database) -> None:
    told: list[str] = []
    async with database.session() as session:
        await write(session, "first")
        call_before_commit(session, lambda _session: told.append("before"))
        call_after_commit(session, lambda: told.append("after"))
        async with session.begin_nested():
            await write(session, "nested")
        assert told == []
        with pytest.raises(LookupError):
            async with session.begin_nested():
                await write(session, "undone")
                raise LookupError
        assert told == []
    assert told == ["before", "after"]
    assert await notes(database) == ["first", "nested"]


async def test_a_rollback_forgets_the_hooks(database: Database) -> None:
    told: list[str] = []
    async with database.session() as session:
        call_before_commit(session, lambda _session: told.append("before"))
        call_after_commit(session, lambda: told.append("after"))
        await write(session, "undone")
        await session.rollback()
        await write(session, "kept")
    assert told == []
    assert await notes(database) == ["kept"]


async def test_a_hook_that_fails_undoes_the_transaction(database: Database) -> None:
    def fail(_session: Session) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        async with database.session() as session:
            await write(session, "undone")
            call_before_commit(session, fail)
    assert await notes(database) == []


async def test_items_of_a_transaction_are_handed_over_together_around_its_commit(database: Database) -> None:
    told: list[tuple[str, list[int]]] = []

    def before(_session: Session, items: list[int]) -> None:
        told.append(("before", list(items)))

    def after(items: list[int]) -> None:
        told.append(("after", list(items)))

    async with database.session() as session:
        await write(session, "undone")
        gather_before_commit(session, before, 1)
        gather_after_commit(session, after, 1)
        await session.rollback()
        await write(session, "kept")
        async with session.begin_nested():
            gather_after_commit(session, after, 2)
        gather_before_commit(session, before, 3)
        gather_before_commit(session, before, 4)
        assert told == []
        await session.commit()
        assert told == [("before", [3, 4]), ("after", [2])]
        await write(session, "more")
        gather_after_commit(session, after, 5)
    assert told == [("before", [3, 4]), ("after", [2]), ("after", [5])]
