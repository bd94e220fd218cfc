"""Proposes thresholds of cards and rules of hints to mute, from the verdicts of agents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from assist_api.calls.events import Verdict
from assist_api.calls.repository import CallRepository
from assist_api.hints.policy import HINTS, HintPolicy
from assist_api.hints.shown import HintVerdict
from assist_api.policies.proposals import Judged, SettingProposal, propose_muted, propose_threshold
from assist_api.policies.service import Policies
from assist_api.suggestions.card_policy import CARDS, CardPolicy
from kit.clock import Clock
from kit.db import Database

LOOKS_BACK = timedelta(days=90)
"""Knowledge changes; older verdicts judge other cards."""
MOST_VERDICTS = 5_000
MOST_CALLS = 500
"""Calls whose hints are looked through, the newest first."""
_KINDS = {"show_above": "entry", "case_above": "case"}


class LearnedThresholds:
    """Judges the policies of cards and hints."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, policies: Policies) -> None:
        """Propose settings for the policies of cards and hints."""
        policies.propose(CARDS, self._cards)
        policies.propose(HINTS, self._hints)

    async def _cards(self, policy: CardPolicy) -> Sequence[SettingProposal]:
        async with self._database.session() as session:
            rows = await CallRepository(session).verdicts(self._clock.now() - LOOKS_BACK, MOST_VERDICTS)
        current = policy.model_dump()
        proposals = (
            propose_threshold(
                setting,
                current[setting],
                [Judged(probability, verdict == Verdict.USED) for of, probability, verdict in rows if of == kind],
            )
            for setting, kind in _KINDS.items()
        )
        return [proposal for proposal in proposals if proposal is not None]

    async def _hints(self, policy: HintPolicy) -> Sequence[SettingProposal]:
        async with self._database.session() as session:
            hints = await CallRepository(session).judged_hints(self._clock.now() - LOOKS_BACK, MOST_CALLS)
        verdicts = [(hint.rule, hint.verdict is not HintVerdict.WRONG) for hint in hints if hint.kind != "anger"]
        proposal = propose_muted("muted", policy.muted, verdicts)
        return [] if proposal is None else [proposal]
