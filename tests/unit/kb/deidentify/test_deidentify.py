from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
import yaml

from kb.deidentify import PersonalKind, deidentify, find_personal
from tests.unit.kb.deidentify.sentences import PERSONAL, PLAIN

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("said", "masked"), PERSONAL)
def test_what_is_personal_is_masked_and_the_rest_stays(said: str, masked: str) -> None:
    assert deidentify(said) == masked


@pytest.mark.parametrize("said", PLAIN)
def test_ordinary_sentences_stay_as_they_are(said: str) -> None:
    assert deidentify(said) == said


@pytest.mark.parametrize("text", [*(said for said, _ in PERSONAL), *PLAIN])
def test_masking_twice_changes_nothing(text: str) -> None:
    assert deidentify(deidentify(text)) == deidentify(text)


def test_places_do_not_overlap_and_name_their_kind() -> None:
    said = "我叫赵敏，电话13700001111，住光明路8号"
    spans = find_personal(said)
    assert [(span.kind, said[span.start : span.end]) for span in spans] == [
        (PersonalKind.NAME, "赵敏"),
        (PersonalKind.PHONE, "13700001111"),
        (PersonalKind.ADDRESS, "8号"),
    ]


def test_nothing_is_masked_in_the_knowledge_that_ships() -> None:
    """Five thousand sentences of the trade without a person in them: what is found there is a false alarm."""
    texts = [text for name in ("entries", "cases") for text in demo_texts(name)]
    assert len(texts) > 3_000
    assert [text for text in texts if find_personal(text)] == []


def demo_texts(name: str) -> Iterator[str]:
    for file in resources.files("kb").joinpath("demo", name).iterdir():
        if file.name.endswith(".yaml"):
            yield from strings(yaml.safe_load(file.read_text("utf-8")))


def strings(value: Any) -> Iterator[str]:  # noqa: ANN401  # rejected: whatever a YAML file holds
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
