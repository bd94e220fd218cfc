"""Asks the speech machines how they are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

import httpx

from speech.stt.remote.settings import RemoteSettings, WorkerAddress

TIMEOUT_SECONDS = 2.0

MachineState = Literal["ready", "away", "token_refused"]


@dataclass(frozen=True, slots=True)
class MachineHealth:
    """How one machine is.

    Attributes:
        address: As the settings have it.
        state: Whether it can be asked.
        models: Windows that it recognises at the same time.
        waiting: Windows that wait there.
    """

    address: str
    state: MachineState
    models: int = 0
    waiting: int = 0


async def machines_health(settings: RemoteSettings) -> list[MachineHealth]:
    """Ask every machine at the same time; one that is away costs at most `TIMEOUT_SECONDS`.

    Raises:
        MisconfiguredError: The certificates that machines are checked against cannot be read.
    """
    if not settings.workers:
        return []
    async with httpx.AsyncClient(
        verify=settings.client_tls(),
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
        headers={"Authorization": settings.authorization},
    ) as client:
        return list(await asyncio.gather(*(_ask(client, address) for address in settings.workers)))


async def _ask(client: httpx.AsyncClient, address: WorkerAddress) -> MachineHealth:
    scheme = "https" if address.scheme == "wss" else "http"
    url = httpx.URL(str(address)).copy_with(scheme=scheme, path="/health/ready")
    try:
        answer = await client.get(url)
        answer.raise_for_status()
        if answer.headers.get("content-type", "") != "application/json":
            return MachineHealth(str(address), "token_refused")
        known = answer.json()
        return MachineHealth(str(address), "ready", int(known["models"]), int(known["waiting"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return MachineHealth(str(address), "away")
