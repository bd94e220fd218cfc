"""What the health endpoints give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assist_api.http.schemas import OutputModel

PartState = Literal["ok", "degraded", "failed"]


class Liveness(OutputModel):
    """The process answers."""

    state: Literal["ok"]


class Readiness(OutputModel):
    """Whether requests should be sent here."""

    state: Literal["ready", "starting"]


class PartHealth(OutputModel):
    """One line of the health page."""

    part: str
    state: PartState
    code: str = Field(description="Translatable reason, empty when ok")
    detail: str = Field(description="English, for logs and scripts; a number or a name, never personal data")
    facts: dict[str, int | str] = Field(description="The numbers and names of `detail`, for pages in any language")


class HealthReport(OutputModel):
    """Every part, and the worst of their states."""

    state: PartState
    parts: list[PartHealth]
