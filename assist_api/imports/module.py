"""Documents that become entries."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.imports.endpoints import router
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.publishing import PublicationGate
from assist_api.search.parts import Knowledge
from kb.settings import KBSettings

FORM_PARTS_BYTES = 64 * 1024
"""The parts of a form around a document are small."""


def build(core: Core, knowledge: Knowledge, gate: PublicationGate, settings: KBSettings) -> Module[DocumentImports]:
    """Build the module."""
    imports = DocumentImports(
        core.database,
        core.clock,
        knowledge.indexer,
        gate.admit_batch,
        data_dir=core.settings.data_dir,
        max_file_bytes=core.settings.import_max_bytes,
        settings=settings,
    )
    return Module(
        name="imports",
        service=imports,
        routers=(router,),
        start=imports.runner.recover,
        aclose=imports.aclose,
        upload_limits={"/imports/files": core.settings.import_max_bytes + FORM_PARTS_BYTES},
    )
