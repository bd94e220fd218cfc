from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.query import SearchQuery
from kb.search.question.analysis.document_terms import document_terms, initial_grams
from kb.search.question.analysis.fillers import mute_fillers
from kb.search.question.analysis.folding import closed_up, fold
from kb.search.question.analysis.questions import CONTEXT_WEIGHT, analyse
from kb.search.question.analysis.sounds import initials, similar_sounds, sound_table, sounds, spell
from kb.search.question.analysis.terms import Channel, gram_texts, grams, word_texts, words
from kb.search.question.analysis.typed import initial_letters, pinyin_readings
from tests.fakes.kb_search_documents import entry

pytestmark = pytest.mark.unit

SPOKEN = st.text(st.sampled_from("停电报修费怎么办银行重新ABＣ１2.,，。 ㎡電費喂呃你好请问x!\n"), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [("ＡＢＣ１２３", "abc123"), ("電費繳納", "电费缴纳"), ("３０㎡", "30m2"), ("a\tb\u3000c", "a b c"), ("", "")],
)
def test_width_case_and_traditional_characters_fold_to_one_spelling(written: str, folded: str):
    assert fold(written).text == folded


def test_offsets_of_a_folded_text_lead_back_to_the_original():
    folded = fold("共30㎡電")
    assert folded.text == "共30m2电"
    assert folded.original_span(3, 5) == (3, 4)
    assert folded.original_span(5, 6) == (4, 5)


@given(st.text(max_size=60))
def test_every_folded_character_points_into_the_original(text: str):
    folded = fold(text)
    for at in range(len(folded.text)):
        start, end = folded.original_span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert folded.text[at] in fold(text[start:end]).text


@given(SPOKEN)
def test_grams_and_words_stand_where_they_say(text: str):
    folded = fold(text).text
    for spans in (grams(folded), words(folded), grams(sounds(folded))):
        source = folded if spans is not None else ""
        for span in spans:
            assert span.text in (source[span.start : span.end], sounds(folded)[span.start : span.end])


@given(SPOKEN)
def test_fast_indexing_cuts_the_same_terms_as_the_one_with_places(text: str):
    folded = fold(text).text
    assert sorted(gram_texts(folded)) == sorted(gram.text for gram in grams(folded))
    assert word_texts(folded) == [word.text for word in words(folded)]


def test_pairs_do_not_reach_over_punctuation():
    assert [gram.text for gram in grams("停电，费")] == ["停", "电", "停电", "费"]


def test_letters_and_digits_are_one_unit():
    assert [gram.text for gram in grams("拨95598转2.5")] == ["拨", "95598", "拨95598", "转", "95598转", "2.5", "转2.5"]


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [("停电报修", "ting dian bao xiu"), ("银行", "yin hang"), ("行动", "xing dong"), ("重新", "chong xin")],
)
def test_words_with_an_uncommon_reading_sound_right(text: str, pinyin: str):
    assert spell(sounds(text)) == pinyin


@given(SPOKEN)
def test_a_sounded_text_has_the_length_of_its_text(text: str):
    folded = fold(text).text
    assert len(sounds(folded)) == len(initials(sounds(folded))) == len(folded)


def test_homophones_sound_the_same():
    assert sounds("停垫") == sounds("停电")
    assert sounds("电废") == sounds("电费")


def test_sounds_that_are_easily_confused_become_equal_only_on_request():
    assert sounds("蓝") != sounds("南")
    assert similar_sounds(sounds("蓝")) == similar_sounds(sounds("南"))
    assert similar_sounds(sounds("是")) == similar_sounds(sounds("四"))
    assert similar_sounds(sounds("停")) != similar_sounds(sounds("天"))


def test_the_shipped_table_knows_every_common_character():
    assert len(sound_table().readings) > 20_000
    assert len(sound_table().syllables) < 450


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("喂你好，我想问一下电费", "电费"),
        ("呃那个就是说我家停电了", "我家停电了"),
        ("麻烦您帮我查一下余额", "余额"),
        ("请问", ""),
        ("余额不足", "余额不足"),
    ],
)
def test_fillers_are_blanked_and_content_stays(said: str, kept: str):
    muted = mute_fillers(said)
    assert len(muted) == len(said)
    assert "".join(muted.replace("，", " ").replace("那个", "").split()) == kept


@pytest.mark.parametrize(
    ("letters", "characters"),
    [
        ("tingdian", "停电"),
        ("xian", "西安"),
        ("xian", "先"),
        ("tindian", "停电"),
        ("tingdain", "停电"),
        ("tingd", "停电"),
    ],
)
def test_typed_pinyin_is_understood_with_a_typing_error_or_unfinished(letters: str, characters: str):
    assert sounds(characters) in pinyin_readings(letters)


@pytest.mark.parametrize("letters", ["wifi95", "t", "", "x" * 60])
def test_other_letters_are_no_pinyin(letters: str):
    assert pinyin_readings(letters) == ()


def test_initials_are_letters_that_begin_syllables():
    assert initial_letters("tdbx") == "tdbx"
    assert initial_letters("wifi") is None
    assert initial_grams(sounds("停电，报修")) == ["td", "bx"]


@given(SPOKEN, st.booleans())
def test_every_question_term_stands_in_the_question(text: str, is_typed: bool):
    question = analyse(SearchQuery(text, is_typed=is_typed))
    for term in question.terms:
        assert 0 <= term.start < term.end <= len(text)
        own = closed_up(fold(text[term.start : term.end])).text
        whole = closed_up(fold(text)).text
        assert term.is_guess or term.text in (own, sounds(own)) or term.text in sounds(whole)


def test_terms_of_the_context_weigh_less_and_have_no_place():
    question = analyse(SearchQuery("怎么交", context=("我的电费",)))
    context = {term.text: term for term in question.of(Channel.CHARACTERS)}["电费"]
    assert (context.weight, context.start, context.end) == (CONTEXT_WEIGHT, 0, 0)
    assert question.context_text == "我的电费"


def test_a_reading_means_behind_the_context_what_was_asked_first():
    heard = SearchQuery("那个，抄错表", context=("我的电费",))
    reading = analyse(SearchQuery("超错表", context=heard.context, reading_of=heard.text))
    assert reading.embedding_text == "超错表"
    assert reading.text_in_context == analyse(heard).text_in_context == analyse(heard).embedding_text


def test_typed_letters_become_sounds_and_initials_only_for_typed_questions():
    typed, spoken = (analyse(SearchQuery("tdbx", is_typed=is_typed)) for is_typed in (True, False))
    assert [term.text for term in typed.of(Channel.INITIALS)] == ["tdbx"]
    assert spoken.of(Channel.INITIALS) == []
    assert typed.embedding_text == ""
    assert spoken.embedding_text == "tdbx"


def test_a_question_of_fillers_alone_has_no_terms():
    question = analyse(SearchQuery("喂，你好，请问"))
    assert question.terms == ()
    assert question.embedding_text.strip("，, ") == ""


def test_titles_count_twice_in_the_index():
    terms = document_terms(entry("a", "停电", "停电了"))
    assert terms[Channel.CHARACTERS].count("停电") == 3
    assert "td" in terms[Channel.INITIALS]
