"""Small evaluation folders with sentences of our own."""

from __future__ import annotations

import json
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

CORPUS = (
    {"id": "p1", "title": "欠费停电后怎么复电", "text": "缴清电费后系统会自动复电，一般在二十四小时之内。"},
    {"id": "p2", "title": "暖气片上半截不热", "text": "多半是暖气片里有空气，打开放气阀放气，见水后关上。"},
    {"id": "p3", "title": "机顶盒遥控器没有反应", "text": "先换电池，再按住设置键重新配对机顶盒。"},
    {"id": "p4", "title": "燃气表没电了", "text": "换上四节五号碱性电池，再按一下表上的按钮。"},
)
QUESTIONS = (
    {"qid": "q1", "text": "电费交了多久能来电", "source": "power"},
    {"qid": "q2", "text": "暖气片上面是凉的", "source": "heating"},
    {"qid": "q3", "text": "遥控器按了没反应", "source": "tv"},
)
RELEVANT = {"q1": "p1", "q2": "p2", "q3": "p3"}
CALL: Mapping[str, Any] = {
    "demo_id": "own-call",
    "sector": "heating",
    "file": "own-call.wav",
    "lines": [{"role": "customer", "text": "我家暖气不热。"}, {"role": "agent", "text": "请您先放一下气。"}],
    "expected_entry": "heating-radiator",
    "expected_category": "fault/heating.warmth.cold",
}


def write_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def write_retrieval_set(folder: Path) -> Path:
    """Write three questions, four passages and what answers what."""
    write_jsonl(folder / "corpus_small.jsonl", CORPUS)
    write_jsonl(folder / "queries.jsonl", QUESTIONS)
    lines = [f"{question}\t0\t{passage}\t1\n" for question, passage in RELEVANT.items()]
    (folder / "qrels.tsv").write_text("".join(lines), "utf-8")
    return folder


def write_classification_set(folder: Path) -> Path:
    """Write two categories that share no word."""
    power = ["家里突然停电了", "楼里没电了什么时候来电", "电闸跳了合不上", "停电通知在哪里看"]
    water = ["水龙头没水了", "自来水发黄有味道", "水管爆了到处是水", "水压太小洗不了澡"]
    rows = [{"text": text, "label": label} for label, texts in {"电": power, "水": water}.items() for text in texts]
    write_jsonl(folder / "train.jsonl", rows)
    write_jsonl(folder / "dev.jsonl", [{"text": "又停电了", "label": "电"}, {"text": "水管漏水", "label": "水"}])
    return folder


def write_call_set(folder: Path, **changes: Any) -> Path:  # noqa: ANN401  # rejected: any field of a call
    """Write one call; a change to None leaves the field out."""
    call = {name: value for name, value in {**CALL, **changes}.items() if value is not None}
    (folder / "manifest.yaml").write_text(yaml.safe_dump({"calls": [call]}, allow_unicode=True), "utf-8")
    write_silence(folder / "own-call.wav")
    return folder


def write_spoken_set(folder: Path) -> Path:
    """Write a spoken set of two questions; the recordings hold silence."""
    rows = [{"qid": qid, "file": f"{qid}.wav", "text": "暖气片不热"} for qid in ("q1", "q2")]
    write_jsonl(folder / "manifest.jsonl", rows)
    for row in rows:
        write_silence(folder / row["file"])
    return folder


def write_silence(path: Path) -> None:
    """Write a tenth of a second of nothing at 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
