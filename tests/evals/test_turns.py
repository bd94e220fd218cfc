"""Whether the desk follows callers from one matter to the next, with the real models and voices not learned."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assist_api.evaluation.stage import open_stage
from assist_api.evaluation.tables import turns_tables
from assist_api.evaluation.turn_layout import read_turn_set
from assist_api.evaluation.turns import TurnsReport, evaluate_turns
from tests.evals.conftest import show

pytestmark = [pytest.mark.evals, pytest.mark.timeout(1800)]

TURN_CALLS_DIR = Path(__file__).parent / "turn_calls"


async def replay() -> TurnsReport:
    async with open_stage(say=print) as services:
        return await evaluate_turns(read_turn_set(TURN_CALLS_DIR), services, speed="max", say=print)


def test_the_card_of_the_newest_question_leads() -> None:
    report = asyncio.run(replay())
    show(turns_tables(report))
    assert report.right_first >= 0.75
    assert report.right_any >= 0.9
    assert report.stale <= 0.12
    assert report.none_ok >= 0.5
