"""Takes the body of a SIPREC request apart: an SDP offer and recording metadata (RFC 7866, 6.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from cti_adapter.siprec.errors import RefusedSessionError, malformed

MAX_BODY_BYTES = 256 * 1024
_MAX_PARTS = 8
SDP_TYPE = "application/sdp"
METADATA_TYPES = frozenset({"application/rs-metadata+xml", "application/rs-metadata"})
"""The registered type (RFC 7866) and the one that products used before it."""
ACCEPTED = f"{SDP_TYPE}, multipart/mixed, application/rs-metadata+xml"


@dataclass(frozen=True, slots=True)
class RecordingBody:
    """What a request carries.

    Attributes:
        sdp: Description of the media; None where the request changes none.
        metadata: XML document; None where nothing is told of the participants.
    """

    sdp: str | None = None
    metadata: bytes | None = None


def parse_body(content_type: str | None, body: bytes) -> RecordingBody:
    """Return the parts of a body.

    Args:
        content_type: Header of the request; None without a body.
        body: As it came.

    Raises:
        RefusedSessionError: 413 when it is too large, 415 for a type that we do not know, 400 when it cannot be read.
    """
    if len(body) > MAX_BODY_BYTES:
        raise RefusedSessionError(413, "Request Entity Too Large", f"The body exceeds {MAX_BODY_BYTES} bytes.")
    if not body.strip():
        return RecordingBody()
    header = f"Content-Type: {content_type or SDP_TYPE}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(policy=HTTP).parsebytes(header + body)
    if message.get_content_maintype() != "multipart":
        return _collect([message])
    if not message.is_multipart() or message.defects:
        raise malformed("The parts of the body cannot be told apart: its boundary is missing or broken.")
    parts = message.get_payload()
    if not isinstance(parts, list) or len(parts) > _MAX_PARTS:
        raise malformed(f"The body has more than {_MAX_PARTS} parts.")
    return _collect([part for part in parts if isinstance(part, Message)])


def _collect(parts: list[Message]) -> RecordingBody:
    sdp: str | None = None
    metadata: bytes | None = None
    for part in parts:
        kind = part.get_content_type()
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if kind == SDP_TYPE and sdp is None:
            sdp = content.decode("utf-8", "replace")
        elif kind in METADATA_TYPES and metadata is None:
            metadata = content
        elif len(parts) == 1:
            text = "The body has a content type that is neither SDP, recording metadata nor both."
            raise RefusedSessionError(415, "Unsupported Media Type", text, {"Accept": ACCEPTED})
    return RecordingBody(sdp, metadata)
