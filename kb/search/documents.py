"""Types of the documents that the search engine indexes; frozen, leaf types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kb.kinds import Audience, DocumentKind


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A published revision or a case, flattened for search.

    Attributes:
        kind: Entry or case.
        document_id: Stable identity (UUID text).
        revision_id: Immutable revision (UUID text); the case id for cases.
        revision_number: From 1.
        title: Plain text.
        variants: Ways callers ask it; empty for cases.
        answer: Plain text of the answer; of the solution for cases.
        script: What the agent reads out; of the problem for cases.
        sector: `power heating water gas tv`, or None for every sector.
        region: Region code, or None for everywhere.
        valid_from: First day of validity, or None.
        valid_until: Last day of validity, or None.
        audiences: Who may see it.
        category_id: `<business_type>/<situation code>` or None.
    """

    kind: DocumentKind
    document_id: str
    revision_id: str
    revision_number: int
    title: str
    variants: tuple[str, ...]
    answer: str
    script: str
    sector: str | None = None
    region: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    audiences: frozenset[Audience] = frozenset({Audience.AGENT})
    category_id: str | None = None


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One line of the change log: the document as it now is, or None when it left the index.

    Attributes:
        change_number: Grows with every change; an index remembers the last one it applied.
        kind: Entry or case.
        document_id: Stable identity (UUID text).
        document: The document to index in place of any older revision; None to delete.
    """

    change_number: int
    kind: DocumentKind
    document_id: str
    document: SearchDocument | None


class DocumentSource(Protocol):
    """The database as the indexer sees it; the index is derived from it and can always be rebuilt."""

    async def changes_after(self, change_number: int, limit: int) -> Sequence[IndexChange]:
        """Return the next changes in order, at most `limit`; empty when the index is up to date."""
        ...

    async def latest_change_number(self) -> int:
        """Return the number of the newest change, 0 when there is none."""
        ...

    def all_documents(self) -> AsyncIterator[SearchDocument]:
        """Yield every document that belongs in the index, for a rebuild."""
        ...
