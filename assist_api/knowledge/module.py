"""Entries: read, edited, and published once their gold questions admit them."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge.bulk import BulkEditor
from assist_api.knowledge.endpoints import router
from assist_api.knowledge.policy import REVIEW, knowledge_test_policy
from assist_api.knowledge.publishing import PublicationGate
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge
from kb.settings import KBSettings


def build(core: Core, knowledge: Knowledge, policies: Policies, settings: KBSettings) -> Module[KnowledgeEditor]:
    """Build the module; it declares the policy of knowledge tests."""
    tests = knowledge_test_policy(settings)
    policies.add(tests)
    policies.add(REVIEW)
    gate = PublicationGate(knowledge.tester, lambda: policies.current(tests).drop_policy)
    editor = KnowledgeEditor(
        core.database,
        core.clock,
        knowledge.indexer,
        gate.admit,
        core.audit,
        four_eyes_for=lambda: policies.current(REVIEW).four_eyes_for,
    )
    return Module(
        name="knowledge",
        service=editor,
        provides=(gate, BulkEditor(core.database, core.clock, editor)),
        routers=(router,),
        aclose=editor.aclose,
    )
