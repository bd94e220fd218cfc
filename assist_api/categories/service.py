"""The category models as curators see them: listed, learned on request, rolled back."""

from __future__ import annotations

from uuid import UUID

from assist_api.categories.schemas import (
    CategoryModelEvent,
    CategoryModels,
    CategoryModelView,
    ModelComparison,
    ModelQuality,
)
from assist_api.categories.training import CategoryTraining
from kb.classify.models import CategoryModelRow
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService
from kit.errors import ConflictError


class CategoryModelDesk:
    """Use cases on category models."""

    def __init__(self, registry: ModelRegistry, categories: CategoryService, training: CategoryTraining) -> None:
        self._registry = registry
        self._categories = categories
        self._training = training

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

    async def order_training(self, asked_by: str, owner_id: UUID) -> None:
        """Order the learning of a model; it takes seconds to minutes and is decided on by itself.

        Args:
            asked_by: Display name, kept with the model.
            owner_id: Account that is told when it fails.

        Raises:
            ConflictError: `category_training_runs`.
        """
        if not await self._training.order(asked_by, owner_id):
            raise _training_runs()

    async def roll_back(self, number: int, done_by: str, note: str) -> CategoryModels:
        """Make an earlier model live; see `CategoryService.roll_back`.

        Raises:
            ConflictError: `category_training_runs`; what is being learned would be live soon after.
        """
        if await self._training.is_ordered():
            raise _training_runs()
        await self._categories.roll_back(number, done_by, note)
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
