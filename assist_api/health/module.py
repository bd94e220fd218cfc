"""Health: whether the server is ready, how every part is, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import text

from assist_api.health.checks import CheckResult, check_disk, check_pages, free_megabytes
from assist_api.health.endpoints import metrics_router, router
from assist_api.health.service import HealthService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, Probe, ok

ORDER = ("database", "disk", "search", "category", "speech", "speech_machines", "voices", "web", "jobs")
"""Of the health page; parts that are not named here follow."""


def build(core: Core, modules: Sequence[Module[object]]) -> Module[HealthService]:
    """Build the module; it asks the probes of all the others."""
    database, settings = core.database, core.settings

    async def probe_database() -> PartHealth:
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        kind = database.url.get_backend_name()
        return ok("database", kind, kind=kind)

    async def probe_disk() -> PartHealth:
        free_mb = await asyncio.to_thread(free_megabytes, settings)
        return _from_check(await asyncio.to_thread(check_disk, settings), free_mb=free_mb)

    async def probe_web() -> PartHealth:
        return _from_check(await asyncio.to_thread(check_pages, settings))

    own: dict[str, Probe] = {"database": probe_database, "disk": probe_disk, "web": probe_web}
    probes = own | {part: probe for module in modules for part, probe in module.probes.items()}
    ranked = sorted(probes, key=lambda part: ORDER.index(part) if part in ORDER else len(ORDER))
    health = HealthService({part: probes[part] for part in ranked})

    async def begin() -> None:
        health.set_ready(True)

    async def aclose() -> None:
        health.set_ready(False)

    return Module(
        name="health",
        service=health,
        routers=(router,),
        root_routers=(metrics_router,),
        begin=begin,
        aclose=aclose,
        probes=own,
    )


def _from_check(result: CheckResult, **facts: int | str) -> PartHealth:
    return PartHealth(part=result.part, state=result.state, code=result.code, detail=result.detail, facts=facts)
