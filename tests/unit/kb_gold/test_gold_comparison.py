"""What counts as better and worse, and what the policy makes of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from kb.gold.comparison import (
    DEPTH,
    Candidate,
    DropPolicy,
    FoundEntry,
    Movement,
    Placement,
    QuestionOutcome,
    Ruling,
    choose,
    figures,
    figures_by_scope,
    placement,
    rule,
)
from kb.gold.reports import MAX_CHANGES, changes_of, placement_detail, placement_from, report_of
from kb.gold.results import DraftTest
from kb.kinds import DocumentKind
from kb.search.hits import Hit, SearchResult, SearchState

pytestmark = pytest.mark.unit

WANTED = UUID(int=1)
OTHERS = [UUID(int=number) for number in range(2, 2 + DEPTH)]


def placed(rank: int | None, *, has_answer: bool = True) -> Placement:
    """Put the wanted entry at a rank among others."""
    order = [str(other) for other in OTHERS]
    if rank is not None:
        order.insert(rank - 1, str(WANTED))
    found = tuple(FoundEntry(entry_id, f"条目 {entry_id[-2:]}") for entry_id in order[:DEPTH])
    return Placement(rank, 0.0 if rank is None else 0.8, has_answer, found)


def outcome(before: Placement, after: Placement, text: str = "家里没电了") -> QuestionOutcome:
    return QuestionOutcome(uuid4(), text, WANTED, "power", before, after)


def hit(document_id: str, confidence: float) -> Hit:
    return Hit(DocumentKind.ENTRY, document_id, "r", 1, f"标题 {document_id}", 1.0, confidence)


def test_placement_is_the_rank_and_confidence_of_the_wanted_entry():
    result = SearchResult((hit("a", 0.9), hit("b", 0.4)), SearchState.COMPLETE, True, 1.0)
    assert placement(result, "b") == Placement(2, 0.4, True, (FoundEntry("a", "标题 a"), FoundEntry("b", "标题 b")))
    assert (placement(result, "c").rank, placement(result, "c").confidence) == (None, 0.0)


def test_an_entry_behind_one_that_says_the_same_stands_where_that_does():
    front = replace(hit("a", 0.9), folded=("b",))
    placed_behind = placement(SearchResult((front,), SearchState.COMPLETE, True, 1.0), "b")
    assert (placed_behind.rank, placed_behind.confidence, placed_behind.shows("b")) == (1, 0.9, True)
    assert not placed_behind.shows("c")


@pytest.mark.parametrize(
    ("before", "after", "movement", "is_drop"),
    [
        pytest.param(placed(1), placed(1), Movement.UNCHANGED, False, id="same"),
        pytest.param(placed(1), placed(2), Movement.WORSE, True, id="no-longer-first"),
        pytest.param(placed(3), placed(4), Movement.WORSE, True, id="no-longer-a-card"),
        pytest.param(placed(2), placed(3), Movement.WORSE, False, id="still-a-card"),
        pytest.param(placed(5), placed(None), Movement.WORSE, False, id="was-no-card-before"),
        pytest.param(placed(1), placed(1, has_answer=False), Movement.WORSE, True, id="nothing-fits-any-more"),
        pytest.param(placed(1, has_answer=False), placed(2), Movement.BETTER, False, id="a-card-at-last"),
        pytest.param(placed(2), placed(1, has_answer=False), Movement.WORSE, True, id="first-but-not-trusted"),
        pytest.param(placed(4), placed(3), Movement.BETTER, False, id="becomes-a-card"),
        pytest.param(placed(None), placed(9), Movement.BETTER, False, id="found"),
        pytest.param(placed(4, has_answer=False), placed(4), Movement.WORSE, False, id="card-of-another"),
    ],
)
def test_what_an_agent_would_see_decides(before: Placement, after: Placement, movement: Movement, is_drop: bool):
    moved = outcome(before, after)
    assert (moved.movement, moved.is_drop) == (movement, is_drop)


def test_whoever_stands_in_the_old_place_displaced_the_entry():
    assert outcome(placed(1), placed(2)).displaced_by == FoundEntry(str(OTHERS[0]), f"条目 {str(OTHERS[0])[-2:]}")
    assert outcome(placed(2), placed(1)).displaced_by is None
    assert outcome(placed(1), placed(1, has_answer=False)).displaced_by is None
    assert outcome(placed(1), Placement(None, 0.0, False, ())).displaced_by is None


def test_figures_are_means_over_questions():
    made = figures([placed(1), placed(3), placed(None), placed(4, has_answer=False)])
    assert (made.questions, made.hit_at_1, made.hit_at_3, made.nothing_fits) == (4, 0.25, 0.5, 0.25)
    assert made.mrr == pytest.approx((1 + 1 / 3 + 1 / 4) / 4, abs=1e-4)
    assert figures([]).questions == 0


def test_figures_by_scope_count_every_question_once_for_all():
    made = figures_by_scope([("gas", placed(1)), (None, placed(None)), ("gas", placed(2))])
    assert {scope: item.questions for scope, item in made.items()} == {"all": 3, "gas": 2}


@pytest.mark.parametrize(
    ("policy", "drops", "is_confirmed", "reason", "ruling"),
    [
        (DropPolicy.WARN, 0, False, "", Ruling.PUBLISH),
        (DropPolicy.WARN, 2, False, "", Ruling.ASK),
        (DropPolicy.WARN, 2, True, "", Ruling.PUBLISH),
        (DropPolicy.WARN, None, False, "", Ruling.ASK),
        (DropPolicy.WARN, None, True, "", Ruling.PUBLISH),
        (DropPolicy.BLOCK, 0, False, "", Ruling.PUBLISH),
        (DropPolicy.BLOCK, 1, True, "", Ruling.REFUSE),
        (DropPolicy.BLOCK, 1, True, "  ", Ruling.REFUSE),
        (DropPolicy.BLOCK, 1, False, "法规已变", Ruling.PUBLISH),
        (DropPolicy.BLOCK, None, True, "", Ruling.REFUSE),
        (DropPolicy.OFF, 5, False, "", Ruling.PUBLISH),
        (DropPolicy.OFF, None, False, "", Ruling.PUBLISH),
    ],
)
def test_policy_rules(policy: DropPolicy, drops: int | None, is_confirmed: bool, reason: str, ruling: Ruling):
    assert rule(policy, drops, is_confirmed=is_confirmed, override_reason=reason) is ruling


def test_of_too_many_questions_those_the_text_can_touch_are_tested():
    own = Candidate(uuid4(), WANTED, frozenset({"其他"}))
    close = Candidate(uuid4(), OTHERS[0], frozenset({"停电", "怎么"}))
    common = Candidate(uuid4(), OTHERS[1], frozenset({"怎么"}))
    far = Candidate(uuid4(), OTHERS[2], frozenset({"天气"}))
    chosen = choose([far, common, close, own], {WANTED}, {"停电", "怎么"}, 2)
    assert chosen == {own.question_id, close.question_id}
    assert len(choose([far, common], {WANTED}, {"停电"}, 2)) == 2


def test_report_names_the_worst_first_and_leaves_out_what_did_not_move():
    outcomes = [
        outcome(placed(1), placed(1), "没动"),
        outcome(placed(4), placed(1), "变好"),
        outcome(placed(5), placed(6), "差一点"),
        outcome(placed(1), placed(2), "掉下来"),
    ]
    report = report_of(DraftTest(tuple(outcomes), {WANTED: "一户停电"}, 9, SearchState.COMPLETE, 0))
    assert [change.text for change in report.changes] == ["掉下来", "差一点", "变好"]
    assert (report.better, report.worse, report.drops, report.available_count) == (1, 2, 1, 9)
    assert report.changes[0].entry_title == "一户停电"
    assert report.after.hit_at_1 == 0.5


def test_a_report_has_a_bound():
    many = [outcome(placed(1), placed(2), f"问题 {number}") for number in range(MAX_CHANGES + 5)]
    assert len(changes_of(many, {})) == MAX_CHANGES


def test_a_kept_placement_compares_like_the_one_it_came_from():
    kept = placement_from(placement_detail(placed(2)).model_dump(mode="json"))
    assert outcome(kept, placed(2)).movement is Movement.UNCHANGED
    assert kept.found == placed(2).found[:1]
