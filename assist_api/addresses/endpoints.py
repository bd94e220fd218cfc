"""HTTP: the address tree."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, File, UploadFile

from assist_api.addresses.file_format import read_places
from assist_api.addresses.schemas import AddressImport, AddressMatch, AddressPlaces, AddressSearch
from assist_api.addresses.service import AddressService
from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission
from kit.errors import TooLargeError

router = APIRouter(prefix="/addresses", tags=["addresses"])
MayRead = Depends(permitted(Permission.READ_ORDERS))
MayEdit = Depends(permitted(Permission.EDIT_CUSTOMERS))
MAX_BYTES = 16 * 1024 * 1024


async def get_addresses(session: SessionDep, core: CoreDep, audit: AuditDep) -> AddressService:
    """Return the address tree of this request."""
    return AddressService(session, core.clock, audit)


AddressesDep = Annotated[AddressService, Depends(get_addresses)]


@router.get("", dependencies=[MayRead])
async def list_addresses(addresses: AddressesDep, parent_id: UUID | None = None) -> AddressPlaces:
    """List the districts, or what stands right below a place."""
    return await addresses.below(parent_id)


@router.post("/match", dependencies=[MayRead])
async def match_address(search: AddressSearch, addresses: AddressesDep) -> AddressMatch:
    """Say which place of the tree an address means, as orders will see it."""
    return await addresses.match(search.text)


@router.post("/import", dependencies=[MayEdit])
async def import_addresses(
    file: Annotated[UploadFile, File(description="CSV in UTF-8 or GB18030, or XLSX")], addresses: AddressesDep,
    actor: ActorDep, is_preview: bool = False,
) -> AddressImport:  # fmt: skip
    """Add or change the places of a file: all of them, or none and a list of the lines at fault."""
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLargeError(f"The file is larger than {MAX_BYTES} bytes.", limit_bytes=MAX_BYTES)
    lines = await to_thread.run_sync(read_places, content)
    return await addresses.take(actor, lines, is_preview=is_preview)
