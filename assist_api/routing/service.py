"""The routing book in force, its versions, and putting another one in force on the exchange."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import orjson
import structlog
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from assist_api.http.actor import Actor, program
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.routing.book import RoutingBook
from assist_api.routing.exchange_plan import book_of, plan_of
from assist_api.routing.models import RoutingVersion
from assist_api.routing.problems import BookProblem, problems_of
from assist_api.routing.repository import RoutingRepository
from assist_api.routing.skilled import Skilled
from cti_adapter.asterisk.applying import LocalExchange
from cti_adapter.asterisk.plan import PBXPlan
from kit.clock import Clock
from kit.db import Database
from kit.errors import AssistError, ConflictError, InvalidInputError, NotFoundError

log = structlog.get_logger(__name__)


class RoutingBooks:
    """Keeps the book that is in force at hand: a call that asks must not wait for the database to read it.

    Args:
        database: Versions.
        clock: Since when a version is in force.
        audit: Who put it there.
        exchange: What a book is applied to.
        zone: Of opening hours.
    """

    def __init__(
        self, database: Database, clock: Clock, audit: AuditTrail, exchange: LocalExchange, zone: ZoneInfo
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._exchange = exchange
        self._zone = zone
        self._version: RoutingVersion | None = None
        self._book = RoutingBook()

    @property
    def book(self) -> RoutingBook:
        """The book in force."""
        return self._book

    @property
    def version(self) -> RoutingVersion | None:
        """The version in force; None while the plan of the exchange says the book."""
        return self._version

    async def refresh(self) -> None:
        """Take over what is in force, also where another process put it there."""
        async with self._database.session() as session:
            row = await RoutingRepository(session).in_force()
        if row is None:
            plan = await self.plan()
            self._book = RoutingBook() if plan is None else book_of(plan)
        elif self._version is None or row.number != self._version.number:
            self._book = _read(row)
        self._version = row

    async def plan(self) -> PBXPlan | None:
        """Return the plan of the exchange of this machine; None where it has none or it cannot be read."""
        try:
            return await asyncio.to_thread(self._exchange.find_plan)
        except AssistError:
            # The health page and `tingzhi pbx check` name a damaged plan; routing goes on without.
            return None

    async def newest_number(self) -> int:
        """Return the number that a change is based on."""
        async with self._database.session() as session:
            return await RoutingRepository(session).newest_number()

    async def problems(self, book: RoutingBook) -> list[BookProblem]:
        """Return what is wrong with a book on the exchange of this machine."""
        plan = await self.plan()
        agents = None if plan is None else [phone.agent for phone in plan.agents]
        return problems_of(book, agents, await self.skilled())

    async def skilled(self) -> Skilled:
        """Return the agents with a confirmed skill."""
        async with self._database.session() as session:
            return await RoutingRepository(session).skilled_agents()

    async def follow(self, cause: str) -> None:
        """Let the exchange ring whoever has a skill and a telephone by now; nothing without a written book.

        Args:
            cause: What changed, for the audit log.

        Raises:
            ConfigurationRefusedError, ExchangeSilentError: As `put`.
        """
        await self.refresh()
        version = self._version
        if version is None:
            return
        state = await self._apply(self._book)
        details: dict[str, DetailValue] = {"version": version.number, "state": state, "cause": cause}
        async with self._database.session() as session:
            self._audit.record(
                session, program("routing"), "routing.members_applied", "routing", str(version.number), details=details
            )

    async def preview(self, book: RoutingBook) -> dict[str, str]:
        """Return the configuration that a book makes; nothing where there is no exchange or a problem blocks."""
        plan = await self.plan()
        if plan is None or any(problem.is_blocking for problem in await self.problems(book)):
            return {}
        return await asyncio.to_thread(self._exchange.preview, await self._plan_of(book, plan))

    async def put(self, actor: Actor, book: RoutingBook, *, note: str, based_on: int) -> RoutingVersion:
        """Put another book in force; the exchange takes it without dropping a call.

        Raises:
            InvalidInputError: `routing_invalid`: a problem blocks; nothing was changed.
            ConflictError: `routing_changed`: somebody put another one in force since.
            ConfigurationRefusedError: Asterisk did not take it; the version is kept as refused, the earlier one stays.
            ExchangeSilentError: Asterisk did not answer in time.
        """
        await self._refuse_blocking(book)
        row = await self._begin(actor, book, note, based_on)
        try:
            state = await self._apply(book)
        except AssistError as error:
            await self._settle(actor, row.number, "refused", error.message)
            raise
        version = await self._settle(actor, row.number, state, "")
        await self.refresh()
        return version

    async def find(self, number: int) -> tuple[RoutingVersion, RoutingBook]:
        """Return one version with its book.

        Raises:
            NotFoundError: There is none.
        """
        async with self._database.session() as session:
            row = await RoutingRepository(session).find(number)
        if row is None:
            raise NotFoundError("There is no such version.", code="routing_version_not_found")
        return row, _read(row)

    async def history(self, *, limit: int, before: int | None) -> Sequence[RoutingVersion]:
        """Return versions, the newest first."""
        async with self._database.session() as session:
            return await RoutingRepository(session).page(limit=limit, before=before)

    async def _refuse_blocking(self, book: RoutingBook) -> None:
        found = [problem for problem in await self.problems(book) if problem.is_blocking]
        if found:
            places = ", ".join(f"{problem.place}: {problem.code}" for problem in found[:5])
            text = f"The rules contradict themselves ({places}). Mend what the page names, then apply."
            raise InvalidInputError(text, field=found[0].place, code="routing_invalid")

    async def _begin(self, actor: Actor, book: RoutingBook, note: str, based_on: int) -> RoutingVersion:
        """Keep the version before it is applied, so that what was tried and refused is known as well."""
        try:
            async with self._database.session() as session:
                rows = RoutingRepository(session)
                newest = await rows.newest_number()
                if newest != based_on:
                    raise _changed(newest)
                row = RoutingVersion(
                    number=newest + 1,
                    value=book.model_dump(mode="json"),
                    note=note,
                    author_id=actor.account_id,
                    author_name=actor.name,
                    since=self._clock.now(),
                    state="applying",
                    problem="",
                )
                await rows.add(row)
        except IntegrityError as error:
            raise _changed(newest + 1) from error
        return row

    async def _plan_of(self, book: RoutingBook, plan: PBXPlan) -> PBXPlan:
        return plan_of(book, plan, self._clock.now(), self._zone, await self.skilled())

    async def _apply(self, book: RoutingBook) -> str:
        plan = await self.plan()
        if plan is None:
            return "saved"
        is_running = await asyncio.to_thread(self._exchange.apply, await self._plan_of(book, plan))
        return "applied" if is_running else "saved"

    async def _settle(self, actor: Actor, number: int, state: str, problem: str) -> RoutingVersion:
        async with self._database.session() as session:
            rows = RoutingRepository(session)
            row = await rows.find(number)
            if row is None:
                raise NotFoundError("There is no such version.", code="routing_version_not_found")
            before = await rows.in_force()
            row.state, row.problem, row.since = state, problem[:500], self._clock.now()
            self._audit.record(
                session, actor, "routing.changed", "routing", str(number),
                before=None if before is None else before.value, after=row.value,
                details={"version": number, "state": state},
            )  # fmt: skip
        return row


def _read(row: RoutingVersion) -> RoutingBook:
    try:
        return RoutingBook.model_validate_json(orjson.dumps(row.value))
    except ValidationError:
        # A later product version may narrow a field; the exchange goes on with what it has.
        log.exception("routing_version_unusable", number=row.number)
        return RoutingBook()


def _changed(newest: int) -> ConflictError:
    text = "Somebody put other rules in force since; look at them and apply yours again."
    return ConflictError(text, code="routing_changed", newest=newest)
