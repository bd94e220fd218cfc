"""Measures the look of the curator's desk over many calls: `python -m scripts.bench.mining [--calls 10000]`.

Invented calls, each with a caller's question that nothing fitted and ten sentences around it, are written into a new
SQLite database with the demo knowledge. The durable job then keeps the questions, embeds and clusters them, and looks
through the knowledge. While it runs, questions are searched as a live call does, to see whether they wait longer.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from assist_api.calls.models import CallEventRow, CallRow
from assist_api.composition import compose
from assist_api.curation.look import CurationLook
from assist_api.curation.models import CurationItem, CurationMoment
from assist_api.evaluation.figures import Spread, spread
from assist_api.http.actor import program
from assist_api.migrations import runner
from assist_api.search.parts import Knowledge, parts_of_search
from assist_api.settings import AssistSettings
from kb.packs.importing import PackImporter
from kb.search.query import SearchQuery
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.jobs import JobRunner
from kit.logging import configure_logging
from scripts.bench.tables import print_table

DEMO = Path("kb/demo")
SEED = 24
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
BATCH = 500
PAUSE_SECONDS = 0.2
"""Between two searches: five callers who each say a sentence a second."""
OPENINGS = ("", "你好，", "我想问一下，", "麻烦问下，", "喂，")
ENDINGS = ("", "？", "啊？", "，你帮我查一下", "，急用")
ACTS = (
    "怎么办理",
    "要收多少钱",
    "几天能好",
    "需要带什么材料",
    "能不能在网上办",
    "坏了找谁修",
    "可以退吗",
    "要不要本人去",
)
THINGS = (
    "充电桩的安装", "电动车棚的电表", "鱼塘的用电", "大棚的水表", "餐馆的燃气", "民宿的宽带", "电梯的供电",
    "祠堂的用电", "校车充电的电价", "菜市场的水费", "暖气管道的改道", "阳台的燃气表", "楼顶的天线", "空房的供暖费",
    "井水的检测", "机顶盒的遥控器", "光伏板的清洗", "路灯的电费", "消防栓的水", "泵站的备用电源",
)  # fmt: skip
SMALL_TALK = (
    "您好，请问有什么可以帮您？", "好的，我看一下。", "嗯嗯。", "您稍等。", "请问您的地址是哪里？",
    "在幸福小区三栋。", "好的，谢谢。", "还有别的吗？", "没有了。", "再见。",
)  # fmt: skip
SEARCHED = ("我们家突然停电了", "家里有煤气味", "暖气不热怎么办", "水管爆了往外喷水", "电视没有信号了")


def main() -> None:
    """Fill, look and print one table."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.mining", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    count = parser.parse_args().calls
    configure_logging(level="ERROR", is_json=False, show_personal=False)
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(_measure(count, Path(folder)))
    print_table(f"Look over {count} calls", ("", ""), rows)


async def _measure(count: int, folder: Path) -> list[tuple[str, str]]:
    settings = AssistSettings.load().model_copy(update={"data_dir": folder, "database_url": None})
    clock = SystemClock()
    application = compose(settings, clock)
    database = application.database
    knowledge = parts_of_search(settings, KBSettings.load(), database, clock)
    try:
        await runner.upgrade(database)
        await PackImporter(database, clock).import_pack([DEMO])
        await knowledge.indexer.catch_up()
        await knowledge.search.warm_up()
        await _fill(database, count)
        before = await _searches(knowledge, asyncio.create_task(asyncio.sleep(60)))
        looker = application.get(CurationLook)
        await looker.order(program("bench"))
        jobs = JobRunner(database, clock, application.core.jobs, (looker.handler,))
        began = time.monotonic()
        looking = asyncio.create_task(jobs.run_due())
        during = await _searches(knowledge, looking)
        seconds = time.monotonic() - began
        async with database.session() as session:
            moments = await session.scalar(select(func.count()).select_from(CurationMoment))
            items = await session.scalar(select(func.count()).where(CurationItem.kind == "unanswered"))
    finally:
        await knowledge.aclose()
        await application.aclose()
    peak, worker = (
        resource.getrusage(whose).ru_maxrss / 1024**2 for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return [
        ("minutes", f"{seconds / 60:.1f}"),
        ("peak memory of the process and of the one that reads calls, GiB", f"{peak:.2f}, {worker:.2f}"),
        ("questions kept, clusters", f"{moments}, {items}"),
        ("search before, ms", _tell(spread(before))),
        ("search during the look, ms", _tell(spread(during))),
    ]


def _tell(taken: Spread | None) -> str:
    return "–" if taken is None else f"p50 {taken.p50:.0f}, p95 {taken.p95:.0f} ({taken.count})"


async def _searches(knowledge: Knowledge, until: asyncio.Task[Any]) -> list[float]:
    """Return how long searches take, in milliseconds, until a task is done."""
    taken: list[float] = []
    while not until.done():
        began = time.monotonic()
        await knowledge.search.search(SearchQuery(SEARCHED[len(taken) % len(SEARCHED)]))
        taken.append(1_000 * (time.monotonic() - began))
        await asyncio.sleep(PAUSE_SECONDS)
    await until
    return taken


async def _fill(database: Database, count: int) -> None:
    chance = random.Random(SEED)  # noqa: S311  # rejected: a repeatable choice, no secret
    for first in range(0, count, BATCH):
        calls = [_call(uuid4(), AT + timedelta(minutes=place)) for place in range(first, min(first + BATCH, count))]
        events = [event for call in calls for event in _events(call["id"], _sentences(chance))]
        async with database.session() as session:
            await session.execute(insert(CallRow), calls)
            await session.execute(insert(CallEventRow), events)


def _sentences(chance: random.Random) -> list[str]:
    """Return what is said in a call; the third sentence is the question."""
    question = f"{chance.choice(OPENINGS)}{chance.choice(THINGS)}{chance.choice(ACTS)}{chance.choice(ENDINGS)}"
    return [*SMALL_TALK[:2], question, *SMALL_TALK[2:]]


def _call(call_id: UUID, at: datetime) -> dict[str, object]:
    return {
        "id": call_id, "source": "demo", "state": "ended", "title": "来电", "sector": None,
        "customer_number_masked": "", "agent_account_id": None, "agent_name": "bench", "created_at": at,
        "ended_at": at, "end_reason": "completed", "end_code": "", "end_message": "", "duration_ms": 60_000,
        "heard_ms": 60_000, "speed": "1", "leg_roles": ["customer", "agent"], "last_seq": 2 * len(SMALL_TALK),
        "recording_files": [], "playable_file": None, "runner_id": uuid4(),
    }  # fmt: skip


def _events(call_id: object, sentences: Sequence[str]) -> Iterator[dict[str, object]]:
    seq = 0
    for place, sentence in enumerate(sentences):
        segment_id = str(uuid4())
        role = "customer" if place % 2 == 0 else "agent"
        said = {
            "segment_id": segment_id, "leg_role": role, "start_ms": 4_000 * place, "end_ms": 4_000 * place + 3_000,
            "text": sentence, "is_final": True, "partial_index": -1, "confidence": 0.9, "language": "zh",
        }  # fmt: skip
        withheld = {"reason": "nothing_fits", "trigger_segment_id": segment_id, "search_state": "complete"}
        for kind, data in (("transcript.final", said), ("suggestion.withheld", withheld))[: 1 + (place == 2)]:
            seq += 1
            yield {"call_id": call_id, "seq": seq, "type": kind, "at": AT, "data": data}


if __name__ == "__main__":
    main()
