"""What a policy's settings might better be, judged by what agents made of suggestions and hints. Pure.

A proposal is never put in force by itself: a person accepts it on the page of policies, as a version like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

LEAST_VERDICTS = 40
"""With fewer verdicts chance decides."""
MOST_LOST = 0.025
"""Share of what agents used that a proposed threshold may cost: 3 of 120."""
LEAST_SPARED = 0.05
"""Share of what agents refused that a proposal must spare to be worth the change."""
STEP = 0.01
ROUND = 5
"""Hundredths between the other values that are shown."""
LEAST_HINTS = 10
"""Judged hints of a rule."""
MOST_RIGHT = 0.2
"""Share of right ones up to which a rule is proposed to be muted."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict.

    Attributes:
        value: What the setting is compared with, such as the probability of a card; 0..1.
        was_useful: Whether the agent used it; False when it was dismissed or called wrong.
    """

    value: float
    was_useful: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What one value of a setting would have done.

    Attributes:
        value: Of the setting.
        lost: Useful ones that would not have been shown.
        spared: Refused ones that would not have been shown.
    """

    value: JsonValue
    lost: int
    spared: int


@dataclass(frozen=True, slots=True)
class SettingProposal:
    """Another value for one setting, with its evidence.

    Attributes:
        setting: Its name in the policy.
        current: The value in force.
        proposed: The value that is proposed, and what it would have done.
        useful: Useful ones that were judged.
        refused: Refused ones that were judged.
        choices: Other values, for a person who weighs otherwise.
    """

    setting: str
    current: JsonValue
    proposed: Choice
    useful: int
    refused: int
    choices: tuple[Choice, ...]


def propose_threshold(setting: str, current: float, verdicts: Sequence[Judged]) -> SettingProposal | None:
    """Return the highest threshold that costs hardly anything useful; None where nothing is gained.

    A threshold is only ever raised: what is below the one in force is not shown, so nobody judges it.
    """
    verdicts = [verdict for verdict in verdicts if verdict.value >= current]
    useful = sum(verdict.was_useful for verdict in verdicts)
    refused = len(verdicts) - useful
    if len(verdicts) < LEAST_VERDICTS or not refused:
        return None
    first = round(current / STEP) + 1
    choices = [_at(step * STEP, verdicts) for step in range(first, round(1 / STEP))]
    bearable = [choice for choice in choices if choice.lost <= MOST_LOST * useful]
    best = max(bearable, key=lambda choice: (choice.spared, -choice.lost), default=None)
    if best is None or best.spared < LEAST_SPARED * refused:
        return None
    return SettingProposal(setting, current, best, useful, refused, tuple(_telling(choices, best)))


def propose_muted(setting: str, muted: Sequence[str], verdicts: Sequence[tuple[str, bool]]) -> SettingProposal | None:
    """Return the rules to mute: agents call them wrong far more often than they take note; None for none.

    Args:
        setting: Its name in the policy.
        muted: Rules that are muted now.
        verdicts: Rule and whether the hint was right, for each hint that was judged.
    """
    wrong: list[tuple[str, int, int]] = []
    for rule in sorted({rule for rule, _ in verdicts} - set(muted)):
        of_rule = [was_right for name, was_right in verdicts if name == rule]
        right = sum(of_rule)
        if len(of_rule) >= LEAST_HINTS and right <= MOST_RIGHT * len(of_rule):
            wrong.append((rule, right, len(of_rule) - right))
    if not wrong:
        return None
    useful = sum(was_right for _, was_right in verdicts)
    choices = tuple(Choice([*muted, rule], right, spared) for rule, right, spared in wrong)
    every = [*muted, *(rule for rule, _, _ in wrong)]
    best = Choice(list(every), sum(choice.lost for choice in choices), sum(choice.spared for choice in choices))
    return SettingProposal(
        setting, list(muted), best, useful, len(verdicts) - useful, choices if len(wrong) > 1 else ()
    )


def _at(value: float, verdicts: Sequence[Judged]) -> Choice:
    below = [verdict for verdict in verdicts if verdict.value < value]
    lost = sum(verdict.was_useful for verdict in below)
    return Choice(round(value, 2), lost, len(below) - lost)


def _telling(choices: Sequence[Choice], best: Choice) -> list[Choice]:
    """Return a few round thresholds around the proposed one at which something else would have happened."""
    place = choices.index(best)
    lower = [choice for choice in choices[:place] if _is_round(choice) and choice.spared < best.spared][-2:]
    higher = [choice for choice in choices[place + 1 :] if _is_round(choice) and choice.spared > best.spared][:2]
    return [*lower, *higher]


def _is_round(choice: Choice) -> bool:
    return isinstance(choice.value, float) and round(choice.value * 100) % ROUND == 0
