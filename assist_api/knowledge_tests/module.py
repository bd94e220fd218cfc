"""Tests of the knowledge: gold questions, full runs, the hit test."""

from __future__ import annotations

from datetime import timedelta

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge_tests.endpoints import router
from assist_api.knowledge_tests.hit_test import HitTest
from assist_api.knowledge_tests.job import LOOK_EVERY_SECONDS, FullRunJob
from assist_api.search.parts import Knowledge
from kb.settings import KBSettings
from kit.periodic import Loop


def build(core: Core, knowledge: Knowledge, settings: KBSettings) -> Module[FullRunJob]:
    """Build the module."""
    full_run = FullRunJob(
        core.database,
        core.clock,
        core.jobs,
        knowledge.tester,
        lambda: timedelta(hours=settings.test_every_hours),
        lambda: knowledge.search.is_complete,
    )
    return Module(
        name="knowledge_tests",
        service=full_run,
        provides=(HitTest(knowledge.search, knowledge.tester, core.database, settings.answer_threshold),),
        routers=(router,),
        jobs=(full_run.handler,),
        loops=(Loop("order-due-knowledge-test", LOOK_EVERY_SECONDS, full_run.start_when_due),),
    )
