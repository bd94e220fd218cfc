"""`tingzhi demo-town`: a small town of customers, units and work orders in every state, for trying the pages."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.audit.log import AuditLog
from assist_api.cli.console import prepare_logging
from assist_api.customers.file_format import CustomerLine
from assist_api.customers.service import ContactSources, CustomerService
from assist_api.http.actor import Actor, program
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from assist_api.migrations import runner
from assist_api.organisation.schemas import UnitCreation
from assist_api.organisation.service import UnitService
from assist_api.policies.service import Policies
from assist_api.settings import AssistSettings
from assist_api.units.tree import UnitKind
from assist_api.work_orders.policy import DISPATCH, FIELDS, LIMITS
from assist_api.work_orders.schemas import CallbackOutcome, OrderActionRequest, OrderDraft
from assist_api.work_orders.service import WorkOrderService
from assist_api.work_orders.transitions import OrderAction, OrderState
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import ConflictError
from kit.outbox import Outbox

STREETS = ("解放路", "沂蒙路", "金雀山路", "银雀山路", "通达路", "滨河路", "兰山路", "陶然路")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("建国", "秀英", "伟", "芳", "敏", "静", "磊", "洋", "艳", "军", "杰", "娟", "涛", "明", "超", "霞")
MATTERS = {
    "power": ("家里突然停电，邻居家有电。", "总表箱有焦糊味，空开合不上。", "路灯杆下的电线掉下来了。"),
    "heating": ("暖气不热，室温只有十四度。", "暖气管接口漏水。", "入户阀门打不开。"),
    "water": ("整栋楼没有水。", "水表井往外冒水。", "水发黄，有铁锈味。"),
    "gas": ("厨房里闻到燃气味，已关阀开窗。", "燃气灶打不着火，表显示有余额。"),
    "tv": ("机顶盒没有信号。", "宽带一直掉线。"),
}
COMPANIES = {"power": "供电公司", "heating": "热力公司", "water": "水务公司", "gas": "燃气公司", "tv": "广电网络"}
_S, _A = OrderState, OrderAction
_WORKED = (_A.TAKE, _A.ARRIVE, _A.FINISH)
PATHS: Mapping[OrderState, Sequence[OrderAction]] = {
    _S.DRAFT: (),
    _S.ACCEPTED: (),
    _S.DISPATCHED: (_A.DISPATCH,),
    _S.TAKEN: (_A.DISPATCH, _A.TAKE),
    _S.ON_SITE: (_A.DISPATCH, _A.TAKE, _A.ARRIVE),
    _S.DONE: (_A.DISPATCH, *_WORKED),
    _S.CALLBACK_DUE: (_A.DISPATCH, *_WORKED, _A.REVIEW),
    _S.CLOSED: (_A.DISPATCH, *_WORKED, _A.REVIEW, _A.CLOSE),
    _S.RETURNED: (_A.DISPATCH, _A.RETURN),
    _S.SUSPENDED: (_A.DISPATCH, _A.TAKE, _A.SUSPEND),
    _S.ESCALATED: (_A.DISPATCH, _A.URGE, _A.ESCALATE),
    _S.MERGED: (_A.MERGE,),
    _S.CANCELLED: (_A.CANCEL,),
}
"""What leads from an accepted order to each state."""
SECTORS = tuple(COMPANIES)
_MARK = "DEMO"
"""Begins the account numbers of the town, so that it is never made twice."""


class _PastClock(SystemClock):
    """Gives moments of the last days, so that the clocks of the orders differ."""

    def __init__(self) -> None:
        super().__init__()
        self.back = timedelta(0)

    def now(self) -> datetime:
        return super().now() - self.back


def demo_town(
    customers: Annotated[int, typer.Option(min=1, max=20_000, help="How many customers.")] = 300,
    orders: Annotated[int, typer.Option(min=0, max=20_000, help="How many work orders.")] = 130,
) -> None:
    """Fill the database with a small town; needs the first account, so start the server once before."""
    prepare_logging(AssistSettings.load())
    asyncio.run(_fill(customers, orders))


async def _fill(customers: int, orders: int) -> None:
    database = Database(AssistSettings.load().effective_database_url)
    try:
        await runner.upgrade(database)
        await make_town(database, customers, orders)
    finally:
        await database.aclose()
    Console().print(f"{customers} customers and {orders} work orders")


async def make_town(database: Database, customers: int, orders: int) -> None:
    """Write the town in one transaction.

    Raises:
        ConflictError: `demo_town_exists`, or `no_account`: nobody is there whose orders they could be.
    """
    clock = _PastClock()
    audit, chance, actor = AuditLog(clock), random.Random(7), program("demo-town")  # noqa: S311  # rejected: a demo
    async with database.session() as session:
        account = await _first_admin(session)
        registry = CustomerService(session, clock, audit, ContactSources())
        if (await registry.search(f"{_MARK}000000")).items:
            raise ConflictError("The demo town is there already.", code="demo_town_exists")
        lines = [_customer(chance, index) for index in range(customers)]
        await registry.take(actor, lines)
        units = await _units(session, clock, audit, actor)
        policies = Policies(database, clock, audit, (LIMITS, DISPATCH, FIELDS))
        service = WorkOrderService(session, clock, audit, Outbox(clock), policies, registry)
        last: UUID | None = None
        for index in range(orders):
            state = list(PATHS)[index % len(PATHS)]
            clock.back = timedelta(minutes=chance.randrange(5, 4_000))
            line = chance.choice(lines)
            hit = (await registry.search(line.account_number)).items[0]
            made = await service.create(account, actor, _draft(chance, line, hit.id, is_draft=state is _S.DRAFT))
            for action in PATHS[state]:
                clock.back = max(clock.back - timedelta(minutes=chance.randrange(1, 30)), timedelta(0))
                request = _request(action, units[line.sector], last)
                await service.act(account, actor, made.order.id, request)
            last = made.order.id if state is _S.ACCEPTED else last


async def _first_admin(session: AsyncSession) -> CurrentAccount:
    row = await session.scalar(select(Account).where(Account.role == Role.ADMIN).order_by(Account.created_at).limit(1))
    if row is None:
        raise ConflictError("Start the server once, so that there is an account.", code="no_account")
    return CurrentAccount(
        row.id, uuid4(), row.username, row.display_name, Role.ADMIN, row.locale, must_change_password=False
    )


async def _units(session: AsyncSession, clock: SystemClock, audit: AuditLog, actor: Actor) -> dict[str, UUID]:
    service = UnitService(session, clock, audit)
    known = {unit.name: unit.id for unit in (await service.list_all()).items}
    made: dict[str, UUID] = {}
    for sector, name in COMPANIES.items():
        if name not in known:
            company = UnitCreation.model_validate({"kind": UnitKind.COMPANY, "name": name, "sector": sector})
            known[name] = (await service.create(actor, company)).id
        made[sector] = known[name]
    return made


def _customer(chance: random.Random, index: int) -> CustomerLine:
    street = chance.choice(STREETS)
    is_vip, is_important = index % 41 == 0, index % 13 == 0
    return CustomerLine(
        account_number=f"{_MARK}{index:06d}",
        name=chance.choice(SURNAMES) + chance.choice(GIVEN),
        sector=SECTORS[index % len(SECTORS)],
        phones=(f"139{chance.randrange(10**8):08d}",),
        address=f"{street}{chance.randrange(1, 200)}号{chance.randrange(1, 20)}号楼{chance.randrange(1, 4)}单元"
        f"{chance.randrange(1, 18)}0{chance.randrange(1, 4)}",
        area=street,
        area_class=("urban", "urban", "rural", "remote")[index % 4],
        meter_numbers=(f"M{index:08d}",),
        customer_class="vip" if is_vip else "important" if is_important else "ordinary",
        class_reason="重点企业" if is_vip else "家中有制氧机" if is_important else "",
        class_until=date(2027, 12, 31) if is_vip else None,
    )


def _draft(chance: random.Random, line: CustomerLine, customer_id: UUID, *, is_draft: bool) -> OrderDraft:
    return OrderDraft.model_validate(
        {
            "business_type": "fault",
            "sector": line.sector,
            "customer_id": customer_id,
            "contact_name": line.name,
            "contact_phone": line.phones[0],
            "address": line.address,
            "area": line.area,
            "area_class": line.area_class,
            "description": chance.choice(MATTERS[line.sector]),
            "idempotency_key": f"demo-town-{uuid4().hex}",
            "is_draft": is_draft,
        }
    )


def _request(action: OrderAction, unit_id: UUID, parent_id: UUID | None) -> OrderActionRequest:
    return OrderActionRequest(
        action=action,
        reason="演示",
        unit_id=unit_id if action is _A.DISPATCH else None,
        parent_id=parent_id if action is _A.MERGE else None,
        outcome=CallbackOutcome.SATISFIED if action is _A.CLOSE else None,
        result="已处理，恢复正常" if action is _A.FINISH else "",
    )
