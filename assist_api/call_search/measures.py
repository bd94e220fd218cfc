"""How a call went, from who spoke when; and the two scores by which trainers find calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from assist_api.http.wire import WireModel
from assist_api.transcripts.utterances import LegRole, Utterance

Stretch = tuple[int, int]
_MINUTE_MS = 60_000
LONG_SILENCE_MS = 5_000
"""Nobody speaks for so long: the agent searches, or both wait."""
LONG_CALL_MS = 5 * _MINUTE_MS
"""Twice the usual length of a call to a utility's service line."""


class CallMeasures(WireModel):
    """Shares and rates of a finished call."""

    duration_ms: int
    customer_talk_ms: int
    agent_talk_ms: int
    agent_share: float = Field(description="Of the talking time, 0..1; 0 when nobody spoke")
    silence_ms: int = Field(description="Nobody speaks")
    longest_silence_ms: int
    over_talk_ms: int = Field(description="Both speak at once")
    customer_rate: float = Field(description="Characters a minute of the customer's own talking time; words of Latin")
    agent_rate: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to the cards of a call, and to the caller's questions."""

    shown: int
    used: int
    rejected: int
    unanswered: int
    alerts: int


def measure(utterances: Sequence[Utterance], duration_ms: int) -> CallMeasures:
    """Measure a call by its utterances."""
    customer = _joined(item for item in utterances if item.leg_role is LegRole.CUSTOMER)
    agent = _joined(item for item in utterances if item.leg_role is LegRole.AGENT)
    talked = _union([*customer, *agent])
    gaps = [b[0] - a[1] for a, b in zip([(0, 0), *talked], [*talked, (duration_ms, duration_ms)], strict=True)]
    over = _length(customer) + _length(agent) - _length(talked)
    total = _length(customer) + _length(agent)
    return CallMeasures(
        duration_ms=duration_ms,
        customer_talk_ms=_length(customer),
        agent_talk_ms=_length(agent),
        agent_share=_length(agent) / total if total else 0.0,
        silence_ms=max(0, duration_ms - _length(talked)),
        longest_silence_ms=max(0, *gaps),
        over_talk_ms=max(0, over),
        customer_rate=_rate(utterances, LegRole.CUSTOMER, _length(customer)),
        agent_rate=_rate(utterances, LegRole.AGENT, _length(agent)),
    )


def difficulty(call: CallMeasures, outcome: Outcome) -> float:
    """Return how hard a call was for its agent, 0..100.

    25 for questions without an answer (two or more count fully), 20 for cards turned down (three or more), 15 for a
    safety alert, 15 for silence beyond a tenth of the call (half of it counts fully), 10 for both speaking at once (a
    tenth of the call counts fully), 15 for length beyond five minutes (ten minutes count fully).
    """
    parts = (
        25 * _part(outcome.unanswered, 0, 2),
        20 * _part(outcome.rejected, 0, 3),
        15 * _part(outcome.alerts, 0, 1),
        15 * _part(_share(call.silence_ms, call.duration_ms), 0.1, 0.5),
        10 * _part(_share(call.over_talk_ms, call.duration_ms), 0.0, 0.1),
        15 * _part(call.duration_ms, LONG_CALL_MS, 2 * LONG_CALL_MS),
    )
    return round(sum(parts), 1)


def excellence(call: CallMeasures, outcome: Outcome) -> float:
    """Return how good an example a call is, 0..100.

    40 for cards that were used (two or more count fully), 20 when no question stayed without an answer, 15 for little
    silence (none beyond a tenth), 15 when both rarely spoke at once, 10 when the agent spoke between a third and two
    thirds of the time. A call in which nobody spoke has none.
    """
    if call.customer_talk_ms == 0 or call.agent_talk_ms == 0:
        return 0.0
    balanced = 1 / 3 <= call.agent_share <= 2 / 3
    parts = (
        40 * _part(outcome.used, 0, 2),
        20 * (1 - _part(outcome.unanswered, 0, 1)),
        15 * (1 - _part(_share(call.silence_ms, call.duration_ms), 0.1, 0.5)),
        15 * (1 - _part(_share(call.over_talk_ms, call.duration_ms), 0.0, 0.1)),
        10 * balanced,
    )
    return round(sum(parts), 1)


def _part(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _rate(utterances: Iterable[Utterance], role: LegRole, talk_ms: int) -> float:
    count = sum(_spoken(item.text) for item in utterances if item.leg_role is role)
    return round(count * _MINUTE_MS / talk_ms, 1) if talk_ms else 0.0


def _spoken(text: str) -> int:
    words = "".join(character if character.isascii() and character.isalnum() else " " for character in text).split()
    return len(words) + sum(character.isalnum() and not character.isascii() for character in text)


def _joined(utterances: Iterable[Utterance]) -> list[Stretch]:
    return _union([(item.start_ms, item.end_ms) for item in utterances if item.text])


def _union(stretches: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _length(stretches: Iterable[Stretch]) -> int:
    return sum(end - start for start, end in stretches)
