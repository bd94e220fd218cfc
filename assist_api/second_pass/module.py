"""Builds the module of the second pass."""

from __future__ import annotations

from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.policies.service import Policies
from assist_api.second_pass.endpoints import router
from assist_api.second_pass.policy import SECOND_PASS
from assist_api.second_pass.service import SecondPasses
from kit.periodic import Loop
from speech.engine import SpeechEngine

ORDER_EVERY_SECONDS = 20.0
"""How often it is looked whether calls ended."""


def build(
    core: Core, calls: CallService, reading: CallReading, speech: SpeechEngine, policies: Policies
) -> Module[SecondPasses]:
    """Build the module; it declares its policy."""
    policies.add(SECOND_PASS)
    passes = SecondPasses(
        core.database,
        core.clock,
        core.jobs,
        core.audit,
        calls,
        reading,
        speech,
        lambda: policies.current(SECOND_PASS),
    )
    return Module(
        name="second_pass",
        service=passes,
        routers=(router,),
        jobs=(passes.handler,),
        loops=(Loop("order-second-passes", ORDER_EVERY_SECONDS, passes.order_due),),
        aclose=passes.aclose,
    )
