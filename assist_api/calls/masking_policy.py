"""The policy that says who sees and hears calls masked, and what is masked in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.http.permissions import Role
from assist_api.policies.kinds import PolicyKind, PolicyModel
from kb.deidentify import PersonalKind


class MaskingPolicy(PolicyModel):
    """Who may not see identities in the calls of others, and what an identity is."""

    masked_roles: tuple[Role, ...] = Field(description="See transcripts masked and hear a tone over masked words")
    kinds: Annotated[tuple[PersonalKind, ...], Field(min_length=1)] = Field(description="What is masked")


MASKING = PolicyKind(
    "call_masking",
    MaskingPolicy,
    lambda: MaskingPolicy(masked_roles=(Role.TRAINER, Role.CURATOR), kinds=tuple(PersonalKind)),
)
