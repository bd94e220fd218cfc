"""The hit test: what cards would see for a question, with every reason, now and after an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from assist_api.knowledge_tests.schemas import (
    DraftToTest,
    ExplainedHit,
    ExplainedList,
    ExplainedText,
    HitTestAnswer,
    HitTestRequest,
)
from assist_api.search.cards import card_match
from assist_api.suggestions.service import state_name
from kb.cases.repository import CaseRepository
from kb.entries.repository import EntryRepository
from kb.entries.validation import check_entry
from kb.gold.tester import GoldTester
from kb.indexing.document_source import case_document, draft_document, entry_document
from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.hits import Hit, SearchResult
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kit.db import Database


class HitTest:
    """Searches for curators."""

    def __init__(self, search: SearchService, tester: GoldTester, database: Database, answer_threshold: float) -> None:
        self._search = search
        self._tester = tester
        self._database = database
        self._answer_threshold = answer_threshold

    async def answer(self, request: HitTestRequest) -> HitTestAnswer:
        """Search the index as it is, and as it would be with the edit when one is given.

        Raises:
            InvalidInputError: The edited text breaks a rule.
        """
        query = _query(request)
        before = await self._search.search(query)
        after, edited = None, None
        if request.edit is not None:
            check_entry(request.edit.draft)
            edited = _document(request.edit)
            view = await self._tester.overlay(edited)
            with self._search.search_through_view(view, self._tester.executor) as view_search:
                after = await view_search.search(query)
        texts = await self._documents([*before.hits, *(after.hits if after else ())])
        return HitTestAnswer(
            before=_list(before, texts, None),
            after=None if after is None else _list(after, texts, edited),
            answer_threshold=self._answer_threshold,
        )

    async def _documents(self, hits: Sequence[Hit]) -> dict[str, SearchDocument]:
        """Return the texts of hits by revision id, as search reads them."""
        entries = {UUID(hit.revision_id) for hit in hits if hit.kind is DocumentKind.ENTRY and hit.revision_id}
        cases = {UUID(hit.document_id) for hit in hits if hit.kind is DocumentKind.CASE}
        async with self._database.session() as session:
            revisions = await EntryRepository(session).find_revisions(list(entries))
            found = await CaseRepository(session).find_many(list(cases))
        documents = [*map(entry_document, revisions), *map(case_document, found)]
        return {document.revision_id: document for document in documents}


def _query(request: HitTestRequest) -> SearchQuery:
    return SearchQuery(
        text=request.text,
        kinds=frozenset(request.kinds),
        sector=request.sector,
        region=request.region or None,
        on=request.on,
        audience=request.audience,
        limit=request.limit,
        is_typed=request.is_typed,
    )


def _document(edit: DraftToTest) -> SearchDocument:
    return draft_document(edit.draft, edit.entry_id or uuid4(), 0)


def _list(result: SearchResult, texts: Mapping[str, SearchDocument], edited: SearchDocument | None) -> ExplainedList:
    hits = []
    for hit in result.hits:
        is_edit = edited is not None and hit.document_id == edited.document_id
        document = edited if is_edit else texts.get(hit.revision_id)
        # The index may lag: a document that is gone from the database explains nothing.
        if document is not None:
            hits.append(_hit(hit, document, is_edit=is_edit))
    return ExplainedList(
        hits=hits, state=state_name(result.state), has_answer=result.has_answer, took_ms=round(result.took_ms, 1)
    )


def _hit(hit: Hit, document: SearchDocument, *, is_edit: bool) -> ExplainedHit:
    return ExplainedHit(
        kind=hit.kind,
        document_id=UUID(hit.document_id),
        revision_number=hit.revision_number,
        is_edit=is_edit,
        title=hit.title,
        sector=hit.sector,
        score=round(hit.score, 4),
        confidence=round(hit.confidence, 4),
        score_parts=dict(hit.score_parts),
        texts=_texts(document),
        matches=[card_match(match, segment_id=None) for match in hit.matches],
    )


def _texts(document: SearchDocument) -> list[ExplainedText]:
    if document.kind is DocumentKind.CASE:
        fields = [("title", 0, document.title), ("problem", 0, document.script), ("solution", 0, document.answer)]
    else:
        variants = [("variants", index, text) for index, text in enumerate(document.variants)]
        fields = [
            ("title", 0, document.title),
            *variants,
            ("script", 0, document.script),
            ("answer", 0, document.answer),
        ]
    return [
        ExplainedText.model_validate({"field": field, "field_index": index, "text": text})
        for field, index, text in fields
    ]
