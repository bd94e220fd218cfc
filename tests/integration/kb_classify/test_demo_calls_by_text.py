"""The demo knowledge teaches the category; calls that no entry quotes are asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

import kb.entries.models  # noqa: F401  # rejected: imported for its effect, it registers the tables on Base
from kb.classify.classifier import CategoryRankingResult
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService
from kb.indexing.document_source import DatabaseDocumentSource
from kb.packs.importing import PackImporter
from kb.search.embedders.e5_onnx import OnnxEmbedder
from kit.clock import SystemClock
from kit.db import Base, Database
from kit.settings import CACHE_DIR

# Two thousand texts are embedded once, and the machine may be busy.
pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

CALLS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "calls.yaml").read_text("utf-8"))


@pytest.fixture
async def categories(tmp_path: Path) -> AsyncIterator[CategoryService]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/kb.sqlite")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    report = await PackImporter(database, SystemClock()).import_pack([Path(str(resources.files("kb") / "demo"))])
    assert not report.has_refusals, [item for file in report.files for item in file.refused]
    embedder = OnnxEmbedder(CACHE_DIR / "models" / "e5-small", max_tokens=128)
    registry, folder = ModelRegistry(database, SystemClock()), tmp_path / "categories"
    service = CategoryService(DatabaseDocumentSource(database), registry, folder, SystemClock(), embedder)
    await service.ensure_trained()
    yield service
    await service.aclose()
    await database.aclose()


async def test_calls_told_in_other_words_get_their_category(categories: CategoryService) -> None:
    results = [await categories.rank_call(call["c"], call["a"]) for call in CALLS]

    first = [place(result, call) == 0 for call, result in zip(CALLS, results, strict=True)]
    among_three = [place(result, call) < 3 for call, result in zip(CALLS, results, strict=True)]
    shown = [is_right for is_right, result in zip(first, results, strict=True) if not result.has_abstained]
    assert sum(first) >= 0.7 * len(CALLS)
    assert sum(among_three) >= 0.85 * len(CALLS)
    assert len(shown) >= 0.4 * len(CALLS)
    assert sum(shown) >= 0.9 * len(shown)

    # A call that is about nothing we know stays without an answer.
    stray = await categories.rank_call(["你们那边今天天气怎么样", "我想订一张去北京的火车票"])
    assert stray.has_abstained


def place(result: CategoryRankingResult, call: dict[str, Any]) -> int:
    ids = [category.category_id for category in result.categories]
    return ids.index(call["category"]) if call["category"] in ids else len(ids)
