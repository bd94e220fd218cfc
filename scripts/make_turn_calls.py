"""Speak the calls of `tests/evals/turn_calls` with blended voices: `python -m scripts.make_turn_calls [FOLDER]`.

Reads FOLDER/scripts.yaml and writes one stereo recording a call and FOLDER/manifest.json, the format of
`tingzhi evaluate turns`. Left is the customer, right the agent, 8 kHz telephone band. A blended voice has the timbre of
a voice of another language and the prosody of a Mandarin one, so that the recogniser, which was adapted to the eight
Mandarin voices, meets speakers that it has not learned.
"""

from __future__ import annotations

import argparse
import json
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from kit.artifacts import ModelPackage, fetch
from kit.settings import CACHE_DIR
from scripts.make_demo_calls import CALL_RATE_HZ, Samples, speak_line, write_call
from speech.tts.kokoro import KokoroSynthesiser
from speech.tts.models import KOKORO_JS, KOKORO_ZH, MODEL_FILE, VOCABULARY_FILE

FOLDER = Path("tests/evals/turn_calls")
MANIFEST = "manifest.json"
TIMBRE_SHARE = 0.58
"""How much of the timbre is the foreign voice's. Above 0.65 tones are lost, below 0.5 the speaker is not new."""
PROSODY_SHARE = 0.78
"""How much of the prosody is the Mandarin voice's; below 0.7 tones are lost."""
TIMBRE_SIZE = 128
"""A style vector has 256 numbers: its first half is the timbre, its second the prosody."""
BETWEEN_TURNS_SECONDS = 0.7
LEAD_IN_SECONDS = 0.5
TAIL_SECONDS = 2.0
LEGS = {"c": "customer", "a": "agent"}


def main() -> None:
    """Speak the calls of the folder that are not in its manifest yet, and add them to it one by one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="speak every call, also those that are there")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    calls: list[dict[str, Any]] = yaml.safe_load((folder / "scripts.yaml").read_text("utf-8"))["calls"]
    spoken = {} if arguments.again else read_spoken(folder / MANIFEST)
    silent = [call for call in calls if call["name"] not in spoken]
    with tempfile.TemporaryDirectory(prefix="blended-voices-") as scratch:
        voice = blended_synthesiser(calls, Path(scratch), arguments.threads)
        for call in silent:
            spoken[call["name"]] = speak(voice, folder, call)
            items = [spoken[other["name"]] for other in calls if other["name"] in spoken]
            manifest = json.dumps({"calls": items}, ensure_ascii=False, indent=1)
            (folder / MANIFEST).write_text(manifest + "\n", encoding="utf-8")


def read_spoken(manifest: Path) -> dict[str, dict[str, Any]]:
    """Return the calls of a manifest by name; none where there is no manifest."""
    if not manifest.is_file():
        return {}
    return {call["name"]: call for call in json.loads(manifest.read_text("utf-8"))["calls"]}


def blended_synthesiser(calls: Sequence[dict[str, Any]], scratch: Path, threads: int) -> KokoroSynthesiser:
    """Return a synthesiser whose voices are those of the calls, built in an empty folder."""
    model = fetch(KOKORO_ZH, CACHE_DIR, print)
    styles = fetch(KOKORO_STYLES, CACHE_DIR, print)
    for name in (MODEL_FILE, VOCABULARY_FILE):
        (scratch / name).symlink_to(model / name)
    blends = {voice_name(blend): blend for call in calls for blend in (call["customer"], call["agent"])}
    for name, blend in blends.items():
        blended(read_style(styles, blend["timbre"]), read_style(styles, blend["prosody"])).tofile(
            scratch / f"{name}.bin"
        )
    voice = KokoroSynthesiser(scratch, thread_count=threads, voices=tuple(blends))
    voice.warm_up()
    return voice


def voice_name(blend: dict[str, str]) -> str:
    """Return the name of a blended voice."""
    return f"{blend['timbre']}+{blend['prosody']}"


def read_style(folder: Path, name: str) -> npt.NDArray[np.float32]:
    """Return the style vectors of a voice, one row a length of text."""
    return np.fromfile(folder / f"{name}.bin", dtype=np.float32).reshape(-1, 1, 2 * TIMBRE_SIZE)


def blended(timbre: npt.NDArray[np.float32], prosody: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return style vectors with most of one voice's timbre and most of another's prosody."""
    style = prosody.copy()
    style[..., :TIMBRE_SIZE] = (
        TIMBRE_SHARE * timbre[..., :TIMBRE_SIZE] + (1 - TIMBRE_SHARE) * prosody[..., :TIMBRE_SIZE]
    )
    style[..., TIMBRE_SIZE:] = (
        PROSODY_SHARE * prosody[..., TIMBRE_SIZE:] + (1 - PROSODY_SHARE) * timbre[..., TIMBRE_SIZE:]
    )
    return style


def speak(voice: KokoroSynthesiser, folder: Path, call: dict[str, Any]) -> dict[str, Any]:
    """Speak one call, write its recording and return its item of the manifest."""
    parts: list[Samples] = [np.zeros((2, int(LEAD_IN_SECONDS * CALL_RATE_HZ)), dtype=np.float32)]
    turns: list[dict[str, Any]] = []
    at = parts[0].shape[1]
    for line in call["turns"]:
        key = "c" if "c" in line else "a"
        samples = speak_line(voice, line[key], voice_name(call[LEGS[key]]), call.get("speed", 1.05))
        part = np.zeros((2, len(samples) + int(BETWEEN_TURNS_SECONDS * CALL_RATE_HZ)), dtype=np.float32)
        part[0 if key == "c" else 1, : len(samples)] = samples
        parts.append(part)
        turn = {"leg": LEGS[key], "text": line[key], "start": seconds(at), "end": seconds(at + len(samples))}
        turns.append({**turn, "expect": line["expect"]} if "expect" in line else turn)
        at += part.shape[1]
    parts.append(np.zeros((2, int(TAIL_SECONDS * CALL_RATE_HZ)), dtype=np.float32))
    file = f"{call['name']}.ogg"
    write_call(folder / file, np.concatenate(parts, axis=1))
    print(f"{file}: {at / CALL_RATE_HZ:.1f} s", flush=True)
    return {"name": call["name"], "audio": file, "turns": turns}


def seconds(samples: int) -> float:
    """Return a number of samples as seconds, to the millisecond."""
    return round(samples / CALL_RATE_HZ, 3)


def _build_styles(downloads: Sequence[Path], target: Path) -> None:
    with tarfile.open(downloads[0]) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.name.startswith("package/voices/") else None
            if content is not None:
                (target / Path(member.name).name).write_bytes(content.read())


KOKORO_STYLES = ModelPackage(
    name="kokoro-styles",
    title="style vectors of all Kokoro voices",
    pins=(KOKORO_JS,),
    approximate_bytes=60_000_000,
    build=_build_styles,
    files={"af_heart.bin": ""},
    is_required=False,
)

if __name__ == "__main__":
    main()
