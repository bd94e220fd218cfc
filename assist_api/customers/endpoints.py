"""HTTP: customers and their files."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, UploadFile, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.customers.accounts import BusinessAccounts
from assist_api.customers.file_format import MAX_BYTES, read_customers
from assist_api.customers.schemas import (
    AccountStateAnswer,
    CallBinding,
    ContactHistory,
    CustomerClassChange,
    CustomerFile,
    CustomerHits,
    CustomerSearch,
    ImportedCustomers,
)
from assist_api.customers.service import ContactSources, CustomerService
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from kit.errors import TooLargeError

router = APIRouter(prefix="/customers", tags=["customers"])
MayRead = Depends(permitted(Permission.READ_CUSTOMERS))
MayEdit = Depends(permitted(Permission.EDIT_CUSTOMERS))
SourcesDep = Annotated[ContactSources, Depends(provided(ContactSources))]


async def get_customers(session: SessionDep, core: CoreDep, audit: AuditDep, sources: SourcesDep) -> CustomerService:
    """Return the customers of this request."""
    return CustomerService(session, core.clock, audit, sources)


CustomersDep = Annotated[CustomerService, Depends(get_customers)]
BusinessDep = Annotated[BusinessAccounts, Depends(provided(BusinessAccounts))]


@router.post("/search", dependencies=[MayRead])
async def search_customers(search: CustomerSearch, customers: CustomersDep) -> CustomerHits:
    """Find customers by telephone, account or meter number, or by the beginning of the name."""
    return await customers.search(search.text)


@router.post("/import", dependencies=[MayEdit])
async def import_customers(
    file: Annotated[UploadFile, File(description="CSV in UTF-8 or GB18030, or XLSX")],
    customers: CustomersDep,
    actor: ActorDep,
) -> ImportedCustomers:
    """Add or change the customers of a file: all of them, or none and a list of the lines at fault."""
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLargeError(f"The file is larger than {MAX_BYTES} bytes.", limit_bytes=MAX_BYTES)
    return await customers.take(actor, read_customers(content))


@router.get("/{customer_id}", dependencies=[MayRead])
async def read_customer_file(customer_id: UUID, customers: CustomersDep, actor: ActorDep) -> CustomerFile:
    """Return a customer's file; the reading is recorded in the audit log."""
    return await customers.read_file(actor, customer_id)


@router.put("/{customer_id}/class", dependencies=[MayEdit])
async def change_customer_class(
    customer_id: UUID, change: CustomerClassChange, customers: CustomersDep, actor: ActorDep
) -> CustomerFile:
    """Change how a customer is served, and who looks after them."""
    return await customers.change_class(actor, customer_id, change)


@router.get("/{customer_id}/contacts", dependencies=[MayRead])
async def list_customer_contacts(customer_id: UUID, customers: CustomersDep) -> ContactHistory:
    """List the contacts of a customer over every channel, the newest first."""
    return await customers.history(customer_id)


@router.post("/{customer_id}/calls", status_code=status.HTTP_204_NO_CONTENT, dependencies=[MayRead])
async def bind_customer_call(customer_id: UUID, binding: CallBinding, customers: CustomersDep, actor: ActorDep) -> None:
    """Note that a call was this customer's."""
    await customers.bind_call(actor, customer_id, binding.call_id)


@router.get("/{customer_id}/account", dependencies=[MayRead])
async def get_customer_account(customer_id: UUID, business: BusinessDep) -> AccountStateAnswer:
    """Return what the business system says of the account: money, bill, reading, and how old that is."""
    return await business.state_of(customer_id)
