"""HTTP: API tokens of third parties, for the administrator."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from assist_api.accounts.token_schemas import ApiTokenCreated, ApiTokenDraft, ApiTokens, ApiTokenView
from assist_api.accounts.tokens import NEVER_GRANTED, ApiTokenService
from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission

router = APIRouter(
    prefix="/api-tokens", tags=["integrations"], dependencies=[Depends(permitted(Permission.MANAGE_INTEGRATIONS))]
)


async def get_tokens(session: SessionDep, core: CoreDep, audit: AuditDep) -> ApiTokenService:
    """Return the tokens of this request."""
    return ApiTokenService(session, core.clock, audit)


TokensDep = Annotated[ApiTokenService, Depends(get_tokens)]


@router.get("")
async def list_api_tokens(tokens: TokensDep) -> ApiTokens:
    """List every token, also those that ended."""
    grantable = [permission for permission in Permission if permission not in NEVER_GRANTED]
    return ApiTokens(items=await tokens.list_all(), grantable=grantable)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_api_token(draft: ApiTokenDraft, actor: ActorDep, tokens: TokensDep) -> ApiTokenCreated:
    """Make a token; programs send it as `Authorization: Bearer …`, and only this answer shows it."""
    return await tokens.create(actor, draft)


@router.post("/{token_id}/revoke")
async def revoke_api_token(token_id: UUID, actor: ActorDep, tokens: TokensDep) -> ApiTokenView:
    """End a token at once."""
    return await tokens.revoke(actor, token_id)
