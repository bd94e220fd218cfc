"""The smallest whole module: a page of lamps that a job counts. It shows what a new module has to write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel

from assist_api.http.core import Core
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, ok
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kit.jobs import JobHandler, JobResult, RunningJob

KIND = "lamps.count"
router = APIRouter(prefix="/lamps", tags=["lamps"])


@dataclass(slots=True)
class Lamps:
    """The service of the module."""

    counted: int = 0
    attempts: list[UUID] = field(default_factory=list)

    async def count(self, job: RunningJob) -> JobResult:
        """Count the lamps that were ordered to be counted."""
        self.attempts.append(job.id)
        self.counted += int(str(job.payload["lamps"]))
        return {"counted": self.counted}


class LampsView(BaseModel):
    """How many lamps there are."""

    counted: int


class LampsOrder(BaseModel):
    """How many lamps are to be counted."""

    lamps: int


class LampsOrdered(BaseModel):
    """The job that counts them."""

    job_id: UUID


LampsDep = Annotated[Lamps, Depends(provided(Lamps))]
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_HEALTH))]
Manager = Annotated[CurrentAccount, Depends(permitted(Permission.MANAGE_UNITS))]


@router.get("")
async def get_lamps(_reader: Reader, lamps: LampsDep) -> LampsView:
    """Return the lamps."""
    return LampsView(counted=lamps.counted)


@router.post("/counts", status_code=status.HTTP_202_ACCEPTED)
async def count_lamps(order: LampsOrder, manager: Manager, core: CoreDep, session: SessionDep) -> LampsOrdered:
    """Order a count."""
    ordered = await core.jobs.enqueue(session, KIND, {"lamps": order.lamps}, manager.id)
    return LampsOrdered(job_id=ordered.job_id)


def build(_core: Core) -> Module[Lamps]:
    """Build the module."""
    lamps = Lamps()

    async def probe() -> PartHealth:
        return ok("lamps", f"{lamps.counted} lamps", lamps=lamps.counted)

    return Module(
        name="lamps",
        service=lamps,
        routers=(router,),
        jobs=(JobHandler(KIND, lamps.count),),
        probes={"lamps": probe},
        upload_limits={"/lamps/files": 5_000},
    )
