"""What endpoints that change something depend on: the audit log, and who acts from where."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from assist_api.audit.log import AuditLog
from assist_api.http.actor import Actor, actor_of
from assist_api.http.deps import AccountInAnyStateDep, provided

AuditDep = Annotated[AuditLog, Depends(provided(AuditLog))]


async def get_actor(request: Request, account: AccountInAnyStateDep) -> Actor:
    """Return who makes the request, for its audit entries; whether they may is for `permitted`."""
    return actor_of(account, request.client.host if request.client else "")


ActorDep = Annotated[Actor, Depends(get_actor)]
