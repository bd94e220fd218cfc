from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.classify.classifier import RANKED_AT_MOST, CategoryClassifier
from kb.classify.examples import Example
from kb.classify.storage import FILE_NAME, load_classifier, save_classifier
from kb.classify.text import agent_content_text, content_text
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

TEXTS = {
    "fault/power.outage.single": ["家里没电了", "我家突然停电邻居有电", "屋里灯都不亮了", "就我一户断电"],
    "enquiry/power.billing.dispute": ["电费怎么这么多", "这个月电费算错了吧", "电费比上月多了一倍", "电费收多了"],
    "fault/gas.safety.leak": ["厨房有煤气味", "闻到燃气味道", "煤气是不是漏了", "燃气泄漏了快来人"],
    "enquiry/gas.billing.tariff": ["燃气多少钱一方", "阶梯气价怎么算", "天然气价格是多少", "气费一立方几块"],
    "complaint/tv.service.staff": [
        "装电视的师傅态度太差我要投诉",
        "投诉有线电视安装人员",
        "师傅骂人我要投诉",
        "投诉服务态度",
    ],
    "fault/tv.signal.none": ["电视没有信号", "电视显示无信号", "看不了电视没信号了", "所有台都无信号"],
}
EXAMPLES = [Example(text, category) for category, texts in TEXTS.items() for text in texts]


@pytest.fixture(scope="module")
def classifier() -> CategoryClassifier:
    return CategoryClassifier.fit(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("喂你好那个我们家没电了", "fault/power.outage.single"),
        ("我这电费收的不对呀多了好多", "enquiry/power.billing.dispute"),
        ("厨房里一股煤汽味", "fault/gas.safety.leak"),
        ("店费怎么多了一被", "enquiry/power.billing.dispute"),
        ("我要投诉你们那个安装师傅", "complaint/tv.service.staff"),
    ],
)
def test_words_and_sounds_lead_to_the_category(classifier: CategoryClassifier, text: str, category: str) -> None:
    assert classifier.rank(text).categories[0].category_id == category


def test_ranking_is_sorted_and_short(classifier: CategoryClassifier) -> None:
    ranked = classifier.rank("家里没电了").categories

    assert len(ranked) == RANKED_AT_MOST
    probabilities = [category.probability for category in ranked]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1


@pytest.mark.parametrize("text", ["", "喂你好", "嗯啊那个", "，。!"])
def test_text_without_content_abstains_with_no_category(classifier: CategoryClassifier, text: str) -> None:
    result = classifier.rank(text)

    assert result.categories == ()
    assert result.has_abstained


def test_what_none_of_the_categories_is_about_is_less_certain(classifier: CategoryClassifier) -> None:
    stray, clear = classifier.rank("今天天气真不错我们去公园划船"), classifier.rank("家里没电了")

    assert stray.categories[0].probability < clear.categories[0].probability / 1.5


def test_greetings_do_not_change_a_call(classifier: CategoryClassifier) -> None:
    agent = ["您好这里是95598很高兴为您服务，请问有什么可以帮您", "请稍等，我帮您查一下"]

    assert classifier.rank_call(["家里没电了"], agent) == classifier.rank_call(["喂", "家里没电了"])


def test_early_problem_outweighs_later_remarks(classifier: CategoryClassifier) -> None:
    result = classifier.rank_call(["我家突然没电了邻居家都有电", "对了", "顺便问下燃气多少钱"])

    assert result.categories[0].category_id == "fault/power.outage.single"


def test_known_sector_leaves_others_out(classifier: CategoryClassifier) -> None:
    ranked = classifier.rank_call(["没有了"], sector="gas").categories

    assert {category.category_id for category in ranked} == {"fault/gas.safety.leak", "enquiry/gas.billing.tariff"}
    assert sum(category.probability for category in ranked) == pytest.approx(1.0)


def test_stored_classifier_answers_the_same(classifier: CategoryClassifier, tmp_path: Path) -> None:
    save_classifier(classifier, "v1", tmp_path)
    restored = load_classifier(tmp_path, "v1", None)

    assert restored is not None
    texts = [example.text for example in EXAMPLES]
    np.testing.assert_allclose(restored.probabilities(texts), classifier.probabilities(texts), atol=0.01)
    assert (restored.categories, restored.threshold) == (classifier.categories, classifier.threshold)


def test_other_version_and_damaged_file_are_not_loaded(classifier: CategoryClassifier, tmp_path: Path) -> None:
    assert load_classifier(tmp_path, "v1", None) is None
    save_classifier(classifier, "v1", tmp_path)
    assert load_classifier(tmp_path, "v2", None) is None
    path = tmp_path / FILE_NAME
    for damaged in (b"", b"not a file of ours", path.read_bytes()[:5000]):
        path.write_bytes(damaged)
        assert load_classifier(tmp_path, "v1", None) is None


def test_one_category_is_not_enough() -> None:
    with pytest.raises(InvalidInputError) as caught:
        CategoryClassifier.fit([Example("没电", "a"), Example("断电", "a")])

    assert caught.value.error_code == "too_few_categories"


def test_labels_without_parts_are_ranked_too() -> None:
    classifier = CategoryClassifier.fit([Example(example.text, example.category_id[:8]) for example in EXAMPLES])

    assert classifier.rank("闻到燃气味").categories[0].category_id == "fault/ga"


def test_content_is_what_remains_without_politeness() -> None:
    assert content_text("喂,你好!我想问一下,電費怎么查?") == "电费怎么查"
    assert agent_content_text("您好,这里是95598,您是说家里停电了,请稍等") == "您是说家里停电了"
