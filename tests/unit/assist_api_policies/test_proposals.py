from __future__ import annotations

import pytest

from assist_api.policies.proposals import Choice, Judged, propose_muted, propose_threshold

pytestmark = pytest.mark.unit


def judged(*groups: tuple[float, int, int]) -> list[Judged]:
    """Verdicts from (probability, useful, refused)."""
    return [
        Judged(value, was_useful)
        for value, useful, refused in groups
        for was_useful in [True] * useful + [False] * refused
    ]


def test_a_threshold_that_costs_hardly_anything_useful_is_proposed_with_its_evidence() -> None:
    proposal = propose_threshold("show_above", 0.3, judged((0.5, 3, 40), (0.7, 57, 10), (0.9, 60, 5)))
    assert proposal is not None
    assert (proposal.useful, proposal.refused, proposal.current) == (120, 55, 0.3)
    assert proposal.proposed == Choice(0.51, 3, 40)
    assert [(choice.lost, choice.spared) for choice in proposal.choices] == [(0, 0), (0, 0), (60, 50), (60, 50)]


@pytest.mark.parametrize(
    "verdicts",
    [
        judged((0.5, 3, 20)),  # too few
        judged((0.5, 30, 30)),  # useful and refused ones alike
        judged((0.5, 60, 0)),  # nothing was refused
        judged((0.2, 0, 40), (0.5, 60, 0)),  # below the threshold in force already
    ],
)
def test_nothing_is_proposed_where_nothing_would_be_gained(verdicts: list[Judged]) -> None:
    assert propose_threshold("show_above", 0.3, verdicts) is None


def test_rules_that_agents_call_wrong_are_proposed_to_be_muted() -> None:
    verdicts = [("prompt:a", False)] * 9 + [("prompt:a", True)] + [("prompt:b", True)] * 12 + [("prompt:c", False)] * 3
    proposal = propose_muted("muted", ["forbidden:x"], verdicts)
    assert proposal is not None
    assert proposal.proposed == Choice(["forbidden:x", "prompt:a"], 1, 9)
    assert propose_muted("muted", ["prompt:a"], verdicts) is None
