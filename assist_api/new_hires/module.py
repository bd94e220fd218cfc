"""New-hire mode: more help at the desk, which fades as results get good enough."""

from __future__ import annotations

from assist_api.hints.extra import ExtraHints
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.new_hires.endpoints import router
from assist_api.new_hires.policy import NEW_HIRES
from assist_api.new_hires.service import NEW_HIRES_CHANGED, NewHires
from assist_api.policies.service import Policies
from kit.outbox import OutboxEvent, Subscriber
from kit.periodic import Loop

LEVELS_EVERY_SECONDS = 300.0
"""A level follows a result within this time; no call waits for it."""


def build(core: Core, policies: Policies, extra_hints: ExtraHints) -> Module[NewHires]:
    """Build the module; it declares the policy of new hires."""
    policies.add(NEW_HIRES)
    new_hires = NewHires(core.database, core.clock, core.settings.zone, core.audit, policies, extra_hints)

    async def follow(_event: OutboxEvent) -> None:
        await new_hires.refresh()

    core.outbox.follow(Subscriber("new-hires", (NEW_HIRES_CHANGED,), follow))
    return Module(
        name="new_hires",
        service=new_hires,
        routers=(router,),
        start=new_hires.refresh,
        loops=(Loop("new-hire-levels", LEVELS_EVERY_SECONDS, new_hires.refresh),),
    )
