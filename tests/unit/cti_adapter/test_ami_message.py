from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_adapter.ami_message import MAX_MESSAGE_BYTES, AMIDecoder, AMIMessage, encode, message
from kit.errors import InvalidInputError, ProtocolError

pytestmark = pytest.mark.unit

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
CAPTURE = Path(__file__).parents[2] / "fixtures" / "cti" / "answered_and_abandoned.txt"


def decode(*parts: bytes) -> list[AMIMessage]:
    decoder = AMIDecoder()
    return [found for part in parts for found in decoder.feed(part)]


def test_text_split_at_every_byte_reads_the_same():
    text = (
        GREETING
        + encode({"Event": "Newchannel", "CallerIDName": "王小明", "Uniqueid": "pbx1-1.0"})
        + encode({"Event": "Hangup", "Cause": "16"})
    )
    whole = decode(text)
    assert [found.event for found in whole] == ["Newchannel", "Hangup"]
    assert whole[0].get("CallerIDName") == "王小明"
    for cut in range(len(text) + 1):
        assert decode(text[:cut], text[cut:]) == whole
    assert decode(*(text[i : i + 1] for i in range(len(text)))) == whole


def test_a_real_capture_reads_the_same_in_pieces_of_any_size():
    text = CAPTURE.read_bytes()
    whole = decode(text)
    assert len(whole) > 90
    assert "王" in {found.get("CallerIDName") for found in whole}
    for size in (1, 7, 160, 4096):
        assert decode(*(text[i : i + size] for i in range(0, len(text), size))) == whole


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_any_bytes_give_messages_or_one_named_error(parts: list[bytes]):
    decoder = AMIDecoder()
    for part in [GREETING, *parts]:
        for found in decoder.feed(part):
            assert found.fields
            assert found.get("anything") == ""


@given(st.binary(min_size=1, max_size=100).filter(lambda data: not data.startswith(b"A")))
def test_a_peer_that_does_not_greet_is_refused(data: bytes):
    with pytest.raises(ProtocolError, match="CTI_AMI_PORT"):
        decode(data)


def test_a_message_without_an_end_is_refused():
    with pytest.raises(ProtocolError, match="longer"):
        decode(GREETING, b"x" * (MAX_MESSAGE_BYTES + 1))


FIELDS = ("Action", "Channel", "Exten", "Reason", "Variable", "CallerID")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n", "\0"])
def test_a_line_break_in_any_field_is_refused_by_name(field: str, ending: str):
    fields = dict.fromkeys(FIELDS, "value") | {field: f"value{ending}Action: Originate"}
    with pytest.raises(InvalidInputError) as refused:
        encode(fields)
    assert refused.value.field == field


def test_a_line_break_in_one_of_several_values_or_in_a_name_is_refused():
    with pytest.raises(InvalidInputError):
        encode({"Variable": ("A=1", "B=2\r\nAction: Originate")})
    with pytest.raises(InvalidInputError):
        encode({"Vari\nable": "A=1"})


def test_fields_are_read_without_regard_to_case_and_variables_by_name():
    found = message(Event="Newstate", CallerIDNum="<unknown>", Cause="16.5")
    assert found.get("EVENT") == "Newstate"
    assert found.get("calleridnum") == ""
    assert found.number("Cause") == 16
    assert found.number("Missing") == 0
    several = AMIMessage(
        (("ChanVariable", "OTHER=1"), ("ChanVariable", "CALL_ID=pbx1-1.0"), ("DestChanVariable", "CALL_ID=x"))
    )
    assert several.variable("CALL_ID") == "pbx1-1.0"
    assert several.variable("CALL_ID", "Dest") == "x"
    assert several.variable("NONE") == ""
