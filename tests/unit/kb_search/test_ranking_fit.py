from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kb.measures import calibration_error
from kb.search.evaluation.trust import AnsweredQuestion, trust_report
from kb.search.evaluation.trust_watch import best_confidence
from kb.search.ranking.features import COLUMN, FEATURES
from kb.search.ranking.fit.decision import Quality, compare, decide
from kb.search.ranking.fit.judgements import JudgedQuestion, merged, read_gold
from kb.search.ranking.fit.linear import fit_weights
from kb.search.ranking.fit.samples import WRONG_COUNTS, Sample, split
from kb.search.ranking.fit.service import fit_model
from kb.search.ranking.measured import MeasuredQuestion
from kb.search.ranking.model import RANKING_FEATURES, RankingModel, is_of_vectors, shipped_model
from kb.search.ranking.versions import SHIPPED, LiveRanking, RankingModelDamagedError, RankingVersions
from kit.errors import InvalidInputError, NotFoundError
from tests.fakes.assist_core_clock import ManualClock

pytestmark = pytest.mark.unit

TEXT_ONLY = [name for name in RANKING_FEATURES if not is_of_vectors(name)]
MISLED = RankingModel("misled", {}, {"words.coverage": 5.0}, {}, {"score": 0.1})
"""Looks at what, in these samples, is noise."""


def sample(number: int, *, has_answer: bool = True, **verdicts: frozenset[str]) -> Sample:
    """Ten candidates; the first answers, and only the sounds tell."""
    random = np.random.default_rng(number)
    features = np.zeros((10, len(FEATURES)))
    features[:, COLUMN["words.coverage"]] = random.random(10)
    features[:, COLUMN["pinyin.coverage"]] = random.random(10) * 0.5
    features[0, COLUMN["pinyin.coverage"]] = 0.3 + random.random() * 0.7
    names = tuple(f"d{row}" for row in range(10))
    relevant = frozenset({"d0"} if has_answer else {"elsewhere"})
    return Sample(
        JudgedQuestion(f"question {number}", relevant, **verdicts),
        MeasuredQuestion(names, features, 12, has_vectors=False),
    )


SAMPLES = [sample(number) for number in range(240)]


def test_weights_follow_what_tells_right_from_wrong():
    weights = fit_weights(SAMPLES, MISLED.lexical_weights, TEXT_ONLY)
    assert weights["pinyin.coverage"] > 2 * weights.get("words.coverage", 0.0)
    assert min(weights.values()) > 0


def test_a_few_questions_move_the_live_weights_only_a_little():
    few, many = (
        fit_weights(SAMPLES[:count], MISLED.lexical_weights, TEXT_ONLY).get("pinyin.coverage", 0.0)
        for count in (3, 240)
    )
    assert few < 0.5 * many


def test_questions_without_a_reachable_answer_leave_the_weights_alone():
    unreachable = [sample(number, has_answer=False) for number in range(5)]
    assert fit_weights(unreachable, MISLED.lexical_weights, TEXT_ONLY) == MISLED.lexical_weights


def test_a_document_judged_wrong_counts_more_than_an_unjudged_one():
    judged = sample(1, wrong=frozenset({"d3"}), passed_over=frozenset({"d4"}))
    assert judged.counts.tolist()[2:6] == [1.0, WRONG_COUNTS, 1.5, 1.0]


def test_a_question_stays_on_its_side_of_the_split():
    learned, held_out = split(SAMPLES)
    again = split(list(reversed(SAMPLES)))[1]
    assert {s.question.text for s in held_out} == {s.question.text for s in again}
    assert 0.2 < len(held_out) / len(SAMPLES) < 0.47
    assert len(learned) + len(held_out) == len(SAMPLES)


def test_a_better_model_wins_on_held_out_questions_and_keeps_the_other_part():
    learned, held_out = split(SAMPLES)
    fitted = fit_model(learned, MISLED)
    comparison = compare(MISLED, fitted, held_out)
    assert comparison.has_won
    assert comparison.gain > 0.2
    assert comparison.fitted.calibration_error < comparison.live.calibration_error
    assert (fitted.weights, fitted.confidence) == (MISLED.weights, MISLED.confidence)


def test_a_fit_to_the_same_evidence_again_does_not_win():
    learned, held_out = split(SAMPLES)
    fitted = fit_model(learned, MISLED)
    assert not compare(fitted, fitted, held_out).has_won


@pytest.mark.parametrize(
    ("gain", "error", "before", "after", "has_won"),
    [
        (0.02, 0.005, 0.04, 0.04, True),
        (0.0, 0.0, 0.04, 0.01, False),
        (-0.01, 0.001, 0.04, 0.01, False),
        (0.02, 0.02, 0.04, 0.04, False),
        (0.02, 0.005, 0.04, 0.08, False),
        (0.02, 0.005, 0.09, 0.08, True),
    ],
)
def test_it_goes_live_only_for_a_sure_gain_with_a_true_confidence(
    gain: float, error: float, before: float, after: float, has_won: bool
):
    live, fitted = Quality(0.7, 0.6, before), Quality(0.7 + gain, 0.6, after)
    assert decide(gain, error, live, fitted)[0] is has_won


def test_confidence_learns_what_a_missing_answer_looks_like():
    learned, held_out = split(SAMPLES)
    model = fit_model(learned, MISLED)
    gone = [best_confidence(model, each.measured.without(each.question.relevant)) for each in held_out]
    there = [best_confidence(model, each.measured) for each in held_out]
    assert float(np.mean(gone)) < float(np.mean(there))
    assert set(model.lexical_confidence) == {"bias", "score", "ahead"}


# Versions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def versions(tmp_path: Path) -> RankingVersions:
    return RankingVersions(tmp_path / "ranking")


def add(versions: RankingVersions, name: str = "fitted") -> int:
    model = replace(shipped_model(), name=name)
    return versions.add(model, made_at=datetime(2026, 11, 25, tzinfo=UTC), verdict="it wins", scores={"gain": 0.1})


def test_without_any_fit_the_shipped_model_is_live(versions: RankingVersions):
    assert (versions.numbers(), versions.live_number()) == ([], SHIPPED)
    assert versions.load_live().model is shipped_model()


def test_a_stored_model_answers_once_it_is_made_live_and_can_be_taken_back(versions: RankingVersions):
    number = add(versions)
    assert versions.load_live().number == SHIPPED
    versions.make_live(number)
    live = versions.load_live()
    assert (live.number, live.model.name, live.scores) == (1, "fitted", {"gain": 0.1})
    assert live.model.weights == shipped_model().weights
    versions.make_live(SHIPPED)
    assert versions.load_live().number == SHIPPED
    assert versions.numbers() == [1]


def test_a_version_that_is_not_there_cannot_go_live(versions: RankingVersions):
    with pytest.raises(NotFoundError):
        versions.make_live(7)
    assert versions.live_number() == SHIPPED


@pytest.mark.parametrize("damage", [b"", b'{"format": 1, "model": {"name"', b"[]"])
def test_a_half_written_model_is_refused(versions: RankingVersions, tmp_path: Path, damage: bytes):
    number = add(versions)
    versions.make_live(number)
    (tmp_path / "ranking" / "version-0001.json").write_bytes(damage)
    with pytest.raises(RankingModelDamagedError):
        versions.load_live()
    with pytest.raises(RankingModelDamagedError):
        versions.make_live(number)


def test_a_model_changed_by_hand_is_refused(versions: RankingVersions, tmp_path: Path):
    versions.make_live(add(versions))
    file = tmp_path / "ranking" / "version-0001.json"
    file.write_bytes(file.read_bytes().replace(b'"fitted"', b'"edited"'))
    with pytest.raises(RankingModelDamagedError, match="not the one that went live"):
        versions.load_live()


def test_a_running_search_follows_what_goes_live_and_keeps_its_model_when_that_is_damaged(
    versions: RankingVersions, tmp_path: Path
):
    clock = ManualClock()
    live = LiveRanking(versions, clock)
    assert live() is shipped_model()
    versions.make_live(add(versions, "second"))
    assert live() is shipped_model()  # it looks once a second, not at every search
    clock.advance(timedelta(seconds=1.1))
    assert live().name == "second"
    (tmp_path / "ranking" / "LIVE").write_bytes(b'{"version": 9')
    os.utime(tmp_path / "ranking" / "LIVE", ns=(1, 1))
    clock.advance(timedelta(seconds=1.1))
    assert live().name == "second"


# Judgements ------------------------------------------------------------------------------------------------------


def test_gold_lines_are_read_from_tabs_and_from_json(tmp_path: Path):
    tabs, objects = tmp_path / "gold.tsv", tmp_path / "gold.jsonl"
    tabs.write_text("停电了怎么办\tpower-outage\n\n暖气不热\theating-radiator\theating-air\n", "utf-8")
    objects.write_text(
        '{"text": "停电了怎么办", "entry": "power-outage"}\n{"text": "a", "entries": ["b", "c"]}\n', "utf-8"
    )
    assert [(line.text, line.entries) for line in read_gold(tabs)] == [
        ("停电了怎么办", ("power-outage",)),
        ("暖气不热", ("heating-radiator", "heating-air")),
    ]
    assert [line.entries for line in read_gold(objects)] == [("power-outage",), ("b", "c")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gold.tsv", "好\tok\n只有问题\n"),
        ("gold.jsonl", '{"text": "好", "entry": "ok"}\n{"text": ""}\n'),
        ("gold.jsonl", '{"text": "好", "entry": "ok"}\nnone\n'),
        ("gold.jsonl", '{"text": "好", "entry": "ok"}\n{"text": "好", "entries": []}\n'),
    ],
)
def test_a_malformed_gold_line_is_named(tmp_path: Path, name: str, text: str):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidInputError, match=f"{name}:2"):
        read_gold(file)


def test_one_text_is_one_question_and_help_outweighs_a_wrong():
    first = JudgedQuestion("停电了", frozenset({"a"}), passed_over=frozenset({"b"}))
    second = JudgedQuestion("停电了 ", frozenset(), wrong=frozenset({"a", "c"}))
    (question,) = merged([first, second, JudgedQuestion(" ", frozenset({"x"}))])
    assert (question.relevant, question.wrong, question.passed_over) == ({"a"}, {"c"}, {"b"})


# Trust -----------------------------------------------------------------------------------------------------------


def test_calibration_error_is_the_gap_between_confidence_and_truth():
    assert calibration_error(np.full(10, 0.7), np.arange(10) < 7) == pytest.approx(0)
    assert calibration_error(np.full(10, 0.9), np.arange(10) < 4) == pytest.approx(0.5)


def test_the_trust_report_says_what_each_cut_off_keeps_and_refuses():
    answered = [AnsweredQuestion(0.9 - 0.04 * n, n < 10, 0.5 - 0.02 * n) for n in range(20)]
    report = trust_report(answered, threshold=0.3)
    assert report is not None
    assert report.at_threshold.right_kept == 1
    assert report.at_threshold.refused_without_entry == pytest.approx(0.45)
    assert report.at_kept.right_kept >= 0.9
    risks = [point.risk for point in report.risk_coverage]
    assert (risks[0], risks[-1]) == (0, 0.5)
    assert trust_report([], 0.3) is None
