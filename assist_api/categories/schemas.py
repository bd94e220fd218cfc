"""What the category endpoints take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from assist_api.http.schemas import InputModel, OutputModel


class ChoosableSituation(OutputModel):
    """A situation that an agent may choose."""

    code: str
    name_zh: str
    name_en: str
    sector: str | None
    path: list[str] = Field(description="Chinese names: sector, group, situation")


class ChoosableSituations(OutputModel):
    """Situations that fit what was typed, best first."""

    items: list[ChoosableSituation]


class ModelCurvePoint(OutputModel):
    """Accuracy of the surest answers."""

    coverage: float = Field(description="Share of texts answered, 0..1")
    accuracy: float = Field(description="Share of right answers among them")
    confidence: float = Field(description="Lowest probability that is still answered")


class ModelConfusion(OutputModel):
    """Two categories taken for one another."""

    right: str
    answered: str
    count: int


class ModelQuality(OutputModel):
    """Scores on held-out folds."""

    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage: float
    covered_accuracy: float | None
    curve: list[ModelCurvePoint]
    confusions: list[ModelConfusion]


class ModelComparison(OutputModel):
    """The model beside the one that was live, on the same unseen examples."""

    live_number: int | None
    count: int
    accuracy: float
    live_accuracy: float


class CategoryModelView(OutputModel):
    """One learned model."""

    number: int
    state: Literal["live", "kept", "rejected"]
    reason: Literal["first", "knowledge", "choices", "asked"]
    trained_by: str = Field(description="Empty when the server learned by itself")
    trained_at: datetime
    fit_seconds: float
    data_hash: str
    counts: dict[str, int] = Field(description="Examples by origin (entry, case, choice, name), and categories")
    quality: ModelQuality | None = Field(description="Null when no text could be held out")
    comparison: ModelComparison
    can_roll_back: bool = Field(description="Its file is there")


class CategoryModelEvent(OutputModel):
    """What was done with a model."""

    at: datetime
    number: int
    what: Literal["live", "rejected", "rolled_back"]
    done_by: str
    note: str


class CategoryModels(OutputModel):
    """Every model, the newest first, and what was done with them."""

    items: list[CategoryModelView]
    events: list[CategoryModelEvent]
    is_learning: bool = Field(description="The training of a model waits or runs, in any process")
    live_here: int | None = Field(description="The model that answers in this process; null while one stands in")
    tolerance: float = Field(description="A new model may be this much less accurate and still go live")


class RollBack(InputModel):
    """Which model is to answer from now on, and why."""

    note: str = Field(default="", max_length=500)
