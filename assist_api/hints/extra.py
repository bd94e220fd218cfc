"""Extra hints a minute that single agents are shown, such as new hires."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from assist_api.hints.policy import HintPolicy


class ExtraHints:
    """Keeps the extra hints of every account at hand; callable from any thread."""

    def __init__(self) -> None:
        self._by_account: Mapping[UUID, int] = {}

    def replace(self, by_account: Mapping[UUID, int]) -> None:
        """Take other numbers over; an account that is not named has no extra hints."""
        self._by_account = dict(by_account)

    def widened(self, policy: HintPolicy, account_id: UUID | None) -> HintPolicy:
        """Return the policy with the budget of an account; a policy that shows no hints shows none to anybody."""
        extra = 0 if account_id is None else self._by_account.get(account_id, 0)
        if extra == 0 or policy.hints_per_minute == 0:
            return policy
        return policy.model_copy(update={"hints_per_minute": policy.hints_per_minute + extra})
