"""Skills: a passed exam proposes one, a supervisor confirms or declines it, and the learner is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import Field, StringConstraints
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.http.permissions import Permission
from assist_api.http.schemas import InputModel, OutputModel
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.training.models import Lesson, LessonAttempt, SkillProposal
from kit.clock import Clock
from kit.errors import ConflictError, NotFoundError
from kit.outbox import signal

MOST_LISTED = 200
SKILLS_CHANGED = "skills.changed"
"""Topic of the outbox: somebody has a skill from now on, or no longer."""
PROPOSED = NotificationRule(
    "skill.proposed", parameters=frozenset({"name", "skill"}), to_owner=False, to_holders_of=Permission.CONFIRM_SKILLS
)
DECIDED = NotificationRule("skill.decided", parameters=frozenset({"skill", "outcome"}))


class SkillDecision(InputModel):
    """What a supervisor says to a proposal."""

    is_confirmed: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class SkillView(OutputModel):
    """A skill that a passed exam proposes."""

    id: UUID
    account_name: str
    skill: str
    lesson_title: str
    score: float | None = Field(description="Percent of the exam")
    state: Literal["open", "confirmed", "declined"]
    reason: str
    decided_by_name: str
    decided_at: datetime | None
    created_at: datetime


class SkillList(OutputModel):
    """Proposals: open ones first, then the newest."""

    items: list[SkillView]


_DECIDED = {True: ("confirmed", "skill.confirmed"), False: ("declined", "skill.declined")}
"""State of a proposal and audit action, by what was decided."""


class Skills:
    """Use cases on one unit of work; the caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail, notifier: Notifier) -> None:
        self._session = session
        self._clock = clock
        self._audit = audit
        self._notifier = notifier

    async def propose(self, attempt: LessonAttempt, skill: str) -> None:
        """Propose the skill of a passed exam to the supervisors; one that the learner has or waits for is left out."""
        known = select(SkillProposal.id).where(
            SkillProposal.account_id == attempt.account_id,
            SkillProposal.skill == skill,
            SkillProposal.state != "declined",
        )
        if await self._session.scalar(known.limit(1)) is not None:
            return
        made = SkillProposal(
            id=uuid4(),
            account_id=attempt.account_id,
            attempt_id=attempt.id,
            skill=skill,
            state="open",
            reason="",
            decided_by_name="",
            decided_at=None,
            created_at=self._clock.now(),
        )
        self._session.add(made)
        await self._session.flush()
        parameters = {"name": attempt.account_name, "skill": skill}
        await self._notifier.notify(
            self._session, PROPOSED.kind, parameters, object_kind="skill_proposal", object_id=made.id
        )

    async def decide(self, actor: Actor, proposal_id: UUID, decision: SkillDecision) -> SkillView:
        """Confirm or decline a proposal, or take a confirmed skill back, and tell the learner.

        Raises:
            NotFoundError: `skill_proposal_not_found`.
            ConflictError: `skill_decided`: somebody has decided already.
        """
        made = await self._session.get(SkillProposal, proposal_id, with_for_update=True)
        if made is None:
            raise NotFoundError("There is no such proposal.", code="skill_proposal_not_found")
        is_taken_back = made.state == "confirmed" and not decision.is_confirmed
        if made.state != "open" and not is_taken_back:
            raise ConflictError("Somebody has decided on this proposal already.", code="skill_decided")
        made.state, action = _DECIDED[decision.is_confirmed]
        if decision.is_confirmed or is_taken_back:
            signal(self._session, SKILLS_CHANGED)
        made.reason, made.decided_by_name, made.decided_at = decision.reason, actor.name, self._clock.now()
        await self._session.flush()
        self._audit.record(self._session, actor, action, "skill_proposal", made.id)
        parameters = {"skill": made.skill, "outcome": made.state}
        await self._notifier.notify(
            self._session, DECIDED.kind, parameters, object_kind="skill", object_id=made.id, owner_id=made.account_id
        )
        return self._views(await self._rows(proposal_id=made.id))[0]

    async def listed(self, account_id: UUID | None = None) -> SkillList:
        """Return proposals, of one account or of all."""
        views = self._views(await self._rows(account_id=account_id))
        return SkillList(items=sorted(views, key=lambda view: view.state != "open"))

    async def _rows(
        self, *, account_id: UUID | None = None, proposal_id: UUID | None = None
    ) -> Sequence[Row[SkillProposal, str, str, float | None]]:
        statement = (
            select(SkillProposal, Account.display_name, Lesson.title, LessonAttempt.score)
            .join(Account, Account.id == SkillProposal.account_id)
            .join(LessonAttempt, LessonAttempt.id == SkillProposal.attempt_id)
            .join(Lesson, Lesson.id == LessonAttempt.lesson_id)
            .order_by(SkillProposal.created_at.desc(), SkillProposal.id)
            .limit(MOST_LISTED)
        )
        if account_id is not None:
            statement = statement.where(SkillProposal.account_id == account_id)
        if proposal_id is not None:
            statement = statement.where(SkillProposal.id == proposal_id)
        return (await self._session.execute(statement)).all()

    @staticmethod
    def _views(rows: Sequence[Row[SkillProposal, str, str, float | None]]) -> list[SkillView]:
        named = ("id", "skill", "state", "reason", "decided_by_name", "decided_at", "created_at")
        return [
            SkillView.model_validate(
                {name: getattr(row, name) for name in named}
                | {"account_name": account, "lesson_title": title, "score": score}
            )
            for row, account, title, score in rows
        ]
