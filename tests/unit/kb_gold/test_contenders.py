from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from kb.gold.changes import TextChange
from kb.gold.contenders import CONTENDERS, Contenders, WeighedQuestion
from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.question.analysis.terms import Channel
from kb.search.stores.base import SearchFilter
from kb.search.stores.overlay import Draft
from tests.fakes.kb_search_documents import entry

pytestmark = pytest.mark.unit

WANTED = entry("wanted", "家里停电怎么办", sector="power")
ASKED_AS = "家里停电了"
FILTER = SearchFilter(frozenset(DocumentKind), date(2026, 3, 10), sector="power")


def question() -> WeighedQuestion:
    terms = Draft.of(entry("asked", ASKED_AS)).terms[Channel.CHARACTERS]
    return WeighedQuestion.against({(Channel.CHARACTERS, term): 1.0 for term in terms}, FILTER, WANTED)


def added(title: str, **fields: object) -> TextChange:
    return TextChange(uuid4(), None, entry("new", title, **fields))


def kept(*changes: TextChange) -> set[str]:
    contenders = Contenders([question()])
    for change in changes:
        contenders.offer([change])
    texts = [change.after for change in contenders.changes().values()]
    assert contenders.is_contested(0) == bool(texts)
    return {text.title for text in texts if text is not None}


def test_only_what_shares_most_is_kept() -> None:
    close = [added(f"家里停电了{number}") for number in range(CONTENDERS)]
    farther = [added(f"家里停电{number}") for number in range(3)]
    assert kept(*farther, *close) == {f"家里停电了{number}" for number in range(CONTENDERS)}


def test_what_comes_nowhere_near_the_wanted_entry_is_left_out() -> None:
    assert kept(added("里屋的狗"), added("灯会约定")) == set()
    assert kept(added("停电了")) == {"停电了"}


def test_what_the_question_would_not_find_is_left_out() -> None:
    assert kept(added(ASKED_AS, sector="gas"), added(ASKED_AS, valid_until=date(2026, 3, 9))) == set()


def test_what_leaves_or_stays_as_it_is_does_not_rise() -> None:
    text: SearchDocument = entry("same", ASKED_AS)
    same = TextChange(uuid4(), text, replace(text, revision_id="next", revision_number=2))
    gone = TextChange(uuid4(), text, None)
    assert (same.is_silent, gone.is_silent) == (True, False)
    assert kept(same, gone) == set()
