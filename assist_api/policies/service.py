"""Policies in force, their history, and choosing others while the server runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.policies.kinds import P, PolicyKind, PolicyModel
from assist_api.policies.models import PolicyVersion
from assist_api.policies.proposals import SettingProposal
from assist_api.policies.repository import PolicyRepository
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, NotFoundError
from kit.outbox import signal

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy as it is in force.

    Attributes:
        kind: The policy.
        value: Its settings.
        version: The version that says so; None while nobody chose, when the defaults are in force.
    """

    kind: PolicyKind[Any]
    value: PolicyModel
    version: PolicyVersion | None


POLICIES_CHANGED = "policies.changed"
"""Topic of the outbox: another version is in force."""


class Policies:
    """Knows every declared policy; reading costs nothing, since values are kept and refreshed on a change.

    Other processes hear of a change through the outbox, and call `refresh`.
    """

    def __init__(
        self, database: Database, clock: Clock, audit: AuditTrail, kinds: Iterable[PolicyKind[Any]] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._kinds: dict[str, PolicyKind[Any]] = {}
        self._in_force: dict[str, InForce] = {}
        self._judges: dict[str, Callable[[], Awaitable[Sequence[SettingProposal]]]] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: PolicyKind[Any]) -> None:
        """Declare a policy.

        Raises:
            ValueError: Another one has its name.
        """
        if kind.name in self._kinds:
            raise ValueError(f"the policy {kind.name} is declared twice")
        self._kinds[kind.name] = kind

    def propose(self, kind: PolicyKind[P], judge: Callable[[P], Awaitable[Sequence[SettingProposal]]]) -> None:
        """Declare what proposes other settings of a policy; `judge` is given the settings in force."""
        self._judges[kind.name] = lambda: judge(self.current(kind))

    async def proposals(self, name: str) -> Sequence[SettingProposal]:
        """Return what is proposed for a policy; nothing where nobody judges it.

        Raises:
            NotFoundError: `policy_not_found`.
        """
        judge = self._judges.get(self._get(name).name)
        return () if judge is None else await judge()

    def current(self, kind: PolicyKind[P]) -> P:
        """Return the settings in force."""
        value = self._find(kind).value
        if not isinstance(value, kind.model):
            raise TypeError(f"the policy {kind.name} holds settings of another model")
        return value

    def in_force(self, name: str) -> InForce:
        """Return a policy with the version that is in force.

        Raises:
            NotFoundError: `policy_not_found`.
        """
        return self._find(self._get(name))

    def list_all(self) -> list[InForce]:
        """Return every policy by name."""
        return [self._find(self._kinds[name]) for name in sorted(self._kinds)]

    async def refresh(self) -> None:
        """Take over what was chosen since, also by other processes."""
        async with self._database.session() as session:
            rows = await PolicyRepository(session).newest()
        for row in rows:
            self._take(row)

    async def history(self, name: str, *, limit: int, before: int | None = None) -> Sequence[PolicyVersion]:
        """Return versions of a policy, the newest first.

        Raises:
            NotFoundError: `policy_not_found`.
        """
        kind = self._get(name)
        async with self._database.session() as session:
            return await PolicyRepository(session).page(kind.name, limit=limit, before=before)

    async def choose(
        self, actor: Actor, name: str, value: Mapping[str, Any], *, note: str, based_on: int | None
    ) -> InForce:
        """Put other settings in force.

        Args:
            actor: Who chooses.
            name: Of the policy.
            value: All of its settings.
            note: Why; may be empty.
            based_on: Number of the version that the person saw, 0 for the defaults; None to choose whatever it is.

        Raises:
            NotFoundError: `policy_not_found`.
            InvalidInputError: `policy_invalid`; `errors` names every setting at fault.
            ConflictError: `policy_changed`: somebody chose since.
        """
        kind = self._get(name)
        chosen = kind.check(value)
        try:
            async with self._database.session() as session:
                versions = PolicyRepository(session)
                newest = await versions.newest_number(name)
                if based_on is not None and based_on != newest:
                    raise _changed(newest)
                row = PolicyVersion(
                    kind=name,
                    number=newest + 1,
                    value=chosen.model_dump(mode="json"),
                    note=note,
                    author_id=actor.account_id,
                    author_name=actor.name,
                    since=self._clock.now(),
                )
                before = await versions.find(name, newest)
                self._audit.record(
                    session,
                    actor,
                    "policy.changed",
                    "policy",
                    name,
                    before=None if before is None else before.value,
                    after=row.value,
                    details={"version": row.number},
                )
                await versions.add(row)
                signal(session, POLICIES_CHANGED)
        except IntegrityError as error:
            raise _changed(newest + 1) from error
        self._take(row)
        return self.in_force(name)

    async def restore(self, actor: Actor, name: str, number: int, *, note: str, based_on: int | None) -> InForce:
        """Put the settings of an earlier version in force again, as a new version.

        Raises:
            NotFoundError: `policy_not_found`, or `policy_version_not_found`.
            InvalidInputError: `policy_invalid`: the settings of that version no longer fit.
            ConflictError: `policy_changed`: somebody chose since.
        """
        kind = self._get(name)
        async with self._database.session() as session:
            row = await PolicyRepository(session).find(name, number)
        if row is None:
            raise NotFoundError("There is no such version.", code="policy_version_not_found")
        known = {field: value for field, value in row.value.items() if field in kind.model.model_fields}
        value = kind.default_factory().model_dump(mode="json") | known
        return await self.choose(actor, name, value, note=note, based_on=based_on)

    def _take(self, row: PolicyVersion) -> None:
        kind = self._kinds.get(row.kind)
        held = self._in_force.get(row.kind)
        is_known = held is not None and held.version is not None and held.version.number >= row.number
        if kind is None or is_known:
            return
        try:
            self._in_force[row.kind] = InForce(kind, kind.complete(row.value), row)
        except ValidationError:
            # A later product version may narrow a setting; the defaults are safer than a stop.
            log.exception("policy_version_unusable", policy=row.kind, number=row.number)

    def _find(self, kind: PolicyKind[Any]) -> InForce:
        return self._in_force.get(kind.name) or InForce(kind, kind.default_factory(), None)

    def _get(self, name: str) -> PolicyKind[Any]:
        kind = self._kinds.get(name)
        if kind is None:
            raise NotFoundError("There is no such policy.", code="policy_not_found")
        return kind


def _changed(newest: int) -> ConflictError:
    text = "Somebody chose other settings since; look at them and choose again."
    return ConflictError(text, code="policy_changed", newest=newest)
