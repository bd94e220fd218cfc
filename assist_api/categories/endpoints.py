"""HTTP: situations to choose from, and the numbered models that rank them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, status

from assist_api.audit.deps import ActorDep
from assist_api.categories.schemas import CategoryModels, ChoosableSituation, ChoosableSituations, RollBack
from assist_api.categories.service import CategoryModelDesk
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kb.filing.finding import find_situations
from kb.taxonomy.tree import load_taxonomy

router = APIRouter(tags=["categories"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]


ModelsDep = Annotated[CategoryModelDesk, Depends(provided(CategoryModelDesk))]


@router.get("/knowledge/situations")
async def find_situation(
    _reader: Reader,
    text: Annotated[str, Query(max_length=60)] = "",
    sector: Annotated[str | None, Query(max_length=16)] = None,
) -> ChoosableSituations:
    """Find situations by name, pinyin (`tingdian`) or first letters (`td`); all of a sector without a text."""
    found = find_situations(load_taxonomy(), text, sector=sector)
    return ChoosableSituations(
        items=[
            ChoosableSituation(
                code=item.situation.code,
                name_zh=item.situation.name_zh,
                name_en=item.situation.name_en,
                sector=item.situation.sector,
                path=list(item.path),
            )
            for item in found
        ]
    )


@router.get("/category-models")
async def list_category_models(_editor: Editor, models: ModelsDep) -> CategoryModels:
    """List the models that rank categories, the newest first, with their scores."""
    return await models.overview()


@router.post("/category-models", status_code=status.HTTP_202_ACCEPTED)
async def train_category_model(_editor: Editor, actor: ActorDep, models: ModelsDep) -> None:
    """Learn a model from everything there is; 409 while one is being learned."""
    await models.order_training(actor)


@router.post("/category-models/{number}/live")
async def roll_back_category_model(
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    request: RollBack,
    _editor: Editor,
    actor: ActorDep,
    models: ModelsDep,
) -> CategoryModels:
    """Make an earlier model the one that answers; running calls use it from their next sentence on."""
    return await models.roll_back(number, actor, request.note.strip())
