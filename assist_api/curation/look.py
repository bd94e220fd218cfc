"""The look: a durable job that keeps moments of ended calls, clusters them and looks through the knowledge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

import numpy as np

from assist_api.curation.capture import MomentKeeper, new_item
from assist_api.curation.checks import checked_revisions
from assist_api.curation.comparison import FoundPair, Side, find_pairs
from assist_api.curation.findings import Row, dismissed_cards, due_reviews, failing_questions, overdue_texts, published
from assist_api.curation.mining import BACKLOG_FROM, open_miner
from assist_api.curation.models import CurationItem, CurationMoment, ItemKind, ItemState
from assist_api.curation.moments import question_of
from assist_api.curation.notices import CurationNotices
from assist_api.curation.policy import CurationPolicy
from assist_api.curation.repository import CurationRepository
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.search.meaning import Meaning
from curation.clusters import join_leaders
from curation.pairs import PairLabel
from kb.entries.models import RevisionState
from kb.entries.repository import EntryRepository
from kb.search.embedders.base import Vectors
from kit.clock import Clock
from kit.db import Database
from kit.jobs import Every, JobHandler, JobQueue, RunningJob

KIND = "curation.look"
CALLS_AT_ONCE = 20
"""Calls of one transaction; each has an event log of some hundred rows."""
MOMENTS_AT_ONCE = 100
"""Questions of one transaction: while it lasts, live calls wait for the lock of a SQLite database."""
STEPS = 4
CALLS_ONLY = "calls_only"
"""Payload of looks that only new calls asked for; without it the knowledge is compared as well."""


class CurationLook:
    """Orders looks and does them. Every step leaves the desk right, so a look that is repeated adds nothing."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: JobQueue,
        meaning: Meaning,
        policy: Callable[[], CurationPolicy],
        notices: CurationNotices,
        audit: AuditTrail,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._meaning = meaning
        self._policy = policy
        self._notices = notices
        self._audit = audit
        self._zone = zone
        self.handler = JobHandler(KIND, self._run, schedule=Every(timedelta(days=1)))

    async def order(self, actor: Actor) -> bool:
        """Order a look at calls and knowledge; False while one goes on already."""
        async with self._database.session() as session:
            ordered = await self._jobs.enqueue(session, KIND, {}, actor.account_id, unique_key="all")
            if ordered.is_new:
                self._audit.record(session, actor, "curation.looked", "job", ordered.job_id)
            return ordered.is_new

    async def order_when_due(self) -> None:
        """Order a look at calls when some ended or questions wait for their cluster."""
        async with self._database.session() as session:
            rows = CurationRepository(session)
            await self._settle(rows)
            is_due = bool(await rows.calls_to_capture(1) or await rows.loose_moments(1))
            if is_due:
                await self._jobs.enqueue(session, KIND, {CALLS_ONLY: True}, unique_key="calls")

    async def _run(self, job: RunningJob) -> dict[str, int]:
        await job.report(0, STEPS, "calls")
        calls = await self._capture(job)
        await job.report(1, STEPS, "questions")
        questions = await self._cluster(job)
        findings = pairs = 0
        await job.report(2, STEPS, "entries")
        await self._note_gone(job)
        findings = await self._find(job)
        if not job.payload.get(CALLS_ONLY):
            await job.report(3, STEPS, "pairs")
            pairs = await self._compare(job)
        await job.report(STEPS, STEPS)
        return {"calls": calls, "questions": questions, "findings": findings, "pairs": pairs}

    async def _capture(self, job: RunningJob) -> int:
        done = 0
        async with self._database.session() as session:
            waiting = len(await CurationRepository(session).calls_to_capture(BACKLOG_FROM))
        async with open_miner(self._database, self._clock, waiting) as miner:
            while True:
                async with self._database.session() as session:
                    calls = await CurationRepository(session).calls_to_capture(CALLS_AT_ONCE)
                if not calls:
                    return done
                found = await miner.find(calls)
                async with job.transaction() as session:
                    await MomentKeeper(session, self._clock).keep_asked(calls, found)
                done += len(calls)
                job.check()
                await miner.give_way()

    async def _cluster(self, job: RunningJob) -> int:
        """Give the loose moments to items of the same meaning, or make new ones."""
        done = 0
        known: dict[str, Vectors] = {}
        while True:
            async with self._database.session() as session:
                rows = CurationRepository(session)
                moments, items = await rows.loose_moments(MOMENTS_AT_ONCE), await rows.clusters()
            if not moments:
                return done
            texts = [item.title for item in items] + [moment.sentence for moment in moments]
            vectors = await self._vectors(texts, known)
            leaders, questions = vectors[: len(items)], vectors[len(items) :]
            join_from = self._meaning.join_from(self._policy().join_percent)
            joined = await self._meaning.run(lambda: join_leaders(questions, leaders, join_from))  # noqa: B023  # rejected: awaited at once
            async with job.transaction() as session:
                await self._join(CurationRepository(session), moments, list(items), joined)
            done += len(moments)

    async def _vectors(self, texts: Sequence[str], known: dict[str, Vectors]) -> Vectors:
        """Return one vector a text; those that this look has seen are not embedded again."""
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        known |= zip(unknown, await self._meaning.vectors(unknown), strict=True) if unknown else ()
        return np.stack([known[text] for text in texts])

    async def _join(
        self,
        rows: CurationRepository,
        moments: Sequence[CurationMoment],
        items: Sequence[CurationItem],
        joined: Sequence[int],
    ) -> None:
        now = self._clock.now()
        ids = [item.id for item in items]
        item_of: dict[UUID, UUID] = {}
        for moment, leader in zip(moments, joined, strict=True):
            if leader == len(ids):
                row = new_item(
                    ItemKind.UNANSWERED, f"asked:{moment.id}", question_of(moment.sentence), moment.sector, now
                )
                await rows.add_once(CurationItem, row)
                item = await rows.by_key(f"asked:{moment.id}")
                ids.append(moment.id if item is None else item.id)
            item_of[moment.id] = ids[leader]
        await rows.give_moments(item_of)
        for item_id in {ids[leader] for leader in joined}:
            await rows.weigh(item_id, now)

    async def _find(self, job: RunningJob) -> int:
        now = self._clock.now()
        policy = self._policy()
        async with job.transaction() as session:
            revisions = await published(session)
            today = now.astimezone(self._zone).date()
            due = due_reviews(revisions, today, policy, now)
            found = [
                *due,
                *await failing_questions(session, revisions, now),
                *await dismissed_cards(session, revisions, policy, now),
            ]
            if not job.payload.get(CALLS_ONLY):
                await self._notices.reviews_due(CurationRepository(session), overdue_texts(revisions, due))
                found += await checked_revisions(session, revisions, now)
            return await _add_new(CurationRepository(session), found)

    async def _compare(self, job: RunningJob) -> int:
        async with self._database.session() as session:
            sides = [Side.of(revision) for revision in await published(session)]
        if not sides:
            return 0
        vectors = await self._meaning.vectors([f"{side.title}。{side.answer}" for side in sides])
        pairs = await self._meaning.run(lambda: find_pairs(sides, vectors))
        now = self._clock.now()
        async with job.transaction() as session:
            return await _add_new(CurationRepository(session), [_pair_item(pair, now) for pair in pairs])

    async def _note_gone(self, job: RunningJob) -> None:
        """Close items whose entry has another text by now."""
        async with job.transaction() as session:
            rows, now = CurationRepository(session), self._clock.now()
            items = await rows.live_entry_items()
            entries = {id_ for item in items for id_ in (item.entry_id, item.other_entry_id) if id_ is not None}
            current = {
                key: row.id for key, row in (await EntryRepository(session).find_published(list(entries))).items()
            }
            for item in items:
                sides = ((item.entry_id, item.revision_id), (item.other_entry_id, item.other_revision_id))
                if any(entry_id is not None and current.get(entry_id) != wanted for entry_id, wanted in sides):
                    await rows.change(item.id, item.version, {"state": ItemState.GONE, "changed_at": now})

    async def _settle(self, rows: CurationRepository) -> None:
        """Close items whose draft was decided on another page."""
        items = await rows.in_review()
        ids = [item.draft_revision_id for item in items if item.draft_revision_id is not None]
        found = {row.id: row for row in await EntryRepository(rows.session).find_revisions(ids)}
        for item in items:
            revision = found.get(item.draft_revision_id) if item.draft_revision_id is not None else None
            if revision is None or revision.state == RevisionState.IN_REVIEW:
                continue
            is_published = revision.published_at is not None
            state = ItemState.DONE if is_published else ItemState.OPEN
            now = self._clock.now()
            if await rows.change(item.id, item.version, {"state": state, "changed_at": now}) and is_published:
                await self._notices.published(rows, item)


async def _add_new(rows: CurationRepository, found: Sequence[Row]) -> int:
    """Add the items whose subject has none yet; a decision on a subject lasts."""
    known = await rows.known_keys([str(row["subject_key"]) for row in found])
    return sum([await rows.add_once(CurationItem, row) for row in found if row["subject_key"] not in known])


def _pair_item(pair: FoundPair, now: datetime) -> Row:
    is_contradiction = pair.verdict.label is PairLabel.CONTRADICTION
    detail: dict[str, object] = {
        "score": round(pair.score, 3),
        "disagreements": [[each.about, *each.words] for each in pair.verdict.disagreements[:5]],
    }
    return new_item(
        ItemKind.CONTRADICTION if is_contradiction else ItemKind.DUPLICATE,
        pair.key,
        f"{pair.a.title} ↔ {pair.b.title}",
        pair.a.sector,
        now,
        weight=round(10 * pair.score),
        entry=(pair.a.entry_id, pair.a.revision_id),
        other=(pair.b.entry_id, pair.b.revision_id),
        detail=detail,
    )
