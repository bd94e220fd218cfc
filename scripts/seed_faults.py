"""Seeds faults into a copy of the demo knowledge and counts what finds them: `python -m scripts.seed_faults [N]`.

Each fault is a new text of a demo entry with one thing wrong. It goes the way of every edit: the rules of the editor
may refuse it, the gold questions may lose their place (by words alone, without an embedder), and the checks may put it
on the curator's desk. As many harmless edits show how often the checks trouble a curator for nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from assist_api.curation.checks import questions_but, questions_by_entry
from assist_api.curation.findings import published
from assist_api.knowledge.publishing import PublicationGate
from assist_api.migrations import runner
from assist_api.search.parts import parts_of_search
from assist_api.settings import AssistSettings
from curation.revision_checks import Question, check_revision
from kb.entries.models import Revision
from kb.entries.schemas import EntryDraft
from kb.entries.service import KnowledgeService
from kb.gold.comparison import DropPolicy
from kb.packs.importing import PackImporter
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import DomainError

DEMO = Path("kb/demo")
SEED = 24
LIMIT = re.compile(r"(\d+)(?=\s*(?:个?工作日|小时|分钟|个月|天|日|年|次))")
FEE = re.compile(r"(\d+(?:\.\d+)?)(?=\s*(?:元|块|%|％|倍|‰))")
HARMLESS = "以上内容以当地营业厅公布的为准。"
Fault = Callable[[random.Random, EntryDraft, Sequence[Question]], EntryDraft | None]


def wrong_number(pattern: re.Pattern[str]) -> Fault:
    """Return a fault that changes one number that the pattern finds, in the script or the answer."""

    def seed(chance: random.Random, draft: EntryDraft, _others: Sequence[Question]) -> EntryDraft | None:
        places = [(name, match) for name in ("script", "answer") for match in pattern.finditer(getattr(draft, name))]
        if not places:
            return None
        name, match = chance.choice(places)
        value = float(match[1])
        other = value * 2 if value < 100 else value / 2
        text = getattr(draft, name)
        changed = f"{text[: match.start(1)]}{other:g}{text[match.end(1) :]}"
        return draft.model_copy(update={name: changed})

    return seed


def vanished_variant(chance: random.Random, draft: EntryDraft, _others: Sequence[Question]) -> EntryDraft | None:
    """Take one way of asking away."""
    if not draft.variants:
        return None
    gone = chance.choice(draft.variants)
    return draft.model_copy(update={"variants": [text for text in draft.variants if text != gone]})


def hijacking_question(chance: random.Random, draft: EntryDraft, others: Sequence[Question]) -> EntryDraft | None:
    """Add another entry's way of asking, every second time in slightly other words."""
    near = [other for other in others if other.sector == draft.sector and len(other.text) >= 6]
    if not near:
        return None
    text = chance.choice(near).text
    if chance.random() < 0.5:
        text = chance.choice((f"请问{text}", f"{text}呢", text.replace("怎么", "如何")))
    return draft.model_copy(update={"variants": [*draft.variants, text]})


def wrong_sector(chance: random.Random, draft: EntryDraft, _others: Sequence[Question]) -> EntryDraft | None:
    """File the entry under another sector, every second time with a situation of that sector."""
    if draft.sector is None:
        return None
    other = chance.choice([name for name in ("power", "heating", "water", "gas", "tv") if name != draft.sector])
    update: dict[str, object] = {"sector": other}
    if chance.random() < 0.5:
        update["situation"] = f"{other}.{draft.situation.split('.', 1)[1]}"
    return draft.model_copy(update=update)


def harmless(chance: random.Random, draft: EntryDraft, _others: Sequence[Question]) -> EntryDraft | None:
    """Say the same a little longer."""
    name = chance.choice(("script", "answer"))
    return draft.model_copy(update={name: f"{getattr(draft, name)}{HARMLESS}"})


FAULTS: dict[str, Fault] = {
    "outdated limit": wrong_number(LIMIT),
    "wrong fee": wrong_number(FEE),
    "vanished variant": vanished_variant,
    "hijacking question": hijacking_question,
    "wrong sector": wrong_sector,
}
CONTROL = "harmless edit"


@dataclass(slots=True)
class Tally:
    """What became of the faults of one kind."""

    seeded: int = 0
    refused: int = 0
    dropped: int = 0
    on_desk: int = 0
    found: int = 0


class Seeder:
    """Seeds faults one by one; nothing is published, so that each meets the knowledge as it was."""

    def __init__(self, database: Database, gate: PublicationGate, revisions: Sequence[Revision]) -> None:
        self._database = database
        self._clock = SystemClock()
        self._gate = gate
        self._revisions = revisions
        self._asked = questions_by_entry(revisions)

    async def seed(self, fault: Fault, count: int) -> Tally:
        """Seed as many faults of a kind as there are entries for it, at most `count`."""
        chance, tally = random.Random(SEED), Tally()  # noqa: S311  # rejected: a repeatable choice, no secret
        order = sorted(self._revisions, key=lambda revision: revision.title)
        chance.shuffle(order)
        for revision in order:
            if tally.seeded == count:
                break
            fields = {name: getattr(revision, name) for name in EntryDraft.model_fields}
            before = EntryDraft.model_validate(fields)
            others = questions_but(self._asked, revision.entry_id)
            draft = fault(chance, before, others)
            if draft is None or draft == before:
                continue
            tally.seeded += 1
            await self._count(tally, revision, before, draft, others)
        return tally

    async def _count(
        self, tally: Tally, revision: Revision, before: EntryDraft, draft: EntryDraft, others: Sequence[Question]
    ) -> None:
        is_refused = await self._is_refused(revision.entry_id, revision.id, draft)
        has_drop = not is_refused and await self._has_drop(draft, revision.entry_id)
        is_on_desk = not is_refused and bool(check_revision(before, draft, others))
        tally.refused += is_refused
        tally.dropped += has_drop
        tally.on_desk += is_on_desk
        tally.found += is_refused or has_drop or is_on_desk

    async def _is_refused(self, entry_id: UUID, base: UUID, draft: EntryDraft) -> bool:
        async with self._database.session() as session:
            try:
                await KnowledgeService(session, self._clock).check_revision(entry_id, base, draft)
            except DomainError:
                return True
        return False

    async def _has_drop(self, draft: EntryDraft, entry_id: UUID) -> bool:
        report = await self._gate.report(draft, entry_id)
        return report is not None and report.drops > 0


async def run(count: int, folder: Path) -> dict[str, Tally]:
    """Seed `count` faults, equally many of each kind, and as many harmless edits as of one kind."""
    settings = AssistSettings.load().model_copy(update={"data_dir": folder, "database_url": None})
    database, clock = Database(settings.effective_database_url), SystemClock()
    knowledge = parts_of_search(settings, KBSettings.load().model_copy(update={"embedder": "none"}), database, clock)
    try:
        await runner.upgrade(database)
        await PackImporter(database, clock).import_pack([DEMO])
        await knowledge.indexer.catch_up()
        await knowledge.search.warm_up()
        async with database.session() as session:
            revisions = await published(session)
        seeder = Seeder(database, PublicationGate(knowledge.tester, lambda: DropPolicy.WARN), revisions)
        each = max(1, count // len(FAULTS))
        tallies = {name: await seeder.seed(fault, each) for name, fault in FAULTS.items()}
        return tallies | {CONTROL: await seeder.seed(harmless, each)}
    finally:
        await knowledge.aclose()
        await database.aclose()


def share_found(tallies: dict[str, Tally]) -> float:
    """Return which share of the faults was found, without the harmless edits."""
    faults = [tally for name, tally in tallies.items() if name != CONTROL]
    return sum(tally.found for tally in faults) / max(1, sum(tally.seeded for tally in faults))


def main(arguments: Sequence[str] | None = None) -> None:
    """Seed the faults and print one line a kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=100)
    count = parser.parse_args(arguments).count
    with tempfile.TemporaryDirectory() as folder:
        tallies = asyncio.run(run(count, Path(folder)))
    print("| fault | seeded | refused | tests | checks | found |\n|---|---|---|---|---|---|")
    for name, tally in tallies.items():
        counts = (tally.seeded, tally.refused, tally.dropped, tally.on_desk, tally.found)
        print(f"| {name} | " + " | ".join(map(str, counts)) + " |")
    print(f"found {100 * share_found(tallies):.0f} % of the faults")


if __name__ == "__main__":
    main()
