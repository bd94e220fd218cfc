"""Names of the documents that stand behind a hit because they say nearly the same."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.search.shown import FoldedDocument
from kb.cases.service import CaseService
from kb.entries.service import KnowledgeService
from kb.kinds import DocumentKind
from kb.search.hits import Hit
from kit.clock import Clock

FoldedNames = dict[str, FoldedDocument]
"""By document id; what was retired since it was indexed is missing."""


async def load_folded(session: AsyncSession, clock: Clock, hits: Iterable[Hit]) -> FoldedNames:
    """Return title and region of every document behind the hits; asks the database only when there are any."""
    ids: dict[DocumentKind, list[UUID]] = {kind: [] for kind in DocumentKind}
    for hit in hits:
        ids[hit.kind] += [UUID(document_id) for document_id in hit.folded]
    names: FoldedNames = {}
    if ids[DocumentKind.ENTRY]:
        entries = await KnowledgeService(session, clock).find_published(ids[DocumentKind.ENTRY])
        for entry_id, revision in entries.items():
            names[str(entry_id)] = FoldedDocument(document_id=entry_id, title=revision.title, region=revision.region)
    if ids[DocumentKind.CASE]:
        cases = await CaseService(session, clock).find_cases(ids[DocumentKind.CASE])
        for case_id, case in cases.items():
            names[str(case_id)] = FoldedDocument(document_id=case_id, title=case.title, region=case.area or None)
    return names


def folded_behind(hit: Hit, names: FoldedNames) -> list[FoldedDocument]:
    """Return what stands behind one hit, best first."""
    return [names[document_id] for document_id in hit.folded if document_id in names]
