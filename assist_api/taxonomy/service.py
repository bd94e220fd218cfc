"""Edits of the taxonomy: each in a transaction, then in force here and found by search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from kb.filing.service import PackVersion, TaxonomyService, Usage, refresh_taxonomy
from kb.taxonomy.edits import TaxonomyChange
from kb.taxonomy.models import TaxonomyVersionRow
from kb.taxonomy.pack import write_taxonomy_pack
from kit.clock import Clock
from kit.db import Database


class TaxonomyDesk:
    """Use cases of curators on the taxonomy packs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def current(self, name: str) -> tuple[PackVersion, Usage]:
        """Return a pack and what is filed under it."""
        async with self._database.session() as session:
            taxonomy = TaxonomyService(session, self._clock)
            return await taxonomy.current(name), await taxonomy.usage()

    async def history(self, name: str) -> Sequence[TaxonomyVersionRow]:
        """Return the versions of a pack, the newest first."""
        async with self._database.session() as session:
            return await TaxonomyService(session, self._clock).history(name)

    async def export(self, name: str) -> str:
        """Return a pack as its YAML file."""
        version, _usage = await self.current(name)
        return write_taxonomy_pack(version.pack)

    async def change(self, name: str, base_number: int, change: TaxonomyChange, author: str, note: str) -> None:
        """Change a pack; see `TaxonomyService.change`."""
        async with self._edit() as taxonomy:
            await taxonomy.change(name, base_number, change, author, note)

    async def import_pack(self, name: str, base_number: int, text: str, author: str, note: str) -> None:
        """Replace a pack by a file's; see `TaxonomyService.import_pack`."""
        async with self._edit() as taxonomy:
            await taxonomy.import_pack(name, base_number, text, author, note)

    async def restore(self, name: str, base_number: int, number: int, author: str) -> None:
        """Go back to an earlier version; see `TaxonomyService.restore`."""
        async with self._edit() as taxonomy:
            await taxonomy.restore(name, base_number, number, author)

    @asynccontextmanager
    async def _edit(self) -> AsyncIterator[TaxonomyService]:
        async with self._database.session() as session:
            yield TaxonomyService(session, self._clock)
        await refresh_taxonomy(self._database)

    async def refresh(self) -> None:
        """Put the newest packs in force in this process."""
        await refresh_taxonomy(self._database)
