"""Keeps what agents flag in a call."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import CallSnapshot
from assist_api.calls.models import CallRow
from assist_api.calls.repository import CallRepository
from assist_api.curation.capture import MomentKeeper
from assist_api.curation.models import MomentReason
from assist_api.curation.moments import Moment, moment_of
from assist_api.curation.schemas import FlagRequest
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.transcripts.utterances import LegRole, Utterance
from kb.deidentify import deidentify
from kb.entries.repository import EntryRepository
from kit.clock import Clock
from kit.db import Database
from kit.errors import InvalidInputError, NotFoundError


class FlagKeeper:
    """Keeps flags with call, second, entry revision and sentence."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def flag(self, actor: Actor, call: CallSnapshot, request: FlagRequest) -> str:
        """Keep a flag and return the sentence that was kept, de-identified; the same again changes nothing.

        Raises:
            NotFoundError: The call showed no such card, or has no such utterance.
            InvalidInputError: Nothing was said yet, or a card is needed and none is named.
        """
        moment = _flagged(call, request.segment_id or _answered_by(call, request.suggestion_id))
        reason = MomentReason(request.reason)
        async with self._database.session() as session:
            row = await CallRepository(session).find(call.call.id)
            if row is None:
                raise NotFoundError("There is no such call.", code="call_not_found")
            note = deidentify(request.note.strip())
            if reason is MomentReason.MISSING:
                await MomentKeeper(session, self._clock).keep(row, moment, reason, actor.account_id, note=note)
            else:
                await self._flag_card(session, actor, row, moment, request, note)
            details = {"reason": reason.value}
            self._audit.record(session, actor, "moment.flagged", "call", call.call.id, details=details)
        return moment.sentence

    async def _flag_card(
        self, session: AsyncSession, actor: Actor, call: CallRow, moment: Moment, request: FlagRequest, note: str
    ) -> None:
        if request.suggestion_id is None:
            raise InvalidInputError("Name the card that is flagged.", field="suggestion_id", code="required")
        shown = await CallRepository(session).find_suggestion(call.id, request.suggestion_id)
        if shown is None or shown.kind != "entry":
            raise NotFoundError("This call showed no such card.", code="suggestion_not_found")
        found = await EntryRepository(session).find_revisions([shown.revision_id])
        if not found:
            raise NotFoundError("The text of this card is gone.", code="revision_not_found")
        await MomentKeeper(session, self._clock).flag_card(
            call,
            moment,
            MomentReason(request.reason),
            actor.account_id,
            note,
            (shown.document_id, shown.revision_id),
            found[0].title,
            found[0].sector,
        )


def _answered_by(call: CallSnapshot, suggestion_id: UUID | None) -> UUID | None:
    """Return the utterance that a card answers; None when the card is no longer shown or answers none."""
    cards = () if call.suggestions is None else call.suggestions.cards
    segment_id = next((card.answers_segment_id for card in cards if card.suggestion_id == suggestion_id), None)
    is_finished = any(one.segment_id == segment_id and one.is_final for one in call.utterances)
    return segment_id if is_finished else None


def _flagged(call: CallSnapshot, segment_id: UUID | None) -> Moment:
    said = [utterance for utterance in call.utterances if utterance.is_final]
    if segment_id is None:
        return moment_of(_last_of_customer(said), said)
    wanted = next((utterance for utterance in said if utterance.segment_id == segment_id), None)
    if wanted is None:
        raise NotFoundError("The call has no such utterance, or it is not finished.", code="utterance_not_found")
    return moment_of(wanted, said)


def _last_of_customer(said: Sequence[Utterance]) -> Utterance:
    of_customer = [utterance for utterance in said if utterance.leg_role is LegRole.CUSTOMER]
    if not of_customer:
        raise InvalidInputError("The customer has said nothing yet.", field="segment_id", code="nothing_said")
    return of_customer[-1]
