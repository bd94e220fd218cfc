"""The address tree: district, street, community and building, by which orders are dispatched and gathered."""

from __future__ import annotations

from assist_api.addresses.endpoints import MAX_BYTES, router
from assist_api.http.module import Module

_FORM_BYTES = 64 * 1024
"""What a form adds around its file."""


def build() -> Module[None]:
    """Build the module."""
    limits = {"/addresses/import": MAX_BYTES + _FORM_BYTES}
    return Module(name="addresses", service=None, routers=(router,), upload_limits=limits)
