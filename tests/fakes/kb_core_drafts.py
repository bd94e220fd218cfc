"""Small factories for entries and cases; every field can be overridden."""

from __future__ import annotations

from datetime import date
from typing import Any

from kb.entries.schemas import CaseDraft, EntryDraft


def entry_draft(**changes: Any) -> EntryDraft:  # noqa: ANN401  # rejected: any field of the draft
    fields: dict[str, Any] = {
        "title": "家里突然没电怎么办",
        "variants": ["家里停电了", "我家没电了邻居有电"],
        "answer": "先看**总开关**。\n\n- 跳闸:合上\n- 没跳:报修",
        "script": "请您先看一下总开关有没有跳闸。",
        "sector": "power",
        "situation": "power.outage.single",
        "idea": "先分清户内还是户外故障",
        "means": "检查总开关后报修",
        "business_type": "fault",
        "owner": "供电知识组",
        "sources": [{"title": "供电营业规则", "detail": ""}],
    }
    return EntryDraft(**(fields | changes))


def case_draft(**changes: Any) -> CaseDraft:  # noqa: ANN401  # rejected: any field of the draft
    fields: dict[str, Any] = {
        "title": "漏电保护器跳闸",
        "problem": "客户家里没电,邻居正常。",
        "facts": {"设备": "漏电保护器"},
        "sector": "power",
        "situation": "power.outage.single",
        "business_type": "fault",
        "solution": "拔下热水器后合上漏保。",
        "occurred_on": date(2026, 7, 14),
        "area": "城东",
        "equipment": "漏电保护器",
    }
    return CaseDraft(**(fields | changes))
