"""Applies an event to the snapshot of a call. Pure; the page has the same function in TypeScript.

A snapshot is `empty_snapshot` folded over the persisted events, and then over the partials that run. The rules:

- A call is `offered` before its first event; `assist_api.calls.states` says which state may follow which, and an event
  that breaks it is refused.
- A segment has one utterance. A partial replaces an older partial of its segment, never a final; the first final
  replaces the partials, a second one is ignored. An empty final (noise) takes the utterance away.
- Partials do not outlive their process: an interruption or the end of the call drops them.
- `suggestion.shown` replaces the whole list; a withheld search leaves the list as it is, and where nothing fits it
  folds the list until the next one is shown.
- What the agent has said of a card replaces what was known of that card.
- A card that a supervisor pushed stands first; the same entry pushed again moves to the front.
- A category the agent chose replaces the one chosen before; later rankings leave it as it is.
- Feedback replaces the earlier verdict on the same suggestion; a verdict that is withdrawn leaves none.
- An alert that is raised again keeps its place and whether it was confirmed; alerts outlive the call.
- Facts that are found replace the facts found before; one that the agent set by hand stays for ever.
- A summary that is accepted replaces the one accepted before.
- A step of the talk track is ticked once, and what the agent decides of it by hand stands above that.
- A hint that is raised again changes nothing, and stays when it is dismissed.
- A question that is proposed replaces the one proposed before.
- A stage that is well again leaves the list of stages; when the call ends, nothing lags any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from assist_api.alerts.raised import CallAlert
from assist_api.calls.events import (
    AlertConfirmedEvent,
    AlertRaisedEvent,
    CallAnsweredEvent,
    CallEndedEvent,
    CallEvent,
    CallInfo,
    CallInterruptedEvent,
    CallOfferedEvent,
    CallSnapshot,
    CallStateChangedEvent,
    CardPushedEvent,
    CardSpokenEvent,
    CategoryChosenEvent,
    CategoryRankedEvent,
    EndReason,
    FactEditedEvent,
    FactsFoundEvent,
    FeedbackRecordedEvent,
    HintDismissedEvent,
    HintRaisedEvent,
    QuestionProposedEvent,
    StageStateChangedEvent,
    StepSetEvent,
    StepTickedEvent,
    SuggestionShownEvent,
    SuggestionWithheldEvent,
    SummaryAcceptedEvent,
    TranscriptFinalEvent,
    TranscriptPartialEvent,
    Verdict,
)
from assist_api.calls.states import CallState, require_legal
from assist_api.facts.found import with_edit, with_found
from assist_api.hints.shown import with_dismissal, with_hint, with_set_step, with_tick
from assist_api.suggestions.cards import SuggestionList
from assist_api.transcripts.utterances import LegRole, Utterance

NO_SUGGESTIONS = SuggestionList(cards=[], cases=[], trigger_segment_id=None, search_state="complete")


def empty_snapshot(call: CallInfo) -> CallSnapshot:
    """Return the call as it was before its first event.

    Args:
        call: Head of the call; what events tell (state, times, progress) is set back.
    """
    head = call.model_copy(
        update={
            "state": CallState.OFFERED,
            "ended_at": None,
            "end_reason": None,
            "end_code": "",
            "end_message": "",
            "heard_ms": 0,
        }
    )
    return CallSnapshot(
        call=head,
        utterances=[],
        suggestions=NO_SUGGESTIONS,
        withheld=None,
        spoken=[],
        pushed=[],
        category=None,
        chosen_category=None,
        feedback=[],
        alerts=[],
        facts=[],
        summary=None,
        steps=[],
        hand_steps=[],
        hints=[],
        question=None,
        stages=[],
    )


def reduce_call(snapshot: CallSnapshot, event: CallEvent) -> CallSnapshot:
    """Return the snapshot after the event; events that change nothing return the same object.

    Raises:
        IllegalTransitionError: The call cannot go to the state that the event brings.
    """
    handler = _HANDLERS.get(type(event))
    return handler(snapshot, event) if handler else snapshot


def fold(snapshot: CallSnapshot, events: Iterable[CallEvent]) -> CallSnapshot:
    """Apply events in order."""
    return reduce(reduce_call, events, snapshot)


def _in_state(snapshot: CallSnapshot, state: CallState, head: Mapping[str, object]) -> CallSnapshot:
    require_legal(snapshot.call.state, state)
    return snapshot.model_copy(update={"call": snapshot.call.model_copy(update={"state": state, **head})})


def _offered(snapshot: CallSnapshot, event: CallOfferedEvent) -> CallSnapshot:
    head = {"title": event.data.title, "leg_roles": event.data.leg_roles}
    return snapshot.model_copy(update={"call": snapshot.call.model_copy(update=head)})


def _state_changed(snapshot: CallSnapshot, event: CallStateChangedEvent) -> CallSnapshot:
    name = event.data.agent_name
    return _in_state(snapshot, event.data.state, {} if name is None else {"agent_name": name})


def _answered(snapshot: CallSnapshot, event: CallAnsweredEvent) -> CallSnapshot:
    data = event.data
    head = {
        "source": data.source,
        "title": data.title,
        "duration_ms": data.duration_ms,
        "speed": data.speed,
        "leg_roles": data.leg_roles,
    }
    return _in_state(snapshot, CallState.ANSWERED, head)


def _interrupted(snapshot: CallSnapshot, event: CallInterruptedEvent) -> CallSnapshot:
    head = {"heard_ms": max(snapshot.call.heard_ms, event.data.heard_ms)}
    return _quiet(_in_state(snapshot, CallState.INTERRUPTED, head))


def _ended(snapshot: CallSnapshot, event: CallEndedEvent) -> CallSnapshot:
    data = event.data
    head = {
        "ended_at": event.at,
        "end_reason": data.reason,
        "end_code": data.code,
        "end_message": data.message,
        "duration_ms": data.duration_ms if snapshot.call.duration_ms is None else snapshot.call.duration_ms,
        "heard_ms": max(snapshot.call.heard_ms, data.duration_ms),
    }
    state = CallState.ABANDONED if data.reason is EndReason.ABANDONED else CallState.ENDED
    return _quiet(_in_state(snapshot, state, head))


def _quiet(snapshot: CallSnapshot) -> CallSnapshot:
    """Return a call that nobody transcribes any more."""
    finals = [utterance for utterance in snapshot.utterances if utterance.is_final]
    return snapshot.model_copy(update={"utterances": finals, "stages": []})


def _partial(snapshot: CallSnapshot, event: TranscriptPartialEvent) -> CallSnapshot:
    known = _find(snapshot, event.data)
    if known is not None and (known.is_final or known.partial_index >= event.data.partial_index):
        return snapshot
    return _with_utterance(snapshot, event.data)


def _final(snapshot: CallSnapshot, event: TranscriptFinalEvent) -> CallSnapshot:
    known = _find(snapshot, event.data)
    if known is not None and known.is_final:
        return snapshot
    heard = snapshot.call.model_copy(update={"heard_ms": max(snapshot.call.heard_ms, event.data.end_ms)})
    return _with_utterance(snapshot, event.data).model_copy(update={"call": heard})


def _find(snapshot: CallSnapshot, utterance: Utterance) -> Utterance | None:
    return next((known for known in snapshot.utterances if known.segment_id == utterance.segment_id), None)


def _with_utterance(snapshot: CallSnapshot, utterance: Utterance) -> CallSnapshot:
    others = [known for known in snapshot.utterances if known.segment_id != utterance.segment_id]
    shown = [utterance] if utterance.text or not utterance.is_final else []
    return snapshot.model_copy(update={"utterances": sorted([*others, *shown], key=_order)})


def _order(utterance: Utterance) -> tuple[int, bool, str]:
    return utterance.start_ms, utterance.leg_role is LegRole.AGENT, str(utterance.segment_id)


def _shown(snapshot: CallSnapshot, event: SuggestionShownEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"suggestions": event.data, "withheld": None})


def _withheld(snapshot: CallSnapshot, event: SuggestionWithheldEvent) -> CallSnapshot:
    if event.data.reason != "nothing_fits":
        return snapshot
    return snapshot.model_copy(update={"withheld": event.data})


def _spoken(snapshot: CallSnapshot, event: CardSpokenEvent) -> CallSnapshot:
    others = [known for known in snapshot.spoken if known.suggestion_id != event.data.suggestion_id]
    return snapshot.model_copy(update={"spoken": [*others, event.data]})


def _pushed(snapshot: CallSnapshot, event: CardPushedEvent) -> CallSnapshot:
    others = [known for known in snapshot.pushed if known.entry_id != event.data.entry_id]
    return snapshot.model_copy(update={"pushed": [event.data, *others]})


def _ranked(snapshot: CallSnapshot, event: CategoryRankedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"category": event.data})


def _chosen(snapshot: CallSnapshot, event: CategoryChosenEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"chosen_category": event.data})


def _feedback(snapshot: CallSnapshot, event: FeedbackRecordedEvent) -> CallSnapshot:
    others = [known for known in snapshot.feedback if known.suggestion_id != event.data.suggestion_id]
    standing = [] if event.data.verdict is Verdict.WITHDRAWN else [event.data]
    return snapshot.model_copy(update={"feedback": [*others, *standing]})


def _alert_raised(snapshot: CallSnapshot, event: AlertRaisedEvent) -> CallSnapshot:
    standing = {alert.alert_id: alert for alert in snapshot.alerts}
    known = standing.get(event.data.alert_id)
    confirmed_by = known.confirmed_by if known is not None else None
    standing[event.data.alert_id] = CallAlert(**dict(event.data), confirmed_by=confirmed_by)
    return snapshot.model_copy(update={"alerts": list(standing.values())})


def _alert_confirmed(snapshot: CallSnapshot, event: AlertConfirmedEvent) -> CallSnapshot:
    alerts = [
        alert.model_copy(update={"confirmed_by": event.data.confirmed_by})
        if alert.alert_id == event.data.alert_id
        else alert
        for alert in snapshot.alerts
    ]
    return snapshot.model_copy(update={"alerts": alerts})


def _facts_found(snapshot: CallSnapshot, event: FactsFoundEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"facts": with_found(snapshot.facts, event.data.facts)})


def _fact_edited(snapshot: CallSnapshot, event: FactEditedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"facts": with_edit(snapshot.facts, event.data)})


def _summary_accepted(snapshot: CallSnapshot, event: SummaryAcceptedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"summary": event.data})


def _step_ticked(snapshot: CallSnapshot, event: StepTickedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"steps": with_tick(snapshot.steps, event.data)})


def _step_set(snapshot: CallSnapshot, event: StepSetEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"hand_steps": with_set_step(snapshot.hand_steps, event.data)})


def _hint_raised(snapshot: CallSnapshot, event: HintRaisedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"hints": with_hint(snapshot.hints, event.data)})


def _hint_dismissed(snapshot: CallSnapshot, event: HintDismissedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"hints": with_dismissal(snapshot.hints, event.data)})


def _question_proposed(snapshot: CallSnapshot, event: QuestionProposedEvent) -> CallSnapshot:
    return snapshot.model_copy(update={"question": event.data})


def _stage(snapshot: CallSnapshot, event: StageStateChangedEvent) -> CallSnapshot:
    others = [known for known in snapshot.stages if known.stage != event.data.stage]
    changed = [event.data] if event.data.state == "degraded" else []
    return snapshot.model_copy(update={"stages": [*others, *changed]})


_HANDLERS: dict[type, Callable[[CallSnapshot, Any], CallSnapshot]] = {
    CallOfferedEvent: _offered,
    CallStateChangedEvent: _state_changed,
    CallAnsweredEvent: _answered,
    CallInterruptedEvent: _interrupted,
    CallEndedEvent: _ended,
    TranscriptPartialEvent: _partial,
    TranscriptFinalEvent: _final,
    SuggestionShownEvent: _shown,
    SuggestionWithheldEvent: _withheld,
    CardSpokenEvent: _spoken,
    CardPushedEvent: _pushed,
    CategoryRankedEvent: _ranked,
    CategoryChosenEvent: _chosen,
    FeedbackRecordedEvent: _feedback,
    AlertRaisedEvent: _alert_raised,
    AlertConfirmedEvent: _alert_confirmed,
    FactsFoundEvent: _facts_found,
    FactEditedEvent: _fact_edited,
    SummaryAcceptedEvent: _summary_accepted,
    StepTickedEvent: _step_ticked,
    StepSetEvent: _step_set,
    HintRaisedEvent: _hint_raised,
    HintDismissedEvent: _hint_dismissed,
    QuestionProposedEvent: _question_proposed,
    StageStateChangedEvent: _stage,
}
