"""The audit log: who did what, in a chain that shows when it was changed."""

from __future__ import annotations

from assist_api.audit.endpoints import router
from assist_api.audit.log import AuditLog
from assist_api.audit.service import AuditReader
from assist_api.http.core import Core
from assist_api.http.module import Module


def build(core: Core) -> Module[AuditLog]:
    """Build the module; every later module records through its service."""
    return Module(name="audit", service=AuditLog(core.clock), provides=(AuditReader(core.database),), routers=(router,))
