"""The category models as curators see them: listed, learned on request, rolled back."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.categories.schemas import (
    CategoryModelEvent,
    CategoryModels,
    CategoryModelView,
    ModelComparison,
    ModelQuality,
)
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from kb.classify.models import CategoryModelRow
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService
from kit.db import Database
from kit.errors import AssistError, ConflictError
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)


class CategoryModelDesk:
    """Use cases on category models."""

    def __init__(
        self, registry: ModelRegistry, categories: CategoryService, database: Database, audit: AuditTrail
    ) -> None:
        self._registry = registry
        self._categories = categories
        self._database = database
        self._audit = audit
        self._tasks = TaskSupervisor("category-models")

    async def overview(self) -> CategoryModels:
        """Return every model and what was done with them."""
        rows, events = await self._registry.list_models(), await self._registry.list_events()
        present = await self._categories.present_files()
        return CategoryModels(
            items=[_view(row, can_roll_back=row.number in present) for row in rows],
            events=[
                CategoryModelEvent.model_validate(
                    {"at": row.at, "number": row.number, "what": row.what, "done_by": row.done_by, "note": row.note}
                )
                for row in events
            ],
            is_learning=self._categories.is_learning,
            live_here=self._categories.live_number,
            tolerance=self._categories.policy.tolerance,
        )

    async def start_training(self, actor: Actor) -> None:
        """Begin to learn a model; it takes seconds to minutes and is decided on by itself.

        Raises:
            ConflictError: `category_training_runs`.
        """
        self._refuse_while_learning()
        async with self._database.session() as session:
            self._audit.record(session, actor, "category_model.ordered", "category_model", "next")
        self._tasks.start(self._train(actor.name), name="category-training")

    async def roll_back(self, number: int, actor: Actor, note: str) -> CategoryModels:
        """Make an earlier model live; see `CategoryService.roll_back`.

        Raises:
            ConflictError: `category_training_runs`; what is being learned would be live soon after.
        """
        self._refuse_while_learning()

        def record(session: AsyncSession) -> None:
            self._audit.record(session, actor, "category_model.rolled_back", "category_model", str(number))

        await self._categories.roll_back(number, actor.name, note, also=record)
        return await self.overview()

    def _refuse_while_learning(self) -> None:
        if self._categories.is_learning:
            message = "A model is being learned already; wait until it is decided on."
            raise ConflictError(message, code="category_training_runs")

    async def aclose(self) -> None:
        """Stop waiting for what is being learned; safe to call twice."""
        await self._tasks.aclose()

    async def _train(self, asked_by: str) -> None:
        try:
            await self._categories.train(asked_by)
        except AssistError as error:
            log.warning("category_training_failed", code=error.error_code, reason=error.message)


def _view(row: CategoryModelRow, *, can_roll_back: bool) -> CategoryModelView:
    return CategoryModelView.model_validate(
        {
            "number": row.number,
            "state": row.state,
            "reason": row.reason,
            "trained_by": row.trained_by,
            "trained_at": row.trained_at,
            "fit_seconds": row.fit_seconds,
            "data_hash": row.data_hash,
            "counts": row.counts,
            "quality": ModelQuality.model_validate(row.quality) if row.quality else None,
            "comparison": ModelComparison.model_validate(row.comparison),
            "can_roll_back": can_roll_back,
        }
    )
