"""Surveys: the mark that callers give after a call, by keys, voice or text message."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.notifications.service import Notifier
from assist_api.surveys.endpoints import router
from assist_api.surveys.keeping import SurveyKeeper
from assist_api.surveys.texting import CHECK_EVERY, SurveyTexts
from assist_api.text_messages.port import TextGateway
from kit.periodic import Loop


def build(core: Core, notifier: Notifier, texts: TextGateway) -> Module[SurveyKeeper]:
    """Build the module."""
    questions = SurveyTexts(core.database, core.clock, texts)
    return Module(
        name="surveys",
        service=SurveyKeeper(notifier),
        routers=(router,),
        loops=(Loop("survey-texts", CHECK_EVERY.total_seconds(), questions.send),),
    )
