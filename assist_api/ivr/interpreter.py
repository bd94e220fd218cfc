"""Walks through flows: `step(state, input)` gives the next state and what is to be said and done. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from assist_api.ivr.caller_turns import take_turn
from assist_api.ivr.dialogue import (
    Circumstances,
    DialogueState,
    End,
    EntryFound,
    Heard,
    HungUp,
    Input,
    Keyed,
    LookedUp,
    OrderMade,
    Phase,
    Recorded,
    ServiceDone,
    Silence,
    Started,
    Step,
    StepKind,
    TextSent,
)
from assist_api.ivr.flow import Flow
from assist_api.ivr.system_answers import take_entry, take_look_up, take_order, take_recording, take_service, take_text
from assist_api.ivr.walk import ACCOUNT_SLOT, Walk


class Interpreter:
    """Knows the flows; immutable, so that dialogues may share it."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self._flows = dict(flows)

    def begin(self, flow: str, circumstances: Circumstances) -> DialogueState:
        """Return a dialogue before its first word.

        Raises:
            KeyError: There is no such flow.
        """
        slots = {ACCOUNT_SLOT: circumstances.account} if circumstances.account else {}
        return DialogueState(flow=flow, node=self._flows[flow].start, circumstances=circumstances, slots=slots)

    def step(self, state: DialogueState, happened: Input) -> Step:
        """Return the next state and what is to be done; a dialogue that is over stays so."""
        if state.phase is Phase.OVER:
            return Step(state, ())
        walk = Walk(self._flows, state)
        _take(walk, happened)
        return Step(walk.state, tuple(walk.actions))


def _take(walk: Walk, happened: Input) -> None:
    match happened:
        case Started():
            if walk.state.phase is Phase.NEW:
                for text in walk.state.circumstances.pushed:
                    walk.say(text)
                walk.go(walk.state.node)
        case HungUp():
            walk.note(StepKind.LEFT)
            walk.change(phase=Phase.OVER, end=End.GONE)
        case Heard() | Keyed() | Silence():
            take_turn(walk, happened)
        case LookedUp():
            take_look_up(walk, happened)
        case EntryFound():
            take_entry(walk, happened)
        case OrderMade():
            take_order(walk, happened)
        case ServiceDone():
            take_service(walk, happened)
        case Recorded():
            take_recording(walk, happened)
        case TextSent():
            take_text(walk, happened)
