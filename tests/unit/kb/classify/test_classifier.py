from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import skops.io

from kb.classify import storage
from kb.classify.classifier import RANKED_AT_MOST, WHOLE_CHARACTERS, WHOLE_WEIGHT, CategoryClassifier, weighed
from kb.classify.examples import Example
from kb.classify.storage import load_model, model_path, remove_models, save_model
from kb.classify.text import agent_content_text, content_text
from kb.classify.training import Trained, fit
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
def trained() -> Trained:
    return fit(EXAMPLES)


@pytest.fixture(scope="module")
def classifier(trained: Trained) -> CategoryClassifier:
    return trained.classifier


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


def test_what_was_said_bit_by_bit_is_read_as_one_text_too(classifier: CategoryClassifier) -> None:
    broken = classifier.rank_call(["这个月电费", "比上月", "多了一倍"]).categories[0]
    unconnected = classifier.rank_call(["这个月电费"]).categories[0]

    assert broken.category_id == unconnected.category_id == "enquiry/power.billing.dispute"
    assert broken.probability > unconnected.probability


def test_a_long_call_is_read_as_one_text_by_its_beginning() -> None:
    said = ["我家突然停电邻居有电屋里灯都不亮了", *["燃气多少钱一方"] * 60]

    whole, weight = list(weighed(said, []))[-1]
    assert (len(whole), weight) == (WHOLE_CHARACTERS, WHOLE_WEIGHT)
    assert whole.startswith(content_text(said[0]))


def test_known_sector_leaves_others_out(classifier: CategoryClassifier) -> None:
    ranked = classifier.rank_call(["没有了"], sector="gas").categories

    assert {category.category_id for category in ranked} == {"fault/gas.safety.leak", "enquiry/gas.billing.tariff"}
    assert sum(category.probability for category in ranked) == pytest.approx(1.0)


def test_what_search_found_speaks_for_its_category(classifier: CategoryClassifier) -> None:
    said = ["燃气的事想问一下"]
    alone = classifier.rank_call(said, sector="gas").categories
    second = alone[1].category_id

    assert classifier.rank_call(said, sector="gas", found={second: 0.0}).categories == alone
    assert classifier.rank_call(said, sector="gas", found={second: 1.0}).categories[0].category_id == second
    assert classifier.rank_call(said, sector="gas", found={"fault/tv.signal.none": 1.0}).categories == alone


def test_what_search_found_overrules_no_clear_words(classifier: CategoryClassifier) -> None:
    said = ["厨房有煤气味", "闻到燃气味道"]
    ranked = classifier.rank_call(said, found={"enquiry/gas.billing.tariff": 0.3}).categories

    assert ranked[0].category_id == "fault/gas.safety.leak"


def test_stored_model_answers_the_same(trained: Trained, tmp_path: Path) -> None:
    path = model_path(tmp_path, 1)
    stored = load_model(path, save_model(trained.classifier, trained.held_out, path), None)

    assert stored is not None
    texts = [example.text for example in EXAMPLES]
    restored, learned = stored.classifier, trained.classifier
    np.testing.assert_allclose(restored.probabilities(texts), learned.probabilities(texts), atol=0.01)
    assert (restored.categories, restored.threshold) == (learned.categories, learned.threshold)
    np.testing.assert_array_equal(stored.held_out.keys, trained.held_out.keys)


def test_written_texts_are_told_apart_by_what_speech_does_not_have(tmp_path: Path) -> None:
    stems = [
        "电能表的误差应满足的要求有",
        "计量柜进线单元应有",
        "现货市场提交申报信息的时间",
        "用户功率因数标准",
        "抄表的周期",
    ]
    sets = {"choice": "{}（）。", "statement": "《{}》", "question": "{}?"}
    examples = [Example(form.format(stem), label) for label, form in sets.items() for stem in stems]
    trained = fit(examples, is_written=True)
    asked = [form.format("互感器的变比") for form in sets.values()]
    path = model_path(tmp_path, 1)
    stored = load_model(path, save_model(trained.classifier, trained.held_out, path), None)
    assert stored is not None
    for classifier in (trained.classifier, stored.classifier):
        best = classifier.probabilities(asked).argmax(axis=1)
        assert [classifier.categories[column] for column in best] == list(sets)


def test_file_that_is_not_the_recorded_one_is_not_loaded(trained: Trained, tmp_path: Path) -> None:
    path = model_path(tmp_path, 1)
    assert load_model(path, "", None) is None
    file_hash = save_model(trained.classifier, trained.held_out, path)
    assert load_model(path, "0" * 64, None) is None
    content = path.read_bytes()
    for damaged in (b"", b"not a file of ours", content[:5000], content[:-1] + b"x"):
        path.write_bytes(damaged)
        assert load_model(path, file_hash, None) is None


def test_older_format_is_not_loaded(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = model_path(tmp_path, 1)
    monkeypatch.setattr(storage, "FORMAT", 5)
    file_hash = save_model(trained.classifier, trained.held_out, path)
    monkeypatch.undo()
    assert load_model(path, file_hash, None) is None


def test_file_with_other_types_than_ours_is_not_loaded(tmp_path: Path) -> None:
    path = model_path(tmp_path, 1)
    skops.io.dump({"format": storage.FORMAT, "categories": Example("没电", "a")}, path)
    file_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    assert load_model(path, file_hash, None) is None


def test_old_model_files_are_cleared_away(tmp_path: Path) -> None:
    for name in ("model-0001.npz", "model-0001.skops", "model-0002.skops", "tmpabc.tmp"):
        (tmp_path / name).write_bytes(b"x")

    remove_models(tmp_path, keep=[2])

    assert [path.name for path in tmp_path.iterdir()] == ["model-0002.skops"]


def test_light_example_pulls_less_than_a_heavy_one() -> None:
    def share(weight: float) -> float:
        stray = Example("路灯坏了一直不亮", "enquiry/gas.billing.tariff", weight=weight)
        ranked = fit([*EXAMPLES, stray]).classifier.rank("路灯坏了").categories
        return next(item.probability for item in ranked if item.category_id == stray.category_id)

    assert share(0.05) < share(1.0)


def test_quality_is_measured_on_texts_that_were_held_out(trained: Trained) -> None:
    assert trained.quality is not None
    assert trained.quality.count == len(EXAMPLES)
    assert trained.quality.accuracy == trained.held_out.is_right.mean()


def test_one_category_is_not_enough() -> None:
    with pytest.raises(InvalidInputError) as caught:
        fit([Example("没电", "a"), Example("断电", "a")])

    assert caught.value.error_code == "too_few_categories"


def test_labels_without_parts_are_ranked_too() -> None:
    classifier = fit([Example(example.text, example.category_id[:8]) for example in EXAMPLES]).classifier

    assert classifier.rank("闻到燃气味").categories[0].category_id == "fault/ga"


def test_content_is_what_remains_without_politeness() -> None:
    assert content_text("喂,你好!我想问一下,電費怎么查?") == "电费怎么查"
    assert agent_content_text("您好,这里是95598,您是说家里停电了,请稍等") == "您是说家里停电了"
