"""The words that curators keep, for search and for the recogniser."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.search.parts import Knowledge
from assist_api.words.endpoints import router
from assist_api.words.recogniser_words import RecogniserWords
from assist_api.words.service import WordEditor
from kb.indexing.document_source import DatabaseDocumentSource
from kb.signals import KNOWLEDGE_CHANGED, WORDS_CHANGED
from kit.outbox import OutboxEvent, Subscriber
from speech.engine import SpeechEngine


def build(core: Core, knowledge: Knowledge, speech: SpeechEngine) -> Module[WordEditor]:
    """Build the module."""
    recogniser_words = RecogniserWords(DatabaseDocumentSource(core.database), speech, knowledge.words)

    async def follow(_event: OutboxEvent) -> None:
        # The words that search holds come first: the recogniser's are made from them.
        await knowledge.words.refresh()
        await recogniser_words.refresh()

    core.outbox.follow(Subscriber("recogniser-words", (KNOWLEDGE_CHANGED, WORDS_CHANGED), follow))
    return Module(
        name="words",
        service=WordEditor(core.database, core.clock, knowledge.words, core.audit),
        provides=(recogniser_words,),
        routers=(router,),
        begin=recogniser_words.refresh,
    )
