"""Surveys: the mark that callers give after a call."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.notifications.service import Notifier
from assist_api.surveys.endpoints import router
from assist_api.surveys.keeping import SurveyKeeper


def build(_core: Core, notifier: Notifier) -> Module[SurveyKeeper]:
    """Build the module."""
    return Module(name="surveys", service=SurveyKeeper(notifier), routers=(router,))
