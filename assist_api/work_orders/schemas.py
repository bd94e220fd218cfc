"""What the endpoints of work orders take and give."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from assist_api.addresses.schemas import AddressMatch
from assist_api.customers.schemas import AreaClass, CustomerHit, CustomerSector
from assist_api.facts.fields import FactField
from assist_api.http.schemas import InputModel, OutputModel
from assist_api.notices.schemas import AreaName, NoticeText, NoticeView
from assist_api.work_orders.callback_sampling import SamplingReason
from assist_api.work_orders.clock import LimitKind, LimitStep
from assist_api.work_orders.complaints import ComplaintKind, ComplaintVerdict
from assist_api.work_orders.mass_faults import ReportKind
from assist_api.work_orders.policy import OrderType
from assist_api.work_orders.questions import Wording
from assist_api.work_orders.transitions import OrderAction, OrderState
from kit.sla import ClockState

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{0,20}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]


class CallbackOutcome(StrEnum):
    """What the caller said when called back."""

    SATISFIED = "satisfied"
    ACCEPTED = "accepted"
    """Not glad, but takes the result."""
    UNSATISFIED = "unsatisfied"
    """The order is reopened."""
    NOT_REACHED = "not_reached"
    """The order stays; after three attempts it may be closed as `unreachable`."""
    UNREACHABLE = "unreachable"


class ComplaintDraft(InputModel):
    """What a complaint is about, besides the department."""

    kind: ComplaintKind
    subject: Name = Field(default="", description="Person complained about: name or user name, as the caller says it")


class OrderDraft(InputModel):
    """A new work order."""

    business_type: OrderType
    sector: CustomerSector
    category_id: Annotated[str, StringConstraints(max_length=97)] | None = None
    customer_id: UUID | None = None
    call_id: UUID | None = None
    contact_name: Name = ""
    contact_phone: Phone = ""
    address: Line = ""
    area: Name = ""
    area_class: AreaClass = AreaClass.URBAN
    description: Text = ""
    responsible_unit_id: UUID | None = None
    complaint: ComplaintDraft | None = Field(default=None, description="Only for the business type complaint")
    evidence: dict[str, list[UUID]] = Field(
        default_factory=dict, max_length=20, description="Field → utterances in which the caller said it"
    )
    idempotency_key: Annotated[str, StringConstraints(min_length=8, max_length=64)] = Field(
        description="Random, made by whoever asks; the same key again gives the same order"
    )
    appointment_at: AwareDatetime | None = Field(
        default=None, description="Beginning of a free slot of the unit that the rules choose"
    )
    is_draft: bool = Field(default=False, description="Keep it as a draft; required fields may be missing")


class OrderActionRequest(InputModel):
    """An action on a work order; which values it needs depends on the action."""

    action: OrderAction
    reason: Reason = ""
    unit_id: UUID | None = Field(default=None, description="For dispatch; left out, the policy decides")
    parent_id: UUID | None = Field(default=None, description="For merge: the order that goes on")
    outcome: CallbackOutcome | None = Field(default=None, description="For close and answer: what the caller said")
    result: Text = Field(
        default="", description="For finish: what was done; for verify: what was found; for answer: what was said"
    )
    verdict: ComplaintVerdict | None = Field(default=None, description="For verify")
    starts_at: AwareDatetime | None = Field(default=None, description="For appoint: beginning of a free slot")
    step: LimitStep | None = None
    minutes: Annotated[int, Field(ge=1, le=525_600)] | None = None


class OrderClock(OutputModel):
    """One limit of an order and how much of it is used."""

    step: LimitStep
    kind: LimitKind
    state: ClockState
    limit_minutes: int
    used_seconds: int
    due_at: datetime | None
    breached_at: datetime | None
    source: str


class OrderLine(OutputModel):
    """A work order in a list."""

    id: UUID
    number: str
    state: OrderState
    business_type: OrderType
    category_id: str | None
    sector: CustomerSector
    area: str
    address: str
    contact_name: str
    unit_id: UUID | None
    unit_name: str | None
    responsible_unit_name: str | None = Field(description="Of a complaint: the department that it is about")
    urges: int
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    appointment_starts_at: datetime | None
    appointment_ends_at: datetime | None
    is_overdue: bool


class OrderPage(OutputModel):
    """A page of orders, the newest first."""

    items: list[OrderLine]
    next_cursor: str | None


class OrderEventView(OutputModel):
    """One event of an order."""

    seq: int
    action: OrderAction
    at: datetime
    actor_name: str
    data: dict[str, Any]


class OrderPhotoView(OutputModel):
    """A photo that a crew sent."""

    id: UUID
    media_type: str
    size_bytes: int
    created_at: datetime


class EvidenceSentence(OutputModel):
    """A sentence of the call that proves a field."""

    segment_id: UUID
    text: str
    start_ms: int


class Hindrance(OutputModel):
    """An action that the state allows and this account may not do, with the code of the reason."""

    action: OrderAction
    code: str


class ComplaintView(OutputModel):
    """What is known of a complaint."""

    kind: ComplaintKind | None
    subject: str
    is_subject_known: bool = Field(description="Whether the person complained about is an account, so is kept out")
    statement: str = Field(description="What the department said")
    verdict: ComplaintVerdict | None
    findings: str
    verified_by_name: str
    answer: str
    outcome: CallbackOutcome | None
    attempts: int = Field(description="How often the caller was not reached for the answer")
    hindrances: list[Hindrance]


class CallbackSampling(OutputModel):
    """Whether the order is called back before it closes, as was decided when it was reviewed."""

    is_sampled: bool
    reason: SamplingReason
    percent: int = Field(description="Share of the policy for orders of this kind")
    draw: float = Field(description="Of the order, 0.00 to 99.99; below the share it is called back")
    version: int = Field(description="Of the policy `work_order_callbacks`; 0 for its defaults")


class OrderView(OutputModel):
    """A work order with everything that happened to it."""

    order: OrderLine
    place: AddressMatch | None = Field(description="Place of the address tree; null when the address fits none")
    contact_phone: str
    description: str
    area_class: AreaClass
    customer_id: UUID | None
    call_id: UUID | None
    parent_id: UUID | None
    parent_number: str | None
    children: list[OrderLine]
    responsible_unit_id: UUID | None
    complaint: ComplaintView | None
    evidence: dict[str, list[EvidenceSentence]] = Field(description="Field → sentences of the call that prove it")
    result: str
    missed_callbacks: int
    sampling: CallbackSampling | None = Field(description="Null before the review, and for complaints")
    external_reference: str | None
    created_by_name: str
    clocks: list[OrderClock]
    events: list[OrderEventView]
    photos: list[OrderPhotoView]
    legal_actions: list[OrderAction] = Field(description="What the state allows; rights are checked besides")


class FieldSource(StrEnum):
    """Where the value of a field comes from."""

    SAID = "said"
    AGENT = "agent"
    FILE = "file"
    """The file of the customer; nobody said it in this call."""


class FilledField(OutputModel):
    """A field of the order that the call or the customer's file fills."""

    field: str
    value: str
    segment_ids: list[UUID] = Field(description="Utterances that prove it; none for a value that nobody said")
    source: FieldSource
    is_confirmed: bool


class OrderProposal(OutputModel):
    """A work order as the call fills it, with what speaks against a new one."""

    call_id: UUID
    business_type: OrderType
    sector: CustomerSector | None
    category_id: str | None
    area: str = Field(description="Street of the address; empty when there is none")
    area_class: AreaClass = Field(description="Of the customer's premises; urban while the customer is unknown")
    fields: list[FilledField] = Field(description="The description is one of them")
    missing: list[str] = Field(description="Required fields of the business type that are still empty")
    customers: list[CustomerHit] = Field(description="Customers whose number was said, or to whom the call is bound")
    open_orders: list[OrderLine] = Field(description="Of the caller; urge one of them instead of making a second one")
    order: OrderLine | None = Field(description="The order that this call made already")


class RequiredField(OutputModel):
    """A field that a business type needs, and how to ask for it."""

    field: str
    fact: FactField | None = Field(description="Field of the call that fills it; null when only the form does")
    question: Wording | None


class RequiredFields(OutputModel):
    """The fields that each business type needs, in the order in which they are asked for."""

    types: dict[OrderType, list[RequiredField]]


class OrderUnit(OutputModel):
    """A unit that orders can go to."""

    id: UUID
    name: str
    sector: CustomerSector | None


class OrderUnits(OutputModel):
    """Units by name."""

    items: list[OrderUnit]


class VisitSlot(OutputModel):
    """A span of time in which a crew can come."""

    starts_at: datetime
    ends_at: datetime
    free: int
    capacity: int


class VisitSlots(OutputModel):
    """When a crew of a unit can come, the earliest first; those that are full say so."""

    unit_id: UUID | None = Field(description="Null when no rule names a unit yet; then there are no slots")
    items: list[VisitSlot]
    offer: Wording = Field(description="One sentence that offers the first free slots to the caller")


class SlotQuestion(InputModel):
    """An order that is still being written; in the body, because addresses of callers stand in no log."""

    business_type: OrderType
    sector: CustomerSector
    address: Line = ""
    area: Name = ""


class CrewAppointment(InputModel):
    """Another time that the crew agreed on with the caller."""

    starts_at: AwareDatetime
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class BoardGroup(StrEnum):
    """What the columns of the board stand for."""

    STATE = "state"
    AREA = "area"
    UNIT = "unit"


class BoardColumn(OutputModel):
    """Open orders that have the same state, area or unit; the one whose limit comes first stands first."""

    key: str = Field(description="State, area or id of the unit; empty for orders without one")
    name: str = Field(description="Of the unit; else the same as the key")
    orders: int
    overdue: int
    items: list[OrderLine]


class OrderBoard(OutputModel):
    """The open orders of one's units in columns."""

    group: BoardGroup
    orders: int
    overdue: int
    columns: list[BoardColumn]


class CrewLinkView(OutputModel):
    """A fresh link for a crew; the token is shown this one time."""

    token: str
    path: str = Field(description="Address of the page; the token stands behind #, so no server sees it in an address")
    expires_at: datetime


class CrewOrder(OutputModel):
    """What a crew needs to know of its order."""

    number: str
    state: OrderState
    business_type: OrderType
    sector: CustomerSector
    contact_name: str
    contact_phone: str
    address: str
    description: str
    appointment_starts_at: datetime | None
    appointment_ends_at: datetime | None
    clocks: list[OrderClock]
    time_zone: str = Field(description="Of the installation (tz database); the page shows every time in it")
    photos: int
    legal_actions: list[OrderAction]


class CrewReport(InputModel):
    """What the crew did."""

    result: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2_000)]


class SurgeReport(OutputModel):
    """One report of a mass fault."""

    kind: ReportKind
    id: UUID
    at: datetime
    number: str | None = Field(description="Of the work order; null for a call")
    address: str


class MassFaultView(OutputModel):
    """More reports from one area than its usual rate explains."""

    area: str
    sector: CustomerSector
    group: str = Field(description="Part of the taxonomy, such as `power.outage`; empty for orders without a category")
    orders: int
    calls: int = Field(description="Calls that no order was made of yet")
    feeders: list[str] = Field(description="Lines that supply the reporting addresses, the most frequent first")
    usual_in_an_hour: float
    probability: float = Field(description="Of so many reports in an hour at the usual rate")
    first_at: datetime
    reports: list[SurgeReport]


class MassFaults(OutputModel):
    """Mass faults of the last hour that nobody has confirmed, the least probable first."""

    items: list[MassFaultView]


class MassFaultConfirmation(InputModel):
    """A mass fault that a supervisor confirms, with the text of its notice."""

    area: AreaName
    sector: CustomerSector
    group: Annotated[str, StringConstraints(max_length=97)] = ""
    text: NoticeText
    ends_at: AwareDatetime | None = None


class ConfirmedMassFault(OutputModel):
    """What confirming did."""

    notice: NoticeView
    parent_id: UUID | None = Field(description="Order under which the others go on; null when only calls reported it")
    merged_orders: int


class FirstContactFigureView(OutputModel):
    """How many first contacts had which outcome."""

    resolved: int
    came_again: int = Field(description="The caller came again about the matter, or urged the order, in the window")
    reopened: int = Field(description="The order had to be done again")
    still_open: int = Field(description="The window is not over, or the order is not; not part of the share")
    share: float | None = Field(
        description="resolved / (resolved + came_again + reopened); null while no window is over"
    )


class FirstContactLine(FirstContactFigureView):
    """The figure of an agent, a business type or an area."""

    key: str = Field(description="Name of the agent or area, or the business type; empty where there is none")


class FirstContactReport(OutputModel):
    """First-contact resolution of a period, with the window that it was counted by."""

    since: datetime
    recall_days: int
    whole: FirstContactFigureView
    by_agent: list[FirstContactLine] = Field(description="Only contacts that an agent took; most contacts first")
    by_type: list[FirstContactLine]
    by_area: list[FirstContactLine]
    repetitions: int = Field(description="Contacts of the period that are no first ones")
    unassigned: int = Field(description="Contacts whose caller or business type is unknown; in no other number")
    is_cut: bool = Field(description="Whether the period has more contacts than are counted; the newest ones are")
