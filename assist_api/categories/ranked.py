"""Work-order categories of a call: ranked by the model, chosen by the agent."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from assist_api.http.wire import WireModel


class RankedCategory(WireModel):
    """A work-order category: business type × situation."""

    category_id: str = Field(description="`<business_type>/<situation code>`, e.g. `fault/power.outage.single`")
    business_type: str
    situation: str
    path: list[str] = Field(description="Chinese names: business type, then the situation from sector down")
    probability: float = Field(description="Calibrated, 0..1")


class CategoryRanking(WireModel):
    """The work-order category as it stands; best first, at most five."""

    categories: list[RankedCategory]
    has_abstained: bool = Field(description="True while no category reaches the threshold")
    trigger_segment_id: UUID


class CategoryChosen(WireModel):
    """The category an agent chose for the call, with the ranking that was on the screen then; the newest counts."""

    category_id: str = Field(description="`<business_type>/<situation code>`")
    business_type: str
    situation: str
    path: list[str] = Field(description="Chinese names: business type, then the situation from sector down")
    chosen_by: str = Field(description="Display name of the agent")
    ranked: CategoryRanking | None = Field(description="What was ranked when it was chosen")
