from __future__ import annotations

import pytest

from kb.search.question.analysis.mending import SoundedText, choices, likeliest, pairs
from kb.search.question.analysis.sounds import sounds

pytestmark = pytest.mark.unit

TEXTS = ("网上银行转账要手续费吗", "家里停电了怎么报修", "银行网点几点上班")


def sounded(text: str) -> SoundedText:
    return SoundedText(text, sounds(text))


def frequencies() -> dict[str, int]:
    found: dict[str, int] = {}
    for text in TEXTS:
        for pair in {text[at : at + 2] for at in range(len(text) - 1)}:
            found[pair] = found.get(pair, 0) + 10
    return found


def mended(text: str) -> str:
    options = choices(sounded(text), [sounded(known) for known in TEXTS])
    return text if options is None else likeliest(options, frequencies())


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("枉上银行转账", "网上银行转账"),
        ("我家挺电了要报休", "我家停电了要报修"),
        ("家里停电了", "家里停电了"),
        ("完全无关的话", "完全无关的话"),
        ("i9300停垫", "i9300停电"),
        ("", ""),
        ("电", "电"),
    ],
)
def test_what_sounds_like_known_text_is_written_like_it(heard: str, said: str):
    assert mended(heard) == said


def test_a_text_as_common_as_the_known_one_stays():
    options = choices(sounded("挺电"), [sounded("停电")])
    assert options is not None
    assert likeliest(options, {"挺电": 10, "停电": 12}) == "挺电"
    assert likeliest(options, {"挺电": 0, "停电": 12}) == "停电"


def test_the_sounds_never_change():
    text = "枉上银航转账收续费"
    assert sounds(mended(text)) == sounds(text)


def test_only_pairs_of_characters_are_asked_for():
    options = choices(sounded("停垫a1"), [sounded("停电a1")])
    assert options is not None
    assert pairs(options) == {"停垫", "停电"}
