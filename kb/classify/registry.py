"""The numbered category models: kept with their scores, one of them live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kb.classify.models import CategoryModelEventRow, CategoryModelRow
from kb.measures import Quality
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, NotFoundError


class ModelState(StrEnum):
    """Where a model stands."""

    LIVE = "live"
    KEPT = "kept"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a model was learned."""

    FIRST = "first"
    KNOWLEDGE = "knowledge"
    CHOICES = "choices"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new model beside the one that was live: both asked the same examples, none of which they had learned.

    Attributes:
        live_number: The model that was live; None when there was none to compare with.
        count: Examples asked.
        accuracy: Of the new model.
        live_accuracy: Of the live one.
    """

    live_number: int | None
    count: int
    accuracy: float
    live_accuracy: float


NOTHING_TO_COMPARE = Comparison(None, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model as it was learned, before it was decided on."""

    reason: Reason
    trained_by: str
    fit_seconds: float
    data_hash: str
    embedder: str
    counts: Mapping[str, int]
    quality: Quality | None
    comparison: Comparison
    file_hash: str


Write = Callable[[AsyncSession], None]


def nothing_else(_session: AsyncSession) -> None:
    """Add nothing to a transaction."""


class ModelRegistry:
    """Every statement on category models, each call in a transaction of its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def next_number(self) -> int:
        """Return the number the next model will have."""
        async with self._database.session() as session:
            return await _next_number(session)

    async def live(self) -> CategoryModelRow | None:
        """Return the live model."""
        async with self._database.session() as session:
            statement = select(CategoryModelRow).where(CategoryModelRow.state == ModelState.LIVE)
            return await session.scalar(statement.order_by(CategoryModelRow.number.desc()).limit(1))

    async def find_by_data(self, data_hash: str) -> CategoryModelRow | None:
        """Return the newest model that learned from this data."""
        async with self._database.session() as session:
            statement = select(CategoryModelRow).where(CategoryModelRow.data_hash == data_hash)
            return await session.scalar(statement.order_by(CategoryModelRow.number.desc()).limit(1))

    async def list_models(self, limit: int = 100) -> Sequence[CategoryModelRow]:
        """Return the models, the newest first."""
        async with self._database.session() as session:
            statement = select(CategoryModelRow).order_by(CategoryModelRow.number.desc()).limit(limit)
            return (await session.scalars(statement)).all()

    async def list_events(self, limit: int = 100) -> Sequence[CategoryModelEventRow]:
        """Return what was done with models, the newest first."""
        async with self._database.session() as session:
            statement = select(CategoryModelEventRow).order_by(CategoryModelEventRow.id.desc()).limit(limit)
            return (await session.scalars(statement)).all()

    async def add(self, number: int, candidate: Candidate, *, goes_live: bool) -> None:
        """Record a learned model and what was decided; going live puts the one before it aside.

        Raises:
            ConflictError: `model_number_taken`: another process recorded this number meanwhile.
        """
        async with self._database.session() as session:
            if await _next_number(session) != number:
                message = f"Model {number} was recorded by another process meanwhile."
                raise ConflictError(message, code="model_number_taken")
            if goes_live:
                await _put_aside_live(session)
            session.add(self._row(number, candidate, ModelState.LIVE if goes_live else ModelState.REJECTED))
            self._note(session, number, "live" if goes_live else "rejected", candidate.trained_by, "")

    async def make_live(self, number: int, done_by: str, note: str, *, also: Write = nothing_else) -> CategoryModelRow:
        """Make a recorded model the live one.

        Args:
            number: Of the model.
            done_by: Name of whoever decides.
            note: Why; may be empty.
            also: Adds to the transaction.

        Raises:
            NotFoundError: There is no such model.
            ConflictError: `model_live_already`.
        """
        async with self._database.session() as session:
            row = await session.get(CategoryModelRow, number)
            if row is None:
                raise NotFoundError("There is no such category model.", code="category_model_not_found")
            if row.state == ModelState.LIVE:
                raise ConflictError("This model is the live one already.", code="model_live_already")
            await _put_aside_live(session)
            row.state = ModelState.LIVE
            self._note(session, number, "rolled_back", done_by, note)
            also(session)
            return row

    def _row(self, number: int, candidate: Candidate, state: ModelState) -> CategoryModelRow:
        return CategoryModelRow(
            number=number,
            state=state,
            reason=candidate.reason,
            trained_by=candidate.trained_by,
            trained_at=self._clock.now(),
            fit_seconds=candidate.fit_seconds,
            data_hash=candidate.data_hash,
            embedder=candidate.embedder,
            counts=dict(candidate.counts),
            quality={} if candidate.quality is None else asdict(candidate.quality),
            comparison=asdict(candidate.comparison),
            file_hash=candidate.file_hash,
        )

    def _note(self, session: AsyncSession, number: int, what: str, done_by: str, note: str) -> None:
        session.add(CategoryModelEventRow(at=self._clock.now(), number=number, what=what, done_by=done_by, note=note))


async def _next_number(session: AsyncSession) -> int:
    return (await session.scalar(select(func.max(CategoryModelRow.number))) or 0) + 1


async def _put_aside_live(session: AsyncSession) -> None:
    live = update(CategoryModelRow).where(CategoryModelRow.state == ModelState.LIVE)
    await session.execute(live.values(state=ModelState.KEPT))
