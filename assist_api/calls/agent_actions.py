"""What a person does to a call's alerts, hints, facts and summary: an event of the call and an audit entry, together.

The audit entry names the call, the kind or the field, and no word of the caller. The same action again changes nothing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.alerts.raised import AlertConfirmed, CallAlert, TwoLanguages
from assist_api.calls.events import CallSnapshot
from assist_api.calls.journal import CallJournal, Write
from assist_api.facts.fields import FactField
from assist_api.facts.found import CallFact, FactEdited, edited_fact
from assist_api.hints.shown import CallHint, HintDismissed, HintVerdict, StepSet
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.summaries.shown import CallSummary, SummaryAccepted, summary_lines
from kit.errors import ConflictError, NotFoundError


class AgentActions:
    """Actions of one person in a call."""

    def __init__(self, audit: AuditTrail, actor: Actor) -> None:
        self._audit = audit
        self._actor = actor

    async def confirm_alert(self, journal: CallJournal, alert_id: UUID) -> CallAlert:
        """Record that the caller was told what the alert asks for; the first who confirms it stands.

        Raises:
            NotFoundError: The call raised no such alert.
        """
        alert = _alert(journal, alert_id)
        if alert.confirmed_by is not None:
            return alert
        confirmed = AlertConfirmed(alert_id=alert_id, confirmed_by=self._actor.name)
        save = self._entry("alert.confirmed", journal.call_id, {"kind": alert.kind.value})
        await journal.record(confirmed, after=save)
        return _alert(journal, alert_id)

    async def set_step(self, journal: CallJournal, step_id: str, name: TwoLanguages, *, is_done: bool) -> StepSet:
        """Tick a step of the talk track by hand, or take its tick away."""
        step = StepSet(step_id=step_id, name=name, is_done=is_done, set_by=self._actor.name)
        standing = next((known for known in journal.snapshot.hand_steps if known.step_id == step_id), None)
        if standing is not None and standing.is_done == is_done:
            return standing
        save = self._entry("step.set", journal.call_id, {"step": step_id, "is_done": is_done})
        await journal.record(step, after=save)
        return step

    async def dismiss_hint(self, journal: CallJournal, hint_id: UUID, verdict: HintVerdict) -> CallHint:
        """Put a hint away and say whether it was right to come; the first who does so stands.

        Raises:
            NotFoundError: The call has no such hint.
        """
        hint = _hint(journal, hint_id)
        if hint.dismissed_by is not None:
            return hint
        dismissed = HintDismissed(hint_id=hint_id, dismissed_by=self._actor.name, verdict=verdict)
        details: dict[str, DetailValue] = {"kind": hint.kind.value, "key": hint.key, "verdict": verdict.value}
        save = self._entry("hint.dismissed", journal.call_id, details)
        await journal.record(dismissed, after=save)
        return _hint(journal, hint_id)

    async def edit_fact(self, journal: CallJournal, field: FactField, value: str) -> CallFact:
        """Set a field by hand, or clear it with an empty value; from then on the call no longer changes it."""
        edit = FactEdited(field=field, value=value, edited_by=self._actor.name)
        standing = next((fact for fact in journal.snapshot.facts if fact.field is field), None)
        if standing is not None and standing.edited_by is not None and standing.value == value:
            return standing
        await journal.record(edit, after=self._entry("fact.edited", journal.call_id, {"field": field.value}))
        return edited_fact(edit)

    async def accept_summary(self, journal: CallJournal) -> CallSummary:
        """Accept the summary as it reads now.

        Raises:
            ConflictError: Nothing was said that a summary could hold.
        """
        summary = summary_of(journal.snapshot)
        if not summary.lines:
            raise ConflictError("Nothing was said yet that a summary could hold.", code="summary_empty")
        accepted = SummaryAccepted(lines=summary.lines, accepted_by=self._actor.name)
        if accepted != summary.accepted:
            save = self._entry("summary.accepted", journal.call_id, {"lines": len(summary.lines)})
            await journal.record(accepted, after=save)
        return CallSummary(lines=summary.lines, accepted=accepted)

    def _entry(self, action: str, call_id: UUID, details: dict[str, DetailValue]) -> Write:
        async def save(session: AsyncSession) -> None:
            self._audit.record(session, self._actor, action, "call", call_id, details=details)

        return save


def summary_of(snapshot: CallSnapshot) -> CallSummary:
    """Return the summary of a call as far as it went, and the one that was accepted."""
    return CallSummary(lines=summary_lines(snapshot.utterances, snapshot.facts), accepted=snapshot.summary)


def _hint(journal: CallJournal, hint_id: UUID) -> CallHint:
    hint = next((known for known in journal.snapshot.hints if known.hint_id == hint_id), None)
    if hint is None:
        raise NotFoundError("This call has no such hint.", code="hint_not_found")
    return hint


def _alert(journal: CallJournal, alert_id: UUID) -> CallAlert:
    alert = next((known for known in journal.snapshot.alerts if known.alert_id == alert_id), None)
    if alert is None:
        raise NotFoundError("This call raised no such alert.", code="alert_not_found")
    return alert
