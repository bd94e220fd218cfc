"""What of an utterance tells the category: folded, without greetings, fillers and the agent's set phrases."""

from __future__ import annotations

import re

from kb.search.question.analysis.fillers import mute_fillers
from kb.search.question.analysis.folding import fold

MAX_CHARACTERS = 2_000
"""A longer text counts by its beginning; a caller's minute of speech is under 400 characters."""
VECTOR_CHARACTERS = 160
"""What of a text the view by meaning sees: a vector of a whole letter costs ten times as much and says less of its
subject than its beginning; longer texts show their vocabulary to the lexical view."""

_CLAUSE_END = re.compile(r"[,，。.!！?？;；、:：\s]+")
_NOT_CONTENT = re.compile(r"[^0-9a-z\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
_AGENT_PHRASES = re.compile(
    r"(?:很)?高兴为(?:你|您)服务|有什么(?:可以|能)?(?:帮|需要|为)|请问有什么|这里是|工号|欢迎致电|感谢(?:你|您)的?(?:来电|等待|耐心)"
    r"|(?:请|您)?稍(?:等|候)|(?:我|这边)(?:马上|现在|先)?(?:帮|给|为)(?:你|您)(?:查|看|登记|记录|核实|转)|还有(?:其他|什么)"
    r"|(?:户号|地址|电话|手机号|姓名|联系方式)(?:是|报|说|提供|多少)|(?:提供|报|说)一下(?:您的|你的)?(?:户号|地址|电话)"
    r"|祝(?:你|您)|(?:满意|评价)|保持电话畅通|听得(?:到|清)|理解(?:你|您)的心情|(?:非常|很)?抱歉|不客气|(?:好的?|嗯|是的|对的?)$"
)


def content_text(text: str) -> str:
    """Return what a customer said, folded, fillers muted, clauses divided by single blanks."""
    muted = mute_fillers(fold(text[:MAX_CHARACTERS]).text)
    return _NOT_CONTENT.sub(" ", muted).strip()


def agent_content_text(text: str) -> str:
    """Return what an agent said beyond greeting, waiting and asking for the customer's data."""
    clauses = _CLAUSE_END.split(fold(text[:MAX_CHARACTERS]).text)
    return content_text(" ".join(clause for clause in clauses if not _AGENT_PHRASES.search(clause)))


def vector_text(content: str) -> str:
    """Return what of a content text is embedded."""
    return content[:VECTOR_CHARACTERS]
