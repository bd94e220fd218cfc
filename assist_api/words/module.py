"""The words that curators keep, for search and for the recogniser."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.search.parts import Knowledge
from assist_api.words.endpoints import router
from assist_api.words.recogniser_words import CHECK_SECONDS, RecogniserWords
from assist_api.words.service import WordEditor
from kb.indexing.document_source import DatabaseDocumentSource
from kit.periodic import Loop
from speech.engine import SpeechEngine


def build(core: Core, knowledge: Knowledge, speech: SpeechEngine) -> Module[WordEditor]:
    """Build the module."""
    recogniser_words = RecogniserWords(DatabaseDocumentSource(core.database), speech, knowledge.words)
    return Module(
        name="words",
        service=WordEditor(core.database, core.clock, knowledge.words),
        provides=(recogniser_words,),
        routers=(router,),
        start=recogniser_words.refresh,
        loops=(Loop("follow-recogniser-words", CHECK_SECONDS, recogniser_words.refresh),),
    )
