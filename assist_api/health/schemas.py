"""What the health endpoints give."""

from __future__ import annotations

from typing import Literal

from assist_api.http.parts import PartHealth, PartState
from assist_api.http.schemas import OutputModel


class Liveness(OutputModel):
    """The process answers."""

    state: Literal["ok"]


class Readiness(OutputModel):
    """Whether requests should be sent here."""

    state: Literal["ready", "starting"]


class HealthReport(OutputModel):
    """Every part, and the worst of their states."""

    state: PartState
    parts: list[PartHealth]
