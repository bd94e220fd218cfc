"""When the words of a self-call count as understood."""

from __future__ import annotations

import pytest

from assist_api.self_calls.caller import SAID, are_understood
from assist_api.transcripts.utterances import LegRole

pytestmark = pytest.mark.unit

CUSTOMER, AGENT = SAID[LegRole.CUSTOMER], SAID[LegRole.AGENT]


@pytest.mark.parametrize(
    ("customer", "agent", "understood"),
    [
        (f"喂你好{CUSTOMER}是怎么回事", AGENT, True),
        ("我们家刚才一下都没电", AGENT, True),
        (CUSTOMER, "", False),
        ("谢谢观看", AGENT, False),
        (CUSTOMER, "嗯啊", False),
    ],
)
def test_both_sides_must_be_recognised(customer: str, agent: str, understood: bool) -> None:
    assert are_understood({LegRole.CUSTOMER: customer, LegRole.AGENT: agent}) is understood
