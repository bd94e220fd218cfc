"""Callbacks and voicemails: what callers left behind when no agent was free."""

from __future__ import annotations

from assist_api.callbacks.endpoints import router
from assist_api.callbacks.news import CallbackNews
from assist_api.callbacks.rules import RULES
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from kit.periodic import Loop

LATE_CHECK_SECONDS = 60.0
"""Promises are given in minutes."""


def build(core: Core, policies: Policies, notifier: Notifier) -> Module[CallbackNews]:
    """Build the module."""
    policies.add(RULES)
    news = CallbackNews(core.database, core.clock, policies, notifier)
    return Module(
        name="callbacks",
        service=news,
        routers=(router,),
        loops=(Loop("late-callbacks", LATE_CHECK_SECONDS, news.watch),),
    )
