"""The knowledge that comes with the product: imported into an empty system, and new packs of it later."""

from __future__ import annotations

from pathlib import Path

import structlog

import kb
from kb.entries.service import KnowledgeService
from kb.packs.importing import PackImporter
from kb.words.importing import import_demo_words
from kit.clock import Clock
from kit.db import Database

DEMO_PACKS = Path(kb.__file__).parent / "demo"
log = structlog.get_logger(__name__)


async def has_knowledge(database: Database, clock: Clock) -> bool:
    """Tell whether the database has any entry."""
    async with database.session() as session:
        return bool((await KnowledgeService(session, clock).list_entries(limit=1)).items)


async def import_demo_knowledge(database: Database, clock: Clock) -> None:
    """Import the packs and words; what a person has edited since stays. A refused pack is logged and left out."""
    report = await PackImporter(database, clock).import_pack([DEMO_PACKS])
    for file in report.files:
        if file.refused:
            log.error("demo_pack_refused", file=file.path.name, problems=len(file.refused))
    await import_demo_words(database, clock)
