"""Keeps dialogues: for the agent with everything that was said, for the counts without a word of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from assist_api.http.core import Core
from assist_api.ivr.dialogue import DialogueState, End, StepKind, TrailStep
from assist_api.ivr.models import CallbackRequest, Dialogue, DialogueStep
from assist_api.ivr.repository import FlowRepository

_SHOWN = frozenset(
    {
        StepKind.SAID,
        StepKind.HEARD,
        StepKind.KEYED,
        StepKind.SILENCE,
        StepKind.DANGER,
        StepKind.LOOKED_UP,
        StepKind.ORDERED,
        StepKind.MARKED,
    }
)
_HIDDEN_SLOTS = frozenset({"wish"})


async def keep_dialogue(
    core: Core, dialogue_id: UUID, call_id: UUID | None, version: int, started_at: datetime, state: DialogueState,
    root_flow: str, queue: str,
) -> None:  # fmt: skip
    """Keep a dialogue that is over, with its callback request; the same one again changes nothing."""
    row = Dialogue(
        id=dialogue_id,
        call_id=call_id,
        flow=root_flow,
        version=version,
        started_at=started_at,
        ended_at=core.clock.now(),
        end=(state.end or End.GONE).value,
        queue=state.queue,
        intent=state.intent,
        node=state.node,
        failures=sum(step.kind is StepKind.NO_MATCH for step in state.trail),
        mark=next((int(step.detail) for step in reversed(state.trail) if step.kind is StepKind.MARKED), None),
        context=context_of(state),
    )
    steps = [_step(dialogue_id, seq, step) for seq, step in enumerate(state.trail)]
    wants_callback = any(step.kind is StepKind.CALLBACK for step in state.trail)
    async with core.database.session() as session:
        flows = FlowRepository(session)
        await flows.add_dialogue(row, steps)
        if wants_callback:
            flows.add_row(
                CallbackRequest(
                    id=uuid4(),
                    call_id=call_id,
                    number=state.circumstances.caller_number,
                    queue=state.queue or queue,
                    intent=state.intent,
                    requested_at=core.clock.now(),
                    done_at=None,
                    done_by=None,
                )
            )


def context_of(state: DialogueState) -> Mapping[str, Any]:
    """Return what an agent is shown of a dialogue."""
    return {
        "slots": {name: value for name, value in state.slots.items() if name not in _HIDDEN_SLOTS},
        "answered": [step.text for step in _answers(state)],
        "steps": [
            {"kind": step.kind.value, "text": step.text, "detail": step.detail}
            for step in state.trail
            if step.kind in _SHOWN
        ],
    }


def _answers(state: DialogueState) -> list[TrailStep]:
    """Return what was said at nodes that answer."""
    nodes = {(step.flow, step.node) for step in state.trail if step.kind is StepKind.ANSWERED}
    return [step for step in state.trail if step.kind is StepKind.SAID and (step.flow, step.node) in nodes]


def _step(dialogue_id: UUID, seq: int, step: TrailStep) -> DialogueStep:
    return DialogueStep(
        dialogue_id=dialogue_id,
        seq=seq,
        flow=step.flow,
        node=step.node,
        kind=step.kind.value,
        detail=step.detail[:60],
        probability=step.probability,
    )
