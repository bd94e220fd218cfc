"""What callers did in a flow: containment, failures at each node, marks, and how long answers took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from assist_api.ivr.dialogue import End, StepKind
from assist_api.ivr.repository import CALLED_AGAIN_WITHIN, FlowRepository
from assist_api.ivr.schemas import FlowFigures, NodeFigures

FIGURES_OF = timedelta(days=30)


async def figures_of(flows: FlowRepository, name: str, now: datetime) -> FlowFigures:
    """Return what callers did in a flow in the last thirty days."""
    since = now - FIGURES_OF
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for node, kind, count in await flows.step_counts(name, since):
        counts[node][kind] += count
    ends = dict(await flows.end_counts(name, since))
    marks, mean = await flows.marks(name, since)
    contained, again = await flows.called_again(name, since, now - CALLED_AGAIN_WITHIN)
    waited = await flows.responses_ms(name, since)
    total = sum(ends.values())
    return FlowFigures(
        since=since,
        dialogues=total,
        ends=ends,
        containment=ends.get(End.GOODBYE, 0) / total if total else None,
        called_again=again / contained if contained else None,
        response_p50_ms=_percentile(waited, 50),
        response_p95_ms=_percentile(waited, 95),
        marks=marks,
        mean_mark=mean,
        nodes=[node_figures(node, kinds) for node, kinds in sorted(counts.items())],
    )


def node_figures(node: str, kinds: Mapping[str, int]) -> NodeFigures:
    """Return the figures of a node from how often each kind of step happened there."""
    heard, unheard = kinds.get(StepKind.HEARD, 0), kinds.get(StepKind.UNHEARD, 0) + kinds.get(StepKind.SLOW, 0)
    silences, no_matches = kinds.get(StepKind.SILENCE, 0), kinds.get(StepKind.NO_MATCH, 0)
    given = heard + kinds.get(StepKind.KEYED, 0)
    # A silence is a failure as well, though nobody said or keyed anything.
    useless = max(0, no_matches - silences - unheard)
    return NodeFigures(
        node=node,
        visits=kinds.get(StepKind.SAID, 0),
        heard=heard,
        unheard=unheard,
        silences=silences,
        no_matches=no_matches,
        recognition_failure=unheard / (heard + unheard) if heard + unheard else None,
        intent_failure=min(1.0, useless / given) if given else None,
        repeats=kinds.get(StepKind.REPEATED, 0),
        jumps=kinds.get(StepKind.JUMPED, 0),
        gave_up=kinds.get(StepKind.GAVE_UP, 0),
        left=kinds.get(StepKind.LEFT, 0),
    )


def _percentile(values: Sequence[int], percent: int) -> int | None:
    return round(float(np.percentile(values, percent))) if values else None
