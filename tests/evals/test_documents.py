"""Real laws, imported: every article is there, whole, and found by its number. A few documents, to stay quick."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from pathlib import Path

import pytest

from kb.ingest.document import Split, UnitKind
from kb.ingest.limits import ReadLimits
from kb.ingest.reading import read_file
from kb.search.documents import SearchDocument
from kb.search.query import DocumentKind, SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock

pytestmark = [pytest.mark.evals, pytest.mark.timeout(900)]
EVERY = 12
"""One document in so many; `docs/benchmarks.md` has the run over all of them."""


@pytest.fixture(scope="module")
def laws(outside_data: Path) -> dict[str, Split]:
    folder = outside_data / "laws"
    if not (folder / "md").is_dir():
        pytest.skip(f"{folder} holds no laws")
    files = [*sorted((folder / "md").iterdir())[::EVERY], *folder.glob("*.pdf")]
    return {file.name: read_file(file.read_bytes(), file.name, ReadLimits()) for file in files}


def articles_of(folder: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        found[article["path"].replace("/", "__")].append(article)
    return found


def test_every_listed_article_is_a_unit_with_all_its_text(laws: dict[str, Split], outside_data: Path) -> None:
    listed = articles_of(outside_data / "laws")
    compared = 0
    for name, split in laws.items():
        assert split.unexplained == 0, name
        units = {unit.number: unit for unit in split.units if unit.kind is UnitKind.ARTICLE}
        for article in listed.get(name, []):
            number = "".join(article["article"].split())
            text = "".join(units[number].answer.split())
            assert "".join(article["text"].split())[:60] in text, (name, number)
            compared += 1
    assert compared > 300


def test_articles_are_found_by_their_number(laws: dict[str, Split], tmp_path: Path) -> None:
    documents = [
        SearchDocument(DocumentKind.ENTRY, f"{name}/{unit.key}", unit.title, 1, unit.title, (), unit.answer, "")
        for name, split in laws.items()
        for unit in split.units
    ]
    wanted = [document for document in documents if document.title.endswith("条")][::7]
    found = asyncio.run(_first_hits(documents, [document.title.replace(" ", "") for document in wanted], tmp_path))
    right = sum(first == document.document_id for first, document in zip(found, wanted, strict=True))
    assert right >= 0.95 * len(wanted)


async def _first_hits(documents: list[SearchDocument], questions: list[str], folder: Path) -> list[str | None]:
    settings = KBSettings(_env_file=None, embedder="none")
    index = make_index(folder, settings, None)
    index.open()
    index.store.apply(documents, [], 1)
    search = SearchService(index, None, SystemClock(), settings)
    results = [await search.search(SearchQuery(question, is_typed=True)) for question in questions]
    await search.aclose()
    index.close()
    return [result.hits[0].document_id if result.hits else None for result in results]
