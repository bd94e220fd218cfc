"""What every search store must do; a new backend adds a subclass with its own `make`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy

from kb.kinds import Audience, DocumentKind
from kb.search.haystack_documents import to_haystack
from kb.search.query import SearchQuery
from kb.search.question.analysis.questions import analyse
from kb.search.question.analysis.terms import Channel
from kb.search.stores.base import SearchFilter, SearchStore, Side, Vector, WeightedTerm
from kb.search.stores.embedded.store import GRAPH_FILE, EmbeddedStore
from kb.settings import KBSettings
from tests.fakes.kb_search_documents import HANDBOOK, HashedEmbedder, entry, fill
from tests.fakes.kb_search_elasticsearch import name_server, new_elasticsearch_store

pytestmark = pytest.mark.contract

DIMENSIONS = 64
"""Fewer cannot be kept in bits by Elasticsearch."""

TODAY = date(2026, 3, 10)
EVERYTHING = SearchFilter(frozenset(DocumentKind), TODAY)


def terms_of(text: str, *, is_typed: bool = False) -> list[WeightedTerm]:
    question = analyse(SearchQuery(text, is_typed=is_typed))
    return [WeightedTerm(term.channel, term.text, term.weight) for term in question.terms]


class SearchStoreContract:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SearchStore]:
        store = self.make(tmp_path / "store")
        store.apply(HANDBOOK, [])
        yield store
        store.close()

    @pytest.fixture(autouse=True)
    def use_server(self) -> None:
        """Overridden where `make` needs a server."""

    def make(self, folder: Path) -> SearchStore:
        raise NotImplementedError

    def found(self, store: SearchStore, text: str, wanted: SearchFilter = EVERYTHING, **how: bool) -> list[str]:
        return [hit.document_id for hit in store.find_lexical(terms_of(text, **how), wanted, 10)]

    @pytest.mark.parametrize(
        ("text", "best"),
        [("我家停电了", "outage"), ("停垫抱修", "outage"), ("漏气", "gas-smell"), ("身份证", "identity")],
    )
    def test_shared_characters_or_sounds_find_a_document(self, store: SearchStore, text: str, best: str):
        assert self.found(store, text)[0] == best

    @pytest.mark.parametrize("letters", ["tdbx", "tingdianbaoxiu", "tindianbaoxiu"])
    def test_typed_letters_find_a_document(self, store: SearchStore, letters: str):
        assert self.found(store, letters, is_typed=True)[0] == "outage"

    def test_scores_fall_and_the_limit_holds(self, store: SearchStore):
        hits = store.find_lexical(terms_of("电费怎么交"), EVERYTHING, 2)
        assert [hit.document_id for hit in hits] == ["bill", "bank-card"]
        assert hits[0].score > hits[1].score > 0

    def test_no_terms_find_nothing(self, store: SearchStore):
        assert store.find_lexical([], EVERYTHING, 10) == []

    def test_a_sector_also_admits_documents_of_all_sectors(self, store: SearchStore):
        wanted = SearchFilter(frozenset(DocumentKind), TODAY, sector="gas")
        assert set(self.found(store, "电费 漏气 身份证", wanted)) <= {"gas-smell", "identity"}
        assert "identity" in self.found(store, "身份证", wanted)

    def test_region_audience_and_kind_are_respected(self, store: SearchStore):
        store.apply(
            [
                entry("north", "停水通知北区", region="north"),
                entry("secret", "停水通知内部", audiences=frozenset({Audience.INTERNAL})),
                entry("case", "停水通知案例", kind=DocumentKind.CASE),
            ],
            [],
        )
        south = SearchFilter(frozenset({DocumentKind.ENTRY}), TODAY, region="south")
        assert "north" not in self.found(store, "停水通知", south)
        assert "north" in self.found(store, "停水通知", SearchFilter(frozenset(DocumentKind), TODAY, region="north"))
        assert not {"secret", "case"} & set(self.found(store, "停水通知", south))
        inside = SearchFilter(frozenset(DocumentKind), TODAY, Audience.INTERNAL)
        assert self.found(store, "停水通知", inside) == ["secret"]

    def test_only_the_documents_that_the_database_chose_are_candidates(self, store: SearchStore):
        store.apply([entry(f"crowd{n}", "停电报修和停电查询") for n in range(60)], [])
        chosen = SearchFilter(frozenset(DocumentKind), TODAY, document_ids=frozenset({"outage", "bill", "never-there"}))
        found = self.found(store, "停电报修", chosen)
        assert found[0] == "outage"
        assert set(found) <= {"outage", "bill"}
        assert self.found(store, "停电报修", replace(chosen, document_ids=frozenset())) == []
        assert self.found(store, "停电报修", replace(chosen, sector="gas")) == []

    @pytest.mark.parametrize(
        ("on", "is_valid"),
        [
            (date(2026, 2, 28), False),
            (date(2026, 3, 1), True),
            (date(2026, 3, 31), True),
            (date(2026, 4, 1), False),
        ],
    )
    def test_validity_counts_to_the_day(self, store: SearchStore, on: date, is_valid: bool):
        promised = entry("sale", "春季优惠套餐", valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31))
        store.apply([promised], [])
        assert ("sale" in self.found(store, "春季优惠", SearchFilter(frozenset(DocumentKind), on))) is is_valid

    def test_an_expired_crowd_does_not_push_out_what_is_valid(self, store: SearchStore):
        store.apply([entry(f"old{n}", "春季优惠套餐", valid_until=date(2020, 1, 1)) for n in range(60)], [])
        store.apply([entry("new", "春季优惠套餐和其他许多内容")], [])
        assert self.found(store, "春季优惠套餐")[0] == "new"

    def test_an_upsert_replaces_and_a_removal_removes(self, store: SearchStore):
        store.apply([entry("outage", "改成了别的标题")], ["bill"])
        assert store.count_documents() == len(HANDBOOK) - 1
        assert "outage" not in self.found(store, "总开关跳闸")
        assert self.found(store, "改成了别的标题")[0] == "outage"
        assert set(store.load(["outage", "bill"])) == {"outage"}

    def test_applying_the_same_change_twice_changes_nothing(self, store: SearchStore):
        for _ in range(2):
            store.apply([entry("new", "新的条目")], ["bill", "never-there"], 7)
        assert store.count_documents() == len(HANDBOOK)
        assert store.change_number == 7
        assert self.found(store, "新的条目").count("new") == 1

    def test_documents_come_back_as_they_were(self, store: SearchStore):
        rich = entry(
            "rich",
            "标题",
            "回答",
            variants=("问法一", "问法二"),
            script="话术",
            valid_from=TODAY,
            audiences=frozenset({Audience.AGENT, Audience.IVR}),
            category_id="consult/bill",
        )
        store.apply([rich], [])
        assert store.load(["rich"])["rich"] == rich

    def test_nearest_vectors_find_documents_under_the_same_filter(self, store: SearchStore):
        embedder = HashedEmbedder(dimensions=DIMENSIONS)
        assert store.vector_share() == 0
        fill(store, embedder)
        assert store.vector_share() == 1
        (question,) = embedder.embed_questions(["暖气不热"])
        assert store.find_vectors(question, EVERYTHING, 3)[0].document_id == "radiator"
        gas = SearchFilter(frozenset(DocumentKind), TODAY, sector="gas")
        assert {hit.document_id for hit in store.find_vectors(question, gas, 3)} == {"gas-smell", "identity"}
        score = store.vector_scores(question, ["radiator"])["radiator"]
        assert score.question == pytest.approx(1, abs=0.01)
        assert score.answer is not None
        assert score.answer < score.question

    def test_cosines_are_those_of_the_whole_vectors(self, store: SearchStore):
        embedder = HashedEmbedder(dimensions=DIMENSIONS)
        store.apply([entry("meter", "电表走得快", "可以申请校验。")], [])
        fill(store, embedder)
        (question,) = embedder.embed_questions(["电表怎么申请校验"])
        asked, told = embedder.embed_passages(["电表走得快", "电表走得快\n可以申请校验。"])
        score = store.vector_scores(question, ["meter", "unknown"])["meter"]
        assert score.question == pytest.approx(question @ asked, abs=0.002)
        assert score.answer == pytest.approx(question @ told, abs=0.002)

    def test_a_sentence_that_many_documents_share_hides_no_other(self, store: SearchStore):
        random = np.random.default_rng(3)
        shared, *others = random.normal(size=(1 + 60, DIMENSIONS)).astype(np.float32)
        others = [shared * 0.6 + other for other in others]
        titles = [f"第{number}号通知" for number in range(len(others))]
        documents = [entry(f"copy-{number}", "请稍等", "请稍等。") for number in range(1_500)]
        documents += [entry(f"own-{number}", title, "") for number, title in enumerate(titles)]
        store.apply(documents, [])
        known = dict(zip(titles, others, strict=True))
        while passages := store.passages_without_vector(1_000):
            wanted = {passage.text_hash: known.get(passage.text.strip(), shared) for passage in passages}
            store.add_vectors({name: vector / np.linalg.norm(vector) for name, vector in wanted.items()})
        found = [
            store.find_vectors(vector / np.linalg.norm(vector), EVERYTHING, 60)[0].document_id == f"own-{number}"
            for number, vector in enumerate(others)
        ]
        assert sum(found) >= 0.7 * len(found)

    def test_unchanged_text_keeps_its_vector(self, store: SearchStore):
        embedder = HashedEmbedder(dimensions=DIMENSIONS)
        fill(store, embedder)
        before = len(embedder.embedded)
        store.apply([entry("bill", "电费怎么交", "全新的回答。", variants=("在哪里缴电费",), sector="power")], [])
        fill(store, embedder)
        assert embedder.embedded[before:] == ["电费怎么交\n全新的回答。"]
        (question,) = embedder.embed_questions(["电费怎么交"])
        assert store.find_vectors(question, EVERYTHING, 1)[0].document_id == "bill"

    def test_passages_say_which_side_they_stand_for(self, store: SearchStore):
        sides = {passage.text: passage.side for passage in store.passages_without_vector(100)}
        assert sides["厨房漏气了"] is Side.QUESTION
        assert sides["暖气不热\n先放掉管道里的空气，再检查阀门是否打开。"] is Side.ANSWER

    def test_term_frequencies_count_documents(self, store: SearchStore):
        asked = [(Channel.CHARACTERS, "电费"), (Channel.CHARACTERS, "火箭")]
        assert store.document_frequencies(asked) == {asked[0]: 2, asked[1]: 0}

    def test_haystack_documents_are_written_filtered_and_deleted(self, store: SearchStore):
        document = to_haystack(entry("h", "来自干草堆", sector="water"))
        assert store.write_documents([document], DuplicatePolicy.OVERWRITE) == 1
        assert store.write_documents([document], DuplicatePolicy.SKIP) == 0
        with pytest.raises(DuplicateDocumentError):
            store.write_documents([document], DuplicatePolicy.FAIL)
        water = {"field": "meta.sector", "operator": "==", "value": "water"}
        assert {found.id for found in store.filter_documents(water)} == {"pipe", "h"}
        store.delete_documents(["h", "unknown"])
        assert store.count_documents() == len(HANDBOOK)

    def test_a_closed_store_opens_again_with_everything(self, store: SearchStore):
        fill(store, HashedEmbedder(dimensions=DIMENSIONS))
        store.apply([], [], 11)
        opened = store.to_dict()
        store.close()
        store.close()
        again = type(store).from_dict(opened)
        assert (again.count_documents(), again.change_number, again.vector_share()) == (len(HANDBOOK), 11, 1)
        assert self.found(again, "停电报修")[0] == "outage"
        again.close()


class TestEmbeddedStore(SearchStoreContract):
    def make(self, folder: Path) -> SearchStore:
        return EmbeddedStore(folder, embedder_name="hashed")


class TestEmbeddedStoreBeyondTheExactLimit(SearchStoreContract):
    def make(self, folder: Path) -> SearchStore:
        return EmbeddedStore(folder, embedder_name="hashed", exact_vector_limit=5)


class TestElasticsearchStore(SearchStoreContract):
    @pytest.fixture(autouse=True)
    def use_server(self, elasticsearch_settings: KBSettings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = elasticsearch_settings
        name_server(elasticsearch_settings, monkeypatch)

    def make(self, folder: Path) -> SearchStore:
        return new_elasticsearch_store(self.settings)


class TestElasticsearchStoreOfRoundedVectors(TestElasticsearchStore):
    vector_index = "int8_hnsw"

    def make(self, folder: Path) -> SearchStore:
        rounded = self.settings.model_copy(update={"elasticsearch_vector_index": self.vector_index})
        return new_elasticsearch_store(rounded)


class TestElasticsearchStoreOfVectorsInBits(TestElasticsearchStoreOfRoundedVectors):
    vector_index = "bbq_hnsw"


def _unit_vectors(count: int) -> dict[str, Vector]:
    vectors = np.random.default_rng(5).normal(size=(count, 64)).astype(np.float32)
    return {f"标题{n}": vector / np.linalg.norm(vector) for n, vector in enumerate(vectors)}


def _give_vectors(store: EmbeddedStore, by_title: dict[str, Vector]) -> None:
    waiting = store.passages_without_vector(10_000)
    store.add_vectors({passage.text_hash: by_title[passage.text] for passage in waiting})


def test_the_graph_of_nearest_vectors_is_kept_and_brought_up_to_date(tmp_path: Path):
    by_title = _unit_vectors(1_300)
    store = EmbeddedStore(tmp_path, exact_vector_limit=50)
    store.apply([entry(f"d{n}", f"标题{n}") for n in range(1_200)], [])
    _give_vectors(store, by_title)
    store.close()
    kept = (tmp_path / GRAPH_FILE).read_bytes()

    # The file misses what changes now: too little to be written again.
    store = EmbeddedStore(tmp_path, exact_vector_limit=50)
    store.apply([entry(f"d{n}", f"标题{n}") for n in range(1_200, 1_300)], ["d7", "d8"])
    store.apply([entry("again", "标题8")], [])
    _give_vectors(store, by_title)
    store.close()
    assert (tmp_path / GRAPH_FILE).read_bytes() == kept

    store = EmbeddedStore(tmp_path, exact_vector_limit=50)
    found = {n: store.find_vectors(by_title[f"标题{n}"], EVERYTHING, 1)[0].document_id for n in (3, 7, 8, 1_250)}
    store.close()
    assert found[7] not in ("d7", "d8")
    del found[7]
    assert found == {3: "d3", 8: "again", 1_250: "d1250"}


@pytest.mark.parametrize("damage", ["cut off", "nonsense", "another's"])
def test_a_graph_that_does_not_fit_is_built_anew(tmp_path: Path, damage: str):
    by_title = _unit_vectors(1_100)
    documents = [entry(f"d{n}", f"标题{n}") for n in range(1_100)]
    for folder, order in ((tmp_path / "mine", documents), (tmp_path / "other", documents[::-1])):
        store = EmbeddedStore(folder, exact_vector_limit=50)
        store.apply(order, [])
        _give_vectors(
            store, by_title if folder.name == "mine" else dict(zip(by_title, reversed(by_title.values()), strict=True))
        )
        store.close()
    file = tmp_path / "mine" / GRAPH_FILE
    whole = file.read_bytes()
    file.write_bytes(
        {
            "cut off": whole[: len(whole) // 2],
            "nonsense": b"graph" * 1_000,
            "another's": (tmp_path / "other" / GRAPH_FILE).read_bytes(),
        }[damage]
    )

    store = EmbeddedStore(tmp_path / "mine", exact_vector_limit=50)
    assert store.find_vectors(by_title["标题9"], EVERYTHING, 1)[0].document_id == "d9"
    store.close()
    # It was built anew and kept: the damage is gone.
    assert file.read_bytes() != whole[: len(whole) // 2]
    assert len(file.read_bytes()) >= len(whole) * 0.9


def test_both_ways_of_searching_vectors_agree(tmp_path: Path):
    makers: list[Callable[[], EmbeddedStore]] = [
        lambda: EmbeddedStore(tmp_path / "exact"),
        lambda: EmbeddedStore(tmp_path / "nearest", exact_vector_limit=50),
    ]
    documents = [entry(f"d{n}", f"标题{n}") for n in range(300)]
    by_title = _unit_vectors(300)
    question = by_title["标题7"]
    answers = []
    for make in makers:
        store = make()
        store.apply(documents, [])
        _give_vectors(store, by_title)
        answers.append([hit.document_id for hit in store.find_vectors(question, EVERYTHING, 10)])
        store.close()
    assert answers[0][0] == answers[1][0] == "d7"
    assert len(set(answers[0]) & set(answers[1])) >= 9
