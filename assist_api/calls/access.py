"""Dependencies of the call endpoints: the call service, and the signed-in account as a `CallViewer`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.calls.viewer import CallViewer
from assist_api.http.actor import actor_of
from assist_api.http.deps import CurrentAccountDep, asking_for, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount


def viewer_of(account: CurrentAccount, address: str = "") -> CallViewer:
    """Return what the account may see of calls and do with them."""
    return CallViewer(
        actor_of(account, address),
        can_read_all=account.may(Permission.READ_ALL_CALLS),
        can_hear_all=account.may(Permission.HEAR_ALL_CALLS),
        can_act_on_all=account.may(Permission.ACT_ON_ALL_CALLS),
    )


def _viewer_with(permission: Permission) -> Callable[[Request, CurrentAccount], Awaitable[CallViewer]]:
    async def get_viewer(request: Request, account: CurrentAccountDep) -> CallViewer:
        account.require(permission)
        return viewer_of(account, request.client.host if request.client else "")

    return asking_for(permission, get_viewer)


ReadingDep = Annotated[CallReading, Depends(provided(CallReading))]
CallsDep = Annotated[CallService, Depends(provided(CallService))]
ReaderDep = Annotated[CallViewer, Depends(_viewer_with(Permission.READ_OWN_CALLS))]
ListenerDep = Annotated[CallViewer, Depends(_viewer_with(Permission.HEAR_OWN_CALLS))]
ReplayerDep = Annotated[CallViewer, Depends(_viewer_with(Permission.REPLAY_CALLS))]
FeedbackGiverDep = Annotated[CallViewer, Depends(_viewer_with(Permission.GIVE_FEEDBACK))]
