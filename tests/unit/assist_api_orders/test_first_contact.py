from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.work_orders.first_contact import Contact, ContactOutcome, figure_of, outcomes_of

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOW = 7 * DAY
LATER = START + 60 * DAY
RESOLVED, CAME_AGAIN = ContactOutcome.RESOLVED, ContactOutcome.CAME_AGAIN
REPETITION, STILL_OPEN = ContactOutcome.REPETITION, ContactOutcome.STILL_OPEN


def contact(
    number: int, day: float, *callers: str, business_type: str = "fault", sector: str = "power", urged_on: float = -1,
    was_reopened: bool = False, is_settled: bool = True,
) -> Contact:  # fmt: skip
    urged_at = (START + urged_on * DAY,) if urged_on >= 0 else ()
    return Contact(
        UUID(int=number), START + day * DAY, frozenset(callers or ("customer",)), business_type, sector,
        urged_at=urged_at, was_reopened=was_reopened, is_settled=is_settled,
    )  # fmt: skip


def outcomes(*contacts: Contact, now: datetime = LATER) -> list[ContactOutcome]:
    return [outcome for _, outcome in outcomes_of(contacts, WINDOW, now)]


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([contact(1, 0)], [RESOLVED]),
        ([contact(1, 0), contact(2, 7)], [CAME_AGAIN, REPETITION]),
        ([contact(1, 0), contact(2, 7.01)], [RESOLVED, RESOLVED]),
        ([contact(1, 0), contact(2, 6), contact(3, 12)], [CAME_AGAIN, REPETITION, REPETITION]),
        ([contact(1, 0), contact(2, 1, business_type="enquiry")], [RESOLVED, RESOLVED]),
        ([contact(1, 0), contact(2, 1, sector="heating")], [RESOLVED, RESOLVED]),
        ([contact(1, 0, "file", "138"), contact(2, 1, "138")], [CAME_AGAIN, REPETITION]),
        ([contact(1, 0, "file"), contact(2, 1, "139")], [RESOLVED, RESOLVED]),
        ([contact(1, 0, urged_on=2)], [CAME_AGAIN]),
        ([contact(1, 0, urged_on=9)], [RESOLVED]),
        ([contact(1, 0, was_reopened=True)], [ContactOutcome.REOPENED]),
        ([contact(1, 0, is_settled=False)], [STILL_OPEN]),
        ([contact(1, 0, business_type="")], [ContactOutcome.UNASSIGNED]),
        ([contact(1, 0), contact(1, 0)], [RESOLVED]),
        ([contact(1, 0), contact(1, 0, was_reopened=True)], [ContactOutcome.REOPENED]),
    ],
)  # fmt: skip
def test_outcome_of_contacts(contacts: list[Contact], expected: list[ContactOutcome]) -> None:
    assert outcomes(*contacts) == expected


def test_young_contact_stays_open_also_when_the_caller_came_again_already() -> None:
    contacts = [contact(1, 0), contact(2, 1)]
    assert outcomes(*contacts, now=START + 6.9 * DAY) == [STILL_OPEN, REPETITION]
    assert outcomes(*contacts, now=START + 7 * DAY) == [CAME_AGAIN, REPETITION]


def test_share_leaves_out_what_is_open_and_is_missing_without_decided_contacts() -> None:
    figure = figure_of([RESOLVED, RESOLVED, CAME_AGAIN, ContactOutcome.REOPENED, STILL_OPEN, REPETITION])
    assert (figure.decided, figure.still_open, figure.share) == (4, 1, 0.5)
    assert figure_of([STILL_OPEN, ContactOutcome.UNASSIGNED]).share is None


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["a", "b"])), max_size=30))
def test_every_contact_is_counted_once_whatever_the_order(visits: list[tuple[int, str]]) -> None:
    contacts = [contact(number, day, caller) for number, (day, caller) in enumerate(visits)]
    found = outcomes_of(contacts, WINDOW, LATER)
    assert found == outcomes_of(reversed(contacts), WINDOW, LATER)
    assert len(found) == len(contacts)
    for one, outcome in found:
        mine = [other.at for other in contacts if other.callers == one.callers and other.id != one.id]
        is_first = not any(one.at - WINDOW <= at < one.at for at in mine)
        is_last = not any(one.at < at <= one.at + WINDOW for at in mine)
        assert outcome is (REPETITION if not is_first else RESOLVED if is_last else CAME_AGAIN)
