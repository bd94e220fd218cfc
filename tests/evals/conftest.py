"""Calls replayed once for every test that looks at them, and where outside data may lie."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from assist_api.calls.demo.catalog import DEMO_CALLS_DIR
from assist_api.evaluation.calls import CallsReport, evaluate_calls
from assist_api.evaluation.layouts import read_call_set
from assist_api.evaluation.stage import open_stage

UNSEEN_CALLS_DIR = Path(__file__).parent / "unseen_calls"
DATA_VARIABLE = "TINGZHI_EVAL_DATA"
DATA_BESIDE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "data"


def show(tables: Sequence[RenderableType]) -> None:
    """Print a report; pytest shows it with `-s`, and for a test that failed."""
    console = Console(width=160)
    for table in tables:
        console.print(table)


async def replay_all(folders: Sequence[Path]) -> dict[Path, CallsReport]:
    """Replay every call of the folders as fast as it goes, with one set of models."""
    async with open_stage(say=print) as services:
        return {folder: await evaluate_calls(read_call_set(folder), services, say=print) for folder in folders}


@pytest.fixture(scope="session")
def call_reports() -> dict[Path, CallsReport]:
    """The calls of the product, and those nothing is tuned on where they are there."""
    folders = [folder for folder in (DEMO_CALLS_DIR, UNSEEN_CALLS_DIR) if (folder / "manifest.yaml").is_file()]
    return asyncio.run(replay_all(folders))


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The folder with the evaluation data, which is not part of the repository."""
    folder = Path(os.environ.get(DATA_VARIABLE, DATA_BESIDE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip(f"no evaluation data: set {DATA_VARIABLE} to its folder")
    return folder
