"""A process that publishes revisions, each with its test run, until someone kills it; prints each number."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from assist_api.composition import compose
from assist_api.http.actor import program
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.migrations import runner
from kb.entries.service import KnowledgeService
from kb.gold.models import QuestionOrigin
from kb.gold.questions import GoldQuestionService
from kb.settings import KBSettings
from kit.clock import SystemClock
from tests.fakes.assist_core_server import settings_for
from tests.fakes.kb_core_drafts import entry_draft

AUTHOR = "victim"


async def publish(database_url: str, data_dir: Path) -> None:
    """Publish for ever; goes on where a killed one was."""
    kb_settings = KBSettings(_env_file=None, embedder="none")
    application = compose(settings_for(database_url, data_dir), SystemClock(), kb_settings=kb_settings)
    await runner.upgrade(application.database)
    knowledge = application.get(KnowledgeEditor)
    async with application.database.session() as session:
        service = GoldQuestionService(session, application.clock)
        known = await service.rows()
    if known:
        entry_id = known[0].entry_id
    else:
        entry_id = (await knowledge.create(entry_draft(), program(AUTHOR))).id
        async with application.database.session() as session:
            service = GoldQuestionService(session, application.clock)
            await service.add(entry_id, "就我一家没电了", QuestionOrigin.WRITTEN, AUTHOR)
    while True:
        async with application.database.session() as session:
            base = (await KnowledgeService(session, application.clock).get_entry(entry_id)).current
        draft = entry_draft(script=f"请您先看一下总开关,第 {base.number} 次修改。")
        revision = await knowledge.revise(entry_id, base.id, draft, program(AUTHOR))
        sys.stdout.write(f"{revision.number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(publish(sys.argv[1], Path(sys.argv[2])))
