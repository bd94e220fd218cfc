"""Tests of the knowledge: gold questions, full runs, the hit test."""

from __future__ import annotations

from datetime import timedelta

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge_tests.endpoints import router
from assist_api.knowledge_tests.hit_test import HitTest
from assist_api.knowledge_tests.job import FullRunJob
from assist_api.search.parts import Knowledge
from kb.settings import KBSettings


def build(core: Core, knowledge: Knowledge, settings: KBSettings) -> Module[FullRunJob]:
    """Build the module."""
    full_run = FullRunJob(
        core.database,
        core.clock,
        knowledge.tester,
        timedelta(hours=settings.test_every_hours),
        lambda: knowledge.search.is_complete,
    )

    async def start() -> None:
        full_run.follow()

    return Module(
        name="knowledge_tests",
        service=full_run,
        provides=(HitTest(knowledge.search, knowledge.tester, core.database, settings.answer_threshold),),
        routers=(router,),
        start=start,
        aclose=full_run.aclose,
    )
