"""Gold questions: add, remove, list, import. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.repository import EntryRepository
from kb.entries.validation import Problem, comparable, find_text_problems, raise_problems
from kb.gold.exchange import MAX_QUESTION_CHARACTERS, ImportedQuestion
from kb.gold.models import GoldQuestion, QuestionOrigin
from kb.gold.repository import AskedQuestion, GoldRepository
from kb.gold.schemas import GoldQuestionDetail, GoldQuestionRow
from kit.clock import Clock
from kit.errors import InvalidInputError, NotFoundError

MAX_QUESTIONS = 50
"""Of one entry. Fifty ways to ask one thing test it better than any more."""


@dataclass(frozen=True, slots=True)
class ImportCount:
    """What an import of questions did."""

    added: int
    unchanged: int


class GoldQuestionService:
    """Use cases on gold questions. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._questions = GoldRepository(session)
        self._entries = EntryRepository(session)
        self._session = session
        self._clock = clock

    async def list_questions(self, entry_id: UUID) -> list[GoldQuestionDetail]:
        """Return an entry's questions, the oldest first.

        Raises:
            NotFoundError: There is no such entry.
        """
        await self._check_entry(entry_id)
        return [GoldQuestionDetail.model_validate(row) for row in await self._questions.of_entry(entry_id)]

    async def add(self, entry_id: UUID, text: str, origin: QuestionOrigin, author: str) -> GoldQuestionDetail:
        """Add a question to an entry.

        Raises:
            NotFoundError: There is no such entry.
            InvalidInputError: The text breaks a rule, the entry has it already, or has too many.
        """
        await self._check_entry(entry_id)
        text = text.strip()
        raise_problems(list(find_question_problems(text, "text")))
        known = await self._questions.every_of_entry(entry_id)
        present = known.get(comparable(text))
        if present is not None and present.removed_at is None:
            message = "The entry has this question already; write one that is asked in another way."
            raise InvalidInputError(message, field="text", code="gold_question_duplicate")
        if sum(row.removed_at is None for row in known.values()) >= MAX_QUESTIONS:
            message = f"An entry has at most {MAX_QUESTIONS} gold questions; remove the closest ones."
            raise InvalidInputError(message, field="text", code="too_many")
        row = self._put(entry_id, text, origin, author, present)
        await self._session.flush()
        return GoldQuestionDetail.model_validate(row)

    async def remove(self, question_id: UUID) -> None:
        """Take a question out of the tests.

        Raises:
            NotFoundError: There is no such question.
        """
        row = await self._questions.find(question_id)
        if row is None:
            raise NotFoundError("There is no such gold question.", code="gold_question_not_found")
        row.removed_at = self._clock.now()
        await self._session.flush()

    async def rows(self) -> list[GoldQuestionRow]:
        """Return every question of published entries, by sector and entry; for export."""
        return [question_row(asked) for asked in await self._questions.asked()]

    async def import_questions(self, items: Sequence[ImportedQuestion], author: str) -> ImportCount:
        """Add what is new of a file; a question that was removed comes back, since a person asks for it.

        Raises:
            InvalidInputError: An item names no entry; `errors` lists every one with its line.
        """
        entries = await self._resolve(items)
        known = await self._questions.every_of_entries(set(entries.values()))
        added = 0
        for item in items:
            place = (entries[item.entry], comparable(item.text))
            present = known.get(place)
            if present is None or present.removed_at is not None:
                known[place] = self._put(place[0], item.text, item.origin, author, present)
                added += 1
        await self._session.flush()
        return ImportCount(added, len(items) - added)

    async def put_from_pack(self, entry_id: UUID, texts: Iterable[str], author: str) -> int:
        """Add a pack's questions that the entry never had; return how many. What a person removed stays out."""
        known = await self._questions.every_of_entry(entry_id)
        fresh = {comparable(text): text for text in texts if comparable(text) not in known}
        for text in fresh.values():
            self._put(entry_id, text, QuestionOrigin.PACK, author, None)
        await self._session.flush()
        return len(fresh)

    def _put(
        self, entry_id: UUID, text: str, origin: QuestionOrigin, author: str, present: GoldQuestion | None
    ) -> GoldQuestion:
        row = present or GoldQuestion(entry_id=entry_id, comparable=comparable(text))
        row.text, row.origin, row.author = text, origin, author
        row.created_at, row.removed_at = self._clock.now(), None
        self._session.add(row)
        return row

    async def _check_entry(self, entry_id: UUID) -> None:
        if await self._entries.find(entry_id) is None:
            raise NotFoundError("There is no such entry.", code="entry_not_found")

    async def _resolve(self, items: Sequence[ImportedQuestion]) -> dict[str, UUID]:
        """Return entries by the key or id that the items give."""
        names = {item.entry for item in items}
        found = await self._entries.find_ids_by_key(sorted(names))
        for name in names - found.keys():
            entry_id = _as_id(name)
            if entry_id is not None and await self._entries.find(entry_id) is not None:
                found[name] = entry_id
        message = "No entry has this key or id; correct it or import the entry first."
        raise_problems(
            [
                Problem(f"lines.{item.line}.entry", "entry_key_unknown", f"Line {item.line}, entry: {message}")
                for item in items
                if item.entry not in found
            ]
        )
        return found


def find_question_problems(text: str, field: str) -> Iterator[Problem]:
    """Yield every rule a question's text breaks."""
    yield from find_text_problems(text, field, MAX_QUESTION_CHARACTERS)
    if text.strip() and not comparable(text):
        yield Problem(field, "text_empty", f"{field} has no words; write what a caller says.")


def question_row(asked: AskedQuestion) -> GoldQuestionRow:
    """Return a question with its entry."""
    question = asked.question
    return GoldQuestionRow(
        id=question.id,
        entry_id=question.entry_id,
        entry_key=asked.entry_key,
        entry_title=asked.revision.title,
        sector=asked.revision.sector,
        text=question.text,
        origin=QuestionOrigin(question.origin),
        author=question.author,
        created_at=question.created_at,
    )


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
