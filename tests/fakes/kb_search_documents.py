"""Small factories and stand-ins for search tests; every sentence is our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import numpy as np

from kb.kinds import DocumentKind
from kb.search.documents import IndexChange, SearchDocument
from kb.search.embedders.base import EmbedderCapabilities, Vectors
from kb.search.stores.base import SearchStore


def entry(document_id: str, title: str, answer: str = "", **fields: object) -> SearchDocument:
    made = SearchDocument(DocumentKind.ENTRY, document_id, f"{document_id}-r1", 1, title, (), answer, "")
    return replace(made, **fields)


HANDBOOK = (
    entry(
        "outage",
        "停电报修",
        "先看家里的总开关是否跳闸，再拨打服务热线登记，抢修人员会尽快到场。",
        variants=("家里突然没电了怎么办", "整栋楼都黑了"),
        script="您好，请先看一下总开关有没有跳下来。",
        sector="power",
    ),
    entry(
        "bill", "电费怎么交", "可以在手机应用、营业厅或者委托银行扣款缴费。", variants=("在哪里缴电费",), sector="power"
    ),
    entry(
        "gas-smell",
        "闻到燃气味怎么处理",
        "马上关闭阀门，打开门窗，到室外再打抢险电话，不要开关电器。",
        variants=("厨房漏气了",),
        sector="gas",
    ),
    entry(
        "radiator", "暖气不热", "先放掉管道里的空气，再检查阀门是否打开。", variants=("暖气片冰凉",), sector="heating"
    ),
    entry("pipe", "水管爆裂", "关闭总阀，我们会安排师傅上门维修。", variants=("家里水管漏水",), sector="water"),
    entry("no-signal", "机顶盒没有信号", "检查线路是否松动，然后重新启动机顶盒。", sector="tv"),
    entry("bank-card", "银行卡代扣电费", "在银行柜台签订代扣协议，每月自动扣款。", sector="power"),
    entry("identity", "更名过户要带什么", "新老户主带身份证和房产证明到营业厅办理。"),
)


class HashedEmbedder:
    """An embedder without a model: texts that share characters point the same way. Counts what it was given."""

    def __init__(self, name: str = "hashed", dimensions: int = 32) -> None:
        self._name = name
        self._dimensions = dimensions
        self.embedded: list[str] = []

    @property
    def capabilities(self) -> EmbedderCapabilities:
        return EmbedderCapabilities(self._name, self._dimensions, 4)

    def warm_up(self) -> None:
        return None

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self._dimensions, 0.01, np.float32)
        for character in text:
            vector[ord(character) % self._dimensions] += 1
        return vector / np.linalg.norm(vector)

    def close(self) -> None:
        return None


def fill(store: SearchStore, embedder: HashedEmbedder) -> None:
    """Give every passage that waits for a vector one."""
    while passages := store.passages_without_vector(10):
        vectors = embedder.embed_passages([passage.text for passage in passages])
        store.add_vectors({passage.text_hash: vector for passage, vector in zip(passages, vectors, strict=True)})


class ListedSource:
    """A document source whose change log is a list."""

    def __init__(self) -> None:
        self.changes: list[IndexChange] = []

    def publish(self, document: SearchDocument) -> None:
        self.changes.append(IndexChange(len(self.changes) + 1, document.kind, document.document_id, document))

    def retire(self, document: SearchDocument) -> None:
        self.changes.append(IndexChange(len(self.changes) + 1, document.kind, document.document_id, None))

    async def changes_after(self, change_number: int, limit: int) -> Sequence[IndexChange]:
        return self.changes[change_number : change_number + limit]

    async def latest_change_number(self) -> int:
        return len(self.changes)

    async def all_documents(self) -> AsyncIterator[SearchDocument]:
        present = {change.document_id: change.document for change in self.changes}
        for document in present.values():
            if document is not None:
                yield document
