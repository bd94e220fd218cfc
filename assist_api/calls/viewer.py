"""Describes who reads calls: the account and which calls it may read and hear."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CallViewer:
    """An account, or the command line of the machine itself.

    Attributes:
        account_id: Owner of the calls it starts; None for the command line.
        display_name: Kept with the calls it starts.
        can_read_all: May read other agents' calls.
        can_hear_all: May listen to other agents' calls.
    """

    account_id: UUID | None
    display_name: str
    can_read_all: bool
    can_hear_all: bool


COMMAND_LINE = CallViewer(account_id=None, display_name="", can_read_all=True, can_hear_all=True)
"""Whoever can run `tingzhi replay` can read the database anyway."""
