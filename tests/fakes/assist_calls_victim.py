"""A process that carries one call at the pace of speech until someone kills it; prints every event."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from tests.fakes.assist_calls_desk import add_agent, open_desk, until_ended


async def carry(database_url: str, data_dir: Path) -> None:
    """Carry the call."""
    async with open_desk(database_url, data_dir) as desk:
        call_id = uuid4()
        async with desk.hub.watch(call_id) as events:
            await desk.begin(await add_agent(desk.database), speed="1", call_id=call_id)
            async for event in until_ended(events):
                sys.stdout.write(event.model_dump_json() + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(carry(sys.argv[1], Path(sys.argv[2])))
