"""`tingzhi demo-town`: fill the database with a small town, for trying the pages."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from assist_api.cli.console import prepare_logging
from assist_api.demo_town.town import make_town
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from kit.db import Database


def demo_town(
    customers: Annotated[int, typer.Option(min=1, max=20_000, help="How many customers.")] = 300,
    orders: Annotated[int, typer.Option(min=0, max=20_000, help="How many work orders.")] = 130,
) -> None:
    """Fill the database with a small town; needs the first account, so start the server once before."""
    prepare_logging(AssistSettings.load())
    asyncio.run(_fill(customers, orders))


async def _fill(customers: int, orders: int) -> None:
    settings = AssistSettings.load()
    database = Database(settings.effective_database_url)
    try:
        await runner.upgrade(database)
        await make_town(database, settings.zone, customers, orders)
    finally:
        await database.aclose()
    Console().print(f"{customers} customers and {orders} work orders")
