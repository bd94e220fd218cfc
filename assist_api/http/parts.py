"""Lines of the health page: the state of one part of the server, and the probe that finds it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import Field

from assist_api.http.schemas import OutputModel

PartState = Literal["ok", "degraded", "failed"]


class PartHealth(OutputModel):
    """One line of the health page."""

    part: str
    state: PartState
    code: str = Field(description="Translatable reason, empty when ok")
    detail: str = Field(description="English, for logs and scripts; a number or a name, never personal data")
    facts: dict[str, int | str] = Field(description="The numbers and names of `detail`, for pages in any language")


Probe = Callable[[], Awaitable[PartHealth]]
"""Looks at one part; what it raises makes the part `failed`."""


def ok(part: str, detail: str, **facts: int | str) -> PartHealth:
    """Return a line for a part that is well."""
    return PartHealth(part=part, state="ok", code="", detail=detail, facts=facts)


def not_ok(part: str, state: PartState, code: str, detail: str, **facts: int | str) -> PartHealth:
    """Return a line for a part that is not."""
    return PartHealth(part=part, state=state, code=code, detail=detail, facts=facts)
