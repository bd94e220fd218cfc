"""The audit log: who did what, in a chain that shows when it was changed."""

from __future__ import annotations

from assist_api.audit.endpoints import router
from assist_api.audit.log import AuditLog
from assist_api.audit.service import AuditReader
from assist_api.http.module import Module
from kit.clock import Clock
from kit.db import Database


def build(database: Database, clock: Clock) -> Module[AuditLog]:
    """Build the module; it is part of the core that every other module is built from."""
    return Module(name="audit", service=AuditLog(clock), provides=(AuditReader(database),), routers=(router,))
