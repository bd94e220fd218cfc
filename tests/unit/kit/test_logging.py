import io
import json

import pytest
import structlog

from kit.logging import configure_logging

pytestmark = pytest.mark.unit


def test_personal_fields_never_reach_the_log():
    stream = io.StringIO()
    configure_logging(is_json=True, stream=stream)
    structlog.get_logger("test").info("utterance_heard", call_id="c1", personal_text="我姓王")
    structlog.reset_defaults()
    line = json.loads(stream.getvalue())
    assert line["event"] == "utterance_heard"
    assert line["call_id"] == "c1"
    assert "王" not in stream.getvalue()
