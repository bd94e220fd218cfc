"""Bodies, metadata, offers and roles of recording sessions, as products send them and as nobody should."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiosipua.sdp import serialize_sdp

from cti_adapter.siprec.body import parse_body
from cti_adapter.siprec.errors import RefusedSessionError
from cti_adapter.siprec.metadata import Participant, RecordingMetadata, parse_metadata
from cti_adapter.siprec.offer import answer, parse_offer
from cti_adapter.siprec.roles import Party, assign_roles
from cti_adapter.siprec.tracker import RecordedCalls
from cti_adapter.states import CallState, LegRole, LegState, is_legal

pytestmark = pytest.mark.unit

AGENTS = re.compile(r"\d{3,5}")
OFFER = """v=0
o=SRC 2890844526 2890844526 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 12240 RTP/AVP 0 4 8
a=sendonly
a=label:1
m=audio 22456 RTP/AVP 98
a=rtpmap:98 H264/90000
a=sendonly
a=label:2
m=audio 12242 RTP/AVP 0
a=sendonly
a=label:3
"""
METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1">
  <datamode>complete</datamode>
  <session session_id="hVpd7YQgRW2nD22h7q60JQ=="/>
  <participant participant_id="a">
    <nameID aor="sip:8001@pbx.example"><name xml:lang="zh">李娜</name></nameID>
  </participant>
  <participant participant_id="c"><nameID aor="tel:+8613800138000"/></participant>
  <participant participant_id="gone"><nameID aor="sip:8002@pbx.example"/></participant>
  <stream stream_id="s1" session_id="hVpd7YQgRW2nD22h7q60JQ=="><label>1</label></stream>
  <stream stream_id="s3" session_id="hVpd7YQgRW2nD22h7q60JQ=="><label>3</label></stream>
  <participantsessionassoc participant_id="gone" session_id="hVpd7YQgRW2nD22h7q60JQ==">
    <disassociate-time>2026-11-30T10:00:00Z</disassociate-time>
  </participantsessionassoc>
  <participantstreamassoc participant_id="a"><send>s1</send><recv>s3</recv></participantstreamassoc>
  <participantstreamassoc participant_id="c"><send>s3</send><recv>s1</recv></participantstreamassoc>
</recording>"""


def test_a_body_of_two_parts_gives_the_offer_and_the_metadata() -> None:
    body = (
        f"--b\r\nContent-Type: application/sdp\r\n\r\n{OFFER}\r\n--b\r\nContent-Type: application/rs-metadata+xml\r\n"
        f"Content-Disposition: recording-session\r\n\r\n{METADATA}\r\n--b--\r\n"
    )
    parts = parse_body('multipart/mixed; boundary="b"', body.encode())
    assert parts.sdp is not None
    assert parts.metadata is not None
    assert len(parse_offer(parts.sdp).streams) == 2
    metadata = parse_metadata(parts.metadata)
    assert metadata.participants == (Participant("a", "8001", "李娜"), Participant("c", "+8613800138000"))
    assert {label: who.participant_id for label, who in metadata.senders.items()} == {"1": "a", "3": "c"}


def test_the_number_says_who_the_agent_is_whatever_the_order_of_the_streams() -> None:
    parties = assign_roles(("1", "3"), parse_metadata(METADATA.encode()), AGENTS)
    assert parties == (
        Party("1", LegRole.AGENT, "8001", "李娜"),
        Party("3", LegRole.CUSTOMER, "+8613800138000", ""),
    )


def test_where_numbers_tell_nobody_apart_the_first_stream_is_the_customers() -> None:
    both = RecordingMetadata((Participant("x", "8001"), Participant("y", "8002")))
    assert [(p.role, p.number) for p in assign_roles(("1", "2"), both, AGENTS)] == [
        (LegRole.CUSTOMER, "8001"),
        (LegRole.AGENT, "8002"),
    ]
    unknown = assign_roles(("0", "1"), RecordingMetadata(), AGENTS)
    assert [(p.role, p.agent) for p in unknown] == [(LegRole.CUSTOMER, None), (LegRole.AGENT, None)]


def test_the_answer_has_every_line_of_the_offer_and_refuses_what_is_no_telephone_audio() -> None:
    offer = parse_offer(OFFER)
    assert [(s.index, s.label, s.payload_type, s.address) for s in offer.streams] == [
        (0, "1", 8, ("192.0.2.1", 12240)),
        (2, "3", 0, ("192.0.2.1", 12242)),
    ]
    text = serialize_sdp(answer(offer, {0: 20000, 2: 20002}, "192.0.2.9", session_id=7, version=1))
    assert re.findall(r"m=.*", text) == [
        "m=audio 20000 RTP/AVP 8\r",
        "m=audio 0 RTP/AVP 98\r",
        "m=audio 20002 RTP/AVP 0\r",
    ]
    assert re.findall(r"a=(?:label.*|recvonly|inactive)", text) == [
        "a=recvonly",
        "a=label:1\r",
        "a=recvonly",
        "a=label:3\r",
    ]


@pytest.mark.parametrize("change", [("a=sendonly", "a=inactive"), ("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0")])
def test_a_stream_in_which_nothing_is_sent_is_held(change: tuple[str, str]) -> None:
    assert all(stream.is_held for stream in parse_offer(OFFER.replace(*change)).streams)


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"hello", 415),
        ("multipart/mixed; boundary=b", b"no boundary at all", 400),
        ("multipart/mixed", b"--b\r\n\r\n--b--", 400),
        ("application/sdp", b"x" * 300_000, 413),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_with_the_code_that_says_why(
    content_type: str, body: bytes, status: int
) -> None:
    with pytest.raises(RefusedSessionError) as refused:
        parse_body(content_type, body)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "document",
    [
        b"no xml",
        b"",
        b"<recording>",
        b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><recording>&b;</recording>',
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><recording/>',
        b"<recording>" + b"<participant/>" * 2_100 + b"</recording>",
        b"<recording>" + b" " * 200_000 + b"</recording>",
    ],
)
def test_metadata_that_are_broken_or_made_to_hurt_are_refused(document: bytes) -> None:
    with pytest.raises(RefusedSessionError) as refused:
        parse_metadata(document)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("v=0\r\nm=audio x RTP/AVP 8\r\n", 400),
        (OFFER.replace("RTP/AVP", "RTP/SAVP"), 488),
        (OFFER.replace("label:3", "label:1"), 400),
        ("v=0\r\n" + "m=audio 4 RTP/AVP 8\r\n" * 9, 400),
    ],
)
def test_an_offer_that_cannot_be_heard_is_refused(text: str, status: int) -> None:
    with pytest.raises(RefusedSessionError) as refused:
        parse_offer(text)
    assert refused.value.status == status


def test_every_history_of_a_recorded_call_is_legal_and_passes_from_agent_to_agent() -> None:
    calls, call_id, at = RecordedCalls(), uuid4(), datetime(2026, 11, 30, tzinfo=UTC)
    customer = Party("1", LegRole.CUSTOMER, "13800138000", "")
    first, second = Party("2", LegRole.AGENT, "8001", ""), Party("2", LegRole.AGENT, "8002", "")
    events = calls.begin(call_id, (customer, first), at)
    events += calls.hold(call_id, at, is_held=True)
    assert calls.calls[0].state is CallState.HELD
    events += calls.hold(call_id, at, is_held=False)
    events += calls.change_parties(call_id, (customer, second), at)
    assert [(leg.agent, leg.state) for leg in calls.calls[0].legs] == [
        (None, LegState.ANSWERED),
        ("8002", LegState.ANSWERED),
    ]
    events += calls.end(call_id, CallState.ENDED, at)
    changes = [event for event in events if event.type == "call.state_changed"]
    assert all(is_legal(change.previous_state, change.state) for change in changes)  # type: ignore[attr-defined]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert calls.calls == ()
