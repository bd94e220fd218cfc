"""The policy of curation: when a text is due for review, and how many dismissals make an item. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.knowledge.policy import BusinessType
from assist_api.policies.kinds import PolicyKind, PolicyModel


class CurationPolicy(PolicyModel):
    """Settings of the curator's desk."""

    review_every_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """A text whose last review is longer ago is overdue."""
    review_months_by_kind: dict[BusinessType, Annotated[int, Field(ge=1, le=120)]] = Field(default={})
    """Months between reviews of a business type, such as 6 for applications; the other types follow the days above."""
    warn_before_days: Annotated[int, Field(ge=0, le=365)] = 30
    """A text whose validity ends within this many days is on the desk."""
    dismissed_from: Annotated[int, Field(ge=1, le=1000)] = 3
    """Dismissals and "wrong" verdicts of a card from which it is on the desk, if they outnumber its uses."""
    join_percent: Annotated[int, Field(ge=50, le=100)] = 80
    """Similarity in percent from which two questions count as the same."""


CURATION = PolicyKind("curation", CurationPolicy, CurationPolicy)
