"""What the endpoints of customers take and give."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.business_systems.port import AccountState
from assist_api.http.schemas import InputModel, OutputModel

CustomerSector = Literal["power", "heating", "water", "gas", "tv"]


class CustomerClass(StrEnum):
    """How a customer is served."""

    ORDINARY = "ordinary"
    IMPORTANT = "important"
    VIP = "vip"


class AreaClass(StrEnum):
    """What kind of place it is; promises of arrival differ by it."""

    URBAN = "urban"
    RURAL = "rural"
    REMOTE = "remote"


class CustomerPhoneView(OutputModel):
    """A telephone number of a customer."""

    number: str
    label: str


class PremiseView(OutputModel):
    """A place that is supplied, with its meters."""

    id: UUID
    address: str
    area: str
    area_class: AreaClass
    meter_numbers: list[str]


class CustomerFile(OutputModel):
    """Everything that the product keeps of a customer."""

    id: UUID
    account_number: str
    name: str
    sector: CustomerSector
    customer_class: CustomerClass
    class_reason: str
    class_until: date | None
    agent_account_id: UUID | None
    agent_name: str | None
    phones: list[CustomerPhoneView]
    premises: list[PremiseView]


class CustomerHit(OutputModel):
    """One line of a search."""

    id: UUID
    account_number: str
    name: str
    sector: CustomerSector
    customer_class: CustomerClass
    address: str


class CustomerHits(OutputModel):
    """What a search found; at most twenty."""

    items: list[CustomerHit]


class CustomerSearch(InputModel):
    """A telephone number, an account number, a meter number or the beginning of a name.

    It is sent in the body, since an address of a request would be kept by proxies and browsers.
    """

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=64)]


class CustomerClassChange(InputModel):
    """How a customer is served from now on."""

    customer_class: CustomerClass
    class_reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    class_until: date | None = None
    agent_account_id: UUID | None = None


class ContactKind(StrEnum):
    """What a contact was."""

    CALL = "call"
    WORK_ORDER = "work_order"


class Contact(OutputModel):
    """One contact of a customer."""

    at: datetime
    kind: ContactKind
    id: UUID
    title: str
    state: str


class ContactHistory(OutputModel):
    """Contacts over every channel, the newest first; at most a hundred."""

    items: list[Contact]


class CallBinding(InputModel):
    """The call that belongs to the customer."""

    call_id: UUID


class ImportedCustomers(OutputModel):
    """What a file of customers did."""

    created: int
    changed: int


class AccountStateAnswer(OutputModel):
    """What the business system says of the account; null where it knows none."""

    state: AccountState | None
    system: str = Field(description="Name of the business system that was asked")
