from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_adapter.audiosocket import FrameDecoder, FrameKind, TapTimeline, encode_frame
from kit.errors import ProtocolError

pytestmark = pytest.mark.unit

TICKET = UUID(int=7)
FRAME = b"\x01\x02" * 160


@given(st.lists(st.binary(max_size=50)))
def test_frames_split_at_every_byte_read_the_same(payloads: list[bytes]):
    text = b"".join(encode_frame(FrameKind.PCM_8KHZ, payload) for payload in payloads)
    decoder = FrameDecoder()
    found = [frame.payload for i in range(len(text)) for frame in decoder.feed(text[i : i + 1])]
    assert found == payloads
    assert [frame.payload for frame in FrameDecoder().feed(text)] == payloads


def test_a_connection_begins_with_its_identity():
    (frame,) = FrameDecoder().feed(encode_frame(FrameKind.UUID, TICKET.bytes))
    assert frame.uuid == TICKET
    for other in (encode_frame(FrameKind.UUID, b"short"), encode_frame(FrameKind.PCM_8KHZ, FRAME)):
        (wrong,) = FrameDecoder().feed(other)
        with pytest.raises(ProtocolError):
            _ = wrong.uuid


def test_audio_time_follows_the_samples_and_not_the_arrival():
    timeline = TapTimeline()
    chunks = [
        chunk for i in range(50) for chunk in timeline.feed(FRAME, 10 + i * 0.02 + (i % 7) * 0.02, is_withheld=False)
    ]
    assert [chunk.start_ms for chunk in chunks] == [20 * i for i in range(50)]
    assert b"".join(chunk.pcm for chunk in chunks) == FRAME * 50


def test_a_stall_of_ours_is_no_gap():
    timeline = TapTimeline()
    timeline.feed(FRAME, 10.0, is_withheld=False)
    # Two seconds later everything that waited comes at once.
    (chunk,) = timeline.feed(FRAME * 100, 12.0, is_withheld=False)
    assert (chunk.start_sample, chunk.is_filled) == (160, False)


def test_audio_that_never_came_is_silence_in_pieces():
    timeline = TapTimeline()
    timeline.feed(FRAME, 10.0, is_withheld=False)
    *filled, voice = timeline.feed(FRAME, 12.0, is_withheld=False)
    assert all(chunk.is_filled and not any(chunk.pcm) for chunk in filled)
    assert max(chunk.sample_count for chunk in filled) <= 4000
    assert voice.start_sample == sum(chunk.sample_count for chunk in filled) + 160
    assert voice.end_ms == 2020


def test_what_a_broken_tap_missed_is_silence_however_short():
    line = TapTimeline()
    line.feed(bytes(320), 1.0, is_withheld=False)
    line.note_break()
    filled, heard = line.feed(bytes(320), 1.3, is_withheld=False)
    assert (filled.is_filled, filled.start_sample, filled.sample_count) == (True, 160, 2240)
    assert (heard.is_filled, heard.start_sample) == (False, 2400)
    assert len(line.feed(bytes(320), 1.4, is_withheld=False)) == 1


def test_withheld_audio_is_silence_of_the_same_length():
    (chunk,) = TapTimeline().feed(FRAME, 10.0, is_withheld=True)
    assert chunk.is_withheld
    assert chunk.pcm == bytes(len(FRAME))


@given(st.lists(st.tuples(st.integers(0, 900), st.floats(0, 5)), max_size=40))
def test_chunks_are_contiguous_whatever_arrives(arrivals: list[tuple[int, float]]):
    timeline, now, position = TapTimeline(), 0.0, 0
    for length, later in arrivals:
        now += later
        for chunk in timeline.feed(bytes(length), now, is_withheld=False):
            assert chunk.start_sample == position
            position += chunk.sample_count
    assert timeline.position == position
