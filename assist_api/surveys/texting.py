"""Asks callers who gave no mark once more by text message, and takes their replies."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.surveys.repository import SurveyRepository
from assist_api.text_messages.port import TextGateway, TextMessage
from kit.clock import Clock
from kit.db import Database
from kit.errors import DependencyError
from kit.logging import told_by

log = structlog.get_logger(__name__)

CHECK_EVERY = timedelta(minutes=1)
SENT_WITHIN = timedelta(hours=2)
"""After a call; a message that could not be sent until then is not sent at all."""
ANSWERED_WITHIN = timedelta(hours=48)
TEXT = "【满意度评价】请为刚才的服务打分，回复1到5，5分非常满意，1分很不满意。回复免费。"


class SurveyTexts:
    """Sends the questions; run `send` again and again."""

    def __init__(self, database: Database, clock: Clock, gateway: TextGateway) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway

    async def send(self) -> None:
        """Ask everybody who is due; whoever could not be asked is tried again until it is too late."""
        now = self._clock.now()
        async with self._database.session() as session:
            due = await SurveyRepository(session).to_text(now - SENT_WITHIN)
        for answer_id, number in due:
            try:
                await self._gateway.send(TextMessage(answer_id, number, TEXT, now))
            except DependencyError as error:
                log.warning("survey_text_not_sent", **told_by(error))
                return
            async with self._database.session() as session:
                await SurveyRepository(session).note_texted(answer_id, now)


async def take_reply(session: AsyncSession, clock: Clock, number: str, mark: int) -> bool:
    """Keep the mark of a reply; False where this number was not asked, or has answered already."""
    rows = SurveyRepository(session)
    answer = await rows.texted(number, clock.now() - ANSWERED_WITHIN)
    if answer is None:
        return False
    answer.mark, answer.way, answer.texted_to = mark, "text", None
    await session.flush()
    return True
