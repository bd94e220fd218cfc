"""Self-calls: the server tries every day whether a customer's call would go well."""

from __future__ import annotations

from datetime import timedelta

from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from assist_api.recordings.service import CallRecordings
from assist_api.self_calls.caller import SelfCaller
from assist_api.self_calls.policy import SELF_CALL
from assist_api.self_calls.service import KINDS, SelfCalls
from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.plan_file import find_plan
from cti_adapter.settings import CTISettings
from kit.periodic import Loop

DUE_SECONDS = 60.0
OLD_AFTER = timedelta(hours=26)


def build(
    core: Core,
    calls: CallService,
    recordings: CallRecordings,
    policies: Policies,
    notifier: Notifier,
    exchange: CTIAdapter | None,
    cti: CTISettings | None = None,
) -> Module[SelfCalls]:
    """Build the module; without an exchange whose plan is known here, nobody is called."""
    policies.add(SELF_CALL)
    for rule in KINDS:
        notifier.rules.add(rule)
    settings = (cti or CTISettings.load()) if exchange is not None else None
    plan = find_plan(settings.data_dir) if settings is not None else None
    caller = None
    if exchange is not None and settings is not None and plan is not None:
        caller = SelfCaller(exchange, plan, calls, recordings, core.clock, settings.host)
    service = SelfCalls(core.database, core.clock, core.settings.zone, core.jobs, policies, notifier, caller)

    async def probe() -> PartHealth:
        newest = await service.newest(1)
        if not newest:
            return ok("self_call", "No call was made yet.")
        last = newest[0]
        seconds = round((last.ended_at - last.began_at).total_seconds())
        at = last.began_at.astimezone(core.settings.zone)
        facts: dict[str, int | str] = {"at": f"{at:%Y-%m-%d %H:%M}", "seconds": seconds, "steps": len(last.steps)}
        if last.failed_step is not None:
            return not_ok("self_call", "degraded", f"self_call_{last.failed_step}", last.detail, **facts)
        if policies.current(SELF_CALL).is_on and last.began_at < core.clock.now() - OLD_AFTER:
            return not_ok("self_call", "degraded", "self_call_old", "The last call is older than a day.", **facts)
        return ok("self_call", f"{facts['at']}, {seconds} s", **facts)

    return Module(
        name="self_calls",
        service=service,
        loops=(Loop("self-call", DUE_SECONDS, service.order_due),) if caller is not None else (),
        jobs=service.handlers,
        probes={"self_call": probe} if caller is not None else {},
    )
