"""Pure: the thresholds of the suggestion list, its noise budget and its quiet mode."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SuggestionSettings:
    """Values that decide what a suggestion list shows; probabilities are 0..1.

    Attributes:
        new_cards_per_minute: Entries that may appear for the first time within 60 s of speech. Once that many have,
            only the entry that leads for a new question may appear; 0 leaves only that one.
        is_quiet: Whether only a sure answer to the newest question is shown: no second card and no case.
        quiet_above: In quiet mode an entry needs this probability.
        answer_above: An entry needs this probability, the category of the call counted in, to lead for a turn whose
            search trusts none of its hits.
        partial_above: An entry needs this confidence to lead while the caller still speaks.
        show_above: A card needs this probability to appear.
        second_above: A further answer to the newest turn needs this probability.
        keep_above: A card that stands stays down to this probability.
        relative_cut: Cards of a turn below this fraction of the best one are not shown.
        standing_bonus: What a card that stands is worth more than one that does not.
        case_above: A case needs this probability to appear.
        decay: What evidence of the call is worth after a search that found something else, or the same.
        idle_decay: What it is worth after a search that trusts none of its hits: the caller said nothing new.
        turn_decay: What evidence of the same turn is worth after a further search of the turn that has an answer.
        doubt: Factor for hits of a search that trusts none of its hits.
        situation_gain: How much the call's category speaks for an entry of its situation in the evidence of the whole
            call: the odds of the entry are multiplied by 1 + gain x probability of the situation.
        turn_situation_gain: The same for the evidence of one turn. It is small, because the category is that of the
            matter before when a caller opens the next one.
        supported: Factor for the odds of an entry about a trouble that reaches as far as the caller says.
        contradicted: Factor for an entry that the caller's words contradict.
        other_sector_above: An entry of another sector than the call's needs this from one search of the newest turn.
    """

    new_cards_per_minute: int = 9
    is_quiet: bool = False
    quiet_above: float = 0.6
    answer_above: float = 0.45
    partial_above: float = 0.7
    show_above: float = 0.3
    second_above: float = 0.15
    keep_above: float = 0.2
    relative_cut: float = 0.3
    standing_bonus: float = 0.06
    case_above: float = 0.35
    decay: float = 0.8
    idle_decay: float = 0.95
    turn_decay: float = 0.7
    doubt: float = 0.6
    situation_gain: float = 8.0
    turn_situation_gain: float = 2.0
    supported: float = 2.0
    contradicted: float = 0.3
    other_sector_above: float = 0.75
