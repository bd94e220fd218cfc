"""HTTP: who is in new-hire mode, and how much more help the signed-in agent sees."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from assist_api.audit.deps import ActorDep
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.new_hires.schemas import NewHireDraft, NewHireList, NewHireView, OwnHelp
from assist_api.new_hires.service import NewHires

router = APIRouter(prefix="/training/new-hires", tags=["training"])
Learner = Annotated[CurrentAccount, Depends(permitted(Permission.LEARN))]
ResultReader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_RESULTS))]
Setter = Annotated[CurrentAccount, Depends(permitted(Permission.SET_NEW_HIRES))]
NewHiresDep = Annotated[NewHires, Depends(provided(NewHires))]


@router.get("")
async def list_new_hires(_account: ResultReader, new_hires: NewHiresDep) -> NewHireList:
    """List the agents in new-hire mode with their level and its reasons, and the agents who can be put into it."""
    return await new_hires.listed()


@router.get("/mine")
async def get_own_help(account: Learner, new_hires: NewHiresDep) -> OwnHelp:
    """Return one's own level of help with its reasons."""
    return OwnHelp(new_hire=await new_hires.find(account))


@router.put("/{account_id}")
async def set_new_hire(
    account_id: UUID, draft: NewHireDraft, _account: Setter, actor: ActorDep, new_hires: NewHiresDep
) -> NewHireView:
    """Put an agent into new-hire mode, or fix or free the level."""
    return await new_hires.put(actor, account_id, draft)


@router.delete("/{account_id}", status_code=status.HTTP_204_NO_CONTENT)
async def end_new_hire(account_id: UUID, _account: Setter, actor: ActorDep, new_hires: NewHiresDep) -> None:
    """End the new-hire mode of an agent."""
    await new_hires.end(actor, account_id)
