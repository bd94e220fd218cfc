"""The policy of curation: when a text is due for review, and how many dismissals make an item. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel


class CurationPolicy(PolicyModel):
    """Settings of the curator's desk."""

    review_every_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """A text whose last review is longer ago is overdue."""
    warn_before_days: Annotated[int, Field(ge=0, le=365)] = 30
    """A text whose validity ends within this many days is on the desk."""
    dismissed_from: Annotated[int, Field(ge=1, le=1000)] = 3
    """Dismissals and "wrong" verdicts of a card from which it is on the desk, if they outnumber its uses."""
    join_percent: Annotated[int, Field(ge=50, le=100)] = 80
    """Similarity in percent from which two questions count as the same."""


CURATION = PolicyKind("curation", CurationPolicy, CurationPolicy)
