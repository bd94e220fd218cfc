"""Cases of calls: fill in the form, save, find, show. Each use case is one transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, tzinfo
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.audit.accesses import AccessLog
from assist_api.calls.access import viewer_of
from assist_api.calls.archive import CallArchive
from assist_api.calls.events import CallEvent, CallSnapshot, CallSnapshotEvent
from assist_api.calls.schemas import CallEventPage
from assist_api.calls.viewer import CallViewer
from assist_api.cases.access import may_identify, require_identified, seen_by
from assist_api.cases.extraction import Proposal, evidence_lines, propose
from assist_api.cases.schemas import (
    CallCase,
    CaseClusterList,
    CaseEdit,
    CaseEvidence,
    CaseProposal,
    CaseSearch,
    CaseSearchAnswer,
    OfferedEntry,
)
from assist_api.cases.story import FinishedCall, finished_call
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.search.service import ANSWER_THRESHOLD, SearchEngine, is_alike
from assist_api.suggestions.service import state_name
from kb.cases.clusters import MAX_CASES, Cluster, Comparable, cluster_cases
from kb.cases.privacy import deidentified
from kb.cases.repository import CaseFilter
from kb.cases.service import CallOrigin, CaseService, stale_case
from kb.deidentify import deidentify
from kb.entries.models import CaseOutcome
from kb.entries.schemas import CaseCluster, CaseDetail
from kb.kinds import DocumentKind
from kb.search.hits import SearchState
from kb.search.query import MAX_DOCUMENT_IDS, SearchQuery
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, NotFoundError

EVENT_PAGE = 1_000
MAX_EVENTS = 20_000
"""An hour of talk has some 2,000; a call with more loses the cards of its end, not its case."""
FOUND_BY_TEXT = 50


class Calls(Protocol):
    """The part of `CallService` that cases need."""

    archive: CallArchive

    async def snapshot(self, call_id: UUID) -> CallSnapshotEvent:
        """Return the call as it stands."""
        ...


class Reading(Protocol):
    """The part of `CallReading` that cases need: calls as an account may see them."""

    async def snapshot(self, viewer: CallViewer, call_id: UUID) -> CallSnapshotEvent:
        """Return the call, masked for who may not see identities, and record the reading."""
        ...

    async def events(self, viewer: CallViewer, call_id: UUID, *, after: int, limit: int) -> CallEventPage:
        """Return persisted events behind `after`, likewise."""
        ...


class Findable(Protocol):
    """What waits for the search index after a change."""

    async def make_findable(self) -> None:
        """Wait a moment until the index has followed."""
        ...


class CaseDesk:
    """Use cases on cases, with the rights of the account that asks. Keeps no state."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        calls: Calls,
        reading: Reading,
        engine: SearchEngine,
        index: Findable,
        audit: AuditTrail,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._audit = audit
        self._accesses = AccessLog(database, clock, audit)
        self._clock = clock
        self._calls = calls
        self._reading = reading
        self._engine = engine
        self._index = index
        self._zone = zone

    @asynccontextmanager
    async def _cases(self) -> AsyncIterator[CaseService]:
        async with self._database.session() as session:
            yield CaseService(session, self._clock)

    @asynccontextmanager
    async def _edit(self) -> AsyncIterator[tuple[AsyncSession, CaseService]]:
        async with self._database.session() as session:
            yield session, CaseService(session, self._clock)

    # Of a call ---------------------------------------------------------------------------------------------------

    async def of_call(self, account: CurrentAccount, actor: Actor, call_id: UUID) -> CallCase:
        """Return the filled-in form of a call's case, and the case when there is one.

        Raises:
            NotFoundError: The call does not exist for this account.
            ConflictError: `call_not_ended`.
        """
        snapshot, story = await self._story(account, actor, call_id)
        async with self._cases() as cases:
            case = await cases.find_case_by_call(call_id)
            equipment, areas = await cases.words_in_use()
        proposal = propose(story, equipment, areas)
        lines = evidence_lines(story, proposal, proposal.entry_ids)
        shown = None if case is None else await self._seen_by(account, actor, case, may_identify(account, case))
        return CallCase(
            case=shown,
            proposal=_proposal(proposal, snapshot, self._zone),
            entries=[
                OfferedEntry(entry_id=card.entry_id, title=card.title, is_used=card.is_used) for card in story.cards
            ],
            categories=[] if story.category is None else story.category.categories,
            lines=[line.model_copy(update={"text": deidentify(line.text)}) for line in lines],
            has_audio=snapshot.call.has_audio,
        )

    async def save_of_call(self, account: CurrentAccount, actor: Actor, call_id: UUID, edit: CaseEdit) -> CaseDetail:
        """Make the case of a call, or change it; the same text again changes nothing.

        Raises:
            NotFoundError: The call does not exist for this account.
            InvalidInputError: A field breaks a rule.
            ConflictError: `call_not_ended`, or `stale_case`: somebody else saved this case meanwhile.
            NotAllowedError: The case is somebody else's, and the account may see it only de-identified.
        """
        _snapshot, story = await self._story(account, actor, call_id)
        async with self._edit() as (session, cases):
            known = await cases.find_case_by_call(call_id)
            origin = await self._origin(cases, account, call_id, story, edit)
            saved = await self._save(cases, account, known, edit, origin)
            if saved != known:
                self._record(session, actor, "case.created" if known is None else "case.changed", known, saved)
        await self._index.make_findable()
        return saved

    async def _save(
        self, cases: CaseService, account: CurrentAccount, known: CaseDetail | None, edit: CaseEdit, origin: CallOrigin
    ) -> CaseDetail:
        if known is None:
            if edit.base_version is not None:
                raise stale_case()
            return await cases.add_case(edit.draft(), edit.entry_ids, call=origin)
        require_identified(account, known)
        if edit.base_version is None:
            # A request that was sent twice has made the case already.
            if _has_same_text(known, edit):
                return known
            raise stale_case()
        return await cases.update_case(
            known.id, edit.draft(), edit.entry_ids, base_version=edit.base_version, call=origin
        )

    async def _origin(
        self, cases: CaseService, account: CurrentAccount, call_id: UUID, story: FinishedCall, edit: CaseEdit
    ) -> CallOrigin:
        proposal = propose(story, *await cases.words_in_use())
        return CallOrigin(
            call_id=call_id,
            author=account.display_name,
            author_id=account.id,
            lines=evidence_lines(story, proposal, edit.entry_ids),
            revisions={card.entry_id: card.revision_id for card in story.cards if card.entry_id in edit.entry_ids},
        )

    async def _story(self, account: CurrentAccount, actor: Actor, call_id: UUID) -> tuple[CallSnapshot, FinishedCall]:
        viewer = viewer_of(account, actor.address)
        snapshot = (await self._reading.snapshot(viewer, call_id)).data
        if not snapshot.call.state.is_over:
            raise ConflictError("The call is still going on; make its case when it has ended.", code="call_not_ended")
        return snapshot, finished_call(snapshot, [event async for event in self._events(viewer, call_id)])

    async def _events(self, viewer: CallViewer, call_id: UUID) -> AsyncIterator[CallEvent]:
        after = read = 0
        while read < MAX_EVENTS:
            page = await self._reading.events(viewer, call_id, after=after, limit=EVENT_PAGE)
            for event in page.items:
                yield event
            if len(page.items) < EVENT_PAGE:
                return
            read += len(page.items)
            after = page.items[-1].seq

    # Reading -----------------------------------------------------------------------------------------------------

    async def get(self, account: CurrentAccount, actor: Actor, case_id: UUID, *, identified: bool) -> CaseDetail:
        """Return a case as the account may see it.

        Raises:
            NotFoundError: There is no such case.
            NotAllowedError: `identified`, and the account may not.
        """
        async with self._cases() as cases:
            case = await cases.get_case(case_id)
        return await self._seen_by(account, actor, case, identified)

    async def _seen_by(self, account: CurrentAccount, actor: Actor, case: CaseDetail, identified: bool) -> CaseDetail:
        shown = seen_by(account, case, identified=identified)
        if identified:
            await self._accesses.note(actor, "case.read", "case", case.id)
        return shown

    async def evidence(self, account: CurrentAccount, actor: Actor, case_id: UUID, *, identified: bool) -> CaseEvidence:
        """Return what was said in the call of a case.

        Identified text is read from the call itself, for the case keeps none; what is gone there stays de-identified.

        Raises:
            NotFoundError: There is no such case.
            NotAllowedError: `identified`, and the account may not.
        """
        async with self._cases() as cases:
            case, frozen = await cases.get_case(case_id), await cases.get_evidence(case_id)
        if identified:
            require_identified(account, case)
            await self._accesses.note(actor, "case.evidence_read", "case", case_id)
        call_id = await self._readable_call(account, case.call_id)
        texts = await self._texts(call_id) if identified and call_id is not None else {}
        lines = [line.model_copy(update={"text": texts.get(line.segment_id, line.text)}) for line in frozen.lines]
        can_hear = call_id is not None and await self._can_hear(account, call_id)
        return CaseEvidence(lines=lines, is_deidentified=not texts, call_id=call_id, can_hear=can_hear)

    async def _readable_call(self, account: CurrentAccount, call_id: UUID | None) -> UUID | None:
        if call_id is None or not account.may(Permission.READ_OWN_CALLS):
            return None
        try:
            await self._calls.archive.check_readable(viewer_of(account), call_id)
        except NotFoundError:
            return None
        return call_id

    async def _texts(self, call_id: UUID) -> Mapping[UUID, str]:
        snapshot = (await self._calls.snapshot(call_id)).data
        return {utterance.segment_id: utterance.text for utterance in snapshot.utterances}

    async def _can_hear(self, account: CurrentAccount, call_id: UUID) -> bool:
        if not account.may(Permission.HEAR_OWN_CALLS):
            return False
        try:
            await self._calls.archive.audio(viewer_of(account), call_id)
        except NotFoundError:
            return False
        return True

    async def search(self, request: CaseSearch) -> CaseSearchAnswer:
        """Return cases by filters, and by a text with the search that cards use; always de-identified.

        Raises:
            InvalidInputError: The cursor or a filter cannot be used.
        """
        if not request.text.strip():
            return await self._page(_filter(request), request, state="complete")
        wanted = _filter(request)
        async with self._cases() as cases:
            ids = await cases.find_ids(wanted, MAX_DOCUMENT_IDS) if wanted != CaseFilter() else None
        result = await self._engine.search(_query(request, ids))
        if result.state is SearchState.UNAVAILABLE:
            return await self._page(_filter(request, text=request.text.strip()[:100]), request, state="unavailable")
        async with self._cases() as cases:
            found = await cases.find_cases([UUID(hit.document_id) for hit in result.hits])
        # What merely follows in the order resembles nothing; the cut-off is that of the typed search.
        alike = [UUID(hit.document_id) for hit in result.hits if is_alike(request.text, hit, ANSWER_THRESHOLD)]
        items = [found[case_id] for case_id in alike if case_id in found]
        return CaseSearchAnswer(items=items, next_cursor=None, state=state_name(result.state))

    async def _page(self, wanted: CaseFilter, request: CaseSearch, *, state: str) -> CaseSearchAnswer:
        async with self._cases() as cases:
            page = await cases.list_cases(wanted, cursor=request.cursor, limit=request.limit)
        items = [deidentified(case) for case in page.items]
        return CaseSearchAnswer.model_validate({"items": items, "next_cursor": page.next_cursor, "state": state})

    # Keeping -----------------------------------------------------------------------------------------------------

    async def update(self, account: CurrentAccount, actor: Actor, case_id: UUID, edit: CaseEdit) -> CaseDetail:
        """Change a case.

        Raises:
            NotFoundError: There is no such case.
            InvalidInputError: A field breaks a rule.
            ConflictError: `stale_case`.
            NotAllowedError: The account may see it only de-identified.
        """
        async with self._edit() as (session, cases):
            known = await cases.get_case(case_id)
            require_identified(account, known)
            if edit.base_version is None:
                raise stale_case()
            saved = await cases.update_case(case_id, edit.draft(), edit.entry_ids, base_version=edit.base_version)
            self._record(session, actor, "case.changed", known, saved)
        await self._index.make_findable()
        return saved

    async def delete(self, actor: Actor, case_id: UUID, base_version: int) -> None:
        """Remove a case for good; see `CaseService.delete_case`."""
        async with self._edit() as (session, cases):
            known = await cases.get_case(case_id)
            await cases.delete_case(case_id, base_version)
            self._record(session, actor, "case.removed", known, None)
        await self._index.make_findable()

    def _record(
        self, session: AsyncSession, actor: Actor, action: str, before: CaseDetail | None, after: CaseDetail | None
    ) -> None:
        case = after or before
        if case is None:
            raise ValueError("an entry of a case needs the case")
        details: dict[str, DetailValue] = {
            "call_id": None if case.call_id is None else str(case.call_id),
            "version": case.version,
            # Cases are made of what the agent saw, never of the second pass.
            "transcript": None if case.call_id is None else "as_seen",
        }
        self._audit.record(session, actor, action, "case", case.id, before=before, after=after, details=details)

    async def clusters(self, sector: str | None) -> CaseClusterList:
        """Group the newest cases that are alike; bounded, and computed anew each time."""
        async with self._cases() as cases:
            ids = await cases.find_ids(CaseFilter(sector=sector), MAX_CASES + 1)
            found = await cases.find_cases(ids[:MAX_CASES])
        comparable = [
            Comparable(str(case.id), case.situation, f"{case.title} {case.problem}") for case in found.values()
        ]
        clusters = await asyncio.to_thread(cluster_cases, comparable)
        items = [_cluster(cluster, found) for cluster in clusters]
        return CaseClusterList(items=items, compared=len(found), is_cut=len(ids) > MAX_CASES)


def _filter(request: CaseSearch, text: str | None = None) -> CaseFilter:
    return CaseFilter(
        sector=request.sector,
        situation=request.situation,
        text=text,
        entry_id=request.entry_id,
        outcome=request.outcome,
        equipment=request.equipment.strip() or None,
        area=request.area.strip() or None,
        occurred_from=request.occurred_from,
        occurred_until=request.occurred_until,
    )


def _query(request: CaseSearch, ids: list[UUID] | None) -> SearchQuery:
    return SearchQuery(
        text=request.text,
        kinds=frozenset({DocumentKind.CASE}),
        limit=FOUND_BY_TEXT,
        is_typed=True,
        document_ids=None if ids is None else frozenset(map(str, ids)),
    )


def day_of_call(began_at: datetime, zone: tzinfo) -> date:
    """Return the day a call belongs to: the one it began on in the installation's time zone."""
    return began_at.astimezone(zone).date()


def _proposal(proposal: Proposal, snapshot: CallSnapshot, zone: tzinfo) -> CaseProposal:
    return CaseProposal(
        title=proposal.title,
        problem=proposal.problem,
        facts={fact.name: fact.value for fact in proposal.facts},
        sector=proposal.sector,
        situation=proposal.situation,
        business_type=proposal.business_type,
        solution=proposal.solution,
        outcome=proposal.outcome,
        occurred_on=day_of_call(snapshot.call.created_at, zone),
        area=proposal.area,
        equipment=proposal.equipment,
        entry_ids=list(proposal.entry_ids),
    )


def _has_same_text(case: CaseDetail, edit: CaseEdit) -> bool:
    draft = edit.draft().model_dump()
    return all(getattr(case, name) == value for name, value in draft.items()) and case.entry_ids == edit.entry_ids


def _cluster(cluster: Cluster, cases: Mapping[UUID, CaseDetail]) -> CaseCluster:
    members = [cases[UUID(case_id)] for case_id in cluster.case_ids]
    return CaseCluster(
        situation=cluster.situation,
        category_path=members[0].category_path,
        representative=members[0],
        case_ids=[case.id for case in members],
        cohesion=round(cluster.cohesion, 3),
        resolved=sum(case.outcome is CaseOutcome.RESOLVED for case in members),
        entry_ids=list(dict.fromkeys(entry_id for case in members for entry_id in case.entry_ids)),
    )
