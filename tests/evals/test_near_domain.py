"""Typed questions with the verb of an entry and another thing get no card, and known questions keep theirs."""

from __future__ import annotations

import pytest

from tests.evals.conftest import Evaluated

pytestmark = [pytest.mark.evals, pytest.mark.timeout(1800)]


def test_what_no_entry_answers_gets_no_card(evaluated: Evaluated) -> None:
    typed = evaluated.typed
    assert len(typed.answered_beside) <= typed.beside * 0.1, f"answered: {typed.answered_beside}"


def test_questions_whose_entry_is_found_first_are_answered(evaluated: Evaluated) -> None:
    """Of all questions 196 of 240 on 2026-11-30, sector unknown; equal scores fall out differently at each start."""
    typed = evaluated.typed
    assert typed.answered >= typed.right * 0.75, f"{typed.answered} of {typed.right}"
