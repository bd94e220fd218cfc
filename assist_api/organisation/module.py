"""The tree of units of the organisation, and who belongs to them."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.organisation.endpoints import router


def build(_core: Core) -> Module[None]:
    """Build the module; its service lives as long as a request."""
    return Module(name="organisation", service=None, routers=(router,))
