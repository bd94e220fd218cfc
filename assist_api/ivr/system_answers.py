"""Takes what systems answered, and a message that was left. Pure."""

from __future__ import annotations

import re

from assist_api.ivr import phrases
from assist_api.ivr.dialogue import (
    EntryFound,
    LookedUp,
    LookUpStatus,
    OrderMade,
    Phase,
    Recorded,
    ServiceDone,
    ServiceStatus,
    StepKind,
    TextSent,
)
from assist_api.ivr.flow import LOOK_UPS, AnswerNode, LookUpNode, OrderNode, SelfServiceNode, TextNode, VoicemailNode
from assist_api.ivr.walk import Walk

_VALUE = re.compile(r"[^\x00-\x1f{}]{0,120}")


def take_look_up(walk: Walk, happened: LookedUp) -> None:
    """Keep what was looked up and go on; an answer about somebody else counts as a failure."""
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is not Phase.WORKING or not isinstance(node, LookUpNode):
        return
    status = happened.status
    if status is LookUpStatus.FOUND and not _is_sound(walk, node, happened):
        status = LookUpStatus.FAILED
    walk.note(StepKind.LOOKED_UP, detail=f"{node.what}:{status.value}")
    walk.change(phase=Phase.ASKING)
    match status:
        case LookUpStatus.FOUND:
            found = {f"{node.what}.{field}": value for field, value in happened.values.items()}
            walk.change(values={**walk.state.values, **found})
            walk.go(node.found)
        case LookUpStatus.NOT_FOUND:
            walk.go(node.not_found)
        case LookUpStatus.UNVERIFIED:
            walk.go(node.unverified or walk.flow.agent)
        case LookUpStatus.FAILED:
            walk.go(node.failed)


def _is_sound(walk: Walk, node: LookUpNode, happened: LookedUp) -> bool:
    """Tell whether the answer is about what was asked, with every value that is read out."""
    fields = LOOK_UPS[node.what]
    is_same = happened.subject == walk.subject_of(node)
    return is_same and all(
        _VALUE.fullmatch(happened.values.get(field, "")) and happened.values.get(field) for field in fields
    )


def take_entry(walk: Walk, happened: EntryFound) -> None:
    """Say what the entry says, or go where the node leads without one."""
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is not Phase.WORKING or not isinstance(node, AnswerNode):
        return
    walk.change(phase=Phase.ASKING)
    if happened.text is None:
        walk.note(StepKind.NO_MATCH, detail="entry")
        walk.go(node.missing or walk.flow.agent)
        return
    walk.note(StepKind.ANSWERED, happened.text, detail=happened.entry_id)
    walk.say(happened.text)
    walk.go(node.next)


def take_order(walk: Walk, happened: OrderMade) -> None:
    """Keep the number of the work order and go on."""
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is not Phase.WORKING or not isinstance(node, OrderNode):
        return
    walk.change(phase=Phase.ASKING)
    walk.note(StepKind.ORDERED, detail="failed" if happened.number is None else "made")
    if happened.number is None:
        walk.go(node.failed)
        return
    walk.change(values={**walk.state.values, "order.number": happened.number})
    walk.go(node.next)


def take_service(walk: Walk, happened: ServiceDone) -> None:
    """Keep the receipt of a self-service and go on."""
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is not Phase.WORKING or not isinstance(node, SelfServiceNode):
        return
    status = happened.status
    receipt = {"receipt.number": happened.receipt, "receipt.amount": happened.amount}
    if status is ServiceStatus.DONE and not all(value and _VALUE.fullmatch(value) for value in receipt.values()):
        status = ServiceStatus.FAILED
    walk.note(StepKind.SERVED, detail=f"{node.what}:{status.value}")
    walk.change(phase=Phase.ASKING)
    match status:
        case ServiceStatus.DONE:
            walk.change(values={**walk.state.values, **receipt})
            walk.go(node.done)
        case ServiceStatus.REFUSED:
            walk.go(node.refused)
        case ServiceStatus.UNVERIFIED:
            walk.go(node.unverified or walk.flow.agent)
        case ServiceStatus.FAILED:
            walk.go(node.failed)


def take_recording(walk: Walk, happened: Recorded) -> None:
    """Go on after a message, and say so where nothing was recorded."""
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is not Phase.RECORDING or not isinstance(node, VoicemailNode):
        return
    walk.change(phase=Phase.ASKING)
    walk.note(StepKind.RECORDED, detail=str(happened.seconds))
    if not happened.seconds:
        walk.say(phrases.NOTHING_RECORDED)
    walk.go(node.next if happened.seconds else node.empty or node.next)


def take_text(walk: Walk, happened: TextSent) -> None:
    """Go on after a text message."""
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is not Phase.WORKING or not isinstance(node, TextNode):
        return
    walk.change(phase=Phase.ASKING)
    walk.note(StepKind.TEXTED, detail="sent" if happened.is_sent else "failed")
    walk.go(node.next if happened.is_sent else node.failed)
