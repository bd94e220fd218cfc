"""Comments on entries, mentions and subscriptions."""

from __future__ import annotations

from assist_api.comments.endpoints import router
from assist_api.comments.service import SubscriberNews
from assist_api.http.module import Module
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.notifications.service import Notifier


def build(editor: KnowledgeEditor, notifier: Notifier) -> Module[SubscriberNews]:
    """Build the module; it declares its notifications and hears of publications."""
    news = SubscriberNews(notifier)
    editor.on_published.append(news.published)
    return Module(name="comments", service=news, routers=(router,))
