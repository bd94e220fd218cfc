from __future__ import annotations

from uuid import uuid4

import pytest

from assist_api.facts.fields import FactField
from assist_api.facts.found import FactEdited, with_edit, with_found
from assist_api.facts.observer import FactObserver, call_facts
from assist_api.summaries.extractive import Section
from assist_api.summaries.shown import summary_lines
from assist_api.transcripts.utterances import LegRole, Utterance

pytestmark = pytest.mark.unit


def said(text: str, start_ms: int, *, role: LegRole = LegRole.CUSTOMER, is_final: bool = True) -> Utterance:
    return Utterance(
        segment_id=uuid4(),
        leg_role=role,
        start_ms=start_ms,
        end_ms=start_ms + 1_000,
        text=text,
        is_final=is_final,
        partial_index=-1 if is_final else 0,
        confidence=0.9,
        language="zh",
    )


ASKED = said("请问您的联系电话是多少？", 1_000, role=LegRole.AGENT)
PHONE = said("我的电话是13800138000", 2_000)


def test_a_final_fills_a_field_and_names_the_words_that_prove_it() -> None:
    (found,) = FactObserver().hear([ASKED, PHONE])
    (phone,) = found.facts
    assert (phone.field, phone.value, phone.edited_by) == (FactField.PHONE, "13800138000", None)
    (place,) = phone.evidence
    assert place.segment_id == PHONE.segment_id
    assert PHONE.text[place.span.start : place.span.end] == "13800138000"


def test_nothing_is_told_for_partials_nor_where_nothing_changed() -> None:
    observer = FactObserver()
    assert observer.hear([PHONE.model_copy(update={"is_final": False})]) == ()
    assert len(observer.hear([PHONE])) == 1
    assert observer.hear([said("好的谢谢", 9_000)]) == ()


def test_a_call_that_is_taken_up_again_remembers_what_was_said() -> None:
    before = call_facts([ASKED, PHONE])
    observer = FactObserver([ASKED, PHONE], before)
    assert observer.hear([said("好的谢谢", 9_000)]) == ()


def test_the_edit_of_an_agent_stays_whatever_is_found_later() -> None:
    found = call_facts([ASKED, PHONE])
    edited = with_edit(found, FactEdited(field=FactField.PHONE, value="13900139000", edited_by="张班"))
    (after,) = with_found(edited, found)
    assert (after.value, after.edited_by, after.evidence) == ("13900139000", "张班", [])


def test_a_summary_names_the_utterances_of_every_line_and_keeps_the_edit() -> None:
    utterances = [said("我们家突然停电了", 0), ASKED, PHONE, said("后半句还没说完", 9_000, is_final=False)]
    facts = with_edit(call_facts([*utterances[:3]]), FactEdited(field=FactField.AMOUNT, value="", edited_by="张班"))
    lines = summary_lines(utterances, facts)
    problem = next(line for line in lines if line.section is Section.PROBLEM)
    assert problem.segment_ids == [utterances[0].segment_id]
    (fact,) = [line for line in lines if line.section is Section.FACTS]
    assert (fact.field, fact.text, fact.segment_ids) == (FactField.PHONE, "13800138000", [PHONE.segment_id])
