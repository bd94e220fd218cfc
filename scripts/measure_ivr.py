"""Measures speech flows on a real exchange: end of the caller's words to the first sound of the answer, and barge-in.

Run `scripts/test-servers.sh` once, then `python -m scripts.measure_ivr [--calls 4] [--rounds 5]`. Times are taken at
test telephones, so that every delay of exchange, sound path, recogniser and flow is in them. One JSON object comes out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assist_api.ivr.prompts import Prompts
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall, SIPPhone
from tests.conftest import migrate
from tests.integration.assist_api_ivr.test_phone_dialogues import (
    CALLER,
    SHORT,
    SILENCE,
    line_of,
    loud_frames,
    prompted,
)
from tests.servers.asterisk import NUMBER

WORDS = "我想查一下上个月的电费"
LONG_WELCOME = "您好，这里是供电服务热线，请直接说您要办什么，比如查电费，停电报修，查工单进度，或者转人工客服。"
PATIENCE_SECONDS = 40.0
QUIET_SECONDS = 0.4
"""Pause after which a prompt counts as silent; the pauses between its clauses are shorter."""
POLL_SECONDS = 0.004


class TimedSource(PCMSource):
    """Says something and notes when its first and last loud frames went out."""

    first_at: float | None = None
    last_at: float = 0.0

    def read(self) -> bytes:
        """Return the next 20 ms."""
        frame = super().read()
        if loud_frames(frame):
            now = asyncio.get_running_loop().time()
            self.first_at = self.first_at or now
            self.last_at = now
        return frame


@dataclass(frozen=True, slots=True)
class Sample:
    """One call.

    Attributes:
        barge_in_ms: From the caller's first loud frame to the last one of the prompt.
        answer_ms: From the caller's last loud frame to the first one of the answer; None where none came.
    """

    barge_in_ms: float
    answer_ms: float | None


async def measure_call(phone: SIPPhone, number: str, words: bytes) -> Sample:
    """Call, speak into the welcome, and wait for the answer."""
    call = await phone.call(NUMBER, source=SILENCE, caller=number)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await prompted(call, 0)
            source = TimedSource(words)
            silent_at, answered_at = await _listen(call, source)
    finally:
        await call.hang_up()
    answer = None if answered_at is None else (answered_at - source.last_at) * 1000
    return Sample((silent_at - (source.first_at or silent_at)) * 1000, answer)


async def _listen(call: PhoneCall, source: TimedSource) -> tuple[float, float | None]:
    """Say the words; return when the prompt was last heard, and when the answer was first heard."""
    loop = asyncio.get_running_loop()
    call.say(source)
    seen, last_loud, is_silent = len(call.heard) // 320 * 320, loop.time(), False
    while True:
        await asyncio.sleep(POLL_SECONDS)
        fresh = bytes(call.heard[seen : len(call.heard) // 320 * 320])
        seen += len(fresh)
        now = loop.time()
        if loud_frames(fresh):
            if is_silent:
                return last_loud, now
            last_loud = now
        elif source.first_at is not None and now - last_loud > QUIET_SECONDS:
            is_silent = True
        if call.ended.is_set():
            return last_loud, None


async def measure(folder: Path, calls: int, rounds: int) -> list[Sample]:
    """Return the samples of several rounds of simultaneous calls."""
    migrated = folder / "template.sqlite"
    await migrate(f"sqlite+aiosqlite:///{migrated}")
    samples: list[Sample] = []
    async with line_of(folder, migrated, SHORT.replace("您好请讲。", LONG_WELCOME)) as line, AsyncExitStack() as stack:
        prompts = line.application.get(Prompts)
        for text in (LONG_WELCOME, "电费86.50元。", "还有问题吗？"):
            await prompts.prepare(text)
        words = await line.voice_of(WORDS)
        server = ("127.0.0.1", line.process.plan.addresses.sip_port)
        phones = [await stack.enter_async_context(SIPPhone.open(f"caller{n}", server)) for n in range(calls)]
        for _ in range(rounds):
            found = await asyncio.gather(
                *(measure_call(phone, CALLER, words) for phone in phones), return_exceptions=True
            )
            samples += [sample for sample in found if isinstance(sample, Sample)]
    return samples


def figures(values: Sequence[float]) -> dict[str, float | int]:
    """Return count, median, 95th percentile and worst of some milliseconds."""
    if not values:
        return {"count": 0}
    p50, p95 = np.percentile(values, [50, 95])
    return {"count": len(values), "p50_ms": round(p50), "p95_ms": round(p95), "worst_ms": round(max(values))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4, help="simultaneous calls")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples = asyncio.run(measure(Path(folder), options.calls, options.rounds))
    report = {
        "calls_at_once": options.calls,
        "rounds": options.rounds,
        "barge_in": figures([sample.barge_in_ms for sample in samples]),
        "answer": figures([sample.answer_ms for sample in samples if sample.answer_ms is not None]),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
