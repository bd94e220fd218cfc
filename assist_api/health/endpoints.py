"""HTTP: liveness and readiness for whoever supervises us, parts for people, metrics for the loopback only."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from assist_api.health.schemas import HealthReport, Liveness, Readiness
from assist_api.health.service import HealthService
from assist_api.http.deps import CoreDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kit.errors import NotAllowedError
from kit.metrics import REGISTRY

router = APIRouter(prefix="/health", tags=["health"])
metrics_router = APIRouter()
HealthDep = Annotated[HealthService, Depends(provided(HealthService))]
HealthReader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_HEALTH))]


@router.get("/live")
async def get_liveness() -> Liveness:
    """Answer as long as the process does."""
    return Liveness(state="ok")


@router.get("/ready", responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Readiness}})
async def get_readiness(health: HealthDep, response: Response) -> Readiness:
    """Tell whether requests should be sent here; 503 while starting or stopping."""
    if health.is_ready:
        return Readiness(state="ready")
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(state="starting")


@router.get("/parts")
async def get_parts(_reader: HealthReader, health: HealthDep) -> HealthReport:
    """Tell how every part is."""
    return await health.report()


@metrics_router.get("/metrics", include_in_schema=False)
async def get_metrics(request: Request, core: CoreDep) -> Response:
    """Give Prometheus what it scrapes: to programs on this machine, and to whoever has the token."""
    is_local = request.client is not None and _is_loopback(request.client.host)
    if not is_local and not _has_token(request, core.settings.metrics_token):
        text = "Metrics are given to this machine only, and to whoever sends ASSIST_METRICS_TOKEN as a bearer token."
        raise NotAllowedError(text, code="loopback_only")
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _has_token(request: Request, token: SecretStr | None) -> bool:
    if token is None:
        return False
    given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
    return secrets.compare_digest(given, f"Bearer {token.get_secret_value()}".encode())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
