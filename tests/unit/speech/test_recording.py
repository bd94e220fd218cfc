from __future__ import annotations

import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from kit.errors import InvalidInputError
from speech.recording import Recording, RecordingLimits, open_recording

pytestmark = pytest.mark.unit

LIMITS = RecordingLimits(max_duration=timedelta(minutes=10))


def sine(seconds: float, rate: int, hz: float = 300.0) -> np.ndarray[Any, Any]:
    return (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * hz / rate) * 9000).astype("<i2")


def write_wav(path: Path, *channels: np.ndarray[Any, Any], rate: int = 8000) -> Path:
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(len(channels))
        sink.setsampwidth(2)
        sink.setframerate(rate)
        sink.writeframes(np.stack(channels, axis=1).tobytes())
    return path


def encode(path: Path, codec: str, *, rate: int = 16_000, seconds: float = 2.0) -> Path:
    with av.open(str(path), "w") as sink:
        stream: Any = sink.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 48_000
        to_codec = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=1152)
        frame = av.AudioFrame.from_ndarray(sine(seconds, rate)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        for part in [*to_codec.resample(frame), *to_codec.resample(None)]:
            sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))
    return path


def samples_of(recording: Recording, leg: int, start_ms: int | list[int] = 0) -> np.ndarray[Any, Any]:
    pcm = b"".join(chunk.pcm for number, chunk in recording.chunks(start_ms) if number == leg)
    return np.frombuffer(pcm, dtype="<i2")


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 8000),
        ("a.wav", "pcm_s24le", 48_000),
        ("u.wav", "pcm_mulaw", 8000),
        ("a_law.wav", "pcm_alaw", 8000),
        ("a.flac", "flac", 44_100),
        ("a.mp3", "libmp3lame", 16_000),
        ("a.ogg", "libopus", 48_000),
        ("a.m4a", "aac", 44_100),
        ("a.mp4", "aac", 16_000),
        ("a.3gp", "aac", 16_000),
        ("a.aac", "aac", 16_000),
        ("a.amr", "libopencore_amrnb", 8000),
        ("a.wma", "wmav2", 44_100),
        ("a.webm", "libopus", 48_000),
    ],
)
def test_every_accepted_format_plays_in_20_ms_chunks(tmp_path: Path, name: str, codec: str, rate: int):
    recording = open_recording([encode(tmp_path / name, codec, rate=rate)], limits=LIMITS)
    assert (recording.leg_count, recording.sample_rate_hz, recording.is_damaged) == (1, rate, False)
    assert abs(recording.duration_ms - 2000) <= 130  # a bare AAC stream has no place to say what is padding
    chunks = [chunk for _, chunk in recording.chunks()]
    assert {chunk.sample_count for chunk in chunks[:-1]} == {rate // 50}
    assert all(before.end_sample == after.start_sample for before, after in zip(chunks, chunks[1:], strict=False))
    assert np.abs(np.frombuffer(chunks[30].pcm, "<i2")).max() > 5000


def test_stereo_is_customer_left_and_agent_right_interleaved_by_time(tmp_path: Path):
    left, right = sine(1, 8000, 300), sine(1, 8000, 700)
    recording = open_recording([write_wav(tmp_path / "call.wav", left, right)], limits=LIMITS)
    assert recording.leg_count == 2
    np.testing.assert_array_equal(samples_of(recording, 0), left)
    np.testing.assert_array_equal(samples_of(recording, 1), right)
    order = [(chunk.start_ms, leg) for leg, chunk in recording.chunks()]
    assert order == sorted(order)


def test_two_files_are_two_legs_even_at_different_rates_and_lengths(tmp_path: Path):
    customer = write_wav(tmp_path / "c.wav", sine(2, 8000))
    agent = write_wav(tmp_path / "a.wav", sine(3, 16_000, 700), rate=16_000)
    recording = open_recording([customer, agent], limits=LIMITS)
    assert (recording.leg_count, recording.sample_rate_hz, recording.duration_ms) == (2, 16_000, 3000)
    assert abs(len(samples_of(recording, 0)) - 32_000) < 40
    assert len(samples_of(recording, 1)) == 48_000


def test_legs_are_taken_up_where_each_was_left(tmp_path: Path):
    left, right = sine(1, 8000, 300), sine(1, 8000, 700)
    recording = open_recording([write_wav(tmp_path / "call.wav", left, right)], limits=LIMITS)
    first = dict(reversed(list(recording.chunks([250, 705]))))
    assert (first[0].start_ms, first[1].start_ms) == (250, 705)
    np.testing.assert_array_equal(samples_of(recording, 1, [250, 705]), right[705 * 8 :])
    assert list(recording.chunks(5000)) == []


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_playable_copy_is_lossless_and_leaves_nothing_beside_it(tmp_path: Path, suffix: str):
    left, right = sine(1.3, 8000, 300), sine(1.3, 8000, 700)
    recording = open_recording([write_wav(tmp_path / "call.wav", left, right)], limits=LIMITS)
    target = tmp_path / "out" / f"audio{suffix}"
    target.parent.mkdir()
    recording.write_playable(target)
    copy = open_recording([target], limits=LIMITS)
    np.testing.assert_array_equal(samples_of(copy, 0), left)
    np.testing.assert_array_equal(samples_of(copy, 1), right)
    assert [file.name for file in target.parent.iterdir()] == [target.name]


def test_playable_copy_fills_the_shorter_leg_with_silence(tmp_path: Path):
    files = [write_wav(tmp_path / "c.wav", sine(1, 8000)), write_wav(tmp_path / "a.wav", sine(2, 8000, 700))]
    open_recording(files, limits=LIMITS).write_playable(tmp_path / "audio.flac")
    copy = open_recording([tmp_path / "audio.flac"], limits=LIMITS)
    assert (copy.leg_count, copy.duration_ms) == (2, 2000)
    assert not samples_of(copy, 0)[8000:].any()


def test_failed_copy_leaves_nothing(tmp_path: Path):
    source = write_wav(tmp_path / "call.wav", sine(1, 8000))
    recording = open_recording([source], limits=LIMITS)
    source.unlink()
    target = tmp_path / "audio.flac"
    with pytest.raises(InvalidInputError):
        recording.write_playable(target)
    assert list(tmp_path.iterdir()) == []


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mp3", "libmp3lame")])
def test_cut_file_plays_what_is_left_and_says_so(tmp_path: Path, name: str, codec: str):
    recording = open_recording([cut(encode(tmp_path / name, codec), 0.6)], limits=LIMITS)
    assert recording.is_damaged
    assert 400 <= recording.duration_ms <= 1300
    assert abs(len(samples_of(recording, 0)) - recording.duration_ms * 16) <= 16


def test_wav_of_unknown_length_is_whole(tmp_path: Path):
    path = write_wav(tmp_path / "stream.wav", sine(2, 8000))
    raw = bytearray(path.read_bytes())
    raw[4:8] = raw[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(raw)
    recording = open_recording([path], limits=LIMITS)
    assert (recording.duration_ms, recording.is_damaged) == (2000, False)


def damage(path: Path) -> Path:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3 : len(raw) // 3 + 600] = np.random.default_rng(1).bytes(600)
    path.write_bytes(raw)
    return path


def test_mp3_damaged_in_the_middle_plays_the_rest(tmp_path: Path):
    recording = open_recording([damage(encode(tmp_path / "a.mp3", "libmp3lame"))], limits=LIMITS)
    assert recording.is_damaged
    assert recording.duration_ms > 1000


def text_file(folder: Path) -> Path:
    (folder / "a.wav").write_text("this is no sound" * 50)
    return folder / "a.wav"


def empty_file(folder: Path) -> Path:
    (folder / "a.wav").touch()
    return folder / "a.wav"


def header_only(folder: Path) -> Path:
    return write_wav(folder / "a.wav", sine(0, 8000))


def broken_header(folder: Path) -> Path:
    return cut(write_wav(folder / "a.wav", sine(1, 8000)), 0.0015)


def rubbish_behind_a_flac_mark(folder: Path) -> Path:
    (folder / "a.flac").write_bytes(b"fLaC" + np.random.default_rng(2).bytes(20_000))
    return folder / "a.flac"


def play_list(folder: Path) -> Path:
    (folder / "a.mp3").write_text("#EXTM3U\nfile:///etc/hostname\n")
    return folder / "a.mp3"


def four_channels(folder: Path) -> Path:
    return write_wav(folder / "a.wav", *[sine(1, 8000)] * 4)


def low_rate(folder: Path) -> Path:
    return write_wav(folder / "a.wav", sine(1, 4000), rate=4000)


def high_rate(folder: Path) -> Path:
    return write_wav(folder / "a.wav", sine(0.1, 384_000), rate=384_000)


def too_long(folder: Path) -> Path:
    return write_wav(folder / "a.wav", np.zeros(8000 * 601, dtype="<i2"))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (text_file, "audio_not_recognised"),
        (play_list, "audio_not_recognised"),
        (empty_file, "audio_empty"),
        (header_only, "audio_empty"),
        (broken_header, "audio_damaged"),
        (rubbish_behind_a_flac_mark, "audio_damaged"),
        (four_channels, "audio_channels_unsupported"),
        (low_rate, "audio_sample_rate_unsupported"),
        (high_rate, "audio_sample_rate_unsupported"),
        (too_long, "audio_too_long"),
    ],
)
def test_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path, make: Callable[[Path], Path], code: str):
    with pytest.raises(InvalidInputError) as caught:
        open_recording([make(tmp_path)], limits=LIMITS)
    assert (caught.value.error_code, caught.value.field) == (code, "files")


def test_two_files_that_are_no_pair_are_refused(tmp_path: Path):
    mono = write_wav(tmp_path / "m.wav", sine(1, 8000))
    stereo = write_wav(tmp_path / "s.wav", sine(1, 8000), sine(1, 8000))
    long = write_wav(tmp_path / "l.wav", sine(40, 8000))
    for pair in ([mono, stereo], [mono, long], [mono, mono, mono], []):
        with pytest.raises(InvalidInputError) as caught:
            open_recording(pair, limits=LIMITS)
        assert caught.value.error_code == "audio_legs_mismatch"


def test_recording_of_96_khz_plays_at_48(tmp_path: Path):
    recording = open_recording([write_wav(tmp_path / "a.wav", sine(1, 96_000), rate=96_000)], limits=LIMITS)
    assert (recording.sample_rate_hz, recording.duration_ms) == (48_000, 1000)
    assert abs(len(samples_of(recording, 0)) - 48_000) < 40


@pytest.mark.parametrize("zeros", [1, 576, 4096, 100_000])
@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.wav", "pcm_s16le"), ("a.flac", "flac")])
def test_zero_bytes_in_front_are_skipped(tmp_path: Path, zeros: int, name: str, codec: str):
    path = encode(tmp_path / name, codec)
    path.write_bytes(bytes(zeros) + path.read_bytes())
    recording = open_recording([path], limits=LIMITS)
    assert (abs(recording.duration_ms - 2000) <= 80, recording.is_damaged) == (True, False)


def test_case_with_zero_bytes_is_read():
    assert open_recording([Path("tests/fixtures/cases/B27_zeroprefix.mp3")], limits=LIMITS).duration_ms > 5000


def test_file_of_zeros_is_no_recording(tmp_path: Path):
    (tmp_path / "a.mp3").write_bytes(bytes(5000))
    with pytest.raises(InvalidInputError) as caught:
        open_recording([tmp_path / "a.mp3"], limits=LIMITS)
    assert caught.value.error_code == "audio_not_recognised"
