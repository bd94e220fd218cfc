"""Policies of the knowledge: what a drop of gold questions does, how often they run, and who publishes whose text."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel
from kb.gold.comparison import DropPolicy
from kb.settings import KBSettings

BusinessType = Literal["fault", "application", "enquiry", "complaint", "report", "suggestion", "opinion", "praise"]
"""The eight business types of 95598."""
KNOWLEDGE_TESTS = "knowledge_tests"
MOST_HOURS = 31 * 24


class KnowledgeTestPolicy(PolicyModel):
    """Settings of the knowledge tests."""

    drop_policy: DropPolicy
    """What happens when a text would cost gold questions their place."""
    run_every_hours: Annotated[float, Field(ge=0, le=MOST_HOURS)]
    """Pause between runs of all gold questions that nobody asked for; 0 for none."""

    @property
    def run_every(self) -> timedelta:
        """The pause between runs; zero for none."""
        return timedelta(hours=self.run_every_hours)


def knowledge_test_policy(settings: KBSettings) -> PolicyKind[KnowledgeTestPolicy]:
    """Return the policy with the defaults of an installation."""

    def default() -> KnowledgeTestPolicy:
        hours = min(settings.test_every_hours, MOST_HOURS)
        return KnowledgeTestPolicy(drop_policy=DropPolicy(settings.test_drop_policy), run_every_hours=hours)

    return PolicyKind(KNOWLEDGE_TESTS, KnowledgeTestPolicy, default)


class ReviewPolicy(PolicyModel):
    """Who publishes a text that somebody submitted for review."""

    four_eyes_for: Annotated[tuple[BusinessType, ...], Field(max_length=8)] = ("application", "complaint", "report")
    """Business types that nobody publishes alone: applications name fees and terms, complaints and reports promise
    something. A text that was submitted for review needs another publisher than its author whatever its type."""


REVIEW = PolicyKind("review", ReviewPolicy, ReviewPolicy)
