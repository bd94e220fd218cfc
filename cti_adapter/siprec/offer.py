"""Reads the SDP offer of a recording session and writes the answer to it (RFC 3264, RFC 7866). Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from aiosipua.sdp import ConnectionData, MediaDescription, Origin, SdpMessage, parse_sdp

from cti_adapter.siprec.errors import malformed, not_acceptable

G711 = {"PCMA": 8, "PCMU": 0}
"""Codecs that we take and their static payload types (RFC 3551), the preferred first."""
_PLAIN_RTP = frozenset({"RTP/AVP", "RTP/AVPF"})
_MAX_MEDIA = 8
_SILENT = frozenset({"inactive", "recvonly"})
"""Directions in which the other side sends nothing."""
_PROPOSED_PTIME = "20"


@dataclass(frozen=True, slots=True)
class OfferedStream:
    """One line of media that we can receive.

    Attributes:
        index: Place among the lines of media, from 0; the same in every later offer of the session.
        label: `a=label`, which metadata refer to; the place where there is none.
        payload_type: Static payload type of the codec that we choose.
        address: Where the other side receives, for reports on quality; its port is 0 when it names none.
        is_held: Whether nothing is sent now: the parties are on hold.
    """

    index: int
    label: str
    payload_type: int
    address: tuple[str, int]
    is_held: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer: every line of media as it came, and those of them that we can receive."""

    message: SdpMessage
    streams: tuple[OfferedStream, ...]


def parse_offer(text: str) -> Offer:
    """Return what is offered.

    Raises:
        RefusedSessionError: 400 when the text is no SDP, 488 when it has no audio in G.711 over plain RTP.
    """
    try:
        message = parse_sdp(text)
    except (ValueError, TypeError) as error:
        raise malformed("The description of the media cannot be read.") from error
    if not message.media or len(message.media) > _MAX_MEDIA:
        raise malformed(f"The description has no line of media, or more than {_MAX_MEDIA}.")
    found = (_stream(message, index, media) for index, media in enumerate(message.media))
    streams = tuple(stream for stream in found if stream is not None)
    if not streams:
        raise not_acceptable("The offer has no audio in G.711 (A-law or mu-law) over RTP/AVP.")
    if len({stream.label for stream in streams}) < len(streams):
        raise malformed("Two lines of media have one label.")
    return Offer(message, streams)


def _stream(message: SdpMessage, index: int, media: MediaDescription) -> OfferedStream | None:
    codecs = {codec.payload_type for codec in media.codecs}
    chosen = next((kind for kind in G711.values() if kind in codecs), None)
    if media.media != "audio" or media.proto not in _PLAIN_RTP or media.port == 0 or chosen is None:
        return None
    where = media.connection or message.connection or ConnectionData()
    label = next(iter(media.attributes.get("label", [])), str(index)).strip()
    direction = _direction(message, media)
    is_held = direction in _SILENT or where.address in {"0.0.0.0", "::"}  # noqa: S104 — RFC 2543 hold, not an address of ours
    return OfferedStream(index, label, chosen, (where.address, media.port), is_held)


def _direction(message: SdpMessage, media: MediaDescription) -> str:
    own = {"sendrecv", "sendonly", "recvonly", "inactive"}
    named = next((name for name in own if name in media.attributes or name in message.attributes), "sendrecv")
    return next((name for name in own if name in media.attributes), named)


def answer(offer: Offer, ports: Mapping[int, int], address: str, *, session_id: int, version: int) -> SdpMessage:
    """Return the answer: the same lines of media in the same order, each received or refused (port 0).

    Args:
        offer: What it answers.
        ports: Our RTP port for every stream that we receive, by the place of its line.
        address: Where we receive.
        session_id: Of our side of the session, the same in every answer.
        version: Counts the answers of the session.
    """
    family = "IP6" if ":" in address else "IP4"
    by_index = {stream.index: stream for stream in offer.streams}
    return SdpMessage(
        origin=Origin("tingzhi", str(session_id), str(version), "IN", family, address),
        session_name="-",
        connection=ConnectionData("IN", family, address),
        media=[
            _received(media, by_index[index], ports[index]) if index in ports and index in by_index else _refused(media)
            for index, media in enumerate(offer.message.media)
        ],
    )


def _received(media: MediaDescription, stream: OfferedStream, port: int) -> MediaDescription:
    name = next(name for name, kind in G711.items() if kind == stream.payload_type)
    attributes: dict[str, list[str]] = {
        "rtpmap": [f"{stream.payload_type} {name}/8000"],
        "inactive" if stream.is_held else "recvonly": [],
        "ptime": media.attributes.get("ptime", [_PROPOSED_PTIME])[:1],
    }
    if "label" in media.attributes:
        attributes["label"] = media.attributes["label"][:1]
    return MediaDescription("audio", port, media.proto, [str(stream.payload_type)], attributes=attributes)


def _refused(media: MediaDescription) -> MediaDescription:
    refused = copy.copy(media)
    refused.port, refused.attributes, refused.connection, refused.bandwidths = 0, {}, None, []
    return refused
