"""A curator who imports documents, without a page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assist_api.http.actor import program
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.publishing import PublicationGate
from assist_api.search.parts import parts_of_search
from assist_api.settings import AssistSettings
from kb.entries.models import RevisionState
from kb.entries.repository import EntryFilter
from kb.entries.schemas import EntryDetail, EntryDraft
from kb.entries.service import KnowledgeService
from kb.gold.comparison import DropPolicy
from kb.ingest.drafts import ImportSettings
from kb.ingest.schemas import ImportDetail
from kb.settings import KBSettings
from kit.clock import Clock
from kit.db import Database

CURATOR = program("管理员")
"""Who imports in tests."""


class QuietIndex:
    """An index nobody asks."""

    def notify(self) -> None:
        """Do nothing."""


def gate_over(database: Database, clock: Clock, data_dir: Path) -> PublicationGate:
    """Return the gate as the server has it, over an index without vectors that nothing has opened yet."""
    settings = AssistSettings(_env_file=None, data_dir=data_dir)
    knowledge = parts_of_search(settings, KBSettings(_env_file=None, embedder="none"), database, clock)
    return PublicationGate(knowledge.tester, lambda: DropPolicy.WARN)


class ImportDesk:
    """Imports documents given as bytes or text, and looks at the entries."""

    def __init__(self, imports: DocumentImports, database: Database, clock: Clock) -> None:
        self.imports = imports
        self._database = database
        self._clock = clock

    async def preview(self, files: Mapping[str, str | bytes], **settings: Any) -> ImportDetail:  # noqa: ANN401  # rejected: of `ImportSettings`
        """Send files and make the preview."""
        created = await self.imports.create(ImportSettings(**settings), CURATOR)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            await self.imports.add_file(created.id, CURATOR, name, io.BytesIO(data), len(data))
        return await self.imports.work(created.id, CURATOR, self.imports.read)

    async def publish(self, files: Mapping[str, str | bytes], **settings: Any) -> ImportDetail:  # noqa: ANN401  # rejected: of `ImportSettings`
        """Send files, make the preview and publish."""
        previewed = await self.preview(files, **settings)
        return await self.imports.work(previewed.id, CURATOR, self.imports.publish)

    async def entries(self, status: RevisionState | None = RevisionState.PUBLISHED) -> dict[str, EntryDetail]:
        """Return entries by document and article, such as `小区供水约定 第三条`: titles follow the text."""
        async with self._database.session() as session:
            knowledge = KnowledgeService(session, self._clock)
            page = await knowledge.list_entries(EntryFilter(status=status), limit=100)
            found = [await knowledge.get_entry(item.id) for item in page.items]
        return {_article_of(entry): entry for entry in found}

    async def edit(self, title: str, /, **changes: Any) -> None:  # noqa: ANN401  # rejected: of `EntryDraft`
        """Change an entry as a person does in the editor."""
        current = (await self.entries())[title].current
        fields = current.model_dump(include=set(EntryDraft.model_fields)) | changes
        async with self._database.session() as session:
            knowledge = KnowledgeService(session, self._clock)
            await knowledge.revise_entry(current.entry_id, current.id, EntryDraft(**fields), "张三")


def counts(detail: ImportDetail) -> dict[str, int]:
    """Return the units by plan, without those there are none of."""
    return {plan.value: count for plan, count in detail.counts.items() if count}


def _article_of(entry: EntryDetail) -> str:
    return entry.current.title.rpartition(" · ")[2]
