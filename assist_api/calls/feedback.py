"""Records agents' verdicts on suggestions: one for each suggestion, stored with what was on the screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import CallSnapshot, FeedbackRecorded, Verdict
from assist_api.calls.journal import CallJournal
from assist_api.calls.models import CallSuggestionRow, SuggestionFeedbackRow
from assist_api.calls.repository import CallRepository
from assist_api.calls.schemas import FeedbackRequest
from assist_api.calls.viewer import CallViewer
from assist_api.http.core import AuditTrail
from assist_api.suggestions.cards import SuggestionList
from kit.clock import Clock
from kit.db import Database
from kit.errors import NotFoundError


class FeedbackDesk:
    """Records verdicts through the journal of their call."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def record(
        self, journal: CallJournal, viewer: CallViewer, suggestion_id: UUID, request: FeedbackRequest
    ) -> FeedbackRecorded:
        """Record a verdict, or take it back; the same again changes nothing.

        Raises:
            NotFoundError: The call showed no such suggestion.
        """
        feedback = await self._feedback(journal.call_id, suggestion_id, request)
        standing = next((item for item in journal.snapshot.feedback if item.suggestion_id == suggestion_id), None)
        is_withdrawn = feedback.verdict is Verdict.WITHDRAWN
        if feedback == standing or (is_withdrawn and standing is None):
            return feedback

        async def save(session: AsyncSession) -> None:
            details = {"verdict": feedback.verdict.value, "suggestion_id": str(suggestion_id)}
            self._audit.record(session, viewer.actor, "suggestion.judged", "call", journal.call_id, details=details)
            repository = CallRepository(session)
            if is_withdrawn:
                await repository.delete_feedback(feedback.feedback_id)
                return
            shown = await repository.shown_with(journal.call_id, suggestion_id, until=journal.seq)
            row = SuggestionFeedbackRow(
                id=feedback.feedback_id,
                call_id=journal.call_id,
                suggestion_id=suggestion_id,
                entry_id=feedback.entry_id,
                verdict=feedback.verdict.value,
                note=feedback.note,
                account_id=viewer.account_id,
                recorded_at=self._clock.now(),
                on_screen=on_screen(journal.snapshot, shown),
            )
            await repository.save_feedback(row)

        await journal.record(feedback, after=save)
        return feedback

    async def _feedback(self, call_id: UUID, suggestion_id: UUID, request: FeedbackRequest) -> FeedbackRecorded:
        async with self._database.session() as session:
            suggestion = await CallRepository(session).find_suggestion(call_id, suggestion_id)
        if suggestion is None:
            raise NotFoundError("This call showed no such suggestion.", code="suggestion_not_found")
        return FeedbackRecorded(
            # One verdict per suggestion of a call, hence one id: a repeated request cannot make a second.
            feedback_id=uuid5(call_id, f"feedback:{suggestion_id}"),
            suggestion_id=suggestion_id,
            entry_id=_entry_id(suggestion),
            verdict=request.verdict,
            note=request.note,
        )


def _entry_id(suggestion: CallSuggestionRow) -> UUID | None:
    return suggestion.document_id if suggestion.kind == "entry" else None


def on_screen(snapshot: CallSnapshot, shown: SuggestionList | None) -> dict[str, Any]:
    """Return what the agent saw: the list with the suggestion, and the words that brought it up."""
    suggestions = shown or snapshot.suggestions
    triggers = {segment_id for card in suggestions.cards for segment_id in card.trigger_segment_ids}
    heard = [utterance for utterance in snapshot.utterances if utterance.segment_id in triggers]
    return {
        "suggestions": suggestions.model_dump(mode="json"),
        "utterances": [utterance.model_dump(mode="json") for utterance in heard],
    }
