"""A small town of customers, units and work orders in every state, for trying the pages."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.addresses.file_format import PlaceLine
from assist_api.addresses.names import PlaceLevel
from assist_api.addresses.service import AddressService
from assist_api.audit.log import AuditLog
from assist_api.customers.file_format import CustomerLine
from assist_api.customers.models import Customer
from assist_api.customers.service import ContactSources, CustomerService
from assist_api.http.actor import Actor, actor_of, program
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from assist_api.organisation.schemas import UnitCreation
from assist_api.organisation.service import UnitService
from assist_api.policies.service import Policies
from assist_api.units.tree import UnitKind
from assist_api.work_orders.complaints import ComplaintVerdict
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.policy import DISPATCH, ORDER_POLICIES, SLOTS, SlotRule, WorkOrderSlots
from assist_api.work_orders.schemas import CallbackOutcome, OrderActionRequest, OrderDraft
from assist_api.work_orders.service import WorkOrderService
from assist_api.work_orders.transitions import OrderAction, OrderState
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import ConflictError
from kit.outbox import Outbox

DISTRICT = "兰山区"
ESTATES = ("阳光花园", "幸福小区", "碧水家园", "金都公寓", "锦绣华庭", "书香苑", "翠湖新村", "和谐家园")
"""One estate on each street."""
BUILDINGS = 6
STREETS = ("解放路", "沂蒙路", "金雀山路", "银雀山路", "通达路", "滨河路", "兰山路", "陶然路")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("建国", "秀英", "伟", "芳", "敏", "静", "磊", "洋", "艳", "军", "杰", "娟", "涛", "明", "超", "霞")


class Matter(NamedTuple):
    """What somebody reports.

    Attributes:
        text: In the caller's words.
        situation: Of the taxonomy.
    """

    text: str
    situation: str


MATTERS = {
    "power": (
        Matter("家里突然停电，邻居家有电。", "power.outage.single"),
        Matter("总表箱有焦糊味，空开合不上。", "power.outage.partial"),
        Matter("灯一闪一闪的，电压不稳。", "power.quality.voltage"),
    ),
    "heating": (
        Matter("暖气不热，室温只有十四度。", "heating.warmth.cold"),
        Matter("暖气管接口漏水。", "heating.leak.indoor"),
        Matter("小区里的供热管井往外冒热气。", "heating.leak.network"),
    ),
    "water": (
        Matter("整栋楼没有水。", "water.supply.outage"),
        Matter("水表井往外冒水。", "water.leak.burst"),
        Matter("水发黄，有铁锈味。", "water.quality.colour"),
    ),
    "gas": (
        Matter("厨房里闻到燃气味，已关阀开窗。", "gas.safety.leak"),
        Matter("燃气灶打不着火，表显示有余额。", "gas.supply.appliance"),
    ),
    "tv": (
        Matter("机顶盒没有信号。", "tv.signal.none"),
        Matter("画面马赛克，一直卡。", "tv.signal.poor"),
    ),
}
OUTAGE = Matter("整栋楼都没电了，路灯也灭了。", "power.outage.area")
OUTAGE_REPORTS = 5
VISITING_TIMES = ((time(9), time(11)), (time(14), time(16)), (time(16), time(18)))
VISITS = 4
"""Visits of one unit in a span."""
COMPLAINTS = (
    ("抢修的师傅说话很冲，没修好就走了。", "service", ()),
    ("报装申请交了一个月，没有人联系我。", "business", (OrderAction.CONTACT, OrderAction.FINISH)),
    ("上个月电费比往年同期多一倍，查表也没有结果。", "billing", (OrderAction.FINISH, OrderAction.VERIFY)),
    ("一个月停了四次电，每次都不通知。", "outage", (OrderAction.FINISH, OrderAction.VERIFY, OrderAction.ANSWER)),
)
"""In the words of the caller, the kind, and what was done since the complaint was taken."""
AGENTS = ("李敏", "赵晓燕", "周航")
"""Who took the orders of the last weeks."""
HISTORY_SHARE, RETURNING = 10, 4
"""For ten orders there is one more that is weeks old; of four such callers one came again."""
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
_KEY = "demo-town-{}"
"""The key of each order, so that what an interrupted try has made is not made again."""
ORDERS_AT_ONCE = 10
"""In one unit of work: a third of a second, in which SQLite lets nobody else write."""


class _PastClock(SystemClock):
    """Gives moments of the last days, so that the clocks of the orders differ."""

    def __init__(self) -> None:
        super().__init__()
        self.back = timedelta(0)

    def now(self) -> datetime:
        return super().now() - self.back


@dataclass(frozen=True, slots=True)
class _Books:
    """The services that write the town, in one unit of work.

    Attributes:
        session: Of the unit of work.
        clock: The moment that is written down for what is made.
        audit: Names the program that wrote the town.
        registry: Of the customers.
        orders: Writes the orders; nobody is told.
        account: Whose orders they are.
        actor: Who writes them.
    """

    session: AsyncSession
    clock: _PastClock
    audit: AuditLog
    registry: CustomerService
    orders: WorkOrderService
    account: CurrentAccount
    actor: Actor

    async def has_order(self, key: str) -> bool:
        wanted = select(WorkOrder.id).where(WorkOrder.idempotency_key == _KEY.format(key)).limit(1)
        return await self.session.scalar(wanted) is not None

    async def write_order(self, line: CustomerLine, matter: Matter, key: str, *, is_draft: bool) -> UUID:
        customer = (await self.registry.search(line.account_number)).items[0].id
        draft = _draft(line, customer, matter, key, is_draft=is_draft)
        return (await self.orders.create(self.account, self.actor, draft)).order.id

    async def newest_accepted(self, *, but: UUID) -> UUID | None:
        wanted = (
            select(WorkOrder.id)
            .where(WorkOrder.state == _S.ACCEPTED, WorkOrder.id != but)
            .order_by(WorkOrder.number.desc())
            .limit(1)
        )
        return await self.session.scalar(wanted)

    async def keep_overdue_quiet(self) -> None:
        """Note that everybody was told: limits that have passed are history of the town, not news."""
        await self.session.execute(update(WorkOrder).values(overdue_told_at=SystemClock().now()))


async def has_customers(session: AsyncSession) -> bool:
    """Tell whether anybody has customers or orders here: then a demo town would be in the way."""
    found = await session.scalar(select(Customer.id).limit(1))
    return found is not None or await session.scalar(select(WorkOrder.id).limit(1)) is not None


async def has_begun(session: AsyncSession) -> bool:
    """Tell whether the first customer of the town is there."""
    first = select(Customer.id).where(Customer.account_number == f"{_MARK}000000")
    return await session.scalar(first) is not None


Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a unit of work that is committed where its block ends well."""


async def make_town(database: Database, zone: ZoneInfo, customers: int, orders: int) -> None:
    """Write the town, then the rules that send its orders to its units.

    Raises:
        ConflictError: `demo_town_exists`, or `no_account`: nobody is there whose orders they could be.
    """
    clock = SystemClock()
    async with database.session() as session:
        if await has_begun(session):
            raise ConflictError("The demo town is there already.", code="demo_town_exists")
    units = await fill_town(database.session, database, zone, customers, orders)
    await choose_rules(Policies(database, clock, AuditLog(clock), ORDER_POLICIES), units)


async def fill_town(
    transaction: Transaction, database: Database, zone: ZoneInfo, customers: int, orders: int
) -> dict[str, UUID]:
    """Write the town in small units of work, so that nobody waits for one long one; return the unit of each sector.

    What an interrupted try has written is kept, and the rest is added.

    Raises:
        ConflictError: `no_account`.
    """
    clock = _PastClock()
    lines = [_customer(random.Random(f"customer {index}"), index) for index in range(customers)]  # noqa: S311  # rejected: a demo
    opened = partial(_opened, transaction, database, zone, clock)
    async with opened() as books:
        if not await has_begun(books.session):
            await books.registry.take(books.actor, lines)
            await AddressService(books.session, clock, books.audit).take(books.actor, places())
        units = await _units(books.session, clock, books.audit, books.actor)
    for first in range(0, orders, ORDERS_AT_ONCE):
        async with opened() as books:
            for index in range(first, min(first + ORDERS_AT_ONCE, orders)):
                if not await books.has_order(f"order-{index}"):
                    await _order_on_its_way(books, index, lines, units)
            await books.keep_overdue_quiet()
    for index, line in enumerate(lines[: orders // HISTORY_SHARE]):
        async with opened() as books:
            await _order_of_the_past(books, index, line, units[line.sector])
    if orders:
        async with opened() as books:
            await _outage(books, lines)
        async with opened() as books:
            if not await books.has_order("complaint-0"):
                await _complaints(books, lines[0], units["power"])
    return units


def places() -> list[PlaceLine]:
    """Return the address tree of the town: one district, its streets, their estates and buildings."""
    levels = (PlaceLevel.DISTRICT, PlaceLevel.STREET, PlaceLevel.COMMUNITY, PlaceLevel.BUILDING)
    found = [PlaceLine(1, (DISTRICT,), levels[:1])]
    for number, (street, estate) in enumerate(zip(STREETS, ESTATES, strict=True), start=1):
        path = (DISTRICT, street, estate)
        feeder = f"10kV {street.removesuffix('路')}线"
        area_class = ("urban", "urban", "rural", "remote")[number % 4]
        found.append(PlaceLine(1, path[:2], levels[:2], area_class=area_class, feeder=feeder))
        found.append(PlaceLine(1, path, levels[:3], equipment=f"{estate}{number}号箱变"))
        found += [PlaceLine(1, (*path, f"{item}号楼"), levels) for item in range(1, BUILDINGS + 1)]
    return found


async def choose_rules(policies: Policies, units: Mapping[str, UUID]) -> None:
    """Send the orders of each sector to its unit, unless somebody has chosen rules already."""
    await policies.refresh()
    if policies.current(DISPATCH).rules:
        return
    rules = [{"sector": sector, "unit_id": str(unit_id)} for sector, unit_id in units.items()]
    actor, note = program("demo-town"), "demo town"
    await policies.choose(actor, DISPATCH.name, {"rules": rules}, note=note, based_on=None)
    slots = [
        SlotRule(unit_id=unit_id, start=start, end=end, capacity=VISITS)
        for unit_id in units.values()
        for start, end in VISITING_TIMES
    ]
    visits = WorkOrderSlots(rules=tuple(slots)).model_dump(mode="json")
    await policies.choose(actor, SLOTS.name, visits, note=note, based_on=None)


@asynccontextmanager
async def _opened(
    transaction: Transaction, database: Database, zone: ZoneInfo, clock: _PastClock
) -> AsyncIterator[_Books]:
    """Open a unit of work with the services that write into it."""
    audit = AuditLog(clock)
    policies = Policies(database, clock, audit, ORDER_POLICIES)
    async with transaction() as session:
        registry = CustomerService(session, clock, audit, ContactSources())
        # Nobody is told: a hundred notifications at the first start would hide the first real one.
        orders = WorkOrderService(session, clock, audit, Outbox(clock), policies, registry, zone)
        yield _Books(session, clock, audit, registry, orders, await _first_admin(session), program("demo-town"))


async def _order_on_its_way(
    books: _Books, index: int, lines: Sequence[CustomerLine], units: Mapping[str, UUID]
) -> None:
    """Write the order of this number and take it to its state."""
    chance = random.Random(f"order {index}")  # noqa: S311  # rejected: a demo
    state = list(PATHS)[index % len(PATHS)]
    books.clock.back = timedelta(minutes=chance.randrange(5, 4_000))
    line = chance.choice(lines)
    matter = chance.choice(MATTERS[line.sector])
    made = await books.write_order(line, matter, f"order-{index}", is_draft=state is _S.DRAFT)
    for action in PATHS[state]:
        books.clock.back = max(books.clock.back - timedelta(minutes=chance.randrange(1, 30)), timedelta(0))
        parent = await books.newest_accepted(but=made) if action is _A.MERGE else None
        await books.orders.act(books.account, books.actor, made, _request(action, units[line.sector], parent))


async def _order_of_the_past(books: _Books, index: int, line: CustomerLine, unit_id: UUID) -> None:
    """Write a closed order of the last weeks; some callers came again, so that reports show both."""
    chance = random.Random(f"past {index}")  # noqa: S311  # rejected: a demo
    by_agent = replace(books, actor=replace(actor_of(books.account), name=AGENTS[index % len(AGENTS)]))
    matter, days = chance.choice(MATTERS[line.sector]), chance.randrange(12, 28)
    for again in (0, 2) if index % RETURNING == 0 else (0,):
        if await books.has_order(f"past-{index}-{again}"):
            continue
        books.clock.back = timedelta(days=days - again, minutes=chance.randrange(600))
        made = await by_agent.write_order(line, matter, f"past-{index}-{again}", is_draft=False)
        for action in PATHS[_S.CLOSED]:
            books.clock.back -= timedelta(minutes=chance.randrange(5, 60))
            await books.orders.act(books.account, by_agent.actor, made, _request(action, unit_id, None))
    await books.keep_overdue_quiet()


async def _outage(books: _Books, lines: Sequence[CustomerLine]) -> None:
    """Write five reports of the last minutes from one street, so that the page shows a suspected mass fault."""
    street = STREETS[0]
    neighbours = [line for line in lines if line.sector == "power" and line.area == street][:OUTAGE_REPORTS]
    for place, line in enumerate(neighbours):
        books.clock.back = timedelta(minutes=3 * (len(neighbours) - place))
        await books.write_order(line, OUTAGE, f"outage-{place}", is_draft=False)


async def _complaints(books: _Books, line: CustomerLine, unit_id: UUID) -> None:
    """Write a complaint in each of its steps."""
    for place, (text, kind, actions) in enumerate(COMPLAINTS):
        books.clock.back = timedelta(hours=9 * (place + 1))
        matter = Matter(text, "power.service.staff")
        draft = _draft(line, None, matter, f"complaint-{place}", is_draft=False).model_dump() | {
            "business_type": "complaint",
            "category_id": None,
            "sector": "power",
            "responsible_unit_id": unit_id,
            "complaint": {"kind": kind, "subject": ""},
        }
        made = await books.orders.create(books.account, books.actor, OrderDraft.model_validate(draft))
        for action in actions:
            books.clock.back -= timedelta(hours=1)
            await books.orders.act(books.account, books.actor, made.order.id, _complaint_request(action))


def _complaint_request(action: OrderAction) -> OrderActionRequest:
    results = {
        OrderAction.FINISH: "已联系当事班组，情况属实，正在整改。",
        OrderAction.VERIFY: "调阅录音和现场记录，反映的情况属实。",
        OrderAction.ANSWER: "已向客户说明处理结果并致歉。",
    }
    return OrderActionRequest(
        action=action,
        result=results.get(action, ""),
        verdict=ComplaintVerdict.SUBSTANTIATED if action is OrderAction.VERIFY else None,
        outcome=CallbackOutcome.ACCEPTED if action is OrderAction.ANSWER else None,
    )


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


def _draft(line: CustomerLine, customer_id: UUID | None, matter: Matter, key: str, *, is_draft: bool) -> OrderDraft:
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
            "category_id": f"fault/{matter.situation}",
            "description": matter.text,
            "idempotency_key": _KEY.format(key),
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
