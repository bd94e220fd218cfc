"""Registers functions that run right before the commit of a transaction, and after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

T = TypeVar("T")
_KEY = "kit.commit_hooks"


@dataclass(slots=True)
class _Hooks:
    before: list[Callable[[Session], None]] = field(default_factory=list)
    last: list[Callable[[Session], None]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    gathered: dict[Callable[..., None], list[Any]] = field(default_factory=dict)

    def clear(self) -> None:
        for callbacks in (self.before, self.last, self.after, self.gathered):
            callbacks.clear()


def call_before_commit(session: AsyncSession, callback: Callable[[Session], None], *, is_last: bool = False) -> None:
    """Call back right before the session's commit, after its changes were flushed; once a transaction.

    A transaction that is rolled back before forgets it.

    Args:
        session: The unit of work.
        callback: May execute statements.
        is_last: Whether it comes behind the callbacks of others, in whatever order they are given: for locks that
            nothing may be waited for behind.
    """
    hooks = _hooks_of(session.sync_session)
    _add(hooks.last if is_last else hooks.before, callback)


def call_after_commit(session: AsyncSession, callback: Callable[[], None]) -> None:
    """Call back once the session's transaction is committed; one that is rolled back forgets it.

    The callback runs in the event loop's thread and must neither block nor use the session.
    """
    _add(_hooks_of(session.sync_session).after, callback)


def gather_before_commit(session: AsyncSession, callback: Callable[[Session, list[T]], None], item: T) -> None:
    """Add an item to those that the callback gets right before the session's commit: all of the transaction at once.

    A transaction that is rolled back before forgets the items.
    """
    items = _hooks_of(session.sync_session).gathered.setdefault(callback, [])
    if not items:
        call_before_commit(session, lambda sync_session: callback(sync_session, items))
    items.append(item)


def gather_after_commit(session: AsyncSession, callback: Callable[[list[T]], None], item: T) -> None:
    """Add an item to those that the callback gets once the session's transaction is committed; as `call_after_commit`.

    An item stays when only a savepoint is rolled back.
    """
    items = _hooks_of(session.sync_session).gathered.setdefault(callback, [])
    if not items:
        call_after_commit(session, lambda: callback(items))
    items.append(item)


def _add(callbacks: list[Callable[..., None]], callback: Callable[..., None]) -> None:
    if callback not in callbacks:
        callbacks.append(callback)


def _hooks_of(session: Session) -> _Hooks:
    hooks = session.info.get(_KEY)
    if isinstance(hooks, _Hooks):
        return hooks
    session.info[_KEY] = hooks = _Hooks()
    event.listen(session, "before_commit", _before_commit)
    event.listen(session, "after_commit", _after_commit)
    event.listen(session, "after_soft_rollback", _after_rollback)
    return hooks


def _before_commit(session: Session) -> None:
    if _is_savepoint(session):
        return
    hooks = _hooks_of(session)
    callbacks = (*hooks.before, *hooks.last)
    hooks.before.clear()
    hooks.last.clear()
    if callbacks:
        session.flush()
    for callback in callbacks:
        callback(session)


def _after_commit(session: Session) -> None:
    if _is_savepoint(session):
        return
    hooks = _hooks_of(session)
    callbacks = tuple(hooks.after)
    hooks.clear()
    for callback in callbacks:
        callback()


def _after_rollback(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        _hooks_of(session).clear()


def _is_savepoint(session: Session) -> bool:
    # SQLAlchemy tells of the release of a savepoint as of a commit.
    return session.in_nested_transaction()
