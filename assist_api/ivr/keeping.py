"""Keeps dialogues: for the agent with everything that was said, for the counts without a word of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID, uuid4

from assist_api.http.core import Core
from assist_api.ivr.dialogue import DialogueState, End, StepKind, TrailStep
from assist_api.ivr.flow import Flow, SurveyNode
from assist_api.ivr.models import CallbackRequest, Dialogue, DialogueStep
from assist_api.ivr.repository import FlowRepository
from assist_api.surveys.keeping import GivenAnswer, SurveyKeeper

_SHOWN = frozenset(
    {
        StepKind.SAID,
        StepKind.HEARD,
        StepKind.KEYED,
        StepKind.SILENCE,
        StepKind.UNHEARD,
        StepKind.SLOW,
        StepKind.DANGER,
        StepKind.LOOKED_UP,
        StepKind.ORDERED,
        StepKind.SERVED,
        StepKind.MARKED,
    }
)
WANTS_CALL_SLOT = "wants_call"
"""Slot with the answer to whether a supervisor may call about a bad mark."""
_HIDDEN_SLOTS = frozenset({"wish"})


async def keep_dialogue(
    core: Core, dialogue_id: UUID, call_id: UUID | None, version: int, started_at: datetime, state: DialogueState,
    root_flow: str, queue: str, *, surveys: SurveyKeeper | None = None,
    flows: Mapping[str, Flow] = MappingProxyType({}), responses_ms: Sequence[int] = (),
    is_texted: bool = False, waits_since: datetime | None = None,
) -> None:  # fmt: skip
    """Keep a dialogue that is over, with its callback request and its mark; the same one again changes nothing.

    Args:
        core: Shared parts.
        dialogue_id: Of the dialogue; that of the call, unless the call has several.
        call_id: Of the call.
        version: Of the flow.
        started_at: When the first word was said.
        state: At the end.
        root_flow: Flow that the dialogue began in.
        queue: Queue of the number.
        surveys: Keeps marks; None keeps none.
        flows: By name; they tell which nodes asked for a mark.
        responses_ms: How long the caller waited for each answer.
        is_texted: Whether a caller who gave no mark is asked by text message.
        waits_since: Since when the caller waits in line; None for one who has not waited before.
    """
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
        caller_number=state.circumstances.caller_number,
        responses_ms=list(responses_ms),
    )
    steps = [_step(dialogue_id, seq, step) for seq, step in enumerate(state.trail)]
    wants_callback = any(step.kind is StepKind.CALLBACK for step in state.trail)
    async with core.database.session() as session:
        rows = FlowRepository(session)
        before = await rows.dialogue_of_call(call_id) if call_id is not None else None
        if not await rows.add_dialogue(row, steps):
            return
        if wants_callback:
            rows.add_row(_callback(call_id, waits_since or started_at, state, queue, state.intent, "asked"))
        asked = _asked_at(state, flows)
        if surveys is None or not asked:
            return
        is_after = flows[root_flow].is_survey
        intent = before.intent if is_after and before is not None else state.intent
        answer = GivenAnswer(
            id=dialogue_id,
            call_id=call_id,
            asked_at=started_at,
            mark=row.mark,
            way=_way(state),
            served_by="agent" if is_after else "flow",
            intent=intent,
            area=state.circumstances.area,
            queue=queue,
            wants_call=state.slots.get(WANTS_CALL_SLOT) == "yes",
            text_to=state.circumstances.caller_number if is_texted else "",
        )
        if await surveys.keep(session, answer) and state.circumstances.caller_number:
            rows.add_row(_callback(call_id, core.clock.now(), state, queue, intent, "bad_mark"))


def _callback(
    call_id: UUID | None, since: datetime, state: DialogueState, queue: str, intent: str | None, reason: str
) -> CallbackRequest:
    """Return a request; its place in the line counts from the moment at which the caller began to wait."""
    return CallbackRequest(
        id=uuid4(), call_id=call_id, number=state.circumstances.caller_number, queue=state.queue or queue,
        intent=intent, requested_at=since, done_at=None, done_by=None, reason=reason, state="open", attempts=0, note="",
    )  # fmt: skip


def _asked_at(state: DialogueState, flows: Mapping[str, Flow]) -> bool:
    """Tell whether the caller was asked for a mark."""
    return any(
        step.kind is StepKind.SAID
        and step.flow in flows
        and isinstance(flows[step.flow].nodes.get(step.node), SurveyNode)
        for step in state.trail
    )


def _way(state: DialogueState) -> Literal["keys", "speech"] | None:
    """Return how the mark was given: by what the caller did last before it."""
    kinds = [step.kind for step in state.trail]
    if StepKind.MARKED not in kinds:
        return None
    given = [kind for kind in kinds[: kinds.index(StepKind.MARKED)] if kind in {StepKind.KEYED, StepKind.HEARD}]
    return "speech" if given and given[-1] is StepKind.HEARD else "keys"


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
