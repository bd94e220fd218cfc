"""Real ONNX models of a few kilobytes, built on the spot: the loading code runs as with downloaded ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

ALPHABET = "停电报修缴费断路器跳闸怎么处理燃气味漏水机顶盒信号暖不热了家里的请问答查登记关阀门开窗户表"


def save_tokenizer(folder: Path) -> int:
    """Write a tokenizer of single characters that knows pairs; return the size of its vocabulary."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(ALPHABET)]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(words)


def save_encoder(folder: Path, dimensions: int) -> None:
    """Write an encoder whose token vectors are rows of a random table; texts that share characters are alike."""
    folder.mkdir(parents=True, exist_ok=True)
    table = np.random.default_rng(7).normal(size=(save_tokenizer(folder), dimensions)).astype(np.float32)
    _save(
        folder,
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        inputs=("input_ids", "attention_mask"),
        output=("last_hidden_state", ["batch", "length", dimensions]),
        constants={"table": table},
    )


def save_cross_encoder(folder: Path, *, classes: int = 1) -> None:
    """Write a cross-encoder that counts the characters question and passage share, less one and a half."""
    folder.mkdir(parents=True, exist_ok=True)
    size = save_tokenizer(folder)
    nodes = [
        helper.make_node("OneHot", ["input_ids", "depth", "off_on"], ["letters"], axis=-1),
        helper.make_node("Cast", ["token_type_ids"], ["second"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["attention_mask"], ["used"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["second", "used"], ["of_passage"]),
        helper.make_node("Sub", ["used", "of_passage"], ["of_question"]),
        *_bag("of_question", "question_bag"),
        *_bag("of_passage", "passage_bag"),
        helper.make_node("Mul", ["question_bag", "passage_bag"], ["shared_letters"]),
        helper.make_node("Mul", ["shared_letters", "is_content"], ["shared_content"]),
        helper.make_node("ReduceSum", ["shared_content", "last_axis"], ["count"], keepdims=1),
        helper.make_node("Sub", ["count", "even"], ["odds"]),
        helper.make_node("MatMul", ["odds", "classes"], ["logits"]),
    ]
    is_content = np.array([0.0] * 4 + [1.0] * (size - 4), np.float32)
    constants = {
        "depth": np.array(size, np.int64),
        "off_on": np.array([0.0, 1.0], np.float32),
        "is_content": is_content,
        "token_axis": np.array([1], np.int64),
        "last_axis": np.array([1], np.int64),
        "new_axis": np.array([2], np.int64),
        "even": np.array([[1.5]], np.float32),
        "classes": np.array([[1.0]] if classes == 1 else [[-0.5, 0.5]], np.float32),
    }
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    _save(folder, nodes, inputs=inputs, output=("logits", ["batch", classes]), constants=constants)


def _bag(mask: str, name: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Unsqueeze", [mask, "new_axis"], [f"{name}_mask"]),
        helper.make_node("Mul", ["letters", f"{name}_mask"], [f"{name}_letters"]),
        helper.make_node("ReduceMax", [f"{name}_letters", "token_axis"], [name], keepdims=0),
    ]


def _save(
    folder: Path,
    nodes: list[onnx.NodeProto],
    *,
    inputs: tuple[str, ...],
    output: tuple[str, list[str | int]],
    constants: dict[str, np.ndarray],
) -> None:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in inputs],
        [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
