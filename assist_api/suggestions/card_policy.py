"""The policy of cards: when one is sure enough to be shown, and how many may come. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel
from assist_api.suggestions.settings import SuggestionSettings

_DEFAULTS = SuggestionSettings()
Threshold = Annotated[float, Field(ge=0.05, le=0.95)]


class CardPolicy(PolicyModel):
    """Settings of the cards during a call; the others of `SuggestionSettings` were fitted and stay."""

    show_above: Threshold = _DEFAULTS.show_above
    """A card needs this probability to appear."""
    case_above: Threshold = _DEFAULTS.case_above
    """A similar case needs this probability to appear."""
    new_cards_per_minute: Annotated[int, Field(ge=0, le=60)] = _DEFAULTS.new_cards_per_minute
    """Cards that may appear for the first time within a minute of speech; 0 leaves only the one that answers."""
    is_quiet: bool = _DEFAULTS.is_quiet
    """Whether only a sure answer to the newest question is shown."""

    def settings(self) -> SuggestionSettings:
        """Return the settings that a call begins with."""
        return SuggestionSettings(**self.model_dump())


CARDS = PolicyKind("cards", CardPolicy, CardPolicy)
