"""HTTP: cases of calls, their search, evidence, outcomes and groups."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from assist_api.audit.deps import ActorDep
from assist_api.cases.schemas import (
    CallCase,
    CaseClusterList,
    CaseEdit,
    CaseEvidence,
    CaseSearch,
    CaseSearchAnswer,
    EntryOutcomesList,
    SolutionList,
)
from assist_api.cases.service import CaseDesk
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kb.cases.service import CaseService
from kb.entries.schemas import CaseDetail

router = APIRouter(tags=["cases"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
Maker = Annotated[CurrentAccount, Depends(permitted(Permission.MAKE_CASES))]
Keeper = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_CASES))]
Version = Annotated[int, Query(ge=1, le=2**31 - 1, description="409 `stale_case` when it is no longer the current one")]
Identified = Annotated[bool, Query(description="With names and numbers; 403 without the permission")]
EntryIds = Annotated[list[UUID], Query(min_length=1, max_length=100)]
Code = Annotated[str, Query(min_length=1, max_length=100)]


async def get_cases(session: SessionDep, core: CoreDep) -> CaseService:
    """Return the case service of this request."""
    return CaseService(session, core.clock)


DeskDep = Annotated[CaseDesk, Depends(provided(CaseDesk))]
CasesDep = Annotated[CaseService, Depends(get_cases)]


@router.get("/calls/{call_id}/case")
async def get_call_case(call_id: UUID, account: Maker, actor: ActorDep, desk: DeskDep) -> CallCase:
    """Return the form of a finished call's case, filled in with what was said, and the case when there is one."""
    return await desk.of_call(account, actor, call_id)


@router.put("/calls/{call_id}/case")
async def save_call_case(call_id: UUID, edit: CaseEdit, account: Maker, actor: ActorDep, desk: DeskDep) -> CaseDetail:
    """Make the case of a finished call, or change it; it is found by search at once."""
    return await desk.save_of_call(account, actor, call_id, edit)


@router.post("/knowledge/cases/search")
async def search_cases(request: CaseSearch, _reader: Reader, desk: DeskDep) -> CaseSearchAnswer:
    """Find cases by text, equipment, area, time, outcome, sector and situation."""
    return await desk.search(request)


@router.get("/knowledge/cases/clusters")
async def list_case_clusters(
    _keeper: Keeper, desk: DeskDep, sector: Annotated[str | None, Query(max_length=100)] = None
) -> CaseClusterList:
    """Group the newest cases that are alike, each group with the case that stands for it."""
    return await desk.clusters(sector)


@router.get("/knowledge/cases/{case_id}")
async def get_case(
    case_id: UUID, account: Reader, actor: ActorDep, desk: DeskDep, identified: Identified = False
) -> CaseDetail:
    """Return one case, de-identified unless asked otherwise."""
    return await desk.get(account, actor, case_id, identified=identified)


@router.get("/knowledge/cases/{case_id}/evidence")
async def get_case_evidence(
    case_id: UUID, account: Reader, actor: ActorDep, desk: DeskDep, identified: Identified = False
) -> CaseEvidence:
    """Return what was said in the call of a case, de-identified unless asked otherwise."""
    return await desk.evidence(account, actor, case_id, identified=identified)


@router.put("/knowledge/cases/{case_id}")
async def update_case(case_id: UUID, edit: CaseEdit, account: Keeper, actor: ActorDep, desk: DeskDep) -> CaseDetail:
    """Change a case; it is found by its new words at once."""
    return await desk.update(account, actor, case_id, edit)


@router.delete("/knowledge/cases/{case_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_case(case_id: UUID, version: Version, _keeper: Keeper, actor: ActorDep, desk: DeskDep) -> None:
    """Remove a case for good, with its evidence; the call stays."""
    await desk.delete(actor, case_id, version)


@router.get("/knowledge/outcomes")
async def get_entry_outcomes(entry_id: EntryIds, _reader: Reader, cases: CasesDep) -> EntryOutcomesList:
    """Tell how the cases ended that were solved with each entry."""
    return EntryOutcomesList(items=await cases.outcomes_of_entries(entry_id))


@router.get("/knowledge/solutions")
async def list_solutions(situation: Code, _reader: Reader, cases: CasesDep) -> SolutionList:
    """List the entries that solved a situation, the best proven first."""
    return SolutionList(items=await cases.solutions_of(situation))
