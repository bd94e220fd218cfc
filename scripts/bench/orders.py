"""Measures customers and work orders at scale: caller → file and the order list, on SQLite and PostgreSQL.

    python -m scripts.bench.orders [--sizes 100000 300000 1000000] [--databases sqlite postgresql] [--rounds 100]

Each size is that many customers (with telephone, place and meter) and that many orders; one in fifty is open, and open
ones are the newest. What is measured are the calls that the endpoints make, database included, HTTP not.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.audit.log import AuditLog
from assist_api.customers.service import ContactSources, CustomerService
from assist_api.evaluation.figures import spread
from assist_api.http.actor import program
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from assist_api.migrations import runner
from assist_api.policies.service import Policies
from assist_api.units.models import Unit
from assist_api.work_orders.board import DispatchBoard
from assist_api.work_orders.policy import ORDER_POLICIES
from assist_api.work_orders.repository import OrderFilter
from assist_api.work_orders.schemas import BoardGroup
from assist_api.work_orders.service import WorkOrderService
from assist_api.work_orders.transitions import OrderState
from kit.clock import SystemClock
from kit.db import Database
from kit.outbox import Outbox
from scripts.bench.tables import print_table
from tests.servers.postgres import run_postgres

ZONE = ZoneInfo("Asia/Shanghai")
SIZES = (100_000, 300_000, 1_000_000)
UNITS = 20
PAGE = 50
_FILL = (
    """INSERT INTO customers (id, account_number, name, sector, customer_class, class_reason, created_at)
    SELECT {id}, 'B' || n, {name}, {sector}, 'ordinary', '', {at} FROM series""",
    """INSERT INTO customer_phones (customer_id, number, label)
    SELECT {id}, CAST(13000000000 + n AS VARCHAR(20)), '' FROM series""",
    """INSERT INTO premises (id, customer_id, address, area, area_class)
    SELECT {id}, {id}, '解放路' || n || '号', '路' || (n % 500), 'urban' FROM series""",
    "INSERT INTO meters (id, premise_id, number) SELECT {id}, {id}, 'M' || n FROM series",
    """INSERT INTO work_orders (id, number, state, business_type, sector, area, area_class, customer_id, contact_name,
    contact_phone, address, description, fields, unit_id, origin_unit_id, created_by_name, created_at, changed_at,
    due_at, urges, last_seq, idempotency_key)
    SELECT {id}, CAST(20000000000000 + n AS VARCHAR(16)), {state}, {type}, {sector}, '路' || (n % 500), 'urban', {id},
    '王', CAST(13000000000 + n AS VARCHAR(20)), '解放路' || n || '号', '家里停电半小时了，隔壁有电。', '{{}}', {unit},
    {unit}, 'bench', {at}, {at}, CASE WHEN n > {open} AND n % 10 = 0 THEN {at} END, 0, 3, 'bench-' || n FROM series""",
)
"""Every n is a customer with one order. The newest n has the highest moment; the newest fiftieth is open, and one in
ten of it is overdue: a clock that has ended leaves no limit."""
_STATE = "CASE WHEN n > {open} THEN 'dispatched' WHEN n % 40 = 0 THEN 'cancelled' ELSE 'closed' END"
_TYPE = "CASE WHEN n % 50 = 0 THEN 'complaint' WHEN n % 3 = 0 THEN 'enquiry' ELSE 'fault' END"


def main() -> None:
    """Fill, measure and print one table for each database."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.orders", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    for kind in options.databases:
        rows: dict[str, list[str]] = {}
        for size in options.sizes:
            for name, shown in _of_size(kind, size, options.rounds).items():
                rows.setdefault(name, []).append(shown)
        head = (f"{kind}, p50 / p95 ms", *(f"{size:,}" for size in options.sizes))
        print_table(f"Customers and orders on {kind}", head, [(name, *shown) for name, shown in rows.items()])


def _of_size(kind: str, size: int, rounds: int) -> dict[str, str]:
    if kind == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="tingzhi-bench-"))
        try:
            return asyncio.run(_measure(f"sqlite+aiosqlite:///{folder / 'bench.sqlite'}", size, rounds))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    with run_postgres() as server:
        return asyncio.run(_measure(server.create_database(), size, rounds))


async def _measure(url: str, size: int, rounds: int) -> dict[str, str]:
    database = Database(url)
    await runner.upgrade(database)
    began = time.perf_counter()
    unit_ids = await _make_units(database)
    if url.startswith("sqlite"):
        await asyncio.to_thread(_fill_sqlite, str(make_url(url).database), size, unit_ids)
    else:
        await _fill_postgres(database, size, unit_ids)
    print(f"{url.partition(':')[0]} {size:,} filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    shown: dict[str, str] = {}
    for name, ask in _questions(database, unit_ids, size).items():
        await ask()
        shown[name] = await _timed(ask, rounds)
        print(f"  {name}: {shown[name]}", file=sys.stderr, flush=True)
    await database.aclose()
    return shown


async def _timed(ask: Callable[[], Awaitable[object]], rounds: int) -> str:
    took: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1_000)
    figures = spread(took)
    return "–" if figures is None else f"{figures.p50:.1f} / {figures.p95:.1f}"


async def _make_units(database: Database) -> list[UUID]:
    clock = SystemClock()
    async with database.session() as session:
        units = [
            Unit(id=uuid4(), parent_id=None, kind="company", name=f"单位{number}", sector=None, created_at=clock.now())
            for number in range(UNITS)
        ]
        session.add_all(units)
        return [unit.id for unit in units]


def _fill_sqlite(path: str, size: int, unit_ids: Sequence[UUID]) -> None:
    with sqlite3.connect(path) as connection:
        connection.create_function("md5", 1, lambda n: hashlib.md5(str(n).encode()).hexdigest(), deterministic=True)  # noqa: S324
        connection.create_function("unit", 1, lambda n: unit_ids[n % UNITS].hex, deterministic=True)
        series = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {size})"
        at = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || (({size} - n) * 30) || ' seconds')"
        for statement in _FILL:
            connection.execute(_insert(statement, series.format(size=size), "md5(n)", at, "unit(n)", size))
        connection.execute("ANALYZE")


async def _fill_postgres(database: Database, size: int, unit_ids: Sequence[UUID]) -> None:
    units = "ARRAY[" + ",".join(f"'{unit_id}'" for unit_id in unit_ids) + "]"
    series = f"WITH series(n) AS (SELECT generate_series(1, {size}))"
    at = f"now() - ({size} - n) * interval '30 seconds'"
    unit = f"({units})[n % {UNITS} + 1]::uuid"
    async with database.session() as session:
        for statement in _FILL:
            await session.execute(
                text(_insert(statement, series, "md5(n::text)::uuid", at, unit, size).replace("::", "\\:\\:"))
            )
        await session.execute(text("ANALYZE"))


def _insert(statement: str, series: str, new_id: str, at: str, unit: str, size: int) -> str:
    """Return a statement with its expressions; a series stands before the SELECT of an INSERT on both databases."""
    sector = "CASE n % 5 WHEN 0 THEN 'power' WHEN 1 THEN 'heating' WHEN 2 THEN 'water' WHEN 3 THEN 'gas' ELSE 'tv' END"
    is_open_from = size - size // 50
    filled = statement.format(
        id=new_id, name="'客户' || n", sector=sector, at=at, unit=unit, state=_STATE.format(open=is_open_from),
        type=_TYPE, open=is_open_from,
    )  # fmt: skip
    head, select_part = filled.split("SELECT", 1)
    return f"{head} {series} SELECT{select_part}"


def _questions(database: Database, unit_ids: Sequence[UUID], size: int) -> dict[str, Callable[[], Awaitable[object]]]:
    clock, chance = SystemClock(), random.Random(7)  # noqa: S311  # rejected: no secret
    audit = AuditLog(clock)
    policies = Policies(database, clock, audit, ORDER_POLICIES)
    admin = _account(Role.ADMIN, None)
    actor = program("bench")

    async def caller() -> None:
        async with database.session() as session:
            customers = CustomerService(session, clock, audit, ContactSources())
            hits = await customers.search(str(13_000_000_000 + chance.randint(1, size)))
            await customers.read_file(actor, hits.items[0].id)
            await orders_of(session).open_of([hits.items[0].id])

    def orders_of(session: AsyncSession) -> WorkOrderService:
        customers = CustomerService(session, clock, audit, ContactSources())
        return WorkOrderService(session, clock, audit, Outbox(clock), policies, customers, ZONE)

    def listing(account: Callable[[], CurrentAccount], wanted: OrderFilter) -> Callable[[], Awaitable[object]]:
        async def ask() -> None:
            async with database.session() as session:
                await orders_of(session).page(account(), wanted, limit=PAGE, place=None)

        return ask

    async def board() -> None:
        async with database.session() as session:
            await DispatchBoard(session, clock).show(dispatcher(), BoardGroup.AREA, OrderFilter())

    def everyone() -> CurrentAccount:
        return admin

    def dispatcher() -> CurrentAccount:
        return _account(Role.SUPERVISOR, chance.choice(unit_ids))

    return {
        "caller → file with open orders": caller,
        "list, all units: everything": listing(everyone, OrderFilter()),
        "list, all units: open": listing(everyone, OrderFilter(is_open=True)),
        "list, all units: overdue": listing(everyone, OrderFilter(is_open=True, overdue_at=clock.now())),
        "list, all units: closed heating enquiries": listing(
            everyone, OrderFilter(state=OrderState.CLOSED, sector="heating", business_type="enquiry")
        ),
        "list, all units: cancelled gas complaints": listing(
            everyone, OrderFilter(state=OrderState.CANCELLED, sector="gas", business_type="complaint")
        ),
        "list, own unit: open": listing(dispatcher, OrderFilter(is_open=True)),
        "list, own unit: overdue": listing(dispatcher, OrderFilter(is_open=True, overdue_at=clock.now())),
        "list, own unit: complaints": listing(dispatcher, OrderFilter(business_type="complaint")),
        "list, own unit: cancelled heating complaints": listing(
            dispatcher, OrderFilter(state=OrderState.CANCELLED, sector="heating", business_type="complaint")
        ),
        "board of one's own unit, by area": board,
    }


def _account(role: Role, unit_id: UUID | None) -> CurrentAccount:
    return CurrentAccount(
        uuid4(), uuid4(), "bench", "bench", role, "zh-CN", must_change_password=False, unit_id=unit_id
    )


if __name__ == "__main__":
    main()
