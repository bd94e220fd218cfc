"""Every statement on the curated words, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from kb.search.question.analysis.lexicon import WordUse
from kb.signals import WORDS_CHANGED
from kb.words.models import WordGroupRow, WordListRow
from kb.words.validation import folded
from kit.db_insert import insert_into
from kit.outbox import signal

_THE_ONE_ROW = 1


@dataclass(frozen=True, slots=True)
class WordFilter:
    """Which groups a list shows; None does not filter. `sector` "all" means groups that serve every sector."""

    use: WordUse | None = None
    sector: str | None = None
    text: str | None = None


EVERY_SECTOR = "all"


class WordRepository:
    """Groups of words and the number that counts their changes."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def begin_change(self) -> None:
        """Count a change; the first statement of every writing unit of work, for it is also the writers' lock."""
        statement = insert_into(self.session, WordListRow).values(id=_THE_ONE_ROW, change_number=1)
        raised = {"change_number": WordListRow.change_number + 1}
        await self.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=raised))
        signal(self.session, WORDS_CHANGED)

    async def change_number(self) -> int:
        """Return how often the words changed, 0 when never."""
        return await self.session.scalar(select(WordListRow.change_number)) or 0

    async def find(self, group_id: UUID) -> WordGroupRow | None:
        """Return a group that was not removed."""
        statement = select(WordGroupRow).where(WordGroupRow.id == group_id, WordGroupRow.is_removed.is_(False))
        return await self.session.scalar(statement)

    async def everything(self, *, with_removed: bool = False) -> Sequence[WordGroupRow]:
        """Return all groups, by use, sector and id, so that exports stay in order."""
        statement = select(WordGroupRow).order_by(WordGroupRow.use, WordGroupRow.sector, WordGroupRow.id)
        if not with_removed:
            statement = statement.where(WordGroupRow.is_removed.is_(False))
        return (await self.session.scalars(statement)).all()

    async def list_page(
        self, wanted: WordFilter, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[WordGroupRow]:
        """Return groups, the one changed last first."""
        statement = (
            select(WordGroupRow)
            .where(*_conditions(wanted))
            .order_by(WordGroupRow.updated_at.desc(), WordGroupRow.id.desc())
            .limit(limit)
        )
        if after is not None:
            at, last_id = after
            is_behind = and_(WordGroupRow.updated_at == at, WordGroupRow.id < last_id)
            statement = statement.where(or_(WordGroupRow.updated_at < at, is_behind))
        return (await self.session.scalars(statement)).all()

    async def count(self, wanted: WordFilter | None = None) -> int:
        """Return how many groups fit a filter."""
        statement = select(func.count()).select_from(WordGroupRow).where(*_conditions(wanted or WordFilter()))
        return await self.session.scalar(statement) or 0

    async def replace(self, group_id: UUID, base_number: int, values: dict[str, Any]) -> bool:
        """Change a group if it is still at `base_number`; the number grows by one."""
        statement = (
            update(WordGroupRow)
            .where(WordGroupRow.id == group_id, WordGroupRow.number == base_number)
            .values(number=base_number + 1, **values)
        )
        result = await self.session.execute(statement)
        return isinstance(result, CursorResult) and result.rowcount == 1


def _conditions(wanted: WordFilter) -> list[Any]:
    conditions: list[Any] = [WordGroupRow.is_removed.is_(False)]
    if wanted.use is not None:
        conditions.append(WordGroupRow.use == wanted.use)
    if wanted.sector == EVERY_SECTOR:
        conditions.append(WordGroupRow.sector.is_(None))
    elif wanted.sector is not None:
        conditions.append(WordGroupRow.sector == wanted.sector)
    if wanted.text:
        conditions.append(WordGroupRow.search_text.contains(folded(wanted.text), autoescape=True))
    return conditions
