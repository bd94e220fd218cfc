"""HTTP: typed search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from assist_api.http.deps import ServicesDep, permitted
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.search.schemas import SearchAnswer, SearchRequest

router = APIRouter(tags=["search"])
Searcher = Annotated[CurrentAccount, Depends(permitted(Permission.SEARCH))]


@router.post("/search")
async def search_knowledge(request: SearchRequest, _searcher: Searcher, services: ServicesDep) -> SearchAnswer:
    """Answer a typed question; pinyin, pinyin initials and typing errors are understood."""
    return await services.typed_search.answer(request)
