"""Calls replayed once for every test that looks at them, and where outside data may lie."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from rich.console import Console, RenderableType

from assist_api.calls.demo.catalog import DEMO_CALLS_DIR
from assist_api.evaluation.calls import CallsReport, evaluate_calls
from assist_api.evaluation.layouts import read_call_set
from assist_api.evaluation.stage import open_stage
from assist_api.evaluation.turn_layout import read_turn_set
from assist_api.evaluation.turns import TurnsReport, evaluate_turns
from assist_api.http.application import Application
from assist_api.search.parts import Knowledge
from kb.gold.asking import query_of
from kb.gold.repository import GoldRepository
from kb.kinds import DocumentKind
from kb.search.query import SearchQuery

NEAR_DOMAIN = Path(__file__).parent / "near_domain.yaml"
TURN_CALLS_DIR = Path(__file__).parent / "turn_calls"
UNSEEN_CALLS_DIR = Path(__file__).parent / "unseen_calls"
DATA_VARIABLE = "TINGZHI_EVAL_DATA"
DATA_BESIDE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "data"


def show(tables: Sequence[RenderableType]) -> None:
    """Print a report; pytest shows it with `-s`, and for a test that failed."""
    console = Console(width=160)
    for table in tables:
        console.print(table)


@dataclass(frozen=True, slots=True)
class Typed:
    """Questions typed with the sector unknown.

    Attributes:
        answered_beside: Questions next to the domain that got a card although no entry answers them.
        beside: How many those were.
        answered: Gold questions that got a card, of those with the right entry first.
        right: How many had it first.
    """

    answered_beside: list[str]
    beside: int
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Everything that is looked at with the demo knowledge and the real models, started once."""

    typed: Typed
    calls: dict[Path, CallsReport]
    turns: TurnsReport


async def evaluate_all() -> Evaluated:
    """Ask the typed questions, then replay every call of the product and of the tests as fast as it goes."""
    folders = [folder for folder in (DEMO_CALLS_DIR, UNSEEN_CALLS_DIR) if (folder / "manifest.yaml").is_file()]
    async with open_stage(say=print) as services:
        typed = await ask_typed(services)
        calls = {folder: await evaluate_calls(read_call_set(folder), services, say=print) for folder in folders}
        turns = await evaluate_turns(read_turn_set(TURN_CALLS_DIR), services, speed="max", say=print)
        return Evaluated(typed, calls, turns)


async def ask_typed(services: Application) -> Typed:
    """Ask what no entry answers, and every second gold question."""
    search = services.get(Knowledge).search
    beside = [str(text) for text in yaml.safe_load(NEAR_DOMAIN.read_text(encoding="utf-8"))]
    kinds = frozenset({DocumentKind.ENTRY})
    fooled = [text for text in beside if (await search.search(SearchQuery(text=text, kinds=kinds))).has_answer]
    async with services.database.session() as session:
        # Questions of one entry come in the order of random numbers: sorted, it is the same half each time.
        asked = sorted(await GoldRepository(session).asked(), key=lambda item: item.question.text)[::2]
    answered = right = 0
    for item in asked:
        result = await search.search(query_of(replace(item, is_sector_known=False)))
        if result.hits and result.hits[0].document_id == str(item.question.entry_id):
            right += 1
            answered += result.has_answer
    return Typed(fooled, len(beside), answered, right)


@pytest.fixture(scope="session")
def evaluated() -> Evaluated:
    """What the product does with questions and calls; one start serves every test."""
    return asyncio.run(evaluate_all())


@pytest.fixture(scope="session")
def call_reports(evaluated: Evaluated) -> dict[Path, CallsReport]:
    """The calls of the product, and those nothing is tuned on where they are there."""
    return evaluated.calls


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The folder with the evaluation data, which is not part of the repository."""
    folder = Path(os.environ.get(DATA_VARIABLE, DATA_BESIDE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip(f"no evaluation data: set {DATA_VARIABLE} to its folder")
    return folder
