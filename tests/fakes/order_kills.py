"""Kills processes that hand orders to a business system: `python -m tests.fakes.order_kills URL KILLS FOLDER`.

Each process is a fork that makes orders and delivers what is in the outbox until SIGKILL ends it at a random moment.
The business system is a process of its own that fails, hangs, breaks off, answers twice, and is killed as well; it
writes each order that it takes to FOLDER/taken. A last process is left alive until nothing is to deliver.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import structlog

from assist_api.audit.log import AuditLog
from assist_api.business_systems.rest import RESTBusinessSystem
from assist_api.customers.service import ContactSources, CustomerService
from assist_api.http.actor import program
from assist_api.policies.service import Policies
from assist_api.work_orders.delivery import OrderDelivery
from assist_api.work_orders.policy import ORDER_POLICIES
from assist_api.work_orders.schemas import OrderDraft
from assist_api.work_orders.service import WorkOrderService
from kit.db import Database
from kit.outbox import Outbox, OutboxEvent, OutboxRunner, use_outbox
from tests.fakes.kit_jobs_victim import SetForwardClock

ANSWER_SECONDS = 0.3
"""How long a process waits for the business system, so that one that hangs costs little time."""
MOST_SECONDS = 3.0
"""A process that has nothing to do any more is killed after this."""
MOST_LATER_SECONDS = 0.03
"""Between a step and the kill, so that it falls into the next statement, request or commit."""
SYSTEM_LIVES = 25
"""Kills of processes between two kills of the business system."""


class System:
    """The business system: orders by id, in a file, with every kind of trouble until it is told to behave."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._taken, self._calm, self._chance = folder / "taken", folder / "calm", chance

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:] if line)
                await reader.readexactly(int(headers["content-length"]))
                if not await self._answer(head.split(" ")[1].rpartition("/")[2], reader, writer):
                    break
        writer.close()

    async def _answer(self, order: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        weights = (1, 0, 0, 0, 0) if self._calm.exists() else (6, 1, 1, 1, 1)
        (what,) = self._chance.choices(("takes", "fails", "hangs", "cuts", "twice"), weights)
        if what == "hangs":
            await reader.read()
            return False
        if what == "fails":
            writer.write(b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n")
            return True
        with self._taken.open("a", encoding="ascii") as lines:
            lines.write(f"{order}\n")
        if what == "cuts":
            return False
        body = f'{{"order_id": "{order}", "reference": "B{order[:8]}"}}'.encode()
        answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
        writer.write(answer * (2 if what == "twice" else 1))
        await writer.drain()
        return True


async def run_system(port: int, folder: Path, seed: int) -> None:
    system = System(folder, random.Random(seed))  # noqa: S311  # rejected: no secret
    async with await asyncio.start_server(system.serve, "127.0.0.1", port) as server:
        await server.serve_forever()


async def live(
    url: str, port: int, number: int, *, makes: int, step: Callable[[], object], is_last: bool = False
) -> None:
    """One process: it makes orders, then delivers until it is killed; the last one until all is delivered.

    `step` is called before and after everything that a kill could tear apart.
    """
    database, clock = Database(url), SetForwardClock.by_minutes(number)
    audit, outbox = AuditLog(clock), Outbox(clock)
    use_outbox(database, outbox)
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/", timeout=ANSWER_SECONDS, trust_env=False)
    delivery = OrderDelivery(database, clock, RESTBusinessSystem(client))

    async def deliver(event: OutboxEvent) -> None:
        step()
        await delivery.deliver(event)
        step()

    outbox.subscribe(replace(delivery.subscriber(), handle=deliver))
    runner = OutboxRunner(database, clock, outbox)
    await runner.prepare()
    policies = Policies(database, clock, audit, ORDER_POLICIES)
    for _ in range(makes):
        async with database.session() as session:
            customers = CustomerService(session, clock, audit, ContactSources())
            orders = WorkOrderService(session, clock, audit, outbox, policies, customers, ZoneInfo("Asia/Shanghai"))
            await orders.create(None, program("test"), draft())
            step()
        step()
    while True:
        delivered = await runner.deliver_due()
        if is_last and not delivered:
            return
        await asyncio.sleep(0.01)


def draft() -> OrderDraft:
    return OrderDraft(
        business_type="fault", sector="power", contact_phone="13800138000", address="解放路1号",
        description="没有电了。", idempotency_key=uuid4().hex,
    )  # fmt: skip


def fork(run: Callable[[], object]) -> int:
    process = os.fork()
    if process == 0:
        code = 1
        try:
            run()
            code = 0
        finally:
            os._exit(code)
    return process


def kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def kill_one(url: str, port: int, number: int, chance: random.Random) -> None:
    """Start a process and kill it shortly after a random step."""
    makes = chance.randint(1, 2)
    told, tell = os.pipe()
    process = fork(lambda: asyncio.run(live(url, port, number, makes=makes, step=lambda: os.write(tell, b"."))))
    os.close(tell)
    for _ in range(chance.randint(1, 4 * makes)):
        if not select.select([told], [], [], MOST_SECONDS)[0] or not os.read(told, 1):
            break
    time.sleep(chance.uniform(0, MOST_LATER_SECONDS))
    kill(process)
    os.close(told)


def main() -> None:
    """Kill KILLS processes, then let one live until everything is delivered."""
    url, kills, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chance = random.Random(23)  # noqa: S311  # rejected: no secret
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def start(seed: int) -> int:
        return fork(lambda: asyncio.run(run_system(port, folder, seed)))

    system, done = start(0), 0
    try:
        while done < kills:
            kill_one(url, port, done, chance)
            done += 1
            if done % SYSTEM_LIVES == 0:
                kill(system)
                system = start(done)
        (folder / "calm").touch()
        kill(system)
        system = start(-1)
        # Far enough ahead that every pause after a failure is over.
        last = fork(lambda: asyncio.run(live(url, port, kills + 24 * 60, makes=1, step=lambda: None, is_last=True)))
        _, status = os.waitpid(last, 0)
        sys.exit(os.waitstatus_to_exitcode(status))
    finally:
        kill(system)


if __name__ == "__main__":
    main()
