from __future__ import annotations

import json
from pathlib import Path

import pytest

from cti_adapter import events
from cti_adapter.async_api import build_document
from cti_adapter.events import EVENT_TYPES, CTIEvent

pytestmark = pytest.mark.unit

DOCUMENT = Path(__file__).parents[3] / "docs" / "telephony.asyncapi.json"
PBX_WORDS = ("asterisk", "channel", "uniqueid", "linkedid", "pjsip", "ami ")


def test_the_published_document_is_up_to_date():
    fix = "python -m cti_adapter.async_api > docs/telephony.asyncapi.json"
    assert json.loads(DOCUMENT.read_text()) == build_document(), f"run: {fix}"


def test_every_event_class_is_published_and_its_name_is_a_noun_and_a_participle():
    classes = {kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, CTIEvent)}
    assert classes - {CTIEvent} == set(EVENT_TYPES)
    assert all(kind.type.count(".") == 1 for kind in EVENT_TYPES)
    assert len({kind.type for kind in EVENT_TYPES}) == len(EVENT_TYPES)


def test_every_field_is_described_and_required():
    for name, schema in build_document()["components"]["schemas"].items():
        if "properties" in schema:
            assert set(schema["required"]) == set(schema["properties"]), name


def test_events_speak_of_calls_and_not_of_the_exchange():
    names = {field for kind in EVENT_TYPES for field in kind.model_fields} | {kind.type for kind in EVENT_TYPES}
    assert not [name for name in names for word in PBX_WORDS if word in name.lower()]
