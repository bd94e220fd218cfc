"""How well agent assist hears danger, fills fields, masks, summarises and hears intents, on fixed sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assist_api.evaluation.intents import evaluate_intents, intents_tables, read_intents
from assist_api.evaluation.masking import evaluate_masking, masking_tables
from assist_api.evaluation.safety import evaluate_safety, listener, read_utterances, safety_tables
from assist_api.evaluation.slots import evaluate_slots, slots_tables
from assist_api.evaluation.summaries import evaluate_summaries, summaries_tables
from assist_api.ivr.intents import Embed
from kb.search.embedders.registry import make_embedder
from kb.settings import KBSettings
from tests.evals.conftest import show

pytestmark = [pytest.mark.evals, pytest.mark.timeout(900)]

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def embed() -> Iterator[Embed]:
    embedder = make_embedder(KBSettings.load())
    assert embedder is not None
    embedder.warm_up()
    yield embedder.embed_questions
    embedder.close()


@pytest.mark.parametrize(
    ("name", "recall", "false_alarms"),
    [
        ("development", 0.97, 0.02),
        ("held_out", 0.85, 0.15),
        ("fourth", 0.97, 0.02),
        ("unseen", 0.97, 0.02),
        ("fifth", 0.97, 0.02),
    ],
)
def test_danger_is_heard_and_ordinary_talk_is_not(name: str, recall: float, false_alarms: float, embed: Embed) -> None:
    report = evaluate_safety(read_utterances(HERE / f"safety_{name}.jsonl"), listener(embed))
    show(safety_tables(report))
    assert report.recall >= recall
    assert report.false_alarms <= false_alarms


def test_rules_alone_hear_the_development_set() -> None:
    report = evaluate_safety(read_utterances(HERE / "safety_development.jsonl"), listener(None))
    assert report.recall >= 0.97
    assert report.false_alarms <= 0.02


@pytest.mark.parametrize("name", ["development", "second", "third", "fourth", "unseen", "fifth"])
def test_fields_are_filled_rightly_or_left_empty(name: str) -> None:
    report = evaluate_slots(HERE / f"slots_{name}.jsonl")
    show(slots_tables(report))
    assert report.precision >= 0.95
    assert report.recall >= 0.9


@pytest.mark.parametrize("name", ["development", "second", "third", "fourth", "unseen", "fifth"])
def test_personal_data_is_masked_and_the_rest_stays(name: str) -> None:
    report = evaluate_masking(HERE / f"masking_{name}.jsonl")
    show(masking_tables(report))
    assert report.recall >= 0.98
    assert report.precision >= 0.95


@pytest.mark.parametrize("name", ["development", "second", "unseen", "fifth"])
def test_summaries_keep_the_facts_and_claim_nothing_false(name: str) -> None:
    report = evaluate_summaries(HERE / f"summaries_{name}.jsonl")
    show(summaries_tables(report))
    assert report.kept >= 0.95
    assert report.false_claims == 0


@pytest.mark.parametrize(
    ("name", "accuracy"), [("development", 0.93), ("second", 0.93), ("third", 0.93), ("fifth", 0.92)]
)
def test_intents_are_heard_and_wrong_ones_not_acted_on(name: str, accuracy: float, embed: Embed) -> None:
    report = evaluate_intents(read_intents(HERE / f"intents_{name}.jsonl"), embed)
    show(intents_tables(report))
    assert report.accuracy >= accuracy
    assert report.wrong_actions <= 0.03
