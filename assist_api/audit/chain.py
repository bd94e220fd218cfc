"""The hash chain of the audit log: what an entry's hash covers, and the check of a chain. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from pydantic_core import to_jsonable_python

GENESIS = "0" * 64
"""Stands for the hash before the first entry."""
ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
KIND = re.compile(r"[a-z][a-z_]*")
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,100}")
_NUMBER_OF_A_PERSON = re.compile(r"(?<![0-9a-fA-F-])\d{7,}(?![0-9a-fA-F-])")
"""Seven digits or more by themselves: a telephone, household, identity or card number."""

DetailValue = str | int | bool | None


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """Every field of an audit entry that its hash covers.

    Attributes:
        number: From 1, without gaps, in the order of commits.
        at: When it was recorded, UTC.
        actor_id: Account; None for a program.
        actor_name: Name of the person or the program.
        actor_role: Role at that time.
        unit_id: Unit of the account at that time.
        address: Network address of the client.
        session_id: Signed-in session.
        action: Verb, `noun.past_participle`.
        object_kind: Kind of the object.
        object_id: Id of the object.
        before_digest: Keyed digest of the object before the change; None when there was none.
        after_digest: Keyed digest of the object after the change; None when there is none.
        details: Codes and counts; never personal data.
        previous_hash: Hash of the entry with the number before.
    """

    number: int
    at: datetime
    actor_id: UUID | None
    actor_name: str
    actor_role: str
    unit_id: UUID | None
    address: str
    session_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    before_digest: str | None
    after_digest: str | None
    details: Mapping[str, DetailValue]
    previous_hash: str


def entry_hash(entry: ChainedEntry) -> str:
    """Return the SHA-256 of the entry's fields in their fixed order, as canonical JSON; 64 hexadecimal digits."""
    fields = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        _text(entry.actor_id),
        entry.actor_name,
        entry.actor_role,
        _text(entry.unit_id),
        entry.address,
        _text(entry.session_id),
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.before_digest,
        entry.after_digest,
        dict(entry.details),
        entry.previous_hash,
    ]
    return hashlib.sha256(canonical(fields)).hexdigest()


def canonical(value: object) -> bytes:
    """Return one spelling of a value as JSON: sorted keys, no spaces, dates and ids as text."""
    plain = to_jsonable_python(value)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: bytes, key: bytes) -> str:
    """Return the keyed digest of a canonical value; without the key a short value cannot be guessed from it."""
    return hmac.digest(key, value, "sha256").hex()


def check_names(action: str, object_kind: str, details: Mapping[str, DetailValue]) -> None:
    """Insist that an entry holds names, codes and counts, and nothing that points at a customer.

    Raises:
        ValueError: The action or the kind is no name, or a detail is free text or a long number. The caller is wrong.
    """
    if not ACTION.fullmatch(action):
        raise ValueError(f"the audit action {action!r} is not of the form noun.past_participle")
    if not KIND.fullmatch(object_kind):
        raise ValueError(f"the audit object kind {object_kind!r} is not a lower_snake_case name")
    for name, value in details.items():
        is_text = isinstance(value, str)
        if is_text and (not _CODE.fullmatch(str(value)) or _NUMBER_OF_A_PERSON.search(str(value))):
            raise ValueError(f"the audit detail {name} is free text or a long number; give a code or a count")
        if not is_text and not isinstance(value, int | None):
            raise ValueError(f"the audit detail {name} is neither a code nor a count")


class FaultKind(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    CUT_OFF = "cut_off"
    NOT_ANCHORED = "not_anchored"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first fault of a chain.

    Attributes:
        number: Of the first entry that is wrong or missing.
        kind: `changed`: its fields do not give its hash, or it does not follow the entry before; `missing`: there is
            no entry of that number; `cut_off`: entries at the end are missing; `not_anchored`: its hash is not the
            one that was noted down earlier.
    """

    number: int
    kind: FaultKind


@dataclass(frozen=True, slots=True)
class ChainPoint:
    """A number and the hash of the entry with that number; 0 and `GENESIS` before the first."""

    number: int
    hash: str


START = ChainPoint(0, GENESIS)


class ChainCheck:
    """Checks entries one by one, in order of their numbers; `fault` is the first thing that is wrong."""

    def __init__(self, start: ChainPoint = START, anchor: ChainPoint | None = None) -> None:
        """Begin after a point that is trusted.

        Args:
            start: The entry before the first that will be fed.
            anchor: An entry that was noted down earlier; whoever rewrites the whole chain cannot keep its hash.
        """
        self.last = start
        self.fault: ChainFault | None = None
        self._anchor = anchor

    def feed(self, entry: ChainedEntry, stated_hash: str) -> bool:
        """Check the next entry; return False at the first fault, after which nothing more is looked at."""
        if self.fault is None:
            self.fault = self._find_fault(entry, stated_hash)
            if self.fault is None:
                self.last = ChainPoint(entry.number, stated_hash)
        return self.fault is None

    def feed_all(self, entries: Iterable[tuple[ChainedEntry, str]]) -> bool:
        """Check entries until the first fault."""
        return all(self.feed(entry, stated) for entry, stated in entries)

    def finish(self, head: ChainPoint | None) -> ChainFault | None:
        """Compare the end with what the database says is the newest entry, and return the first fault."""
        if self.fault is None and head is not None and self.last != head:
            kind = FaultKind.CUT_OFF if self.last.number < head.number else FaultKind.CHANGED
            self.fault = ChainFault(self.last.number + 1 if kind is FaultKind.CUT_OFF else self.last.number, kind)
        if self.fault is None and self._anchor is not None and self._anchor.number > self.last.number:
            self.fault = ChainFault(self.last.number + 1, FaultKind.CUT_OFF)
        return self.fault

    def _find_fault(self, entry: ChainedEntry, stated_hash: str) -> ChainFault | None:
        expected = self.last.number + 1
        if entry.number != expected:
            return ChainFault(expected, FaultKind.MISSING)
        if entry.previous_hash != self.last.hash or entry_hash(entry) != stated_hash:
            return ChainFault(entry.number, FaultKind.CHANGED)
        is_anchor = self._anchor is not None and self._anchor.number == entry.number
        if is_anchor and self._anchor is not None and self._anchor.hash != stated_hash:
            return ChainFault(entry.number, FaultKind.NOT_ANCHORED)
        return None


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
