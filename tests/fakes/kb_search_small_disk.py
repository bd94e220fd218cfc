"""Runs inside a mount namespace with a disk of a few megabytes: fills it, looks what becomes of an index, makes room.

`python -m tests.fakes.kb_search_small_disk indexing|rebuild FOLDER` prints `SAW` and an object for each thing it saw.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.indexing.indexer import Indexer
from kb.search.documents import SearchDocument
from kb.search.index import SearchIndex
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.disk import DiskFullError
from tests.fakes.kb_search_documents import HANDBOOK, HashedEmbedder, ListedSource, entry

ROOM_LEFT = range(300_000, 1_700_000, 150_000)
"""Bytes; by how much is left either the rows or the words of a batch are what finds no room."""
MOST_NOTICES = 2_000
REBUILDS = 5
SAW = "saw "
"""Begins a line for the test; what is logged stands beside it."""
SETTINGS = KBSettings(_env_file=None, embedder="none", index_batch=20)


def notice(number: int) -> SearchDocument:
    """Return a document of which a few dozen fill the disk."""
    text = "".join(chr(0x4E00 + (number * 7_919 + place * 31) % 20_000) for place in range(600))
    return entry(f"notice-{number}", f"停水通知第{number}号", text)


def tell(seen: dict[str, object]) -> None:
    """Let the test know."""
    sys.stdout.write(f"{SAW}{json.dumps(seen)}\n")
    sys.stdout.flush()


@contextmanager
def full_disk(folder: Path, left: int) -> Iterator[None]:
    """Leave so many bytes free until the block ends."""
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(folder).free - left))
    try:
        yield
    finally:
        ballast.unlink()


async def found(index: SearchIndex, text: str) -> list[str]:
    """Return the titles of what a search shows."""
    service = SearchService(index, None, SystemClock(), SETTINGS)
    titles = [hit.title for hit in (await service.search(SearchQuery(text))).hits]
    await service.aclose()
    return titles


async def indexing(folder: Path) -> None:
    """Follow changes until the disk is full, once for every room left, and again with room."""
    for left in ROOM_LEFT:
        index, source = make_index(folder / str(left), SETTINGS, None), ListedSource()
        indexer = Indexer(source, index, None, SystemClock(), SETTINGS)
        for document in HANDBOOK:
            source.publish(document)
        await indexer.catch_up()
        seen: dict[str, object] = {"left": left}
        published = 0
        with full_disk(folder, left):
            # As many as it takes: what was deleted before gives its room back when the last reader lets go of it.
            while "cause" not in seen and published < MOST_NOTICES:
                for number in range(published, published + SETTINGS.index_batch):
                    source.publish(notice(number))
                published += SETTINGS.index_batch
                try:
                    await indexer.catch_up()
                except DiskFullError as error:
                    seen["cause"] = type(error.__cause__).__name__
            try:
                await indexer.catch_up()
            except DiskFullError as error:
                seen["again"] = error.error_code
            seen["while_full"] = (await found(index, "暖气不热"))[:1]
        await indexer.catch_up()
        seen["wanted"] = len(HANDBOOK) + published
        seen["documents"] = index.store.count_documents()
        seen["change"] = index.store.change_number
        seen["words"] = index.store._lexical.document_count
        seen["after"] = (await found(index, f"停水通知第{published - 1}号"))[:1] == [f"停水通知第{published - 1}号"]
        await indexer.aclose()
        index.close()
        shutil.rmtree(folder / str(left))
        tell(seen)


async def rebuild(folder: Path) -> None:
    """Make an index again while there is no room for a second one, and once there is."""
    embedder, source = HashedEmbedder(), ListedSource()
    index = make_index(folder / "search", SETTINGS, embedder)
    indexer = Indexer(source, index, embedder, SystemClock(), SETTINGS)
    for document in (*HANDBOOK, *map(notice, range(60))):
        source.publish(document)
    await indexer.catch_up()
    await indexer.fill_vectors()
    before = index.store.folder
    for left in ROOM_LEFT[:REBUILDS]:
        with full_disk(folder, left):
            try:
                outcome = str(await indexer.rebuild())
            except DiskFullError as error:
                outcome = error.error_code
            seen = {
                "outcome": outcome,
                "documents": index.store.count_documents(),
                "vectors": index.store.vector_share(),
                "generations": [path.name for path in sorted(before.parent.glob("generation-*"))],
                "current": index.store.folder.name,
                "found": (await found(index, "暖气不热"))[:1],
            }
        tell(seen)
    await indexer.rebuild()
    tell({"documents": index.store.count_documents(), "vectors": index.store.vector_share()})
    await indexer.aclose()
    index.close()


if __name__ == "__main__":
    asyncio.run({"indexing": indexing, "rebuild": rebuild}[sys.argv[1]](Path(sys.argv[2])))
