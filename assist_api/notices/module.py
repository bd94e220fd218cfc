"""Outage and maintenance notices by area: shown first to agents whose caller is from there."""

from __future__ import annotations

from assist_api.http.module import Module
from assist_api.notices.endpoints import router


def build() -> Module[None]:
    """Build the module."""
    return Module(name="notices", service=None, routers=(router,))
