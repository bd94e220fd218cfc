"""Policies of work orders: time limits, required fields, and which unit an order goes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assist_api.policies.kinds import PolicyKind, PolicyModel
from assist_api.work_orders.clock import LimitKind, LimitStep

OrderType = Literal["fault", "application", "enquiry", "complaint", "report", "suggestion", "opinion", "praise"]
"""The eight business types of 95598."""


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitRule(_Rule):
    """One promise; None stands for every sector, type or class of area."""

    sector: str | None = None
    business_type: OrderType | None = None
    area_class: str | None = None
    step: LimitStep
    kind: LimitKind
    minutes: Annotated[int, Field(ge=1, le=525_600)]
    calendar: Literal["always", "office"] = "always"
    source: Annotated[str, Field(min_length=1, max_length=200)]
    valid_from: date
    valid_until: date | None = None


def _arrival(area_class: str, minutes: int) -> LimitRule:
    return LimitRule(
        sector="power", business_type="fault", area_class=area_class, step=LimitStep.ARRIVE, kind=LimitKind.AVERAGE,
        minutes=minutes, source="国家电网供电服务十项承诺（2022），平均到达时间", valid_from=date(2022, 1, 1),
    )  # fmt: skip


def _complaint(
    step: LimitStep, minutes: int, source: str, calendar: Literal["always", "office"], *, sector: str | None = None,
    valid_from: date = date(2022, 1, 1),
) -> LimitRule:  # fmt: skip
    return LimitRule(
        sector=sector, business_type="complaint", step=step, kind=LimitKind.LIMIT, minutes=minutes, calendar=calendar,
        source=source, valid_from=valid_from,
    )  # fmt: skip


def _limit(sector: str | None, business_type: OrderType, step: LimitStep, minutes: int, source: str) -> LimitRule:
    return LimitRule(
        sector=sector, business_type=business_type, step=step, kind=LimitKind.LIMIT, minutes=minutes, source=source,
        valid_from=date(2022, 1, 1),
    )  # fmt: skip


_HOUR, _DAY = 60, 1_440
_OFFICE_DAY = 450
"""Minutes of a working day in `kit.calendar.office_hours`."""
DEFAULT_LIMITS = (
    _arrival("urban", 45),
    _arrival("rural", 90),
    _arrival("remote", 120),
    _limit("power", "fault", LimitStep.FINISH, 4 * _HOUR, "国家电网供电服务十项承诺（2022），农村恢复供电 4 小时"),
    _limit("heating", "fault", LimitStep.ARRIVE, 2 * _HOUR, "临沂市供热服务（2024），到场 2 小时，地方标准"),
    _limit("heating", "fault", LimitStep.FINISH, 8 * _HOUR, "供热抢修 8 小时，地方标准"),
    _limit("gas", "fault", LimitStep.ARRIVE, _HOUR, "燃气泄漏 1 小时到场，地方标准"),
    _limit("gas", "fault", LimitStep.FINISH, 4 * _HOUR, "户内故障 4 小时，地方标准"),
    _limit(None, "fault", LimitStep.FINISH, _DAY, "演示值，请按本单位承诺修改"),
    _complaint(
        LimitStep.CONTACT,
        _DAY,
        "国网淮安供电公司投诉举报处理流程（2021-09-25 发布），24 小时内联系客户，地方规定",
        "always",
        sector="power",
        valid_from=date(2021, 9, 25),
    ),
    _complaint(
        LimitStep.ANSWER,
        5 * _OFFICE_DAY,
        "河南省供用电条例（2012-09-28）第十六条，5 个工作日内答复用电人，地方法规",
        "office",
        sector="power",
        valid_from=date(2012, 9, 28),
    ),
    _complaint(LimitStep.CONTACT, _DAY, "24 小时内联系客户，演示值，请按本单位规定修改", "always"),
    _complaint(LimitStep.FINISH, 2 * _OFFICE_DAY, "责任部门 2 个工作日内说明，演示值，请按本单位规定修改", "office"),
    _complaint(LimitStep.VERIFY, 4 * _OFFICE_DAY, "4 个工作日内核实，演示值，请按本单位规定修改", "office"),
    _complaint(LimitStep.ANSWER, 5 * _OFFICE_DAY, "5 个工作日内答复，演示值，请按本单位规定修改", "office"),
)
"""The promises of State Grid are averages; the others are local rules, so each names its source.

The text of the ten promises of 2022 that could be seen ends before its article on complaints. The limits of complaints
are therefore those of a local company and of a provincial law, and demo values for the other sectors.
"""


class WorkOrderLimits(PolicyModel):
    """Which promises hold; of those that fit an order, the one that names most of it counts for each step."""

    rules: tuple[LimitRule, ...] = DEFAULT_LIMITS


class DispatchRule(_Rule):
    """Orders that fit go to the unit; None stands for every sector and type, an empty area for every area."""

    sector: str | None = None
    business_type: OrderType | None = None
    area: Annotated[str, Field(max_length=100)] = ""
    unit_id: UUID


class WorkOrderDispatch(PolicyModel):
    """Where orders go; the rule that names most of an order counts."""

    rules: tuple[DispatchRule, ...] = ()


class WorkOrderFields(PolicyModel):
    """Which fields an order of each business type must have before it can be accepted."""

    fault: tuple[str, ...] = ("contact_phone", "address", "description")
    application: tuple[str, ...] = ("contact_name", "contact_phone", "address")
    enquiry: tuple[str, ...] = ("description",)
    complaint: tuple[str, ...] = ("contact_phone", "description", "responsible_unit_id")
    report: tuple[str, ...] = ("description",)
    suggestion: tuple[str, ...] = ("description",)
    opinion: tuple[str, ...] = ("description",)
    praise: tuple[str, ...] = ("description",)

    def required(self, business_type: OrderType) -> tuple[str, ...]:
        """Return the fields that an order of this type must have."""
        fields: tuple[str, ...] = getattr(self, business_type)
        return fields


class SlotRule(_Rule):
    """Visits that a unit can make in a span of a day; an empty area for every area that no other rule names."""

    unit_id: UUID
    area: Annotated[str, Field(max_length=100)] = ""
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)] = (1, 2, 3, 4, 5)
    """1 is Monday."""
    start: time
    end: time
    capacity: Annotated[int, Field(ge=1, le=1_000)]
    works_on_holidays: bool = False
    """Without it, holidays of the calendar are left out and make-up days count as the weekday that they are."""
    valid_from: date | None = None
    valid_until: date | None = None


class WorkOrderSlots(PolicyModel):
    """When crews can come, and how far ahead callers may choose."""

    rules: tuple[SlotRule, ...] = ()
    days_ahead: Annotated[int, Field(ge=1, le=60)] = 7
    lead_minutes: Annotated[int, Field(ge=0, le=10_080)] = 60
    """A slot that begins sooner than this is offered to nobody."""


class CallbackRule(_Rule):
    """Share of the orders of a kind that are called back; None stands for every sector or type."""

    sector: str | None = None
    business_type: OrderType | None = None
    percent: Annotated[int, Field(ge=0, le=100)]

    @field_validator("business_type")
    @classmethod
    def _check_business_type(cls, business_type: OrderType | None) -> OrderType | None:
        if business_type == "complaint":
            raise ValueError("leave complaints out: every one of them is answered")
        return business_type


class WorkOrderCallbacks(PolicyModel):
    """Which share of reviewed orders is called back; complaints, dangers and reopened orders always are."""

    percent: Annotated[int, Field(ge=0, le=100)] = 100
    """Of orders that no rule names."""
    rules: tuple[CallbackRule, ...] = ()


class FirstContactRecall(PolicyModel):
    """How long a caller must not come again about a matter for its first contact to count as resolved."""

    recall_days: Annotated[int, Field(ge=1, le=60)] = 7
    """Contact centres use windows from one day to a month; there is no standard, so the page states this one."""


LIMITS = PolicyKind("work_order_limits", WorkOrderLimits, WorkOrderLimits)
DISPATCH = PolicyKind("work_order_dispatch", WorkOrderDispatch, WorkOrderDispatch)
FIELDS = PolicyKind("work_order_fields", WorkOrderFields, WorkOrderFields)
SLOTS = PolicyKind("work_order_slots", WorkOrderSlots, WorkOrderSlots)
FIRST_CONTACT = PolicyKind("first_contact", FirstContactRecall, FirstContactRecall)
CALLBACKS = PolicyKind("work_order_callbacks", WorkOrderCallbacks, WorkOrderCallbacks)
ORDER_POLICIES = (LIMITS, DISPATCH, FIELDS, SLOTS, CALLBACKS, FIRST_CONTACT)
"""Every policy of work orders."""


def limits_for(
    rules: Iterable[LimitRule], *, sector: str, business_type: str, area_class: str, on: date
) -> list[LimitRule]:
    """Return the promise for each step that holds for an order on a day."""
    best: dict[LimitStep, tuple[int, LimitRule]] = {}
    for rule in rules:
        wanted = ((rule.sector, sector), (rule.business_type, business_type), (rule.area_class, area_class))
        is_valid = rule.valid_from <= on and (rule.valid_until is None or on <= rule.valid_until)
        if not is_valid or any(asked not in {None, given} for asked, given in wanted):
            continue
        named = sum(asked is not None for asked, _ in wanted)
        if rule.step not in best or best[rule.step][0] < named:
            best[rule.step] = (named, rule)
    return [best[step][1] for step in LimitStep if step in best]


def unit_for(rules: Iterable[DispatchRule], *, sector: str, business_type: str, area: str) -> DispatchRule | None:
    """Return the rule that sends an order to a unit, or None.

    `area` holds every name of the place, from the district on, so that a rule can name any of them.
    """
    best: tuple[int, DispatchRule] | None = None
    for rule in rules:
        fits = rule.sector in {None, sector} and rule.business_type in {None, business_type} and rule.area in area
        named = (rule.sector is not None) + (rule.business_type is not None) + 2 * bool(rule.area)
        if fits and (best is None or best[0] < named):
            best = (named, rule)
    return None if best is None else best[1]
