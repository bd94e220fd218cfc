"""The category models as curators see them: listed, learned on request, rolled back."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.categories.schemas import (
    CategoryModelEvent,
    CategoryModels,
    CategoryModelView,
    ModelComparison,
    ModelQuality,
)
from assist_api.categories.training import CategoryTraining
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from kb.classify.models import CategoryModelRow
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService
from kit.errors import ConflictError


class CategoryModelDesk:
    """Use cases on category models."""

    def __init__(
        self, registry: ModelRegistry, categories: CategoryService, training: CategoryTraining, audit: AuditTrail
    ) -> None:
        self._registry = registry
        self._categories = categories
        self._training = training
        self._audit = audit

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
            is_learning=await self._training.is_ordered(),
            live_here=self._categories.live_number,
            tolerance=self._categories.policy.tolerance,
        )

    async def order_training(self, actor: Actor) -> None:
        """Order the learning of a model; it takes seconds to minutes and is decided on by itself.

        Raises:
            ConflictError: `category_training_runs`.
        """

        def record(session: AsyncSession) -> None:
            self._audit.record(session, actor, "category_model.ordered", "category_model", "next")

        if not await self._training.order(actor.name, actor.account_id, also=record):
            raise _training_runs()

    async def roll_back(self, number: int, actor: Actor, note: str) -> CategoryModels:
        """Make an earlier model live; see `CategoryService.roll_back`.

        Raises:
            ConflictError: `category_training_runs`; what is being learned would be live soon after.
        """
        if await self._training.is_ordered():
            raise _training_runs()

        def record(session: AsyncSession) -> None:
            self._audit.record(session, actor, "category_model.rolled_back", "category_model", str(number))

        await self._categories.roll_back(number, actor.name, note, also=record)
        return await self.overview()


def _training_runs() -> ConflictError:
    message = "A model is being learned already; wait until it is decided on."
    return ConflictError(message, code="category_training_runs")


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
