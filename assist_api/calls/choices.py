"""Records the category that an agent chooses for a call, and gives choices to the training as examples."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.journal import CallJournal
from assist_api.calls.models import CategoryChoiceRow
from assist_api.calls.repository import CallRepository
from assist_api.calls.viewer import CallViewer
from assist_api.categories.ranked import CategoryChosen
from assist_api.http.core import AuditTrail, DetailValue
from kb.classify.examples import Example, Origin
from kb.taxonomy.tree import load_taxonomy, split_category_id
from kit.clock import Clock
from kit.db import Database
from kit.errors import InvalidInputError

NEWEST_CHOICES = 2_000
"""Older choices no longer teach: by then a curator has had time to turn them into entries."""
MAX_CHARACTERS = 300
"""Of what the customer said; the problem is stated early."""
_NUMBERS = re.compile(r"[0-9零〇一二三四五六七八九幺两]{5,}")
"""Customer numbers, telephone numbers and meter readings tell nothing about the category, and are nobody's business."""


class CategoryDesk:
    """Records choices through the journal of their call."""

    def __init__(self, clock: Clock, audit: AuditTrail) -> None:
        self._clock = clock
        self._audit = audit

    async def choose(self, journal: CallJournal, viewer: CallViewer, category_id: str) -> CategoryChosen:
        """Record a choice; the same choice again changes nothing.

        Raises:
            InvalidInputError: The taxonomy has no such category, or it was retired.
        """
        chosen = chosen_category(journal, viewer, category_id)
        standing = journal.snapshot.chosen_category
        if standing is not None and standing.category_id == chosen.category_id:
            return standing
        first = chosen.ranked.categories[0].category_id if chosen.ranked and chosen.ranked.categories else None

        async def save(session: AsyncSession) -> None:
            row = CategoryChoiceRow(
                call_id=journal.call_id,
                category_id=chosen.category_id,
                account_id=viewer.account_id,
                chosen_at=self._clock.now(),
                was_ranked=first,
                is_correction=first != chosen.category_id,
            )
            await CallRepository(session).save_choice(row)
            details: dict[str, DetailValue] = {"category_id": category_id, "is_correction": row.is_correction}
            self._audit.record(session, viewer.actor, "call.category_chosen", "call", journal.call_id, details=details)

        await journal.record(chosen, after=save)
        return chosen


def chosen_category(journal: CallJournal, viewer: CallViewer, category_id: str) -> CategoryChosen:
    """Return the choice as it goes into the log.

    Raises:
        InvalidInputError: The taxonomy has no such category, or it was retired.
    """
    taxonomy = load_taxonomy()
    business_type, situation = split_category_id(category_id)
    if business_type not in taxonomy.business_types or situation not in taxonomy.situations:
        message = "The taxonomy has no such category; choose one from the list."
        raise InvalidInputError(message, field="category_id", code="category_unknown")
    if taxonomy.situations[situation].is_retired:
        message = "This category was retired; choose another."
        raise InvalidInputError(message, field="category_id", code="category_retired")
    return CategoryChosen(
        category_id=category_id,
        business_type=business_type,
        situation=situation,
        path=taxonomy.category_path(category_id),
        chosen_by=viewer.display_name,
        ranked=journal.snapshot.category,
    )


class ChosenExamples:
    """Gives the categories that agents chose as training examples. Implements `kb.classify.examples.ExampleSource`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> str:
        """Return a text that changes whenever a choice is made or changed."""
        async with self._database.session() as session:
            count, newest_at = await CallRepository(session).choice_state()
        return hashlib.sha256(f"{count}\x1f{newest_at}".encode()).hexdigest()[:16]

    async def examples(self) -> list[Example]:
        """Return one example a call, the newest first."""
        async with self._database.session() as session:
            repository = CallRepository(session)
            choices = await repository.newest_choices(NEWEST_CHOICES)
            texts = await repository.customer_texts([choice.call_id for choice in choices])
        pairs = ((choice, problem_text(texts.get(choice.call_id, ()))) for choice in choices)
        return [
            Example(text, choice.category_id, origin=Origin.CHOICE, group=f"call:{choice.call_id}")
            for choice, text in pairs
            if text
        ]


def problem_text(utterances: Sequence[str] | Iterable[str]) -> str:
    """Return the beginning of what a customer said, without long numbers."""
    return _NUMBERS.sub(" ", "\n".join(utterances))[:MAX_CHARACTERS].strip()
