"""Speak the calls of a manifest with two Kokoro voices each: `python -m scripts.make_demo_calls [MANIFEST]`.

Left is the customer, right the agent; 8 kHz, telephone band; FLAC or, for a file named .ogg, Opus. The lines, voices,
speed and noise are all in the manifest, so the audio can be made again and is the same up to rounding.
"""

from __future__ import annotations

import argparse
import io
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import yaml

from kit.artifacts import fetch
from kit.settings import CACHE_DIR
from speech.tts.kokoro import SAMPLE_RATE_HZ, KokoroSynthesiser
from speech.tts.models import KOKORO_ZH

MANIFEST = Path("assist_api/calls/demo/calls/manifest.yaml")
CALL_RATE_HZ = 8_000
BETWEEN_TURNS_SECONDS = 0.7
BETWEEN_CLAUSES_SECONDS = 0.18
PEAK = 0.6
OPUS_BITS_PER_SECOND = 18_000
Samples = npt.NDArray[np.float32]


def main() -> None:
    """Make every call of the manifest and write the durations back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", nargs="?", type=Path, default=MANIFEST)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    manifest: Path = arguments.manifest
    text = manifest.read_text(encoding="utf-8")
    voice = KokoroSynthesiser(fetch(KOKORO_ZH, CACHE_DIR, print), thread_count=arguments.threads)
    voice.warm_up()
    for call in yaml.safe_load(text)["calls"]:
        legs = add_noise(speak_call(voice, call), call)
        write_call(manifest.parent / call["file"], legs)
        duration_ms = legs.shape[1] * 1000 // CALL_RATE_HZ
        print(f"{call['file']}: {duration_ms / 1000:.1f} s")
        text = re.sub(
            rf"(demo_id: {re.escape(call['demo_id'])}\n(?:.*\n)*?\s+duration_ms: )\d+",
            rf"\g<1>{duration_ms}",
            text,
            count=1,
        )
    manifest.write_text(text, encoding="utf-8")


def speak_call(voice: KokoroSynthesiser, call: dict[str, Any]) -> Samples:
    """Return the two legs of a call, shape (2, samples), one speaking while the other is silent."""
    turns = []
    for line in call["lines"]:
        samples = speak_line(voice, line["text"], call[f"{line['role']}_voice"], call.get("speed", 1.05))
        leg = 0 if line["role"] == "customer" else 1
        turn = np.zeros((2, len(samples) + int(BETWEEN_TURNS_SECONDS * CALL_RATE_HZ)), dtype=np.float32)
        turn[leg, : len(samples)] = samples
        turns.append(turn)
    lead_in = np.zeros((2, CALL_RATE_HZ // 2), dtype=np.float32)
    return np.concatenate([lead_in, *turns], axis=1)


def to_telephone(samples: Samples) -> Samples:
    """Band-limit 24 kHz speech to 300-3400 Hz and take every third sample."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    spectrum[(frequencies < 300) | (frequencies > 3400)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)[:: SAMPLE_RATE_HZ // CALL_RATE_HZ]


def speak_line(
    voice: KokoroSynthesiser,
    text: str,
    name: str,
    speed: float,
    *,
    convert: Callable[[Samples], Samples] = to_telephone,
    rate_hz: int = CALL_RATE_HZ,
) -> Samples:
    """Speak one turn clause by clause (the voice is at its best on clauses).

    Args:
        voice: Speaks.
        text: The turn.
        name: Of the voice.
        speed: 1 is the voice's own.
        convert: Brings 24 kHz to `rate_hz`.
        rate_hz: Of what is returned.
    """
    parts: list[Samples] = []
    pause = np.zeros(int(BETWEEN_CLAUSES_SECONDS * rate_hz), dtype=np.float32)
    for clause in clauses(text):
        pcm = np.frombuffer(voice.synthesise(clause, voice=name, speed=speed), dtype="<i2")
        parts += [convert(pcm.astype(np.float32) / 32768), pause]
    samples = np.concatenate(parts[:-1])
    return samples * (PEAK / max(float(np.abs(samples).max()), 1e-6))


def clauses(text: str) -> Iterator[str]:
    """Split at sentence ends; commas stay inside a clause, where they shape the intonation."""
    yield from (part for part in re.findall(r"[^。？！]+[。？！]?", text) if part.strip())


def add_noise(legs: Samples, call: dict[str, Any]) -> Samples:
    """Lay the noise of a line over both legs, `noise_snr_db` below the speech; none when the manifest names none."""
    if "noise_snr_db" not in call:
        return legs
    speech_power = float(np.mean(np.square(legs[np.abs(legs) > PEAK / 100])))
    deviation = np.sqrt(speech_power / 10 ** (call["noise_snr_db"] / 10))
    generator = np.random.default_rng(zlib.crc32(call["demo_id"].encode()))
    noise = generator.normal(0, deviation, legs.shape)
    return (legs + noise).astype(np.float32)


def write_call(target: Path, legs: Samples) -> None:
    """Write two legs as one stereo file, in the format its name says."""
    interleaved = (np.clip(legs, -1, 1) * 32767).astype("<i2").T.reshape(1, -1)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=target.suffix[1:]) as container:
        stream = add_stream(container, target.suffix)
        block = 2 * 4096
        for start in range(0, interleaved.shape[1], block):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(interleaved[:, start : start + block]), format="s16", layout="stereo"
            )
            frame.sample_rate = CALL_RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    target.write_bytes(buffer.getvalue())


def add_stream(container: av.container.OutputContainer, suffix: str) -> Any:  # noqa: ANN401 - debt: av names no encoder type
    """Open the encoder of a format: FLAC keeps every sample, Opus is a tenth of the size."""
    if suffix == ".ogg":
        stream = container.add_stream("libopus", rate=CALL_RATE_HZ, layout="stereo", options={"application": "voip"})
        stream.bit_rate = OPUS_BITS_PER_SECOND
        return stream
    return container.add_stream("flac", rate=CALL_RATE_HZ, layout="stereo", options={"compression_level": "12"})


if __name__ == "__main__":
    main()
