"""The event log of a work order, and what follows from it: state, urges, result. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assist_api.work_orders.transitions import OrderAction, OrderState, next_state


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One entry of the log.

    Attributes:
        action: What was done.
        at: When.
        data: Values of the action: `reason`, `unit_id`, `result`, `outcome`, `limits`.
    """

    action: OrderAction
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a log says of its order.

    Attributes:
        state: Where it stands.
        urges: How often the caller asked for it.
        missed_callbacks: Attempts to reach the caller since the work was last done.
        result: What the crew reported last.
    """

    state: OrderState
    urges: int = 0
    missed_callbacks: int = 0
    result: str = ""


def replay(events: Iterable[OrderEvent]) -> Standing:
    """Return the standing that a log leads to.

    Raises:
        ValueError: The log does not begin with the creation.
        IllegalTransitionError: An entry does not fit the ones before it.
    """
    standing: Standing | None = None
    for event in events:
        if standing is None:
            if event.action is not OrderAction.CREATE:
                raise ValueError("the log of a work order begins with its creation")
            standing = Standing(OrderState.DRAFT)
        else:
            standing = after(standing, event)
    if standing is None:
        raise ValueError("the log of a work order begins with its creation")
    return standing


def after(standing: Standing, event: OrderEvent) -> Standing:
    """Return the standing after one more event.

    Raises:
        IllegalTransitionError: The event does not fit the state.
    """
    state = next_state(standing.state, event.action)
    if event.action is OrderAction.URGE:
        return replace(standing, state=state, urges=standing.urges + 1)
    if event.action is OrderAction.MISS:
        return replace(standing, state=state, missed_callbacks=standing.missed_callbacks + 1)
    if event.action is OrderAction.FINISH:
        return replace(standing, state=state, missed_callbacks=0, result=str(event.data.get("result", "")))
    return replace(standing, state=state)
