"""Follows finished calls: each is read once after its end, and again after everything that is added to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from assist_api.call_search.measures import Outcome, difficulty, excellence, measure
from assist_api.call_search.repository import CallIndexRepository
from assist_api.call_search.vectors import pack, worth_embedding
from assist_api.call_search.words import grams_of
from assist_api.calls.events import CallEvent, CallSnapshot, CallSnapshotEvent, SuggestionWithheldEvent, Verdict
from assist_api.calls.masking import mask_of
from assist_api.calls.schemas import CallEventPage
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.search.meaning import Meaning
from kb.deidentify import PersonalKind
from kit.db import Database
from kit.errors import NotFoundError
from kit.jobs import JobHandler, JobQueue, RunningJob

VERSION = 2
"""Raise it with every change of what the index holds; calls are then read anew, the newest first."""
KIND = "call_search.rebuild"
FOLLOW_SECONDS = 3.0
CALLS_A_ROUND = 20
CALLS_BESIDE_LIVE_ONES = 2
"""While calls run, reading others must not delay their cards."""
EVENT_PAGE = 1_000
MOST_EVENTS = 20_000
"""An hour of talk has some 2,000."""
CALLS_A_REPORT = 10


class Archive(Protocol):
    """The part of `CallArchive` that the index needs."""

    async def events(self, call_id: UUID, *, after: int, limit: int) -> CallEventPage:
        """Return persisted events behind `after`."""
        ...


class Calls(Protocol):
    """The part of `CallService` that the index needs."""

    @property
    def archive(self) -> Archive:
        """Stored calls."""
        ...

    async def snapshot(self, call_id: UUID) -> CallSnapshotEvent:
        """Return the call as it stands."""
        ...


class CallIndex:
    """Keeps the index of finished calls; several processes may do so side by side."""

    def __init__(
        self, database: Database, calls: Calls, jobs: JobQueue, audit: AuditTrail, meaning: Meaning | None = None
    ) -> None:
        self._database = database
        self._meaning = meaning
        self._calls = calls
        self._jobs = jobs
        self._audit = audit
        self.handler = JobHandler(KIND, self._rebuild)

    async def follow(self, most: int = CALLS_A_ROUND) -> int:
        """Take in the newest calls that the index lacks; return how many."""
        async with self._database.session() as session:
            behind = await CallIndexRepository(session).behind(VERSION, most)
        for call_id in behind:
            await self.take_in(call_id)
        return len(behind)

    async def take_in(self, call_id: UUID) -> None:
        """Write the index of one call anew; a call that is gone is left out."""
        try:
            event = await self._calls.snapshot(call_id)
            unanswered = await self._unanswered(call_id)
        except NotFoundError:
            return
        call, utterances, grams = await asyncio.to_thread(_rows, event, unanswered)
        vectors = await self._vectors(event.call_id, utterances)
        async with self._database.session() as session:
            await CallIndexRepository(session).replace(call, utterances, grams, _read_out(event), vectors)

    async def _vectors(self, call_id: UUID, said: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
        """Embed the masked sentences of a call, so that nobody finds a name; None where meaning cannot be compared."""
        texts = [item["masked_text"] for item in said]
        places = worth_embedding(texts)
        if self._meaning is None or not self._meaning.has_embedder or not places:
            return None
        vectors = await self._meaning.vectors([texts[place] for place in places])
        return {
            "call_id": call_id,
            "embedder": self._meaning.name,
            "places": places,
            "speakers": "".join(said[place]["leg_role"][0] for place in places),
            "vectors": pack(vectors),
        }

    async def order_rebuild(self, actor: Actor) -> UUID:
        """Order that every call is read anew; while such a job goes on, it is the answer."""
        async with self._database.session() as session:
            order = await self._jobs.enqueue(session, KIND, {}, actor.account_id, unique_key="all")
            self._audit.record(session, actor, "call_search.rebuilt", "job", order.job_id)
        return order.job_id

    async def _rebuild(self, job: RunningJob) -> dict[str, int]:
        async with job.transaction() as session:
            await CallIndexRepository(session).forget_version()
        async with self._database.session() as session:
            total = await CallIndexRepository(session).count_behind(VERSION)
        done = 0
        await job.report(0, total)
        while done < total:
            job.check()
            async with self._database.session() as session:
                behind = await CallIndexRepository(session).behind(VERSION, CALLS_A_REPORT)
            if not behind:
                break
            for call_id in behind:
                await self.take_in(call_id)
            done += len(behind)
            await job.report(min(done, total), total)
        return {"calls": done}

    async def _unanswered(self, call_id: UUID) -> set[UUID]:
        found: set[UUID] = set()
        after = read = 0
        while read < MOST_EVENTS:
            page = await self._calls.archive.events(call_id, after=after, limit=EVENT_PAGE)
            found |= {segment for event in page.items if (segment := _unanswered(event)) is not None}
            if len(page.items) < EVENT_PAGE:
                break
            read += len(page.items)
            after = page.items[-1].seq
        return found


def _unanswered(event: CallEvent) -> UUID | None:
    if isinstance(event, SuggestionWithheldEvent) and event.data.reason == "nothing_fits":
        return event.data.trigger_segment_id
    return None


Rows = tuple[dict[str, Any], list[dict[str, Any]], list[str]]


def _rows(event: CallSnapshotEvent, unanswered: set[UUID]) -> Rows:
    snapshot = event.data
    said = [item for item in snapshot.utterances if item.is_final and item.text]
    mask = mask_of(snapshot, tuple(PersonalKind))
    utterances = [
        {
            "call_id": event.call_id,
            "place": place,
            "segment_id": item.segment_id,
            "leg_role": item.leg_role.value,
            "start_ms": item.start_ms,
            "end_ms": item.end_ms,
            "text": item.written,
            "masked_text": mask.utterance(item).written,
            "is_unanswered": item.segment_id in unanswered,
        }
        for place, item in enumerate(said)
    ]
    outcome = _outcome(snapshot, len(unanswered))
    measures = measure(said, snapshot.call.duration_ms or snapshot.call.heard_ms)
    call = {
        "call_id": event.call_id,
        "version": VERSION,
        "seq": event.seq,
        "category_id": category_of(snapshot),
        "alert_kinds": "".join(f",{kind}," for kind in sorted({alert.kind.value for alert in snapshot.alerts})),
        "alert_count": outcome.alerts,
        "shown_count": outcome.shown,
        "used_count": outcome.used,
        "rejected_count": outcome.rejected,
        "unanswered_count": outcome.unanswered,
        "talk_ms": measures.customer_talk_ms + measures.agent_talk_ms,
        "agent_share": measures.agent_share,
        "silence_share": measures.silence_ms / measures.duration_ms if measures.duration_ms else 0.0,
        "over_talk_ms": measures.over_talk_ms,
        "measures": measures.model_dump(mode="json"),
        "difficulty": difficulty(measures, outcome),
        "excellence": excellence(measures, outcome),
    }
    return call, utterances, sorted(grams_of(item.written for item in said))


def _read_out(event: CallSnapshotEvent) -> list[UUID]:
    """Return the cards of the call of whose script the agent said something."""
    return [item.suggestion_id for item in event.data.spoken if item.script]


def category_of(snapshot: CallSnapshot) -> str | None:
    """Return the category that the agent chose, else the one that was ranked first with enough certainty."""
    if snapshot.chosen_category is not None:
        return snapshot.chosen_category.category_id
    ranking = snapshot.category
    if ranking is None or ranking.has_abstained or not ranking.categories:
        return None
    return ranking.categories[0].category_id


def _outcome(snapshot: CallSnapshot, unanswered: int) -> Outcome:
    verdicts = [item.verdict for item in snapshot.feedback]
    return Outcome(
        shown=len(snapshot.suggestions.cards),
        used=verdicts.count(Verdict.USED),
        rejected=verdicts.count(Verdict.DISMISSED) + verdicts.count(Verdict.WRONG),
        unanswered=unanswered,
        alerts=len(snapshot.alerts),
    )
