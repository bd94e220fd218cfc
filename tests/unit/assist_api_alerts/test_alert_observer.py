from __future__ import annotations

from dataclasses import replace
from functools import cache
from uuid import uuid4

import pytest

from assist_api.alerts.observer import AlertObserver
from assist_api.alerts.rules import DangerKind, RuleBook, shipped_rules
from assist_api.transcripts.utterances import LegRole, Utterance

pytestmark = pytest.mark.unit


@cache
def certain_rules() -> RuleBook:
    """Return only the rules for gas and fallen lines, so that each utterance is matched quickly."""
    rules = shipped_rules()
    kinds = {DangerKind.GAS_LEAK, DangerKind.FALLEN_LINE}
    return replace(rules, patterns=tuple(pattern for pattern in rules.patterns if pattern.kind in kinds))


def said(text: str, *, is_final: bool = True, role: LegRole = LegRole.CUSTOMER) -> Utterance:
    return Utterance(
        segment_id=uuid4(),
        leg_role=role,
        start_ms=0,
        end_ms=1_000,
        text=text,
        is_final=is_final,
        partial_index=-1 if is_final else 0,
        confidence=0.9,
        language="zh",
    )


def test_a_partial_raises_what_is_certain_and_names_the_words_that_say_it() -> None:
    partial = said("我家厨房里一股煤气味", is_final=False)
    (alert,) = AlertObserver(certain_rules).hear([partial])
    assert (alert.kind, alert.segment_id) == (DangerKind.GAS_LEAK, partial.segment_id)
    assert alert.words == partial.text[alert.span.start : alert.span.end] == "煤气味"
    assert alert.script.zh
    assert alert.script.en
    assert alert.name.zh
    assert alert.name.en


def test_a_kind_of_danger_is_raised_once_in_a_call() -> None:
    observer = AlertObserver(certain_rules)
    assert len(observer.hear([said("厨房里一股煤气味")])) == 1
    assert observer.hear([said("煤气味越来越大了")]) == []
    (other,) = observer.hear([said("电线掉在地上了")])
    assert other.kind is DangerKind.FALLEN_LINE


def test_the_final_puts_the_evidence_of_its_partial_right_under_the_same_id() -> None:
    observer = AlertObserver(certain_rules)
    partial = said("一股煤气味", is_final=False)
    final = partial.model_copy(update={"text": "家里一股煤气味", "is_final": True, "partial_index": -1})
    (first,) = observer.hear([partial])
    (second,) = observer.hear([final])
    assert second.alert_id == first.alert_id
    assert (second.span.start, second.words) == (first.span.start + 2, "煤气味")
    assert observer.hear([final]) == []


def test_what_the_agent_says_and_what_was_raised_before_a_restart_raise_nothing() -> None:
    observer = AlertObserver(certain_rules)
    assert observer.hear([said("厨房里一股煤气味", role=LegRole.AGENT)]) == []
    raised = observer.hear([said("厨房里一股煤气味")])
    assert AlertObserver(certain_rules, raised).hear([said("厨房里一股煤气味")]) == []
