"""Customers: accounts, premises, meters, telephones, and their contacts."""

from __future__ import annotations

from assist_api.business_systems.port import BusinessSystem
from assist_api.customers.accounts import BusinessAccounts
from assist_api.customers.endpoints import router
from assist_api.customers.file_format import MAX_BYTES
from assist_api.customers.service import ContactSources
from assist_api.http.core import Core
from assist_api.http.module import Module

_FORM_BYTES = 64 * 1024
"""What a form adds around its file."""


def build(core: Core, system: BusinessSystem) -> Module[ContactSources]:
    """Build the module; later modules add their contacts to `service`."""
    return Module(
        name="customers",
        service=ContactSources(),
        provides=(BusinessAccounts(core.database, system),),
        routers=(router,),
        upload_limits={"/customers/import": MAX_BYTES + _FORM_BYTES},
    )
