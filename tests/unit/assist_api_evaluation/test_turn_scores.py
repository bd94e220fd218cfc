from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assist_api.evaluation.figures import as_json
from assist_api.evaluation.turn_layout import Turn, read_turn_set
from assist_api.evaluation.turn_scores import TurnScore, score_turns
from assist_api.evaluation.turns import ScoredCall, TurnsReport
from kit.errors import InvalidInputError
from tests.fakes.assist_calls_cards import make_card
from tests.fakes.assist_evaluation_story import Story

pytestmark = pytest.mark.unit
TURNS = (
    Turn.model_validate({"leg": "customer", "text": "没电了", "start": 1.0, "end": 3.0, "expect": "停电"}),
    Turn.model_validate({"leg": "agent", "text": "好的", "start": 4.0, "end": 5.0}),
    Turn.model_validate({"leg": "customer", "text": "电费多了", "start": 6.0, "end": 8.0, "expect": "电费"}),
    Turn.model_validate({"leg": "customer", "text": "修空调吗", "start": 10.0, "end": 12.0, "expect": "NONE"}),
)


def show(story: Story, segment: UUID, titles: list[str], at_ms: float) -> None:
    story.show([make_card(uuid4(), title=title) for title in titles], segment, at_ms)


def test_each_turn_is_judged_by_the_last_list_before_the_customer_speaks_again() -> None:
    story = Story()
    story.answer(at_ms=1_000)
    first = story.hear("没电了", 3_000, 4_200)
    show(story, first, ["只有自己家停电", "电费怎么查"], 4_300)
    second = story.hear("电费多了", 8_000, 9_000)
    show(story, second, ["只有自己家停电", "电费突然涨了"], 8_800)
    third = story.hear("修空调吗", 12_000, 13_000)
    story.withhold("nothing_fits", third, 13_400)
    outage, bill, none = score_turns(TURNS, story.observed)
    assert (outage.is_first, outage.is_stale) == (True, False)
    assert outage.seconds == pytest.approx(0.3)
    assert (bill.is_first, bill.is_any, bill.is_stale, bill.seconds) == (False, True, True, None)
    assert (none.is_nothing, none.is_stale) == (True, False)


def test_a_turn_without_an_event_has_the_list_of_the_turn_before() -> None:
    story = Story()
    story.answer(speed="max")
    first = story.hear("没电了", 3_000, 0)
    show(story, first, ["只有自己家停电"], 0)
    story.hear("电费多了", 8_000, 0)
    outage, bill, none = score_turns(TURNS, story.observed)
    assert outage.seconds is None
    assert bill.is_stale
    assert none.is_stale
    assert bill.heard == "电费多了"


def score(expect: str, **changes: object) -> TurnScore:
    values: dict[str, object] = {
        "text": "", "heard": "", "shown": (), "is_first": False, "is_any": False, "is_stale": False,
        "is_nothing": False, "seconds": None,
    }  # fmt: skip
    return TurnScore(expect=expect, **{**values, **changes})  # type: ignore[arg-type]


def test_the_report_counts_shares_and_seconds_and_becomes_json() -> None:
    scores = (
        score("a", is_first=True, is_any=True, seconds=0.2),
        score("b", is_any=True, is_stale=True),
        score("NONE", is_nothing=True),
        score("NONE", is_stale=True),
    )
    report = TurnsReport("1", (ScoredCall("call", scores),))
    document = as_json(report)
    figures = {name: document[name] for name in ("right_first", "right_any", "stale", "none_ok", "turns")}
    assert figures == {"right_first": 0.5, "right_any": 1.0, "stale": 0.5, "none_ok": 0.5, "turns": 4}
    assert document["seconds"] == {"count": 1, "p50": 0.2, "p95": 0.2}


ITEM = {"audio": "a.ogg", "turns": [{"leg": "customer", "text": "x", "start": 0, "end": 1, "expect": "停电"}]}


def write(folder: Path, document: object, *recordings: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(document), "utf-8")
    for name in recordings:
        (folder / name).write_bytes(b"")


@pytest.mark.parametrize("document", [{"calls": [ITEM]}, [ITEM], ITEM])
def test_one_manifest_may_hold_calls_a_list_or_one_call(tmp_path: Path, document: object) -> None:
    write(tmp_path, document, "a.ogg")
    (call,) = read_turn_set(tmp_path)
    assert [path.name for path in call.paths] == ["a.ogg"]
    assert call.turns[0].is_right("只有自己家停电怎么处理")


def test_a_folder_a_call_needs_no_name_and_no_audio(tmp_path: Path) -> None:
    turns = {"turns": ITEM["turns"]}
    write(tmp_path / "one", turns, "agent.wav", "customer.wav")
    write(tmp_path / "two", {**turns, "audio": {"agent": "r.wav", "customer": "l.wav"}}, "l.wav", "r.wav")
    one, two = read_turn_set(tmp_path)
    assert (one.name, [path.name for path in one.paths]) == ("one", ["customer.wav", "agent.wav"])
    assert (two.name, [path.name for path in two.paths]) == ("two", ["l.wav", "r.wav"])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"calls": []}, "at least one call"),
        ({"turns": []}, "turns"),
        ({**ITEM, "audio": "b.ogg"}, "b.ogg, which is not there"),
        ({**ITEM, "turns": [{"leg": "customer", "start": 2, "end": 1}]}, "end is before start"),
        ({**ITEM, "turns": [{"leg": "customer", "start": 0, "end": 1, "expect": "("}]}, "no regular expression"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said_in_one_line(tmp_path: Path, document: object, said: str) -> None:
    write(tmp_path, document, "a.ogg")
    with pytest.raises(InvalidInputError, match="manifest.json") as refused:
        read_turn_set(tmp_path)
    assert said in str(refused.value)
