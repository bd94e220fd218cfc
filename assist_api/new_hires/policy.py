"""The policy of new hires: which results take a level of help away, and how many hints a level adds. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel

Percent = Annotated[int, Field(ge=1, le=100)]
Count = Annotated[int, Field(ge=1, le=50)]


class NewHirePolicy(PolicyModel):
    """Settings of the new-hire mode."""

    extra_hints_per_level: Annotated[int, Field(ge=0, le=10)] = 2
    """New hints a minute that each level adds to the budget of everybody."""
    lessons_from: Count = 2
    """Finished lessons and exams from which their mean score counts."""
    lesson_percent: Percent = 80
    """Mean of the best scores that takes a level away."""
    filings_from: Count = 10
    """Categories chosen in practice from which the share of right ones counts."""
    category_percent: Percent = 80
    """Share of right categories that takes a level away."""
    calls_from: Count = 20
    """Calls with cards from which the share with a used card counts."""
    card_percent: Percent = 50
    """Share of calls in which a card was used or read out that takes a level away."""


NEW_HIRES = PolicyKind("new_hires", NewHirePolicy, NewHirePolicy)
