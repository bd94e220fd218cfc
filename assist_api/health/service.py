"""The state of the running server, part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from assist_api.health.schemas import HealthReport
from assist_api.http.parts import PartHealth, PartState, Probe, not_ok

PROBE_TIMEOUT_SECONDS = 3.0
_WORST_FIRST: tuple[PartState, ...] = ("failed", "degraded", "ok")
log = structlog.get_logger(__name__)


class HealthService:
    """Knows whether the server is ready, and asks every part how it is."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes
        self._is_ready = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts, in the order of the page."""
        return tuple(self._probes)

    @property
    def is_ready(self) -> bool:
        """Whether the start is over and the stop has not begun."""
        return self._is_ready

    def set_ready(self, is_ready: bool) -> None:
        """Note the end of the start, or the beginning of the stop."""
        self._is_ready = is_ready

    async def report(self) -> HealthReport:
        """Ask every part at the same time."""
        parts = await asyncio.gather(*(_ask(part, probe) for part, probe in self._probes.items()))
        return HealthReport(state=worst(parts), parts=list(parts))


def worst(parts: Sequence[PartHealth]) -> PartState:
    """Return the worst state of the parts, `ok` when there are none."""
    states = {part.state for part in parts}
    return next((state for state in _WORST_FIRST if state in states), "ok")


async def _ask(part: str, probe: Probe) -> PartHealth:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_SECONDS):
            return await probe()
    except TimeoutError:
        return not_ok(part, "failed", "no_answer", "No answer in time.")
    except Exception:  # rejected: whatever a part raises, the page must show the others
        log.exception("health_probe_failed", part=part)
        return not_ok(part, "failed", "probe_failed", "The part cannot be asked; see the log.")
