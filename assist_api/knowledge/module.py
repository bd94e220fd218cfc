"""Entries: read, edited, and published once their gold questions admit them."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge.endpoints import router
from assist_api.knowledge.publishing import PublicationGate
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.search.parts import Knowledge
from kb.gold.comparison import DropPolicy
from kb.settings import KBSettings


def build(core: Core, knowledge: Knowledge, settings: KBSettings) -> Module[KnowledgeEditor]:
    """Build the module."""
    gate = PublicationGate(core.database, core.clock, knowledge.tester, DropPolicy(settings.test_drop_policy))
    editor = KnowledgeEditor(core.database, core.clock, knowledge.indexer, gate.admit)
    return Module(name="knowledge", service=editor, provides=(gate,), routers=(router,), aclose=editor.aclose)
