"""HTTP: typed search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.search.audiences import audiences_of
from assist_api.search.schemas import SearchAnswer, SearchRequest
from assist_api.search.service import TypedSearch

router = APIRouter(tags=["search"])
TypedSearchDep = Annotated[TypedSearch, Depends(provided(TypedSearch))]
Searcher = Annotated[CurrentAccount, Depends(permitted(Permission.SEARCH))]


@router.post("/search")
async def search_knowledge(request: SearchRequest, searcher: Searcher, typed: TypedSearchDep) -> SearchAnswer:
    """Answer a typed question; pinyin, pinyin initials and typing errors are understood.

    Entries that are not meant for agents are found by accounts that may edit entries, whatever audience is asked for.
    """
    return await typed.answer(request, audiences_of(searcher))
