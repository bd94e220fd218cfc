"""Describes who reads calls: the account and which calls it may read and hear."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from assist_api.http.actor import Actor, program


@dataclass(frozen=True, slots=True)
class CallViewer:
    """An account, or the command line of the machine itself.

    Attributes:
        actor: Named in audit entries of what it does and reads.
        can_read_all: May read other agents' calls.
        can_hear_all: May listen to other agents' calls.
        can_act_on_all: May stop other agents' calls, choose their category and judge their suggestions.
    """

    actor: Actor
    can_read_all: bool
    can_hear_all: bool
    can_act_on_all: bool

    @property
    def account_id(self) -> UUID | None:
        """Owner of the calls it starts; None for the command line."""
        return self.actor.account_id

    @property
    def display_name(self) -> str:
        """Kept with the calls it starts; empty for the command line."""
        return self.actor.name if self.actor.account_id is not None else ""


COMMAND_LINE = CallViewer(program("tingzhi"), can_read_all=True, can_hear_all=True, can_act_on_all=True)
"""Whoever can run `tingzhi replay` can read the database anyway."""
