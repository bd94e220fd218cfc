"""What the endpoints of the audit log give."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from assist_api.audit.chain import FaultKind
from assist_api.http.schemas import OutputModel


class AuditEntryView(OutputModel):
    """One action of a person or a program."""

    number: int
    at: datetime
    actor_id: UUID | None
    actor_name: str
    actor_role: str
    unit_id: UUID | None
    address: str
    session_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    before_digest: str | None
    after_digest: str | None
    details: dict[str, str | int | bool | None]
    hash: str


class AuditPage(OutputModel):
    """Entries, the newest first; `next_before` asks for the next page and is null on the last one."""

    items: list[AuditEntryView]
    next_before: int | None


class AuditFaultView(OutputModel):
    """The first entry that is changed or missing."""

    number: int
    kind: FaultKind


class AuditState(OutputModel):
    """What a check of the newest entries found."""

    entries: int
    head_hash: str
    checked_from: int
    checked: int
    fault: AuditFaultView | None
