"""Hints during a call: talk tracks, prompts, forbidden words, anger of the caller, questions that separate causes."""

from __future__ import annotations

from assist_api.hints.endpoints import router
from assist_api.hints.policy import HINTS
from assist_api.hints.service import HINT_BOOKS_CHANGED, HintBooks
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.policies.service import Policies
from kit.outbox import OutboxEvent, Subscriber


def build(core: Core, policies: Policies) -> Module[HintBooks]:
    """Build the module; it declares the policy of hints."""
    policies.add(HINTS)
    books = HintBooks(core.database, core.clock, core.audit, policies)

    async def follow(_event: OutboxEvent) -> None:
        await books.refresh()

    core.outbox.follow(Subscriber("hint-books", (HINT_BOOKS_CHANGED,), follow))
    return Module(name="hints", service=books, routers=(router,), start=books.refresh)
