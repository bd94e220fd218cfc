"""The hint books in force, and putting another one in force while the server runs."""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError

from assist_api.hints.book import BOOK_SECTORS, BookSector, HintBook, Step, book_sector, parse_book, shipped_book
from assist_api.hints.extra import ExtraHints
from assist_api.hints.listener import BookListener
from assist_api.hints.models import HintBookVersion
from assist_api.hints.policy import HINTS, HintPolicy
from assist_api.hints.repository import HintBookRepository
from assist_api.hints.schemas import HintBookView
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.policies.service import Policies
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.outbox import signal

log = structlog.get_logger(__name__)

HINT_BOOKS_CHANGED = "hint_books.changed"
"""Topic of the outbox: another book is in force."""


class HintBooks:
    """Knows the book of every sector; books are kept compiled, and refreshed on a change."""

    def __init__(self, database: Database, clock: Clock, audit: AuditTrail, policies: Policies) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._policies = policies
        self._versions: dict[BookSector, HintBookVersion] = {}
        self._listeners: dict[BookSector, BookListener] = {}
        self.extra = ExtraHints()
        """Hints that single agents are shown beyond the budget of everybody."""
        self._unknown: BookListener | None = None
        """For a call whose sector is not known: the general book with the questions of every sector."""

    def coaching(self, sector: str | None, agent_id: UUID | None = None) -> tuple[BookListener, HintPolicy]:
        """Return the compiled book and the policy for an agent's calls of a sector; callable from any thread.

        While the sector is unknown, the questions of every sector serve: what the caller names first decides.
        """
        known = book_sector(sector)
        listener = self._listener(known) if known != "general" else self._of_every_sector()
        return listener, self.extra.widened(self._policies.current(HINTS), agent_id)

    def _of_every_sector(self) -> BookListener:
        if self._unknown is None:
            book = self.book("general")
            situations = tuple(
                situation.model_copy(update={"id": f"{name}_{situation.id}"})
                for name in BOOK_SECTORS
                for situation in self.book(name).situations
            )
            self._unknown = BookListener(book.model_copy(update={"situations": situations}))
        return self._unknown

    def book(self, sector: BookSector) -> HintBook:
        """Return the book in force."""
        return self._listener(sector).book

    def step(self, sector: str | None, step_id: str) -> Step:
        """Return a step of the talk tracks for calls of a sector.

        Raises:
            NotFoundError: `step_not_found`.
        """
        step = next((known for known in self.book(book_sector(sector)).steps if known.id == step_id), None)
        if step is None:
            raise NotFoundError("The talk track has no such step.", code="step_not_found")
        return step

    def view(self, sector: BookSector) -> HintBookView:
        """Return a book with the version that is in force."""
        version, book = self._versions.get(sector), self.book(sector)
        return HintBookView(
            sector=sector,
            book=book,
            number=0 if version is None else version.number,
            note="" if version is None else version.note,
            author_name="" if version is None else version.author_name,
            since=None if version is None else version.since,
            is_shipped=book == shipped_book(sector),
        )

    async def refresh(self) -> None:
        """Take over what was saved since, also by other processes."""
        async with self._database.session() as session:
            for row in await HintBookRepository(session).newest():
                self._take(row)

    async def save(self, actor: Actor, sector: BookSector, book: HintBook, *, note: str, based_on: int) -> HintBookView:
        """Put another book in force for the calls that begin from now on.

        Args:
            actor: Who saves it.
            sector: Whose book.
            book: All of it.
            note: Why; may be empty.
            based_on: Number of the version that the person saw, 0 for the shipped book.

        Raises:
            ConflictError: `hint_book_changed`: somebody saved another one since.
        """
        try:
            async with self._database.session() as session:
                books = HintBookRepository(session)
                newest = await books.newest_number(sector)
                if based_on != newest:
                    raise _changed(newest)
                row = HintBookVersion(
                    sector=sector,
                    number=newest + 1,
                    book=book.model_dump(mode="json"),
                    note=note,
                    author_id=actor.account_id,
                    author_name=actor.name,
                    since=self._clock.now(),
                )
                before = self.book(sector).model_dump(mode="json")
                self._audit.record(
                    session, actor, "hint_book.changed", "hint_book", sector,
                    before=before, after=row.book, details={"version": row.number},
                )  # fmt: skip
                await books.add(row)
                signal(session, HINT_BOOKS_CHANGED)
        except IntegrityError as error:
            raise _changed(newest + 1) from error
        self._take(row)
        return self.view(sector)

    def _listener(self, sector: BookSector) -> BookListener:
        if sector not in self._listeners:
            self._listeners[sector] = BookListener(shipped_book(sector))
        return self._listeners[sector]

    def _take(self, row: HintBookVersion) -> None:
        sector = next((known for known in BOOK_SECTORS if known == row.sector), None)
        if sector is None or ((known := self._versions.get(sector)) is not None and known.number >= row.number):
            return
        try:
            self._listeners[sector] = BookListener(parse_book(row.book))
            self._unknown = None
        except InvalidInputError:
            # A later product version may read less; the book before is safer than a stop.
            log.exception("hint_book_unusable", sector=row.sector, number=row.number)
            return
        self._versions[sector] = row


def _changed(newest: int) -> ConflictError:
    text = "Somebody saved another hint book since; look at it and save again."
    return ConflictError(text, code="hint_book_changed", newest=newest)
