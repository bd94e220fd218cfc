"""Use cases on the curated words. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.models import RevisionOrigin
from kb.entries.validation import Problem, check_filter, raise_problems
from kb.words.models import WordGroupRow
from kb.words.repository import WordFilter, WordRepository
from kb.words.schemas import WordGroup, WordGroupDraft, WordGroupPage
from kb.words.validation import MAX_GROUPS, claims, find_problems, folded, search_text
from kit.clock import Clock
from kit.errors import ConflictError, NotFoundError
from kit.paging import check_page_size, cut_page, decode_cursor


class WordService:
    """Groups of words: list, add, change, remove. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._words = WordRepository(session)
        self._session = session
        self._clock = clock

    async def list_groups(
        self, wanted: WordFilter | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> WordGroupPage:
        """Return a page of groups, the one changed last first.

        Raises:
            InvalidInputError: The cursor, the page size or a filter cannot be used.
        """
        wanted = wanted or WordFilter()
        check_page_size(limit)
        for field in ("sector", "text"):
            check_filter(getattr(wanted, field), field)
        rows = await self._words.list_page(wanted, decode_cursor(cursor), limit + 1)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.updated_at, row.id))
        return WordGroupPage(
            items=[WordGroup.model_validate(row) for row in shown],
            next_cursor=next_cursor,
            total=await self._words.count(wanted),
        )

    async def all_groups(self) -> list[WordGroup]:
        """Return every group, for an export and for the searches."""
        return [WordGroup.model_validate(row) for row in await self._words.everything()]

    async def change_number(self) -> int:
        """Return how often the words changed."""
        return await self._words.change_number()

    async def create(self, draft: WordGroupDraft, author: str) -> WordGroup:
        """Add a group.

        Raises:
            InvalidInputError: A field breaks a rule, a word stands in another group, or there are too many groups.
        """
        draft = tidied(draft)
        raise_problems(list(find_problems(draft)))
        await self._words.begin_change()
        others = await self._words.everything()
        raise_problems(taken_words(draft, others))
        if len(others) >= MAX_GROUPS:
            message = f"There are {MAX_GROUPS} groups already; remove one that nobody needs."
            raise_problems([Problem("words", "words_full", message)])
        row = WordGroupRow(id=uuid4(), key=None, number=1, **group_values(draft, author, self._clock.now()))
        self._session.add(row)
        await self._session.flush()
        return WordGroup.model_validate(row)

    async def change(self, group_id: UUID, base_number: int, draft: WordGroupDraft, author: str) -> WordGroup:
        """Replace what a group says.

        Raises:
            NotFoundError: There is no such group.
            ConflictError: `stale_words`: someone else changed it since `base_number`.
            InvalidInputError: A field breaks a rule, or a word stands in another group.
        """
        draft = tidied(draft)
        raise_problems(list(find_problems(draft)))
        await self._words.begin_change()
        row = await self._get(group_id)
        raise_problems(taken_words(draft, await self._words.everything(), except_for=group_id))
        values = group_values(draft, author, self._clock.now())
        if not await self._words.replace(group_id, base_number, values):
            raise ConflictError(
                "Someone changed these words meanwhile; reload them and apply your change again.",
                code="stale_words",
                current_number=row.number,
                current_author=row.author,
            )
        await self._session.refresh(row)
        return WordGroup.model_validate(row)

    async def remove(self, group_id: UUID, author: str) -> None:
        """Remove a group; one of the product's list leaves a mark, so that it does not come back.

        Raises:
            NotFoundError: There is no such group.
        """
        await self._words.begin_change()
        row = await self._get(group_id)
        if row.key is None:
            await self._session.delete(row)
        else:
            row.is_removed, row.author, row.updated_at = True, author, self._clock.now()
            row.origin, row.number = RevisionOrigin.EDIT, row.number + 1
        await self._session.flush()

    async def _get(self, group_id: UUID) -> WordGroupRow:
        row = await self._words.find(group_id)
        if row is None:
            raise NotFoundError("There is no such group of words.", code="words_not_found")
        return row


def tidied(draft: WordGroupDraft) -> WordGroupDraft:
    """Return the draft with blanks around words cut and empty words left out."""
    words = [word.strip() for word in draft.words if word.strip()]
    return draft.model_copy(update={"words": words})


def group_values(
    draft: WordGroupDraft, author: str, now: datetime, origin: RevisionOrigin = RevisionOrigin.EDIT
) -> dict[str, Any]:
    """Return the columns that a draft decides."""
    return {
        **draft.model_dump(mode="python", include={"use", "sector", "words", "note"}),
        "search_text": search_text(draft.words),
        "origin": origin,
        "is_removed": False,
        "author": author,
        "updated_at": now,
    }


def taken_words(draft: WordGroupDraft, others: Iterable[WordGroupRow], except_for: UUID | None = None) -> list[Problem]:
    """Return a problem for each word that another group of the same use and sector has."""
    wanted = claims(draft)
    found = []
    for row in others:
        if row.id == except_for or not wanted & claims(as_draft(row)):
            continue
        shared = {word for _use, _sector, word in wanted & claims(as_draft(row))}
        index = next(index for index, word in enumerate(draft.words) if folded(word) in shared)
        message = f"{draft.words[index]} stands in the group {'、'.join(row.words)} already; add the words there."
        found.append(Problem(f"words.{index}", "word_taken", message))
    return found


def as_draft(row: WordGroupRow) -> WordGroupDraft:
    """Return what a stored group says."""
    fields = {name: getattr(row, name) for name in WordGroupDraft.model_fields}
    return WordGroupDraft.model_construct(**fields)
