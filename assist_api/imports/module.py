"""Documents that become entries."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.imports.endpoints import router
from assist_api.imports.notices import ImportNotices
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.publishing import PublicationGate
from assist_api.notifications.service import Notifier
from assist_api.search.parts import Knowledge
from kb.settings import KBSettings

FORM_PARTS_BYTES = 64 * 1024
"""The parts of a form around a document are small."""


def build(
    core: Core, knowledge: Knowledge, gate: PublicationGate, settings: KBSettings, notifier: Notifier
) -> Module[DocumentImports]:
    """Build the module; it declares the notifications of imports."""
    imports = DocumentImports(
        core.database,
        core.clock,
        knowledge.indexer,
        gate.admit_batch,
        jobs=core.jobs,
        data_dir=core.settings.data_dir,
        max_file_bytes=core.settings.import_max_bytes,
        settings=settings,
        audit=core.audit,
        notices=ImportNotices(notifier),
    )
    return Module(
        name="imports",
        service=imports,
        routers=(router,),
        start=imports.recover,
        jobs=(imports.handler,),
        upload_limits={"/imports/files": core.settings.import_max_bytes + FORM_PARTS_BYTES},
    )
