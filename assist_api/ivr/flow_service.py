"""Speech flows: keep versions, check them, try them, publish them. One unit of work; the caller commits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.ivr.checks import Flaw, FlawCode, check_flow
from assist_api.ivr.dialogue import End, StepKind
from assist_api.ivr.figures import figures_of
from assist_api.ivr.flow import Flow, flow_as_yaml, node_and_field, parse_flow, read_flow
from assist_api.ivr.intents import shipped_intents
from assist_api.ivr.live_flows import FLOWS_CHANGED, LiveFlows
from assist_api.ivr.models import Dialogue, FlowVersion, NumberRule
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.schemas import (
    CallDialogue,
    DialogueStepView,
    FlawView,
    FlowChecked,
    FlowChecking,
    FlowFigures,
    FlowLine,
    FlowList,
    FlowSaving,
    FlowVersionLine,
    FlowView,
    NumberRuleView,
    NumberTable,
    NumberTableView,
)
from assist_api.ivr.shipped import shipped_scenarios
from assist_api.ivr.simulation import Simulator
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.outbox import signal


class FlowService:
    """What people do with flows."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail, live: LiveFlows) -> None:
        self._session = session
        self._flows = FlowRepository(session)
        self._clock = clock
        self._audit = audit
        self._live = live

    # Reading -----------------------------------------------------------------------------------------------------

    async def list_all(self) -> FlowList:
        """Return every flow in its newest version."""
        newest = await self._flows.newest()
        live = {row.flow: row for row in await self._flows.live()}
        numbers: dict[str, list[str]] = defaultdict(list)
        for rule in await self._flows.number_rules():
            if rule.flow is not None and rule.number not in numbers[rule.flow]:
                numbers[rule.flow].append(rule.number)
        readable = {row.flow: flow for row in newest if (flow := _readable(row)) is not None}
        return FlowList(items=[_line(row, live.get(row.flow), readable, numbers, self._flaws) for row in newest])

    async def view(self, name: str, number: int | None = None) -> FlowView:
        """Return a version of a flow, the newest when none is named.

        Raises:
            NotFoundError: There is no such flow or version.
        """
        versions = await self._flows.versions(name)
        row = next((row for row in versions if number in {None, row.number}), None)
        if row is None:
            raise NotFoundError("There is no such flow, or no such version of it.", code="flow_not_found")
        return await self._view(row, versions)

    async def newest_definitions(self) -> dict[str, Flow]:
        """Return every flow in its newest version, those that cannot be read left out."""
        found = [_readable(row) for row in await self._flows.newest()]
        return {flow.name: flow for flow in found if flow is not None}

    async def check(self, asked: FlowChecking) -> FlowChecked:
        """Return what is wrong with a flow that is not kept."""
        try:
            flow = _given(asked)
        except InvalidInputError as error:
            return FlowChecked(definition=None, text=asked.text, flaws=_malformed(error))
        others = await self.newest_definitions() | {flow.name: flow}
        return FlowChecked(
            definition=flow.model_dump(mode="json"), text=flow_as_yaml(flow), flaws=self._flaws(flow, others)
        )

    # Changing ----------------------------------------------------------------------------------------------------

    async def save(self, actor: Actor, name: str, saving: FlowSaving) -> FlowView:
        """Keep a flow as a new version; callers meet it once it is published.

        Raises:
            InvalidInputError: `flow_invalid`: it is no flow; `errors` names every place.
            ConflictError: `flow_changed`: somebody kept a version since.
        """
        flow = _given(saving)
        if flow.name != name:
            text = f"The flow is named {flow.name}; keep its name {name}, or keep it under the new one."
            raise InvalidInputError(text, field="name", code="flow_renamed")
        versions = await self._flows.versions(name)
        newest = versions[0].number if versions else 0
        if saving.based_on != newest:
            text = "Somebody kept another version since; look at it and save again."
            raise ConflictError(text, code="flow_changed", newest=newest)
        row = FlowVersion(
            flow=name,
            number=newest + 1,
            definition=flow.model_dump(mode="json"),
            note=saving.note,
            author_id=actor.account_id,
            author_name=actor.name,
            created_at=self._clock.now(),
            published_at=None,
            published_by=None,
        )
        before = versions[0].definition if versions else None
        self._audit.record(
            self._session, actor, "ivr.flow_saved", "ivr_flow", name, before=before, after=row.definition,
            details={"version": row.number},
        )  # fmt: skip
        try:
            await self._flows.add(row)
        except IntegrityError as error:
            raise ConflictError("Somebody kept another version since.", code="flow_changed") from error
        return await self._view(row, [row, *versions])

    async def publish(self, actor: Actor, name: str, number: int) -> FlowView:
        """Put a version before callers, once it has no flaw and every scenario of the flow goes as expected.

        Raises:
            NotFoundError: There is no such version.
            ConflictError: `flow_has_flaws`, or `scenarios_failed` with the names of the scenarios.
        """
        row = await self._flows.find(name, number)
        if row is None:
            raise NotFoundError("There is no such version.", code="flow_not_found")
        flow = read_flow(row.definition)
        live = {known.flow: read_flow(known.definition) for known in await self._flows.live()} | {name: flow}
        flaws = check_flow(flow, live, set(shipped_intents().intents), self._live.spoken)
        if flaws:
            listed = [
                {"field": ".".join(filter(None, (flaw.node, flaw.field))), "code": flaw.code, "message": flaw.problem}
                for flaw in flaws
            ]
            text = f"{len(flaws)} reasons against publishing, the first at {flaws[0].node or name}: {flaws[0].problem}"
            raise ConflictError(text, code="flow_has_flaws", count=len(flaws), errors=listed)
        failed = await self._failed_scenarios(name, live)
        if failed:
            text = f"These scenarios go otherwise than expected: {', '.join(failed)}."
            raise ConflictError(text, code="scenarios_failed", count=len(failed), names="、".join(failed))
        row.published_at, row.published_by = self._clock.now(), actor.name
        self._audit.record(
            self._session, actor, "ivr.flow_published", "ivr_flow", name, after=row.definition,
            details={"version": number},
        )  # fmt: skip
        await self._session.flush()
        signal(self._session, FLOWS_CHANGED)
        return await self.view(name, number)

    async def _failed_scenarios(self, name: str, flows: Mapping[str, Flow]) -> list[str]:
        simulator = Simulator(flows, self._live.understand)
        wanted = [scenario for scenario in shipped_scenarios() if scenario.flow == name]
        results = await asyncio.gather(*(simulator.run(name, scenario) for scenario in wanted))
        return [result.scenario.name for result in results if result.unmet]

    # Numbers -----------------------------------------------------------------------------------------------------

    async def number_table(self) -> NumberTableView:
        """Return which flow answers which number."""
        rows = await self._flows.number_rules()
        rules = [NumberRuleView.model_validate({"number": r.number, "hours": r.hours, "flow": r.flow}) for r in rows]
        return NumberTableView(rules=rules, hours_now=self._live.hours(self._clock.now()))

    async def choose_numbers(self, actor: Actor, table: NumberTable) -> NumberTableView:
        """Let other flows answer from now on.

        Raises:
            InvalidInputError: `flow_not_live`: a line names a flow that is not published, or part of others.
        """
        live = {row.flow: row for row in await self._flows.live()}
        for place, rule in enumerate(table.rules):
            row = live.get(rule.flow or "")
            flow = None if row is None else _readable(row)
            if rule.flow is not None and (flow is None or not flow.answers_numbers):
                text = f"{rule.flow} is not published, or part of other flows; publish it first."
                raise InvalidInputError(text, field=f"rules.{place}.flow", code="flow_not_live")
        before = [(row.number, row.hours, row.flow) for row in await self._flows.number_rules()]
        rows = [
            NumberRule(position=place, number=rule.number, hours=rule.hours, flow=rule.flow)
            for place, rule in enumerate(table.rules)
        ]
        self._audit.record(
            self._session, actor, "ivr.numbers_changed", "ivr_numbers", "table", before=before,
            after=[(row.number, row.hours, row.flow) for row in rows], details={"rules": len(rows)},
        )  # fmt: skip
        await self._flows.replace_number_rules(rows)
        signal(self._session, FLOWS_CHANGED)
        return await self.number_table()

    # Figures and dialogues ---------------------------------------------------------------------------------------

    async def figures(self, name: str) -> FlowFigures:
        """Return what callers did in a flow in the last thirty days."""
        return await figures_of(self._flows, name, self._clock.now())

    async def dialogue_of_call(self, call_id: UUID) -> CallDialogue | None:
        """Return what a caller said to the flow, for the agent; None where there was no dialogue."""
        row = await self._flows.dialogue_of_call(call_id)
        if row is None:
            return None
        flow = self._live.flows.get(row.flow)
        return call_dialogue(row, flow)

    def _flaws(self, flow: Flow, others: Mapping[str, Flow]) -> list[FlawView]:
        found = check_flow(flow, others, set(shipped_intents().intents), self._live.spoken)
        return [_flaw(flaw) for flaw in found]

    async def later_dialogues(self, call_id: UUID) -> list[CallDialogue]:
        """Return what callers said to flows that an agent sent them to, the newest first."""
        rows = await self._flows.dialogues_of_call(call_id)
        flows = self._live.flows
        return [call_dialogue(row, flow) for row in rows if (flow := flows.get(row.flow)) and flow.is_for_agents]

    async def _view(self, row: FlowVersion, versions: Sequence[FlowVersion]) -> FlowView:
        live = [known for known in versions if known.published_at is not None]
        newest_live = max(live, key=lambda known: (known.published_at or known.created_at, known.number), default=None)
        flow = _readable(row)
        others = await self.newest_definitions()
        flaws = [] if flow is None else self._flaws(flow, others | {flow.name: flow})
        return FlowView(
            name=row.flow,
            title=str(row.definition.get("title", row.flow)),
            version=row.number,
            newest_version=versions[0].number,
            live_version=None if newest_live is None else newest_live.number,
            definition=row.definition,
            text="" if flow is None else flow_as_yaml(flow),
            flaws=flaws,
            versions=[_version_line(known) for known in versions],
            intents=sorted(shipped_intents().intents),
        )


def call_dialogue(row: Dialogue, flow: Flow | None) -> CallDialogue:
    """Return a dialogue as an agent sees it."""
    context: dict[str, Any] = row.context
    steps = [DialogueStepView.model_validate(step) for step in context.get("steps", [])]
    goal = None if flow is None or row.intent is None else flow.intents.get(row.intent)
    return CallDialogue(
        id=row.id,
        flow=row.flow,
        flow_title=row.flow if flow is None else flow.title,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end=End(row.end),
        intent=row.intent,
        intent_title=None if goal is None else goal.title,
        queue=row.queue,
        failures=row.failures,
        is_danger=any(step.kind is StepKind.DANGER for step in steps),
        is_identified=any(step.kind is StepKind.LOOKED_UP and step.detail == "account:found" for step in steps),
        slots=context.get("slots", {}),
        answered=context.get("answered", []),
        steps=steps,
    )


def _given(asked: FlowSaving | FlowChecking) -> Flow:
    if (asked.definition is None) == (asked.text is None):
        raise InvalidInputError("Give the flow as a definition or as a text, one of the two.", field="definition")
    return parse_flow(asked.text) if asked.text is not None else read_flow(asked.definition)


def _readable(row: FlowVersion) -> Flow | None:
    try:
        return read_flow(row.definition)
    except InvalidInputError:
        return None


def _flaw(flaw: Flaw) -> FlawView:
    return FlawView(code=flaw.code, node=flaw.node, field=flaw.field, problem=flaw.problem)


def _malformed(error: InvalidInputError) -> list[FlawView]:
    errors: Any = error.details.get("errors") or [{"field": error.field, "message": error.message}]
    places = [(node_and_field(item["field"]), item["message"]) for item in errors]
    return [
        FlawView(code=FlawCode.MALFORMED, node=node, field=field, problem=problem) for (node, field), problem in places
    ]


def _line(
    row: FlowVersion, live: FlowVersion | None, readable: Mapping[str, Flow], numbers: Mapping[str, list[str]],
    flaws: Callable[[Flow, Mapping[str, Flow]], Sequence[FlawView]],
) -> FlowLine:  # fmt: skip
    flow = readable.get(row.flow)
    return FlowLine(
        name=row.flow,
        title=str(row.definition.get("title", row.flow)),
        sector=str(row.definition.get("sector", "")),
        is_part=bool(row.definition.get("is_part")),
        answers_numbers=flow is not None and flow.answers_numbers,
        node_count=len(row.definition.get("nodes", {})),
        newest_version=row.number,
        live_version=None if live is None else live.number,
        flaw_count=1 if flow is None else len(flaws(flow, readable)),
        changed_at=row.created_at,
        changed_by=row.author_name,
        numbers=numbers.get(row.flow, []),
    )


def _version_line(row: FlowVersion) -> FlowVersionLine:
    return FlowVersionLine(
        number=row.number,
        note=row.note,
        author_name=row.author_name,
        created_at=row.created_at,
        published_at=row.published_at,
        published_by=row.published_by,
    )
