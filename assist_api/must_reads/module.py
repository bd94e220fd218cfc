"""What changed in the knowledge: must-read publications with their acknowledgements."""

from __future__ import annotations

from assist_api.http.module import Module
from assist_api.must_reads.endpoints import router
from assist_api.must_reads.service import PUBLISHED, REMINDED
from assist_api.notifications.service import Notifier


def build(notifier: Notifier) -> Module[None]:
    """Build the module; it declares its notifications."""
    notifier.rules.add(PUBLISHED)
    notifier.rules.add(REMINDED)
    return Module(name="must_reads", service=None, routers=(router,))
