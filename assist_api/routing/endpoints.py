"""HTTP: the routing book, its versions, calls that nobody makes, and where calls went."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from assist_api.audit.deps import ActorDep
from assist_api.calls.access import CallsDep, ReaderDep
from assist_api.http.deps import SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.routing import views
from assist_api.routing.repository import RoutingRepository
from assist_api.routing.router import REPLAYED_AT_MOST, CallRouter
from assist_api.routing.schemas import (
    BookChange,
    BookCheck,
    BookReport,
    CallRoute,
    CallTrial,
    DecisionView,
    KnownAgent,
    ReplayReport,
    ReplayRequest,
    RoutedCalls,
    RoutedCallView,
    RoutingHistory,
    RoutingVersionDetail,
    RoutingView,
)
from assist_api.routing.service import RoutingBooks
from assist_api.routing.skilled import joined_queues
from kit.errors import InvalidInputError, NotFoundError

READ = [Depends(permitted(Permission.READ_ROUTING))]
EDIT = [Depends(permitted(Permission.EDIT_ROUTING))]
router = APIRouter(prefix="/routing", tags=["routing"])
of_call = APIRouter(tags=["routing"])
BooksDep = Annotated[RoutingBooks, Depends(provided(RoutingBooks))]
RouterDep = Annotated[CallRouter, Depends(provided(CallRouter))]


@router.get("", dependencies=READ)
async def read_routing(books: BooksDep) -> RoutingView:
    """Return the rules in force, what is wrong with them, and the agents who have a telephone."""
    await books.refresh()
    return await _view(books)


@router.put("", dependencies=EDIT)
async def put_routing(change: BookChange, actor: ActorDep, books: BooksDep) -> RoutingView:
    """Put other rules in force; the exchange takes them without dropping a call."""
    await books.put(actor, change.book, note=change.note, based_on=change.based_on)
    return await _view(books)


@router.post("/check", dependencies=READ)
async def check_routing(check: BookCheck, books: BooksDep) -> BookReport:
    """Name what is wrong with rules, and show the configuration that they make; nothing is changed."""
    problems = await books.problems(check.book)
    return BookReport(problems=[views.problem(item) for item in problems], files=await books.preview(check.book))


@router.post("/trials", dependencies=READ)
async def try_routing(trial: CallTrial, calls: RouterDep) -> DecisionView:
    """Say what would happen to a call, with the reasons; nobody is called."""
    return views.decision(
        await calls.try_call(
            trial.book,
            caller=trial.caller,
            dialled=trial.dialled,
            at=trial.at,
            customer_class=trial.customer_class,
            nobody_is_free=trial.nobody_is_free,
        )
    )


@router.post("/replays", dependencies=READ)
async def replay_routing(request: ReplayRequest, calls: RouterDep) -> ReplayReport:
    """Say what would have happened to the calls of past days under other rules."""
    if request.since.tzinfo is None or request.until.tzinfo is None or request.until <= request.since:
        text = "Give two moments with their time zone, the second after the first."
        raise InvalidInputError(text, field="until", code="routing_span_invalid")
    count, found = await calls.replay(request.book, request.since, request.until)
    return views.replay_report(found, count, is_cut=count == REPLAYED_AT_MOST)


@router.get("/versions", dependencies=READ)
async def list_routing_versions(
    books: BooksDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> RoutingHistory:
    """List the versions of the rules, the newest first."""
    rows = await books.history(limit=limit, before=before)
    last = rows[-1].number if len(rows) == limit else None
    return RoutingHistory(items=[views.version(row) for row in rows], next_before=last)


@router.get("/versions/{number}", dependencies=READ)
async def read_routing_version(number: Annotated[int, Path(ge=1, lt=2**31)], books: BooksDep) -> RoutingVersionDetail:
    """Return one version of the rules."""
    row, book = await books.find(number)
    return RoutingVersionDetail(version=views.version(row), book=book)


@router.get("/calls", dependencies=READ)
async def list_routed_calls(session: SessionDep, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> RoutedCalls:
    """List where calls were sent and why, the newest first."""
    rows = await RoutingRepository(session).calls(limit=limit)
    return RoutedCalls(items=[views.routed_call(row) for row in rows])


@router.get("/calls/{call_id}", dependencies=READ)
async def read_routed_call(call_id: UUID, session: SessionDep) -> RoutedCallView:
    """Return where a call was sent and why."""
    row = await RoutingRepository(session).find_call(call_id)
    if row is None:
        raise NotFoundError("This call was not routed by the product.", code="routed_call_not_found")
    return views.routed_call(row)


@of_call.get("/calls/{call_id}/route")
async def read_call_route(
    call_id: UUID, calls: CallsDep, viewer: ReaderDep, session: SessionDep, books: BooksDep
) -> CallRoute:
    """Return where a call was sent and why, for whoever may read the call."""
    await calls.archive.check_readable(viewer, call_id)
    row = await RoutingRepository(session).find_call(call_id)
    return CallRoute(
        decision=None if row is None else views.routed_call(row).decision,
        queues={queue.name: queue.title or queue.name for queue in books.book.queues},
    )


async def _view(books: RoutingBooks) -> RoutingView:
    plan = await books.plan()
    version = books.version
    phones = plan.agents if plan else ()
    joins = joined_queues(books.book, await books.skilled(), {phone.agent for phone in phones})
    return RoutingView(
        book=books.book,
        version=None if version is None else views.version(version),
        newest=await books.newest_number(),
        problems=[views.problem(item) for item in await books.problems(books.book)],
        agents=[KnownAgent(agent=phone.agent, name=phone.name, joins=joins.get(phone.agent, [])) for phone in phones],
        has_exchange=plan is not None,
    )
