from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.tts.readout_english import english_count, english_ordinal, read_out_english

pytestmark = pytest.mark.unit

DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Your bill is ¥236.50.", "Your bill is two hundred thirty-six yuan and fifty fen."),
        ("You owe 1,860.05 yuan.", "You owe one thousand eight hundred sixty yuan and five fen."),
        ("It costs $1 or 0.05 yuan", "It costs one dollar or five fen"),
        ("0.5469 yuan a unit", "zero point five four six nine yuan a unit"),
        ("due on 2026-11-08", "due on November eighth, twenty twenty-six"),
        ("on Nov 8, 2026 and May 3rd", "on November eighth, twenty twenty-six and May third"),
        ("from 08:05 to 18:30", "from eight oh five a m to six thirty p m"),
        ("08:00-18:30", "eight a m to six thirty p m"),
        ("until 24:00", "until midnight"),
        ("at 6:30 pm", "at six thirty p m"),
        ("Account number 0712340856.", "Account number zero seven one two, three four zero eight, five six."),
        ("account: 550100382", "account: five five zero one, zero zero three eight two"),
        ("call 95598", "call nine five five nine eight"),
        ("13922064418", "one three nine, two two zero six, four four one eight"),
        ("0512-65889900", "zero five one two, six five eight eight, nine nine zero zero"),
        ("dial 110", "dial one one zero"),
        ("up 20%, -5℃", "up twenty percent, minus five degrees Celsius"),
        ("128 kWh, 12.5 m³", "one hundred twenty-eight kilowatt hours, twelve point five cubic meters"),
        ("the 21st of 10005 homes", "the twenty-first of ten thousand five homes"),
        ("3-5 minutes", "three to five minutes"),
        ("No figures.", "No figures."),
    ],
)  # fmt: skip
def test_figures_are_written_as_they_are_said(written: str, said: str) -> None:
    assert read_out_english(written) == said


@given(st.text("0123456789", min_size=4, max_size=24))
def test_an_account_number_can_be_written_down_from_what_is_said(digits: str) -> None:
    said = read_out_english(f"Account number {digits}").removeprefix("Account number ")
    assert "".join(str(DIGIT_NAMES.index(word)) for word in said.replace(",", "").split()) == digits


@given(st.integers(0, 10**12 - 1))
def test_two_numbers_are_never_said_alike(value: int) -> None:
    assert english_count(value) != english_count(value + 1 if value + 1 < 10**12 else 0)
    assert english_ordinal(value).replace("-", "").replace(" ", "").isalpha()


@given(st.dates(), st.times())
def test_dates_and_times_keep_no_figure(day: date, hour: time) -> None:
    said = read_out_english(f"On {day:%Y-%m-%d} at {hour:%H:%M}")
    assert not any(sign.isdecimal() or sign == ":" for sign in said)


@given(st.text("0123456789.,:-/%$¥℃ abcmpyunkWh", max_size=40))
def test_no_figure_of_any_text_is_left_to_the_voice(text: str) -> None:
    assert not any(sign in "0123456789" for sign in read_out_english(text))
