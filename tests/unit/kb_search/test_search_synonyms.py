from __future__ import annotations

import numpy as np
import pytest

from kb.search.hits import MatchKind
from kb.search.query import SearchQuery
from kb.search.question.analysis.lexicon import Lexicon, WordGroup, WordUse
from kb.search.question.analysis.questions import AnalysedQuestion, analyse
from kb.search.question.analysis.terms import Channel
from kb.search.question.synonyms import RANKING_TRUST, SynonymMeasure, finding_terms, shared_frequencies
from kb.search.ranking.explanations import Reasons
from kb.search.ranking.features import COLUMN, FeatureMaker
from kb.search.ranking.projections import project
from kb.search.stores.base import CollectionStatistics
from tests.fakes.kb_search_documents import entry

pytestmark = pytest.mark.unit

BREAKER = WordGroup(WordUse.SYNONYMS, ("空开", "断路器", "空气开关"), "power")
ONE_WAY = WordGroup(WordUse.ONE_WAY, ("推闸", "合上开关"), "power")
WHOLE = WordGroup(WordUse.WHOLE, ("表后阀门",), "gas")
LEXICON = Lexicon([BREAKER, ONE_WAY, WHOLE, WordGroup(WordUse.SYNONYMS, ("wifi", "无线网"))])
STATISTICS = CollectionStatistics(100, 10.0, 50.0)


def asked(text: str, sector: str | None = None) -> AnalysedQuestion:
    return analyse(SearchQuery(text, sector=sector), LEXICON)


def names(text: str, sector: str | None = None) -> set[str]:
    return {other.text for synonym in asked(text, sector).synonyms for other in synonym.others}


def test_each_word_of_a_group_finds_the_others():
    assert names("空开跳闸了") == {"断路器", "空气开关"}
    assert names("断路器坏了") == {"空开", "空气开关"}


def test_one_way_group_is_read_in_one_direction():
    assert names("怎么推闸") == {"合上开关"}
    assert names("怎么合上开关") == set()


def test_words_of_another_sector_do_not_count():
    assert names("空开", sector="gas") == set()
    assert names("空开", sector="power") == {"断路器", "空气开关"}


@pytest.mark.parametrize("text", ["没有电话号码", "mywifi2", "ＷＩＦＩx"])
def test_word_inside_other_words_is_not_found(text: str):
    lexicon = Lexicon([WordGroup(WordUse.SYNONYMS, ("电话", "话机")), WordGroup(WordUse.SYNONYMS, ("有电", "来电"))])
    assert all(found.span.text == "电话" for found in lexicon.synonyms_in(text))
    assert names(text) == set()


def test_width_and_case_do_not_matter_and_places_are_those_of_the_question():
    synonym = asked("㎡家里ＷｉＦｉ慢").synonyms[0]
    assert (synonym.word, synonym.start, synonym.end) == ("wifi", 3, 7)


def test_whole_word_replaces_its_pieces():
    words = [term.text for term in asked("表后阀门漏气").of(Channel.WORDS)]
    assert "表后阀门" in words
    assert "阀门" not in words


def test_synonyms_never_change_the_question_itself():
    with_words, without = asked("空开跳闸"), analyse(SearchQuery("空开跳闸"))
    assert with_words.terms == without.terms
    assert with_words.embedding_text == without.embedding_text
    assert {term.text for term in finding_terms(with_words)} >= {"断路", "路器", "断路器"}
    assert finding_terms(without) == []


def test_document_with_a_synonym_is_worth_nearly_as_much_as_one_with_the_word():
    question = asked("空开跳闸")
    documents = [
        project(entry("same", "空开跳闸怎么办", sector="power")),
        project(entry("synonym", "断路器跳闸怎么办", sector="power")),
        project(entry("other-sector", "断路器跳闸怎么办", sector="water")),
        project(entry("nothing", "灯泡跳闸怎么办", sector="power")),
    ]
    maker = FeatureMaker(question, {}, STATISTICS)
    plain = maker.matrix(documents, {})
    matrix = SynonymMeasure(question, maker).matrix(documents, {})
    coverage = COLUMN["bigrams.coverage"]
    same, synonym, other_sector, nothing = matrix[:, coverage]
    assert same == pytest.approx(1.0)
    assert synonym == pytest.approx(plain[1, coverage] + RANKING_TRUST * (1.0 - plain[1, coverage]))
    assert other_sector == plain[2, coverage]
    assert nothing < synonym < same
    assert np.array_equal(matrix[[0, 2, 3]], plain[[0, 2, 3]], equal_nan=True)


def test_word_that_no_document_uses_is_as_common_as_its_synonyms():
    question = asked("空开")
    frequencies = {(Channel.CHARACTERS, "断路"): 30, (Channel.CHARACTERS, "路器"): 20}
    shared = shared_frequencies(question, frequencies)
    assert shared[Channel.CHARACTERS, "空开"] == 20
    assert shared[Channel.CHARACTERS, "断路"] == 30


def test_longer_name_that_contains_the_word_stays_as_it_is():
    question = analyse(SearchQuery("空气断路器"), Lexicon([WordGroup(WordUse.SYNONYMS, ("空气断路器", "断路器"))]))
    document = project(entry("both", "空气断路器", answer="断路器"))
    maker = FeatureMaker(question, {}, STATISTICS)
    reworded = SynonymMeasure(question, maker)._rewording.document(document)
    assert reworded is not None
    assert [text.folded.text for text in (*reworded.asked, *reworded.told)] == ["空气断路器", "空气断路器"]


def test_reason_names_the_synonym_on_both_sides():
    match = next(
        match
        for match in Reasons(asked("我家空开跳了")).of(project(entry("e", "断路器跳闸", sector="power")))
        if match.kind is MatchKind.SYNONYM
    )
    assert (match.start, match.end) == (0, 3)
    assert (match.query_start, match.query_end) == (2, 4)


def test_whole_synonym_is_the_reason_where_a_part_agrees_too():
    lexicon = Lexicon([WordGroup(WordUse.SYNONYMS, ("燃气表", "煤气表"))])
    matches = Reasons(analyse(SearchQuery("燃气表"), lexicon)).of(project(entry("e", "煤气表", sector="gas")))
    assert [(match.kind, match.start, match.end) for match in matches] == [(MatchKind.SYNONYM, 0, 3)]
