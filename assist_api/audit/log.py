"""Writing the audit log: entries join the chain when the transaction of their change commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from assist_api.audit.chain import GENESIS, ChainedEntry, DetailValue, canonical, check_names, digest, entry_hash
from assist_api.audit.models import AuditEntry, AuditHead
from assist_api.http.actor import Actor
from kit.clock import Clock
from kit.commit_hooks import gather_before_commit

HEAD_ID = 1


@dataclass(frozen=True, slots=True)
class _Pending:
    """An entry without its place in the chain, and the values whose digests it will hold."""

    entry: ChainedEntry
    before: bytes | None
    after: bytes | None


class AuditLog:
    """Records who did what. An entry and its change are committed together or not at all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def record(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        object_kind: str,
        object_id: UUID | str,
        *,
        before: object = None,
        after: object = None,
        details: Mapping[str, DetailValue] | None = None,
    ) -> None:
        """Add an entry to the session's transaction.

        The entry takes its number when the transaction commits, so that the lock on the end of the chain is the last
        one taken and is held for the commit alone: writers cannot lock each other out.

        Args:
            session: The session of the change; it commits both.
            actor: Who acts.
            action: What happened, `noun.past_participle`, such as `entry.published`.
            object_kind: Kind of the object, such as `entry`.
            object_id: Its id, 100 characters at most; never a caller's number.
            before: The object before the change: anything that pydantic writes as JSON. Only its digest is kept.
            after: The object after the change, likewise.
            details: Codes and counts of the action; never a text or a number of a customer.

        Raises:
            ValueError: An argument is none of these; the calling code is wrong.
            RuntimeError: The session is inside a savepoint, whose rollback would not take the entry back.
        """
        check_names(action, object_kind, details or {})
        if session.in_nested_transaction():
            raise RuntimeError("record audit entries outside savepoints")
        entry = ChainedEntry(
            number=0,
            at=self._clock.now(),
            actor_id=actor.account_id,
            actor_name=actor.name,
            actor_role=actor.role,
            unit_id=actor.unit_id,
            address=actor.address[:64],
            session_id=actor.session_id,
            action=action,
            object_kind=object_kind,
            object_id=str(object_id)[:100],
            before_digest=None,
            after_digest=None,
            details=dict(details or {}),
            previous_hash="",
        )
        pending = _Pending(
            entry,
            before=None if before is None else canonical(before),
            after=None if after is None else canonical(after),
        )
        if not session.in_transaction():
            # Without a transaction of the session a rollback is none, and would not take the entry back.
            session.sync_session.begin()
        gather_before_commit(session, _append_to_chain, pending)


def _append_to_chain(session: Session, pending: Sequence[_Pending]) -> None:
    head = session.execute(
        update(AuditHead)
        .where(AuditHead.id == HEAD_ID)
        .values(entries=AuditHead.entries + len(pending))
        .returning(AuditHead.entries, AuditHead.last_hash, AuditHead.digest_key)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if head is None:
        raise RuntimeError("the audit log has no head row; bring the database to the newest revision")
    last_hash, rows = head.last_hash, []
    for number, item in enumerate(pending, head.entries - len(pending) + 1):
        row = _row(item, number, last_hash, head.digest_key)
        last_hash = row["hash"]
        rows.append(row)
    session.execute(insert(AuditEntry), rows)
    session.execute(
        update(AuditHead)
        .where(AuditHead.id == HEAD_ID)
        .values(last_hash=last_hash)
        .execution_options(synchronize_session=False)
    )


def _row(item: _Pending, number: int, previous_hash: str, key: bytes) -> dict[str, object]:
    entry = replace(
        item.entry,
        number=number,
        before_digest=None if item.before is None else digest(item.before, key),
        after_digest=None if item.after is None else digest(item.after, key),
        previous_hash=previous_hash or GENESIS,
    )
    fields: dict[str, object] = {name: getattr(entry, name) for name in ChainedEntry.__slots__}
    return fields | {"hash": entry_hash(entry)}
