"""What an agent sees during a call, with the real models: the demo calls, and twelve others on the same subjects.

Calls of several matters, and typed questions, stand here as well: one start of the models serves them all, and
processes that share the work take whole files.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from assist_api.calls.demo.catalog import DEMO_CALLS_DIR
from assist_api.evaluation.calls import CallsReport
from assist_api.evaluation.tables import calls_tables, turns_tables
from tests.evals.conftest import UNSEEN_CALLS_DIR, Evaluated, show

# Replays run at the speed of the machine, and a busy one takes its time.
pytestmark = [pytest.mark.evals, pytest.mark.timeout(1800)]

GOAL_SHARE = 5 / 6
"""What is wanted of every set of calls."""
UNSEEN_CATEGORIES_FLOOR = 9 / 12
"""On 2026-11-26 12 of 12 entries and 11 of 12 categories (docs/benchmarks.md). Another processor rounds otherwise and
hears some sentences otherwise: the floor leaves room for that and catches a change for the worse."""
WRONG_CHARACTERS_CEILING = 0.2
"""4 % of the demo calls and 10 % of the others on 2026-11-26; 22 and 27 % before the recogniser was adapted."""
FOLDERS = [pytest.param(DEMO_CALLS_DIR, id="demo"), pytest.param(UNSEEN_CALLS_DIR, id="unseen")]


def report_of(folder: Path, reports: dict[Path, CallsReport]) -> CallsReport:
    if folder not in reports:
        pytest.skip(f"{folder} has no manifest.yaml")
    return reports[folder]


def wanted(report: CallsReport, share: float) -> int:
    return math.floor(len(report.calls) * share)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_call_is_heard_out(folder: Path, call_reports: dict[Path, CallsReport]):
    report = report_of(folder, call_reports)
    show(calls_tables(report))
    assert {call.end_reason for call in report.calls} == {"completed"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_right_entry_stands_in_the_top_three(folder: Path, call_reports: dict[Path, CallsReport]):
    report = report_of(folder, call_reports)
    missing = [call.demo_id for call in report.calls if not call.is_entry_found]
    assert report.entries_found >= wanted(report, GOAL_SHARE), f"not found: {missing}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_right_category_is_first_at_the_end(folder: Path, call_reports: dict[Path, CallsReport]):
    report = report_of(folder, call_reports)
    wrong = {call.demo_id: call.category_first for call in report.calls if not call.is_category_right}
    share = UNSEEN_CATEGORIES_FLOOR if folder == UNSEEN_CALLS_DIR else GOAL_SHARE
    assert report.categories_right >= wanted(report, share), f"wrong: {wrong}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_calls_are_heard_as_the_adapted_recogniser_hears_them(folder: Path, call_reports: dict[Path, CallsReport]):
    report = report_of(folder, call_reports)
    assert report.error_rate <= WRONG_CHARACTERS_CEILING


def test_the_card_of_the_newest_question_leads(evaluated: Evaluated) -> None:
    report = evaluated.turns
    show(turns_tables(report))
    assert report.right_first >= 0.75
    assert report.right_any >= 0.9
    assert report.stale <= 0.12
    assert report.none_ok >= 0.5


def test_what_no_entry_answers_gets_no_card(evaluated: Evaluated) -> None:
    """The verb of an entry with another thing."""
    typed = evaluated.typed
    assert len(typed.answered_beside) <= typed.beside * 0.1, f"answered: {typed.answered_beside}"


def test_questions_whose_entry_is_found_first_are_answered(evaluated: Evaluated) -> None:
    """Of all questions 196 of 240 on 2026-11-30, sector unknown; equal scores fall out differently at each start."""
    typed = evaluated.typed
    assert typed.answered >= typed.right * 0.75, f"{typed.answered} of {typed.right}"
