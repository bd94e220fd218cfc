"""The demo town of a first start: a job that fills customers, units and work orders beside the demo knowledge."""

from __future__ import annotations

from assist_api.demo_town.town import choose_rules, fill_town, has_begun, has_customers
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.policies.service import Policies
from kit.jobs import JobHandler, JobResult, RunningJob

KIND = "demo_town.fill"
CUSTOMERS, ORDERS = 300, 130
"""Every state and sector several times, and filled within seconds."""


def build(core: Core, policies: Policies) -> Module[None]:
    """Build the module; it does nothing where demo knowledge is off or anybody has customers."""
    is_wanted = core.settings.demo_knowledge and core.settings.demo_town

    async def begin() -> None:
        if not is_wanted:
            return
        async with core.database.session() as session:
            if not await has_customers(session):
                await core.jobs.enqueue(session, KIND, {}, unique_key=KIND)

    async def fill(job: RunningJob) -> JobResult:
        async with core.database.session() as session:
            if await has_customers(session) and not await has_begun(session):
                return {"customers": 0, "orders": 0}
        units = await fill_town(job.transaction, core.database, core.settings.zone, CUSTOMERS, ORDERS)
        await choose_rules(policies, units)
        return {"customers": CUSTOMERS, "orders": ORDERS}

    return Module(name="demo_town", service=None, begin=begin, jobs=(JobHandler(KIND, fill),))
