"""Keeps what a caller answered, and tells the supervisors of a bad mark whose caller wants to be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.permissions import Role
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.surveys.models import SurveyAnswer
from assist_api.surveys.repository import BAD_UNTIL, SurveyRepository

BAD_MARK = "survey.marked_low"
KIND = NotificationRule(BAD_MARK, frozenset({"mark"}), to_owner=False, to_roles=frozenset({Role.SUPERVISOR}))


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A caller who was asked for a mark; see `SurveyAnswer`."""

    id: UUID
    call_id: UUID | None
    asked_at: datetime
    mark: int | None
    way: Literal["keys", "speech"] | None
    served_by: Literal["flow", "agent"]
    intent: str | None
    area: str
    queue: str
    wants_call: bool
    text_to: str = ""
    """Number that is asked by text message where there is no mark; empty for nobody."""


class SurveyKeeper:
    """Writes answers in the transaction of their dialogue."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        notifier.rules.add(KIND)

    async def has_asked(self, session: AsyncSession, call_id: UUID) -> bool:
        """Tell whether a caller was asked about the agent in this call, with or without a mark."""
        return await SurveyRepository(session).is_asked_about_agent(call_id)

    async def keep(self, session: AsyncSession, given: GivenAnswer) -> bool:
        """Keep an answer; the same one again changes nothing.

        Returns:
            Whether the caller is to be called about a bad mark.
        """
        rows = SurveyRepository(session)
        account_id, name = await rows.agent_of(given.call_id) if given.served_by == "agent" else (None, "")
        is_bad = given.mark is not None and given.mark <= BAD_UNTIL
        answer = SurveyAnswer(
            id=given.id, call_id=given.call_id, asked_at=given.asked_at, mark=given.mark, way=given.way,
            served_by=given.served_by, agent_account_id=account_id, agent_name=name, intent=given.intent,
            area=given.area[:60], queue=given.queue, wants_call=given.wants_call and is_bad,
            texted_at=None, texted_to=given.text_to if given.mark is None and given.text_to else None,
        )  # fmt: skip
        if not await rows.add(answer) or not answer.wants_call:
            return False
        await self._notifier.notify(
            session, BAD_MARK, {"mark": given.mark}, object_kind="survey", object_id=given.id,
            dedup_key=f"{BAD_MARK}:{given.id}",
        )  # fmt: skip
        return True
