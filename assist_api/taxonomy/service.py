"""Edits of the taxonomy: each in a transaction, then in force here and found by search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from kb.filing.service import PackVersion, TaxonomyService, Usage, refresh_taxonomy
from kb.taxonomy.edits import TaxonomyChange
from kb.taxonomy.models import TaxonomyVersionRow
from kb.taxonomy.pack import write_taxonomy_pack
from kit.clock import Clock
from kit.db import Database


class TaxonomyDesk:
    """Use cases of curators on the taxonomy packs."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def current(self, name: str) -> tuple[PackVersion, Usage]:
        """Return a pack and what is filed under it."""
        async with self._database.session() as session:
            taxonomy = TaxonomyService(session, self._clock)
            return await taxonomy.current(name), await taxonomy.usage()

    async def history(self, name: str) -> Sequence[TaxonomyVersionRow]:
        """Return the versions of a pack, the newest first."""
        async with self._database.session() as session:
            return await TaxonomyService(session, self._clock).history(name)

    async def export(self, actor: Actor, name: str) -> str:
        """Return a pack as its YAML file."""
        async with self._database.session() as session:
            version = await TaxonomyService(session, self._clock).current(name)
            self._record(session, actor, "taxonomy.exported", version, {})
        return write_taxonomy_pack(version.pack)

    async def change(self, actor: Actor, name: str, base_number: int, change: TaxonomyChange, note: str) -> None:
        """Change a pack; see `TaxonomyService.change`."""
        async with self._edit() as (session, taxonomy):
            version = await taxonomy.change(name, base_number, change, actor.name, note)
            self._record(session, actor, "taxonomy.changed", version, {"kind": change.kind})

    async def import_pack(self, actor: Actor, name: str, base_number: int, text: str, note: str) -> None:
        """Replace a pack by a file's; see `TaxonomyService.import_pack`."""
        async with self._edit() as (session, taxonomy):
            version = await taxonomy.import_pack(name, base_number, text, actor.name, note)
            self._record(session, actor, "taxonomy.imported", version, {})

    async def restore(self, actor: Actor, name: str, base_number: int, number: int) -> None:
        """Go back to an earlier version; see `TaxonomyService.restore`."""
        async with self._edit() as (session, taxonomy):
            version = await taxonomy.restore(name, base_number, number, actor.name)
            self._record(session, actor, "taxonomy.restored", version, {"restored": number})

    @asynccontextmanager
    async def _edit(self) -> AsyncIterator[tuple[AsyncSession, TaxonomyService]]:
        async with self._database.session() as session:
            yield session, TaxonomyService(session, self._clock)
        await refresh_taxonomy(self._database)

    def _record(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        version: PackVersion,
        details: Mapping[str, DetailValue],
    ) -> None:
        all_details = {"number": version.number, **details}
        self._audit.record(
            session, actor, action, "taxonomy_pack", version.pack.name, after=version.pack, details=all_details
        )

    async def refresh(self) -> None:
        """Put the newest packs in force in this process."""
        await refresh_taxonomy(self._database)
