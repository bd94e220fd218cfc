"""Callbacks and voicemails as agents work with them. One unit of work; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.callbacks.news import GIVEN_UP, CallbackNews
from assist_api.callbacks.repository import CallbackRepository
from assist_api.callbacks.rules import (
    RULES,
    CallbackReason,
    CallbackState,
    DialOutcome,
    after_attempt,
)
from assist_api.callbacks.schemas import (
    AttemptOutcome,
    CallbackLine,
    CallbackLines,
    CallbackView,
    VoicemailLine,
    VoicemailLines,
)
from assist_api.calls.masking_policy import MASKING
from assist_api.calls.new_call import masked
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.ivr.models import CallbackRequest, Voicemail
from assist_api.policies.service import Policies
from kit.clock import Clock
from kit.errors import ConflictError, NotFoundError

GIVEN_BACK_AFTER = timedelta(hours=2)
"""A request that somebody took and left alone for so long may be taken by others."""
VOICEMAIL_FOLDER = Path("ivr") / "voicemails"


class OrderMaker(Protocol):
    """Makes draft orders of messages."""

    async def draft_of_message(
        self, voicemail_id: UUID, *, sector: str, intent: str | None, text: str, number: str
    ) -> tuple[UUID, str]:
        """Return id and number of the order."""
        ...


class Callbacks:
    """What the endpoints do with callbacks and voicemails."""

    def __init__(
        self, session: AsyncSession, clock: Clock, audit: AuditTrail, policies: Policies, news: CallbackNews,
        data_dir: Path,
    ) -> None:  # fmt: skip
        self._session = session
        self._rows = CallbackRepository(session)
        self._clock = clock
        self._audit = audit
        self._policies = policies
        self._news = news
        self._folder = data_dir / VOICEMAIL_FOLDER

    # Callbacks ---------------------------------------------------------------------------------------------------

    async def list_all(self, actor: Actor, view: CallbackView) -> CallbackLines:
        """Return the requests of a list."""
        now = self._clock.now()
        rows = {
            CallbackView.DUE: lambda: self._rows.due(now),
            CallbackView.LATER: lambda: self._rows.later(now),
            CallbackView.OVER: self._rows.over,
        }[view]
        found, places = await rows(), await self._rows.places()
        due, later = await self._rows.counts(now)
        return CallbackLines(items=[self._line(actor, row, places) for row in found], due=due, later=later)

    async def take(self, actor: Actor, request_id: UUID) -> CallbackLine:
        """Take a request, so that nobody else calls; one's own again changes nothing.

        Raises:
            NotFoundError: There is no such request.
            ConflictError: `callback_taken`: somebody else has it; `callback_over`.
        """
        row, now = await self._find(request_id), self._clock.now()
        if row.state == CallbackState.TAKEN and _is_left_alone(row, now):
            _open(row)
            await self._session.flush()
        if row.state == CallbackState.TAKEN and row.taken_by_id == actor.account_id:
            return await self._shown(actor, row)
        if row.state not in {CallbackState.OPEN, CallbackState.TAKEN}:
            raise ConflictError("This request is over.", code="callback_over")
        if not await self._rows.take(request_id, actor.account_id, actor.name, now):
            row = await self._find(request_id)
            text = f"{row.taken_by or 'Somebody else'} has taken this request; take another one."
            raise ConflictError(text, code="callback_taken", name=row.taken_by or "")
        self._audit.record(self._session, actor, "callback.taken", "callback", request_id)
        return await self._shown(actor, await self._find(request_id))

    async def release(self, actor: Actor, request_id: UUID) -> CallbackLine:
        """Put a request that one has taken back into its place.

        Raises:
            ConflictError: `callback_not_mine`: take it first.
        """
        row = await self._mine(actor, request_id)
        _open(row)
        self._audit.record(self._session, actor, "callback.released", "callback", request_id)
        return await self._shown(actor, row)

    async def number_to_dial(self, actor: Actor, request_id: UUID) -> str:
        """Return the number of a request that one has taken.

        Raises:
            ConflictError: `callback_not_mine`: take it first.
        """
        return (await self._mine(actor, request_id)).number

    async def note_dialled(self, actor: Actor, request_id: UUID, call_id: UUID) -> CallbackLine:
        """Keep which call the attempt is; written before the exchange is asked, so that its events find it."""
        row = await self._mine(actor, request_id)
        row.dialled_call_id = call_id
        self._audit.record(self._session, actor, "callback.dialled", "callback", request_id)
        return await self._shown(actor, row)

    async def note_outcome(self, actor: Actor, request_id: UUID, given: AttemptOutcome) -> CallbackLine:
        """Keep what came of an attempt: the request is over, or open again at a later time and in its old place.

        Raises:
            ConflictError: `callback_not_mine`: take it first.
        """
        row, now = await self._mine(actor, request_id), self._clock.now()
        row.attempts += 1
        row.outcome, row.note = given.outcome.value, given.note
        following = after_attempt(given.outcome, row.attempts, now, self._policies.current(RULES))
        row.state, row.due_at = following.state.value, following.due_at
        if following.state is CallbackState.OPEN:
            _open(row)
        else:
            row.done_at, row.done_by = now, actor.name
        if following.state is CallbackState.GIVEN_UP:
            await self._news.tell(self._session, GIVEN_UP, row)
        self._audit.record(
            self._session, actor, "callback.attempted", "callback", request_id,
            details={"outcome": given.outcome.value, "attempts": row.attempts, "state": row.state},
        )  # fmt: skip
        return await self._shown(actor, row)

    # Messages ----------------------------------------------------------------------------------------------------

    async def list_voicemails(self, actor: Actor, *, is_waiting: bool) -> VoicemailLines:
        """Return messages that wait for somebody, or the others."""
        rows = await self._rows.voicemails(is_waiting=is_waiting)
        waiting = await self._rows.waiting_voicemails()
        return VoicemailLines(items=[self._voicemail(actor, row) for row in rows], waiting=waiting)

    async def sound_of(self, actor: Actor, voicemail_id: UUID) -> Path:
        """Return the file of a message, and record who hears it.

        Raises:
            NotFoundError: There is no such message, or its sound is gone.
        """
        row = await self._find_voicemail(voicemail_id)
        path = self._sound(row)
        if not path.is_file():
            raise NotFoundError("The sound of this message is no longer kept.", code="voicemail_sound_gone")
        self._audit.record(self._session, actor, "voicemail.listened", "voicemail", voicemail_id)
        return path

    async def sector_of(self, voicemail_id: UUID, sectors: Mapping[str, str]) -> tuple[Voicemail, str]:
        """Return a message with the sector of the flow that recorded it."""
        row = await self._find_voicemail(voicemail_id)
        flow = await self._rows.flow_of_call(row.call_id)
        return row, sectors.get(flow or "", "power")

    async def order(
        self, actor: Actor, voicemail_id: UUID, sectors: Mapping[str, str], maker: OrderMaker
    ) -> VoicemailLine:
        """Make a draft order of a message, unless it has one.

        Raises:
            NotFoundError: There is no such message.
        """
        row, sector = await self.sector_of(voicemail_id, sectors)
        if row.order_id is None:
            row.order_id, row.order_number = await maker.draft_of_message(
                voicemail_id, sector=sector, intent=row.intent, text=row.text, number=row.number
            )
            self._audit.record(
                self._session, actor, "voicemail.ordered", "voicemail", voicemail_id,
                details={"order_id": str(row.order_id)},
            )  # fmt: skip
        return self._voicemail(actor, row)

    async def finish(self, actor: Actor, voicemail_id: UUID) -> VoicemailLine:
        """Note that a message needs nobody any more; again changes nothing.

        Raises:
            NotFoundError: There is no such message.
        """
        row = await self._find_voicemail(voicemail_id)
        if row.handled_at is None:
            row.handled_at, row.handled_by = self._clock.now(), actor.name
            self._audit.record(self._session, actor, "voicemail.handled", "voicemail", voicemail_id)
        return self._voicemail(actor, row)

    async def call_back(self, actor: Actor, voicemail_id: UUID) -> CallbackLine:
        """Take a callback to whoever left a message; the message is handled by it.

        Raises:
            NotFoundError: There is no such message.
            ConflictError: `number_withheld`; `voicemail_handled`: somebody else was faster.
        """
        row = await self._find_voicemail(voicemail_id)
        if not row.number:
            raise ConflictError("The number of this caller is withheld.", code="number_withheld")
        if row.handled_at is not None:
            raise ConflictError(f"{row.handled_by} has handled this message.", code="voicemail_handled")
        await self.finish(actor, voicemail_id)
        request = CallbackRequest(
            id=uuid4(), call_id=row.call_id, number=row.number, queue="", intent=row.intent,
            requested_at=row.received_at, reason=CallbackReason.MESSAGE.value, state=CallbackState.OPEN.value,
            attempts=0, note="",
        )  # fmt: skip
        self._session.add(request)
        await self._session.flush()
        return await self.take(actor, request.id)

    # Rows --------------------------------------------------------------------------------------------------------

    async def _find(self, request_id: UUID) -> CallbackRequest:
        row = await self._rows.find(request_id)
        if row is None:
            raise NotFoundError("There is no such request.", code="callback_not_found")
        return row

    async def _mine(self, actor: Actor, request_id: UUID) -> CallbackRequest:
        row = await self._find(request_id)
        if row.state != CallbackState.TAKEN or row.taken_by_id != actor.account_id:
            raise ConflictError("Take this request first.", code="callback_not_mine")
        return row

    async def _find_voicemail(self, voicemail_id: UUID) -> Voicemail:
        row = await self._rows.find_voicemail(voicemail_id)
        if row is None:
            raise NotFoundError("There is no such message.", code="voicemail_not_found")
        return row

    def _sound(self, row: Voicemail) -> Path:
        return self._folder / f"{row.id}.wav"

    def _is_masked(self, actor: Actor, *, is_mine: bool) -> bool:
        if actor.role in self._policies.current(MASKING).masked_roles:
            return True
        return self._policies.current(RULES).numbers == "until_taken" and not is_mine

    async def _shown(self, actor: Actor, row: CallbackRequest) -> CallbackLine:
        await self._session.flush()
        return self._line(actor, row, await self._rows.places())

    def _line(self, actor: Actor, row: CallbackRequest, places: Mapping[UUID, int]) -> CallbackLine:
        has_taken = row.taken_by_id is not None and row.taken_by_id == actor.account_id
        is_masked = self._is_masked(actor, is_mine=has_taken)
        return CallbackLine(
            id=row.id,
            number=masked(row.number) if is_masked else row.number,
            is_number_masked=is_masked,
            queue=row.queue,
            intent=row.intent,
            reason=CallbackReason(row.reason),
            state=CallbackState(row.state),
            place=places.get(row.id),
            requested_at=row.requested_at,
            due_at=row.due_at,
            taken_by=row.taken_by,
            is_mine=has_taken and row.state == CallbackState.TAKEN,
            attempts=row.attempts,
            outcome=None if row.outcome is None else DialOutcome(row.outcome),
            note=row.note,
            call_id=row.call_id,
            dialled_call_id=row.dialled_call_id,
            done_at=row.done_at,
            done_by=row.done_by,
        )

    def _voicemail(self, actor: Actor, row: Voicemail) -> VoicemailLine:
        is_masked = self._is_masked(actor, is_mine=False)
        return VoicemailLine(
            id=row.id,
            number=masked(row.number) if is_masked else row.number,
            seconds=row.seconds,
            text=row.text,
            intent=row.intent,
            order_id=row.order_id,
            order_number=row.order_number,
            received_at=row.received_at,
            handled_at=row.handled_at,
            handled_by=row.handled_by,
            has_sound=self._sound(row).is_file(),
            can_be_called=bool(row.number),
        )


def _is_left_alone(row: CallbackRequest, now: datetime) -> bool:
    return row.taken_at is not None and now - row.taken_at > GIVEN_BACK_AFTER


def _open(row: CallbackRequest) -> None:
    row.state = CallbackState.OPEN.value
    row.taken_by_id = row.taken_by = row.taken_at = None
