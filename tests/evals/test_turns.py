"""Whether the desk follows callers from one matter to the next, with the real models and voices not learned."""

from __future__ import annotations

import pytest

from assist_api.evaluation.tables import turns_tables
from tests.evals.conftest import Evaluated, show

pytestmark = [pytest.mark.evals, pytest.mark.timeout(1800)]


def test_the_card_of_the_newest_question_leads(evaluated: Evaluated) -> None:
    report = evaluated.turns
    show(turns_tables(report))
    assert report.right_first >= 0.75
    assert report.right_any >= 0.9
    assert report.stale <= 0.12
    assert report.none_ok >= 0.5
