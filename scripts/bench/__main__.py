"""Measures Tingzhi beside the naive way and prints the tables of docs/benchmarks.md.

The naive way is stock `transcribe()` (beam 5) after the end of each segment, then Haystack's in-memory BM25 over words.
Both run here, in the same run. Delays are measured on the demo calls, played at their pace, one and four at once; ours
at a WebSocket client of a server process of its own. The rest needs the evaluation data.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from assist_api.calls.demo.catalog import load_demo_calls
from kit.logging import configure_logging
from scripts.bench import quality
from scripts.bench.delays import Delays
from scripts.bench.desk import running_desk
from scripts.bench.machine import Neighbours, describe, use_cores
from scripts.bench.naive_desk import running_naive_desk
from scripts.bench.tables import delay_rows, print_table

CORES = 2
CONCURRENCY = (1, 4)
QUICK_SECONDS = 45.0
STAGGER_SECONDS = 1.7
"""Between the beginnings of calls: callers do not speak in step."""

BUSY_CORES = 0.3
"""More than this beside the run, and its delays are those of a busier machine; our own client is counted in."""

Carry = Callable[[int], Awaitable[Delays]]


def main() -> None:
    """Run every part for which there is data."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with audio/, spoken/ and bench/ (see `tingzhi evaluate`)")
    parser.add_argument("--quick", action="store_true", help="five minutes without --data, few samples")
    options = parser.parse_args()
    cores = use_cores(CORES)
    configure_logging(level="ERROR", is_json=False, show_personal=False)
    print_table("Machine", ("", ""), describe(cores))
    asyncio.run(_measure(options.data, is_quick=options.quick))


async def _measure(data: Path | None, *, is_quick: bool) -> None:
    await _delays(QUICK_SECONDS if is_quick else None)
    if data is None:
        print("\nSkipped without --data: search latency at 10 k and 110 k, transcription, spoken questions.")
        return
    await quality.measure(data, _say, is_quick=is_quick)


async def _delays(heard_seconds: float | None) -> None:
    calls = load_demo_calls()
    async with running_desk() as desk:

        async def carry(number: int) -> Delays:
            return await desk.carry(calls[number % len(calls)].script.demo_id, heard_seconds)

        ours = {count: await _at_once(carry, count, "tingzhi", desk.cpu_seconds) for count in CONCURRENCY}
    async with running_naive_desk() as naive_desk:

        async def carry_naively(number: int) -> Delays:
            return await naive_desk.carry(calls[number % len(calls)].path, heard_seconds)

        naive = {count: await _at_once(carry_naively, count, "naive", naive_desk.cpu_seconds) for count in CONCURRENCY}
    for count in CONCURRENCY:
        title = f"{count} call{'s' if count > 1 else ''} at 1×, milliseconds"
        print_table(
            title,
            ("", "n", "p50", "p95", "naive p50", "p95", "ratio p50", "p95"),
            delay_rows(ours[count], naive[count]),
        )


async def _at_once(carry: Carry, count: int, name: str, cpu_seconds: Callable[[], float]) -> Delays:
    _say(f"{name}: {count} at once")
    cpu_before, neighbours = cpu_seconds(), Neighbours()

    async def later(number: int) -> Delays:
        await asyncio.sleep(number * STAGGER_SECONDS)
        return await carry(number)

    total = Delays()
    for delays in await asyncio.gather(*(later(number) for number in range(count))):
        total.extend(delays)
    total.cpu_seconds = cpu_seconds() - cpu_before
    total.cores_taken = neighbours.cores_taken(total.cpu_seconds)
    if total.cores_taken > BUSY_CORES:
        _say(f"other things took {total.cores_taken:.1f} cores meanwhile: these delays say little")
    return total


def _say(line: str) -> None:
    print(f"» {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
