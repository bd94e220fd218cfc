"""`tingzhi siprec`: sends a conversation as a session border controller does, to try what it needs of us."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Annotated

import typer

from assist_api.cli.console import prepare_logging
from assist_api.cli.phone import Teller, read_address
from assist_api.settings import AssistSettings
from cti_adapter.phone.recording_client import RecordingClient, Speaker
from cti_adapter.phone.sip_phone import PCMSource, PhoneError
from cti_adapter.siprec.offer import G711
from cti_adapter.siprec.settings import SiprecSettings
from kit.errors import InvalidInputError
from speech.telephone_voices import telephone_voices

LEGS = 2
_FIRST_REFUSAL = 300
app = typer.Typer(
    help="Try the server for recording sessions (SIPREC).", add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def _siprec() -> None:
    """Try the server for recording sessions (SIPREC)."""


@app.command()
def send(
    audio: Annotated[Path, typer.Argument(help="A conversation: two channels, the customer's first.")],
    customer: Annotated[str, typer.Option("--from", help="Number of the customer.")] = "13800138000",
    agent: Annotated[str, typer.Option(help="Number of the agent.")] = "8001",
    server: Annotated[str | None, typer.Option(help="host:port of the recording server.")] = None,
    mu_law: Annotated[bool, typer.Option(help="Send mu-law in place of A-law.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Send a recorded conversation as a live call, both voices in streams of their own."""
    prepare_logging(AssistSettings.load())
    voices = _voices(audio)
    settings = SiprecSettings.load()
    address = read_address(server, settings.advertised_host, settings.port)
    speakers = [Speaker(number, PCMSource(pcm)) for number, pcm in zip((customer, agent), voices, strict=True)]
    asyncio.run(_send(Teller(as_json=as_json), address, speakers, G711["PCMU" if mu_law else "PCMA"]))


async def _send(teller: Teller, address: tuple[str, int], speakers: list[Speaker], payload_type: int) -> None:
    async with RecordingClient.open(address, speakers, host=_own_host(address[0]), payload_type=payload_type) as client:
        answered = await client.invite()
        if answered.status >= _FIRST_REFUSAL:
            raise PhoneError(f"The recording server refused the session: {answered.status}.")
        teller.tell("session.began", "the server hears the conversation")
        await client.played.wait()
        await client.bye()
        teller.tell("session.ended", "over")


def _own_host(server: str) -> str:
    """Return the address of ours that the server reaches."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((server, 9))
        return str(probe.getsockname()[0])


def _voices(path: Path) -> list[bytes]:
    voices = telephone_voices(path)
    if len(voices) != LEGS:
        raise InvalidInputError(
            f"{path} has {len(voices)} channel; a conversation has one for each party.", field="audio"
        )
    return voices
