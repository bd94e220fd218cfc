"""A view of a store must answer as the store would with the document written; a new backend adds a subclass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.hits import Hit
from kb.search.passages import passages_of, text_hash
from kb.search.pipelines import search_pipeline
from kb.search.query import SearchQuery
from kb.search.question.analysis.questions import analyse
from kb.search.ranking.model import shipped_model
from kb.search.ranking.projections import ProjectionCache
from kb.search.stores.base import SearchFilter, SearchStore, WeightedTerm
from kb.search.stores.embedded.store import EmbeddedStore
from kb.search.stores.overlay import Draft, OverlayStore
from kb.settings import KBSettings
from kit.errors import ConflictError
from tests.fakes.kb_search_documents import HANDBOOK, HashedEmbedder, entry, fill
from tests.fakes.kb_search_elasticsearch import name_server, new_elasticsearch_store

pytestmark = pytest.mark.contract

WANTED = SearchFilter(frozenset(DocumentKind), date(2026, 3, 10))
EMBEDDER = HashedEmbedder()
QUESTIONS = ("我家停电了怎么办", "电费在哪里交", "水管漏水", "停垫抱修", "暖气片放气", "机顶盒没有信号")
EDITED = replace(HANDBOOK[0], title="家里用电安全", variants=("插座冒火花",), answer="拔下插头。", script="请先断电。")
NEW = entry("meter", "电表黑屏", "看一下空开,再报修停电。", variants=("电表不显示了",), sector="power")
LEAK = replace(HANDBOOK[4], title="水表后面漏水", answer="关掉水表前的阀门,我们派人来修。")


def draft_of(document: SearchDocument) -> Draft:
    texts = [passage.text for passage in passages_of(document)]
    return Draft.of(document, {text_hash(text): EMBEDDER.embed_passages([text])[0] for text in texts})


def hits(store: SearchStore, text: str) -> list[Hit]:
    with ThreadPoolExecutor(1) as executor:
        pipeline = search_pipeline(
            store,
            embedder=lambda: EMBEDDER,
            model=shipped_model,
            projections=ProjectionCache(),
            candidates=20,
            executor=executor,
        )
        found = pipeline.run({"analyser": {"query": SearchQuery(text), "wanted": WANTED}})
    return list(found["explainer"]["explained"].hits)


class OverlayContract:
    @pytest.fixture(autouse=True)
    def use_server(self) -> None:
        """Overridden where `make` needs a server."""

    def make(self, folder: Path) -> SearchStore:
        raise NotImplementedError

    @pytest.mark.parametrize(
        "drafts",
        [
            {"outage": EDITED},
            {"meter": NEW},
            {"outage": None},
            {"outage": EDITED, "pipe": LEAK, "meter": NEW, "bill": None, "nowhere": None},
        ],
        ids=["edited", "new", "gone", "many"],
    )
    def test_a_view_answers_as_the_store_would(self, tmp_path: Path, drafts: dict[str, SearchDocument | None]):
        base, written = self.make(tmp_path / "base"), self.make(tmp_path / "written")
        base.apply(HANDBOOK, [])
        # Written in one go: an engine may count terms of replaced documents until it merges its segments.
        others = [document for document in HANDBOOK if document.document_id not in drafts]
        written.apply([*others, *filter(None, drafts.values())], [])
        fill(base, EMBEDDER)
        fill(written, EMBEDDER)
        view = OverlayStore(base, {name: draft_of(draft) if draft else None for name, draft in drafts.items()})

        assert view.count_documents() == written.count_documents()
        assert view.load(["outage", "meter"]) == written.load(["outage", "meter"])
        ours, theirs = view.statistics(), written.statistics()
        assert ours.average_question_characters == pytest.approx(theirs.average_question_characters, rel=0.02)
        assert ours.average_answer_characters == pytest.approx(theirs.average_answer_characters, rel=0.02)
        for text in QUESTIONS:
            terms = [(term.channel, term.text) for term in analyse(SearchQuery(text)).terms]
            assert dict(view.document_frequencies(terms)) == dict(written.document_frequencies(terms))
            seen, real = hits(view, text), hits(written, text)
            assert [hit.document_id for hit in seen] == [hit.document_id for hit in real]
            assert [hit.confidence for hit in seen] == pytest.approx([hit.confidence for hit in real], abs=0.02)
            assert [hit.matches for hit in seen] == [hit.matches for hit in real]
        base.close()
        written.close()

    def test_a_draft_that_the_filter_refuses_is_not_found(self, tmp_path: Path):
        store = self.make(tmp_path / "base")
        store.apply(HANDBOOK, [])
        fill(store, EMBEDDER)
        expired = replace(NEW, valid_until=date(2026, 3, 9))
        view = OverlayStore(store, {"meter": draft_of(expired)})
        assert "meter" not in [hit.document_id for hit in hits(view, "电表黑屏")]
        assert hits(OverlayStore(store, {"meter": draft_of(NEW)}), "电表黑屏")[0].document_id == "meter"
        store.close()

    def test_many_drafts_are_candidates_by_what_they_share(self, tmp_path: Path):
        store = self.make(tmp_path / "base")
        store.apply(HANDBOOK, [])
        texts = {f"draft-{n}": entry(f"draft-{n}", "电表黑屏"[: n % 4 + 1], f"说明{n}") for n in range(40)}
        view = OverlayStore(store, {name: draft_of(text) for name, text in texts.items()})
        terms = [WeightedTerm(term.channel, term.text) for term in analyse(SearchQuery("电表黑屏")).terms]
        names = [candidate.document_id for candidate in view.find_lexical(terms, WANTED, 5)]
        assert {texts[name].title for name in names if name in texts} == {"电表黑屏"}
        assert len([name for name in names if name in texts]) == 5
        nearest = view.find_vectors(EMBEDDER.embed_questions(["电表黑屏"])[0], WANTED, 5)
        assert len([found for found in nearest if found.document_id in texts]) == 5
        assert [found.score for found in nearest] == sorted((found.score for found in nearest), reverse=True)
        store.close()

    def test_a_view_is_never_written(self, tmp_path: Path):
        store = self.make(tmp_path / "base")
        store.apply(HANDBOOK, [])
        view = OverlayStore(store, {"outage": draft_of(EDITED)})
        assert not view.capabilities.is_writable
        for write in (lambda: view.apply([NEW], []), lambda: view.delete_documents(["outage"])):
            with pytest.raises(ConflictError):
                write()
        assert view.passages_without_vector(5) == []
        assert store.load(["outage"])["outage"] == HANDBOOK[0]
        store.close()


class TestEmbeddedOverlay(OverlayContract):
    def make(self, folder: Path) -> SearchStore:
        return EmbeddedStore(folder, embedder_name="hashed")


class TestElasticsearchOverlay(OverlayContract):
    @pytest.fixture(autouse=True)
    def use_server(self, elasticsearch_settings: KBSettings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = elasticsearch_settings
        name_server(elasticsearch_settings, monkeypatch)

    def make(self, folder: Path) -> SearchStore:
        return new_elasticsearch_store(self.settings)
