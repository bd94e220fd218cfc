"""`tingzhi call` and `tingzhi answer`: test telephones that call in and that answer."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from assist_api.cli.console import prepare_logging
from assist_api.cli.pbx import local_settings
from assist_api.settings import AssistSettings
from cti_adapter.asterisk.configuration import AGENT_ENDPOINT
from cti_adapter.phone.sip_phone import SAMPLE_RATE_HZ, PCMSource, PhoneCall, SIPPhone
from kit.clock import SystemClock
from kit.errors import InvalidInputError
from speech.audio_writer import write_audio
from speech.telephone_voices import telephone_voices

_SILENT_SECONDS = 2.0
"""How long a caller stays on the line after the last sound, so that the other end can finish."""


class Teller:
    """Tells what happens to a telephone: a line of JSON, or a sentence."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._clock = SystemClock()

    def tell(self, event: str, sentence: str, **values: Any) -> None:  # noqa: ANN401 — whatever JSON takes
        """Print an event."""
        fields = {"type": event, "at": self._clock.now(), **values}
        sys.stdout.write((orjson.dumps(fields).decode() if self._as_json else sentence) + "\n")
        sys.stdout.flush()


def call(
    number: Annotated[str, typer.Argument(help="Number to call.")],
    audio: Annotated[Path, typer.Option(help="What the caller says: any audio file.")],
    caller: Annotated[str, typer.Option("--from", help="Number that the caller shows.")] = "13800138000",
    keys: Annotated[str, typer.Option(help="Keys to press after the answer.")] = "",
    record: Annotated[Path | None, typer.Option(help="Write what the caller hears to this WAV file.")] = None,
    server: Annotated[str | None, typer.Option(help="host:port of the exchange.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Call in as a customer does: dial, play a recording, press keys, record what is heard."""
    prepare_logging(AssistSettings.load())
    pcm = read_pcm(audio)
    settings, _ = local_settings()
    address = read_address(server, settings.host, settings.sip_port)
    asyncio.run(_call(Teller(as_json=as_json), address, number, caller, pcm, keys, record))


async def _call(
    teller: Teller,
    address: tuple[str, int],
    number: str,
    caller: str,
    pcm: bytes,
    keys: str,
    record: Path | None,
) -> None:
    async with SIPPhone.open("caller", address) as phone:
        teller.tell("call.dialled", f"{caller} calls {number}", number=number, caller=caller)
        conversation = await phone.call(number, source=PCMSource(pcm), caller=caller)
        teller.tell("call.answered", "answered")
        if keys:
            await conversation.press(keys)
            teller.tell("keys.pressed", f"pressed {keys}", keys=keys)
        await _until_over(conversation)
        await conversation.hang_up()
        _finish(teller, conversation, record)


def answer(
    agent: Annotated[str, typer.Argument(help="Number of the agent.")],
    audio: Annotated[Path, typer.Option(help="What the agent says: any audio file.")],
    secret: Annotated[str | None, typer.Option(help="Password of the telephone; known for the exchange here.")] = None,
    record: Annotated[Path | None, typer.Option(help="Write what the agent hears to this WAV file.")] = None,
    server: Annotated[str | None, typer.Option(help="host:port of the exchange.")] = None,
    calls: Annotated[int, typer.Option(min=1, help="Calls to answer, one after the other.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Answer as an agent does: register, wait for a call, play a recording until the caller hangs up."""
    prepare_logging(AssistSettings.load())
    pcm = read_pcm(audio)
    settings, plan = local_settings()
    known = {phone.agent: phone.secret for phone in plan.agents} if plan is not None else {}
    password = secret or known.get(agent)
    if password is None:
        raise InvalidInputError(
            f"The password of agent {agent} is not known here. Give it with --secret.", field="secret"
        )
    address = read_address(server, settings.host, settings.sip_port)
    asyncio.run(_answer(Teller(as_json=as_json), address, agent, password, pcm, record, calls))


async def _answer(
    teller: Teller,
    address: tuple[str, int],
    agent: str,
    password: str,
    pcm: bytes,
    record: Path | None,
    calls: int,
) -> None:
    async with SIPPhone.open(AGENT_ENDPOINT.format(agent=agent), address, secret=password) as phone:
        await phone.register()
        teller.tell("phone.registered", f"agent {agent} is ready", agent=agent)
        for _ in range(calls):
            ringing = await phone.ringing.get()
            teller.tell("call.ringing", "a call rings")
            conversation = await phone.answer(ringing, source=PCMSource(pcm))
            teller.tell("call.answered", "answered")
            await conversation.ended.wait()
            _finish(teller, conversation, record)


async def _until_over(conversation: PhoneCall) -> None:
    """Wait until the other end hangs up, or everything was said, or Ctrl-C."""
    interrupted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)

    async def said() -> None:
        await conversation.played.wait()
        await asyncio.sleep(_SILENT_SECONDS)

    waits = [asyncio.create_task(wait) for wait in (conversation.ended.wait(), interrupted.wait(), said())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


def _finish(teller: Teller, conversation: PhoneCall, record: Path | None) -> None:
    heard = bytes(conversation.heard)
    seconds = len(heard) / 2 / SAMPLE_RATE_HZ
    if record is not None:
        write_audio(record, "wav", [[heard]], sample_rate_hz=SAMPLE_RATE_HZ, channel_count=1)
    end = conversation.end.value if conversation.end else ""
    teller.tell("call.ended", f"over; heard {seconds:.1f} s", heard_seconds=round(seconds, 2), ended_by=end)


def read_pcm(path: Path) -> bytes:
    """Return an audio file as 16-bit mono PCM at 8 kHz; of two channels the first.

    Raises:
        InvalidInputError: The file is missing or no audio.
    """
    return telephone_voices(path)[0]


def read_address(server: str | None, host: str, port: int) -> tuple[str, int]:
    """Return host and port that an option names, or those of the settings.

    Raises:
        InvalidInputError: The option is no `host:port`.
    """
    if server is None:
        return host, port
    name, separator, text = server.rpartition(":")
    if not separator or not text.isdecimal():
        raise InvalidInputError(f"--server must be host:port, not {server}.", field="server")
    return name, int(text)
