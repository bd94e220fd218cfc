"""The systems of the installation, as dialogues ask them: customers, business system, entries, work orders, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assist_api.business_systems.port import AccountState, BusinessSystem
from assist_api.customers.models import Customer
from assist_api.customers.repository import CustomerRepository
from assist_api.customers.schemas import AreaClass
from assist_api.customers.service import ContactSources, CustomerService
from assist_api.http.actor import program
from assist_api.http.core import Core
from assist_api.ivr.caller_notices import notice_for, spoken_values
from assist_api.ivr.dialogue import (
    EntryFound,
    FindEntry,
    KeepMark,
    LookedUp,
    LookUp,
    LookUpStatus,
    MakeOrder,
    NoteCallback,
    OrderMade,
    SelfService,
    SendText,
    ServiceDone,
    ServiceStatus,
    TextSent,
)
from assist_api.ivr.flow import ACCOUNT_LOOK_UPS
from assist_api.ivr.phrases import OUTAGE_PUSHED
from assist_api.ivr.push import PUSH, Listener, pushed_to
from assist_api.ivr.simulation import shows_ownership
from assist_api.ivr.subscribers import SubscriberSystem
from assist_api.notices.models import Notice
from assist_api.notices.repository import NoticeRepository
from assist_api.policies.kinds import PolicyKind, PolicyModel
from assist_api.policies.service import Policies
from assist_api.search.schemas import SearchRequest
from assist_api.search.service import TypedSearch
from assist_api.text_messages.port import TextGateway, TextMessage
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.schemas import OrderDraft
from assist_api.work_orders.service import WorkOrderService
from kb.kinds import Audience, DocumentKind

ACTOR = program("ivr")
_CURRENT_NOTICES = 200
_MESSAGE_TYPES: Mapping[str, str] = {"fault_report": "fault", "complaint": "complaint", "emergency": "fault"}
ORDER_STATES: Mapping[str, str] = {
    "draft": "已登记",
    "accepted": "已受理",
    "dispatched": "已派发",
    "taken": "已接单，师傅正在准备",
    "on_site": "师傅已到现场",
    "done": "已处理完",
    "callback_due": "已处理完，等待回访",
    "closed": "已办结",
    "returned": "已退回重新派发",
    "suspended": "暂时挂起",
    "escalated": "正在督办",
    "merged": "已和同一件事合并处理",
    "cancelled": "已撤销",
}


class AfterCall(PolicyModel):
    """Whether callers are asked for a mark once the agent has hung up."""

    is_asked: bool
    is_texted: bool
    """Whether whoever gives no mark is asked once more by text message."""


AFTER_CALL_POLICY = PolicyKind("ivr_after_call", AfterCall, lambda: AfterCall(is_asked=True, is_texted=False))


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """The one customer with the number of a caller; empty where there is none, or several.

    Attributes:
        account: Account number.
        area: Area of the first premise.
        caller_class: `ordinary`, `important` or `vip`.
        addresses: Areas and addresses of every premise, as notices are looked for in them.
    """

    account: str = ""
    area: str = ""
    caller_class: str = "ordinary"
    addresses: tuple[str, ...] = ()


class InstalledSystems:
    """Implements `assist_api.ivr.world.World`; each question is its own transaction."""

    def __init__(
        self, core: Core, search: TypedSearch, business: BusinessSystem, policies: Policies, contacts: ContactSources,
        subscribers: SubscriberSystem, texts: TextGateway,
    ) -> None:  # fmt: skip
        self._core = core
        self._search = search
        self._business = business
        self._policies = policies
        self._contacts = contacts
        self._subscribers = subscribers
        self._texts = texts

    async def look_up(self, wanted: LookUp) -> LookedUp:
        """Ask for figures; those of an account only for a caller who has shown that it is his.

        Raises:
            DependencyError: The business system is away or refuses.
        """
        if wanted.what in ACCOUNT_LOOK_UPS:
            return await self._of_account(wanted)
        return await (self._progress(wanted) if wanted.what == "progress" else self._outage(wanted))

    @property
    def texts_after_calls(self) -> bool:
        """Whether callers who gave no mark are asked once more by text message."""
        return self._policies.current(AFTER_CALL_POLICY).is_texted

    async def find_entry(self, wanted: FindEntry) -> EntryFound:
        """Return what the best entry for IVR says, with the day of its last review."""
        request = SearchRequest.model_validate(
            {
                "text": wanted.question,
                "kinds": [DocumentKind.ENTRY],
                "sector": wanted.sector,
                "audience": Audience.IVR,
                "limit": 1,
            }
        )
        answer = await self._search.answer(request, frozenset({Audience.IVR}))
        if not answer.cards or not answer.has_answer:
            return EntryFound(None)
        card = answer.cards[0]
        return EntryFound(_with_review(card.script, card.reviewed_on), str(card.entry_id))

    async def make_order(self, wanted: MakeOrder) -> OrderMade:
        """Make a work order, as a draft where something that its type needs is missing."""
        return OrderMade((await self._make(wanted, str(uuid4())))[1])

    async def draft_of_message(
        self, voicemail_id: UUID, *, sector: str, intent: str | None, text: str, number: str, account: str = ""
    ) -> tuple[UUID, str]:
        """Make a draft order of a message that a caller left, once; return its id and number."""
        kind = _MESSAGE_TYPES.get(intent or "", "enquiry")
        wanted = MakeOrder(kind, sector, f"语音留言：{text}"[:2000], account, number, "")
        return await self._make(wanted, f"voicemail-{voicemail_id}")

    async def _make(self, wanted: MakeOrder, key: str) -> tuple[UUID, str]:
        async with self._core.database.session() as session:
            customer = None
            if wanted.account_number:
                found = await CustomerRepository(session).by_account_numbers([wanted.account_number])
                customer = found.get(wanted.account_number)
            contacts = CustomerService(session, self._core.clock, self._core.audit, self._contacts)
            orders = WorkOrderService(
                session,
                self._core.clock,
                self._core.audit,
                self._core.outbox,
                self._policies,
                contacts,
                self._core.settings.zone,
            )
            order = await orders.create(None, ACTOR, _draft(wanted, customer, key))
        return order.order.id, order.order.number

    async def serve(self, wanted: SelfService) -> ServiceDone:
        """Change a subscription, for a caller who has shown that the account is his.

        Raises:
            DependencyError: The subscriber system is away.
        """
        customer = await self._customer(wanted.account)
        if customer is None or not shows_ownership([phone.number for phone in customer.phones], wanted):
            return ServiceDone(ServiceStatus.UNVERIFIED)
        change = {
            "order_channel": self._subscribers.order_channel,
            "redeem_card": self._subscribers.redeem_card,
        }[wanted.what]
        receipt = await change(uuid4(), wanted.account, wanted.item)
        if receipt is None:
            return ServiceDone(ServiceStatus.REFUSED)
        return ServiceDone(ServiceStatus.DONE, receipt.number, f"{receipt.amount:.2f}")

    async def send_text(self, wanted: SendText) -> TextSent:
        """Hand a text message to the gateway of the installation.

        Raises:
            DependencyError: The gateway is away or refuses, or there is none.
        """
        await self._texts.send(TextMessage(uuid4(), wanted.number, wanted.text, self._core.clock.now()))
        return TextSent(is_sent=True)

    async def note_callback(self, wanted: NoteCallback) -> None:
        """Keep nothing: whoever runs the dialogue keeps requests with it."""

    async def keep_mark(self, wanted: KeepMark) -> None:
        """Keep nothing: whoever runs the dialogue keeps marks with it."""

    async def _of_account(self, wanted: LookUp) -> LookedUp:
        customer = await self._customer(wanted.subject)
        if customer is None:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        if not shows_ownership([phone.number for phone in customer.phones], wanted):
            return LookedUp(LookUpStatus.UNVERIFIED, wanted.subject)
        if wanted.what == "account":
            area = customer.premises[0].area if customer.premises else ""
            return LookedUp(LookUpStatus.FOUND, wanted.subject, {"address_hint": area or "未登记"})
        if wanted.what == "package":
            return await self._package(wanted.subject)
        state = await self._business.find_account(wanted.subject)
        if state is None:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        values = _figures(state, self._core.settings.zone).get(wanted.what)
        if values is None:
            return LookedUp(LookUpStatus.NOT_FOUND, state.account_number)
        return LookedUp(LookUpStatus.FOUND, state.account_number, values)

    async def _customer(self, account: str) -> Customer | None:
        async with self._core.database.session() as session:
            found = await CustomerRepository(session).by_account_numbers([account])
        return found.get(account)

    async def _package(self, account: str) -> LookedUp:
        found = await self._subscribers.find_package(account)
        if found is None:
            return LookedUp(LookUpStatus.NOT_FOUND, account)
        name, price = found
        return LookedUp(LookUpStatus.FOUND, account, {"name": name, "amount": str(price)})

    async def _progress(self, wanted: LookUp) -> LookedUp:
        is_number = wanted.subject != wanted.caller_number
        column = WorkOrder.number if is_number else WorkOrder.contact_phone
        statement = select(WorkOrder).where(column == wanted.subject).order_by(WorkOrder.created_at.desc()).limit(1)
        async with self._core.database.session() as session:
            order = await session.scalar(statement)
        if order is None:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        if order.contact_phone != wanted.caller_number:
            return LookedUp(LookUpStatus.UNVERIFIED, wanted.subject)
        changed = order.changed_at.astimezone(self._core.settings.zone)
        values = {
            "number": order.number,
            "state": ORDER_STATES.get(order.state, "正在处理"),
            "since": f"{changed.month}月{changed.day}日",
        }
        return LookedUp(LookUpStatus.FOUND, wanted.subject, values)

    async def _outage(self, wanted: LookUp) -> LookedUp:
        known = await known_caller(self._core, wanted.caller_number)
        found = notice_for(await self._outages(wanted.sector), wanted.subject, known.addresses)
        if found is None:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        return LookedUp(LookUpStatus.FOUND, wanted.subject, spoken_values(found, self._core.settings.zone))

    async def _outages(self, sector: str | None) -> list[Notice]:
        async with self._core.database.session() as session:
            rows = await NoticeRepository(session).page(
                current_at=self._core.clock.now(), limit=_CURRENT_NOTICES, place=None
            )
        return [row for row in rows if sector in {None, row.sector}]

    async def outages_of(self, known: KnownCaller, sector: str | None) -> list[str]:
        """Return the current notices of the places where a caller is registered, as they are said.

        Args:
            known: Who calls.
            sector: Of the notices; None for every sector.
        """
        mine = [row for row in await self._outages(sector) if notice_for([row], "", known.addresses)]
        return [OUTAGE_PUSHED.format(**spoken_values(row, self._core.settings.zone)) for row in mine]

    async def pushed_to(self, known: KnownCaller, sector: str, hours: str) -> tuple[str, ...]:
        """Return what a caller is told before the flow."""
        outage = notice_for(await self._outages(sector), "", known.addresses)
        told = [] if outage is None else [OUTAGE_PUSHED.format(**spoken_values(outage, self._core.settings.zone))]
        today = self._core.clock.now().astimezone(self._core.settings.zone).date()
        listener = Listener(sector, known.addresses, hours == "holiday", today)
        return pushed_to(listener, told, self._policies.current(PUSH).texts)


async def known_caller(core: Core, caller_number: str) -> KnownCaller:
    """Return the only customer with a telephone."""
    if not caller_number:
        return KnownCaller()
    async with core.database.session() as session:
        rows: Sequence[Customer] = await CustomerRepository(session).search(text=caller_number, phone=caller_number)
    mine = [row for row in rows if any(phone.number == caller_number for phone in row.phones)]
    if len(mine) != 1:
        return KnownCaller()
    premises = mine[0].premises
    return KnownCaller(
        mine[0].account_number,
        premises[0].area if premises else "",
        mine[0].customer_class,
        tuple(f"{premise.area}{premise.address}" for premise in premises),
    )


def _figures(state: AccountState, zone: ZoneInfo) -> dict[str, dict[str, str]]:
    as_of = state.as_of.astimezone(zone).date().isoformat()
    figures = {
        "balance": {"amount": f"{state.balance_yuan:.2f}", "as_of": as_of},
        "bill": {"amount": f"{state.last_bill_yuan:.2f}", "month": f"{state.last_bill_on.month}月", "as_of": as_of},
    }
    if state.last_usage is not None:
        figures["usage"] = {"amount": f"{state.last_usage:f}", "month": f"{state.last_bill_on.month}月"}
    if state.last_payment_yuan is not None and state.last_payment_on is not None:
        paid_on = state.last_payment_on
        figures["payments"] = {
            "amount": f"{state.last_payment_yuan:.2f}",
            "date": f"{paid_on.month}月{paid_on.day}日",
        }
    if state.arrears_yuan > 0:
        figures["arrears"] = {"amount": f"{state.arrears_yuan:.2f}", "as_of": as_of}
    return figures


def _draft(wanted: MakeOrder, customer: Customer | None, key: str) -> OrderDraft:
    premise = customer.premises[0] if customer is not None and customer.premises else None
    address = wanted.address or (premise.address if premise is not None else "")
    is_complete = wanted.order_type == "fault" and bool(wanted.caller_number and address)
    return OrderDraft(
        business_type=wanted.order_type,
        sector=wanted.sector,
        customer_id=None if customer is None else customer.id,
        contact_name="" if customer is None else customer.name,
        contact_phone=wanted.caller_number,
        address=address[:200],
        area=premise.area if premise is not None else "",
        area_class=AreaClass(premise.area_class) if premise is not None else AreaClass.URBAN,
        description=wanted.description,
        idempotency_key=key,
        is_draft=not is_complete,
    )


def _with_review(script: str, reviewed_on: date | None) -> str:
    said = script.strip()
    if reviewed_on is None:
        return said
    return f"{said}{'' if said.endswith('。') else '。'}以上信息{reviewed_on.month}月{reviewed_on.day}日核对。"
