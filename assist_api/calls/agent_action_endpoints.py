"""HTTP: what a person does to a call's alerts, talk track, hints, facts and summary."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field, StringConstraints

from assist_api.alerts.raised import CallAlert
from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.calls.access import CallsDep, FeedbackGiverDep, ReaderDep, ReadingDep
from assist_api.calls.agent_actions import AgentActions, summary_of
from assist_api.facts.fields import FactField
from assist_api.facts.found import CallFact
from assist_api.hints.diagnosis import both
from assist_api.hints.service import HintBooks
from assist_api.hints.shown import CallHint, HintVerdict, StepSet
from assist_api.http.deps import provided
from assist_api.http.schemas import InputModel
from assist_api.summaries.shown import CallSummary

router = APIRouter(tags=["calls"])

LONGEST_VALUE = 200


class FactEdit(InputModel):
    """What a field shall hold."""

    value: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_VALUE)] = Field(
        description="Empty clears the field"
    )


class StepChoice(InputModel):
    """Whether a step counts as said."""

    is_done: bool


async def get_actions(audit: AuditDep, actor: ActorDep) -> AgentActions:
    """Return what the signed-in agent does in a call."""
    return AgentActions(audit, actor)


AgentActionsDep = Annotated[AgentActions, Depends(get_actions)]


@router.post("/calls/{call_id}/alerts/{alert_id}/confirm")
async def confirm_alert(
    call_id: UUID, alert_id: UUID, calls: CallsDep, viewer: FeedbackGiverDep, actions: AgentActionsDep
) -> CallAlert:
    """Record that the caller was told what a safety alert asks for; a second time changes nothing."""
    await calls.archive.check_changeable(viewer, call_id)
    return await calls.write(call_id, lambda journal: actions.confirm_alert(journal, alert_id))


@router.post("/calls/{call_id}/hints/{hint_id}/dismiss")
async def dismiss_hint(
    call_id: UUID,
    hint_id: UUID,
    calls: CallsDep,
    viewer: FeedbackGiverDep,
    actions: AgentActionsDep,
    verdict: HintVerdict = HintVerdict.NOTED,
) -> CallHint:
    """Put a hint away, `wrong` where it should not have come; a second time changes nothing."""
    await calls.archive.check_changeable(viewer, call_id)
    return await calls.write(call_id, lambda journal: actions.dismiss_hint(journal, hint_id, verdict))


@router.put("/calls/{call_id}/steps/{step_id}")
async def set_step(
    call_id: UUID,
    step_id: Annotated[str, Path(max_length=64)],
    choice: StepChoice,
    calls: CallsDep,
    viewer: FeedbackGiverDep,
    actions: AgentActionsDep,
    books: Annotated[HintBooks, Depends(provided(HintBooks))],
) -> StepSet:
    """Tick a step of the talk track by hand, or take its tick away; what is heard no longer changes it.

    404 `step_not_found` where the sector's hint book has no such step.
    """
    await calls.archive.check_changeable(viewer, call_id)
    sector = (await calls.snapshot(call_id)).data.call.sector
    step = books.step(sector, step_id)
    return await calls.write(
        call_id, lambda journal: actions.set_step(journal, step_id, both(step.name), is_done=choice.is_done)
    )


@router.put("/calls/{call_id}/facts/{field}")
async def edit_fact(
    call_id: UUID, field: FactField, edit: FactEdit, calls: CallsDep, viewer: FeedbackGiverDep, actions: AgentActionsDep
) -> CallFact:
    """Set a field of the work order by hand; from then on what is said in the call no longer changes it."""
    await calls.archive.check_changeable(viewer, call_id)
    return await calls.write(call_id, lambda journal: actions.edit_fact(journal, field, edit.value))


@router.get("/calls/{call_id}/summary")
async def get_summary(call_id: UUID, reading: ReadingDep, viewer: ReaderDep) -> CallSummary:
    """Return the summary of a running or finished call; every line names the utterances that prove it."""
    snapshot = (await reading.snapshot(viewer, call_id)).data
    return await asyncio.to_thread(summary_of, snapshot)


@router.put("/calls/{call_id}/summary/accepted")
async def accept_summary(
    call_id: UUID, calls: CallsDep, viewer: FeedbackGiverDep, actions: AgentActionsDep
) -> CallSummary:
    """Accept the summary as it reads now; a later acceptance replaces it."""
    await calls.archive.check_changeable(viewer, call_id)
    return await calls.write(call_id, actions.accept_summary)
