"""Reads questions with their right entry: gold questions, verdicts on cards, and files that name entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from assist_api.calls.events import Verdict
from assist_api.calls.repository import CallRepository
from kb.entries.repository import EntryRepository
from kb.gold.repository import GoldRepository
from kb.search.ranking.fit.judgements import GoldLine, JudgedQuestion
from kit.db import Database
from kit.errors import InvalidInputError


class CardVerdicts:
    """The verdicts on cards as judged questions: the question is what was heard when the card came up.

    Used means it answers, wrong means it does not; put aside is a weak sign. Cards that are cases are left out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def judged_questions(self) -> Sequence[JudgedQuestion]:
        """Return one judged question for every set of utterances that brought up judged cards."""
        verdicts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        async with self._database.session() as session:
            async for entry_id, verdict, on_screen in CallRepository(session).entry_verdicts():
                if question := heard_question(on_screen, entry_id):
                    verdicts[question][verdict].add(str(entry_id))
        return [
            JudgedQuestion(
                question,
                relevant=frozenset(found[Verdict.USED]),
                wrong=frozenset(found[Verdict.WRONG]),
                passed_over=frozenset(found[Verdict.DISMISSED]),
            )
            for question, found in verdicts.items()
        ]


def heard_question(on_screen: Mapping[str, Any], entry_id: UUID) -> str:
    """Return the words that brought up an entry's card, empty when they are not known."""
    cards = on_screen.get("suggestions", {}).get("cards", ())
    triggers = {
        segment for card in cards if card.get("entry_id") == str(entry_id) for segment in card["trigger_segment_ids"]
    }
    heard = (item["text"] for item in on_screen.get("utterances", ()) if item["segment_id"] in triggers)
    return " ".join(heard).strip()


class StoredGold:
    """The gold questions that curators keep with their entries; those of retired entries are left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def judged_questions(self) -> Sequence[JudgedQuestion]:
        """Return every gold question with its entry."""
        async with self._database.session() as session:
            asked = await GoldRepository(session).asked()
        return [JudgedQuestion(one.question.text, frozenset({str(one.question.entry_id)})) for one in asked]


async def resolve_gold(database: Database, lines: Iterable[GoldLine]) -> list[JudgedQuestion]:
    """Return gold lines with their entries' ids in place of keys.

    Raises:
        InvalidInputError: An entry is not in the knowledge base; `details` names it.
    """
    async with database.session() as session:
        entries = EntryRepository(session)
        known: dict[str, str] = {}
        for name in dict.fromkeys(name for line in lines for name in line.entries):
            known[name] = await _entry_id(entries, name)
    return [JudgedQuestion(line.text, frozenset(known[name] for name in line.entries)) for line in lines]


async def _entry_id(entries: EntryRepository, name: str) -> str:
    found = await entries.find_by_key(name)
    if found is None and (as_id := _uuid(name)) is not None:
        found = await entries.find(as_id)
    if found is None:
        raise InvalidInputError(
            f"{name} is no entry of this knowledge base; name it by its key or id.",
            field="gold",
            code="gold_entry_unknown",
            entry=name,
        )
    return str(found.id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
