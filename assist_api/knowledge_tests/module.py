"""Tests of the knowledge: gold questions, full runs, the hit test."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge.policy import knowledge_test_policy
from assist_api.knowledge_tests.endpoints import router
from assist_api.knowledge_tests.hit_test import HitTest
from assist_api.knowledge_tests.job import LOOK_EVERY_SECONDS, FullRunJob
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge
from kb.settings import KBSettings
from kit.periodic import Loop


def build(core: Core, knowledge: Knowledge, policies: Policies, settings: KBSettings) -> Module[FullRunJob]:
    """Build the module."""
    tests = knowledge_test_policy(settings)
    full_run = FullRunJob(
        core.database,
        core.clock,
        core.jobs,
        knowledge.tester,
        lambda: policies.current(tests).run_every,
        lambda: knowledge.search.is_complete,
        core.audit,
    )
    return Module(
        name="knowledge_tests",
        service=full_run,
        provides=(HitTest(knowledge.search, knowledge.tester, core.database, settings.answer_threshold),),
        routers=(router,),
        jobs=(full_run.handler,),
        loops=(Loop("order-due-knowledge-test", LOOK_EVERY_SECONDS, full_run.start_when_due),),
    )
