"""Cases: solved contacts, made from calls and searched as guidance."""

from __future__ import annotations

from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.cases.endpoints import router
from assist_api.cases.service import CaseDesk
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.search.parts import Knowledge


def build(
    core: Core, knowledge: Knowledge, editor: KnowledgeEditor, calls: CallService, reading: CallReading
) -> Module[CaseDesk]:
    """Build the module."""
    desk = CaseDesk(core.database, core.clock, calls, reading, knowledge.search, editor, core.audit, core.settings.zone)
    return Module(name="cases", service=desk, routers=(router,))
