from __future__ import annotations

import pytest

from assist_api.suggestions.spoken import SpokenLines, script_lines, steps_of

pytestmark = pytest.mark.unit
SCRIPT = "请您马上关闭阀门，打开窗户通风。不要开关任何电器，请到室外打电话。"
ANSWER = "1. 先关闭燃气总阀门\n2. 打开门窗通风\n3. 到室外拨打抢修电话\n\n- 旧小区另有规定"


def watching() -> SpokenLines:
    spoken = SpokenLines()
    spoken.watch({"card": (SCRIPT, ANSWER)})
    return spoken


def said(spoken: SpokenLines, *texts: str) -> list[str]:
    progress = [found["card"] for text in texts if (found := spoken.hear(text))]
    return [SCRIPT[line.start : line.end] for line in progress[-1].lines] if progress else []


def test_a_line_read_aloud_is_recognised_over_several_utterances() -> None:
    assert said(watching(), "好的您听我说，请您马上关闭阀门", "打开窗户通风") == ["请您马上关闭阀门，打开窗户通风。"]


def test_other_characters_of_the_same_sound_count() -> None:
    assert said(watching(), "请您马上官闭阀们，打开窗户同风") == ["请您马上关闭阀门，打开窗户通风。"]


def test_other_words_about_the_matter_do_not_count() -> None:
    assert said(watching(), "您家里的燃气报警器是哪一年装的呢，我帮您查一下记录") == []


def test_a_card_is_finished_when_its_whole_script_was_said() -> None:
    spoken = watching()
    first = spoken.hear("请您马上关闭阀门，打开窗户通风。")["card"]
    assert not first.is_finished
    assert spoken.hear("不要开关任何电器，请到室外打电话")["card"].is_finished
    assert spoken.hear("不要开关任何电器，请到室外打电话") == {}


def test_steps_are_counted_as_the_page_numbers_them() -> None:
    assert steps_of(ANSWER) == ["先关闭燃气总阀门", "打开门窗通风", "到室外拨打抢修电话"]
    assert steps_of("- 只有要点\n- 没有步骤") == []
    assert watching().hear("您先关闭燃气的总阀门")["card"].steps == (0,)


def test_lines_keep_their_places_in_the_script() -> None:
    assert "".join(SCRIPT[line.start : line.end] for line in script_lines(SCRIPT)) == SCRIPT
