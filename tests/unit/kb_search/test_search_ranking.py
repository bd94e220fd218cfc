from __future__ import annotations

import math

import numpy as np
import pytest

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.evaluation.evaluate import GoldQuestion, score_run
from kb.search.hits import MatchKind
from kb.search.passages import CHUNK_CHARACTERS, chunks, passages_of
from kb.search.query import SearchQuery
from kb.search.question.analysis.questions import AnalysedQuestion, analyse
from kb.search.question.analysis.sounds import sounds
from kb.search.ranking.explanations import Reasons
from kb.search.ranking.features import COLUMN, FEATURES, FeatureMaker
from kb.search.ranking.model import CONFIDENCE_FEATURES, RankingModel, confidence_features, fill_vectors, shipped_model
from kb.search.ranking.projections import ProjectionCache, project
from kb.search.stores.base import CollectionStatistics, Side, VectorScore
from tests.fakes.kb_search_documents import HANDBOOK, entry

pytestmark = pytest.mark.unit

STATISTICS = CollectionStatistics(100, 10.0, 40.0)


def measured(
    text: str, *documents: SearchDocument, vectors: dict[str, VectorScore] | None = None, is_typed: bool = False
) -> np.ndarray:
    question = analyse(SearchQuery(text, is_typed=is_typed))
    frequencies = {(term.channel, term.text): 3 for term in question.terms}
    maker = FeatureMaker(question, frequencies, STATISTICS)
    return maker.matrix([project(document) for document in documents], vectors or {})


def feature(matrix: np.ndarray, name: str) -> list[float]:
    return matrix[:, COLUMN[name]].tolist()


def question(text: str, **how: object) -> AnalysedQuestion:
    return analyse(SearchQuery(text, **how))


def test_the_best_variant_counts_as_much_as_a_title():
    matrix = measured("没电了", entry("a", "停电"), entry("b", "停电", variants=("家里没电了", "无关的话")))
    asked = feature(matrix, "bigrams.asked")
    assert asked[1] > 2 * asked[0]


def test_a_homophone_counts_in_sounds_and_not_in_characters():
    matrix = measured("电废", entry("a", "电费"))
    assert feature(matrix, "pinyin.coverage") == [1]
    assert feature(matrix, "bigrams.coverage")[0] < 1


def test_the_longest_piece_in_a_row_is_measured():
    together, apart = measured("停电报修", entry("a", "停电报修"), entry("b", "停电了来报修")).tolist()
    assert together[COLUMN["run.bigrams"]] == 1
    assert apart[COLUMN["run.bigrams"]] == 0.5


def test_a_guess_the_collection_does_not_know_costs_nothing():
    asked = analyse(SearchQuery("xian", is_typed=True))
    known = {(term.channel, term.text): 1 for term in asked.terms if term.text in sounds("西安")}
    matrix = FeatureMaker(asked, known, STATISTICS).matrix([project(entry("a", "西安"))], {})
    assert feature(matrix, "pinyin.coverage") == [1]


def test_features_of_no_candidates_are_an_empty_matrix():
    assert measured("停电").shape == (0, len(FEATURES))


def test_a_document_still_without_vectors_is_placed_by_its_words():
    documents = [entry(f"d{n}", "停电报修" if n < 3 else "别的事情") for n in range(8)]
    vectors = {f"d{n}": VectorScore(0.8 if n < 3 else 0.1, None) for n in range(1, 8)}
    filled = fill_vectors(measured("停电报修", *documents, vectors=vectors))
    best = feature(filled, "vector.best")
    assert best[0] == pytest.approx(0.8, abs=0.05)
    assert not any(math.isnan(value) for value in filled.ravel())


def test_without_any_vectors_the_lexical_weights_rank():
    model = RankingModel(
        "t", {"vector.best": 1.0}, {"bigrams.coverage": 1.0}, {"bias": 0.0}, {"score": 9.0, "bias": -5.0}
    )
    matrix = measured("停电报修", entry("a", "别的事"), entry("b", "停电报修"))
    ranked = model.rank(matrix, 4)
    assert not ranked.has_vectors
    assert ranked.scores.tolist() == pytest.approx([0, 1])
    assert ranked.confidences[0] < 0.01 < 0.9 < ranked.confidences[1]


def test_a_hit_is_surer_the_further_it_is_ahead_of_the_next_five():
    ahead = CONFIDENCE_FEATURES.index("ahead")
    scores = np.array([5.0, 4, 3, 2, 1, 0, -1, -2])
    seen = confidence_features(np.zeros((8, len(FEATURES))), scores, 9)[:, ahead]
    assert (seen**2).tolist() == pytest.approx([3, 1.8, 0.6, 0, 0, 0, 0, 0])
    assert confidence_features(np.zeros((1, len(FEATURES))), scores[:1], 9)[0, ahead] == pytest.approx(5**0.5)


def test_a_model_with_unknown_features_is_refused():
    with pytest.raises(ValueError, match="no_such"):
        RankingModel.from_json(
            b'{"name":"x","weights":{"no_such":1},"lexical_weights":{},"confidence":{},"lexical_confidence":{}}'
        )


def test_no_shipped_weight_punishes_a_shared_term():
    model = shipped_model()
    for weights in (model.weights, model.lexical_weights):
        assert weights
        assert min(weights.values()) >= 0


def test_exact_and_same_sounding_places_are_told_apart_and_lead_to_both_texts():
    text = "喂你好我家停垫了要报修"
    matches = Reasons(question(text)).of(project(HANDBOOK[0]))
    title = [match for match in matches if match.field == "title"]
    assert [(m.kind, HANDBOOK[0].title[m.start : m.end], text[m.query_start : m.query_end]) for m in title] == [
        (MatchKind.PINYIN, "停电", "停垫"),
        (MatchKind.EXACT, "报修", "报修"),
    ]


def test_overlapping_matches_are_merged_and_stop_words_explain_nothing():
    document = entry("a", "怎么办理停电报修手续", "怎么办呢")
    matches = Reasons(question("怎么停电报修")).of(project(document))
    assert [(m.field, document.title[m.start : m.end]) for m in matches] == [("title", "停电报修")]


def test_matches_go_from_word_to_word():
    said = "我们家刚才一下子就没电了，是不是哪个电器漏电，怎么回事啊"
    document = entry("a", "咱们家刚才没电了", variants=("某个电器漏电", "咋回事"))
    matches = Reasons(question(said)).of(project(document))
    assert {said[m.query_start : m.query_end] for m in matches} == {"家", "没电", "电器漏电"}
    assert {document.title[m.start : m.end] for m in matches if m.field == "title"} == {"家", "没电"}


def test_a_match_inside_a_single_word_stays():
    (match,) = Reasons(question("供电局")).of(project(entry("a", "给电局写信")))
    assert (match.start, match.end, match.query_start, match.query_end) == (1, 3, 1, 3)


def test_matches_in_variants_say_which_and_original_offsets_survive_folding():
    document = entry("a", "標題", variants=("无关", "㎡數與停電"))
    (match,) = Reasons(question("停电")).of(project(document))
    assert (match.field, match.field_index, document.variants[1][match.start : match.end]) == ("variants", 1, "停電")


def test_cases_name_their_fields_problem_and_solution():
    case = entry("c", "", "更换电表", kind=DocumentKind.CASE, script="电表不走")
    fields = {match.field for match in Reasons(question("电表不走要更换电表")).of(project(case))}
    assert fields == {"problem", "solution"}


def test_projections_are_remembered_up_to_their_size():
    cache = ProjectionCache(size=1)
    first = cache.project(HANDBOOK[0])
    assert cache.project(HANDBOOK[0]) is first
    cache.project(HANDBOOK[1])
    assert cache.project(HANDBOOK[0]) is not first


def test_long_answers_are_cut_after_sentences_and_nothing_is_lost():
    text = "。".join(["这是一句足够长的话用来测试" * 3] * 20) + "没有句号的尾巴" + "长" * 700
    pieces = list(chunks(text))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= CHUNK_CHARACTERS
    assert pieces[0].endswith("。")


def test_a_text_that_occurs_twice_in_a_document_is_one_passage():
    document = entry("a", "停电", variants=("停电", "没电"), script="")
    assert [(p.side, p.text) for p in passages_of(document)] == [(Side.QUESTION, "停电"), (Side.QUESTION, "没电")]


def test_scores_of_a_run_are_those_of_the_definition():
    gold = [GoldQuestion("1", "a", "x", frozenset({"d2"})), GoldQuestion("2", "b", "y", frozenset({"d9", "d8"}))]
    scores = score_run(gold, {"1": ["d1", "d2"], "2": ["d9"]})
    assert (scores["x"].mrr_at_10, scores["x"].hit_at_1, scores["x"].hit_at_3) == (0.5, 0, 1)
    assert scores["y"].recall_at_5 == 0.5
    assert scores["ALL"].mrr_at_10 == 0.75
