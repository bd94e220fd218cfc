"""What the reading process is told and what it answers: heads of `kit.worker_process`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kb.ingest.archive import Member
from kb.ingest.document import Drop, DropReason, Split, Unit, UnitKind
from kb.ingest.refusals import FileRefusedError

Message = dict[str, Any]


def split_to_wire(split: Split) -> Message:
    """Return the message of a document taken apart."""
    return asdict(split)


def split_from_wire(message: Message) -> Split:
    """Return the document of a message."""
    units = tuple(_unit(raw) for raw in message["units"])
    drops = tuple(Drop(**(raw | {"reason": DropReason(raw["reason"])})) for raw in message["drops"])
    return Split(**(message | {"units": units, "drops": drops}))


def _unit(raw: Message) -> Unit:
    lists = {"path": tuple(raw["path"]), "variants": tuple(raw["variants"])}
    return Unit(**(raw | lists | {"kind": UnitKind(raw["kind"])}))


def refusal_to_wire(error: FileRefusedError) -> Message:
    """Return the message of a refusal."""
    return {"code": error.error_code, "message": error.message, "details": dict(error.details)}


def refusal_from_wire(message: Message) -> FileRefusedError:
    """Return the refusal of a message."""
    return FileRefusedError(message["message"], code=message["code"], **message["details"])


def member_to_wire(member: Member) -> Message:
    """Return the message of a file of an archive."""
    refusal = None if member.refusal is None else refusal_to_wire(member.refusal)
    return {"name": member.name, "stored": member.stored, "size_bytes": member.size_bytes, "refusal": refusal}


def member_from_wire(message: Message) -> Member:
    """Return the file of a message."""
    refusal = message["refusal"]
    return Member(
        message["name"],
        message["stored"],
        message["size_bytes"],
        None if refusal is None else refusal_from_wire(refusal),
    )
