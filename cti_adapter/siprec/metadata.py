"""Reads recording metadata (RFC 7865): who takes part, and whose voice each stream carries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from cti_adapter.siprec.errors import malformed

MAX_METADATA_BYTES = 128 * 1024
_MAX_ELEMENTS = 2_000
_USER = re.compile(r"^(?:sips?:|tel:)?(?P<user>[^@;?]*)", re.IGNORECASE)
_MAX_TEXT = 100


@dataclass(frozen=True, slots=True)
class Participant:
    """One party of the recorded conversation.

    Attributes:
        participant_id: As the other side names it; the same over a session.
        number: User part of its address. Personal for a customer.
        name: Display name, mostly empty. Personal for a customer.
    """

    participant_id: str
    number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class RecordingMetadata:
    """What one document says.

    Attributes:
        participants: Those who take part now, in the order of the document.
        senders: Who speaks in a stream, by the stream's SDP label.
    """

    participants: tuple[Participant, ...] = ()
    senders: Mapping[str, Participant] = field(default_factory=dict)


def parse_metadata(document: bytes) -> RecordingMetadata:
    """Return what a document says; of an element that is incomplete nothing is taken.

    Raises:
        RefusedSessionError: It is no XML, declares a document type (entities are never expanded), or is too large.
    """
    if len(document) > MAX_METADATA_BYTES:
        raise malformed(f"The recording metadata exceed {MAX_METADATA_BYTES} bytes.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise malformed("The recording metadata are no XML document.") from error
    if root.getroottree().docinfo.doctype:
        raise malformed("The recording metadata declare a document type, which is refused.")
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    if len(elements) > _MAX_ELEMENTS:
        raise malformed(f"The recording metadata have more than {_MAX_ELEMENTS} elements.")
    gone = _gone(elements)
    participants = {
        found.participant_id: found
        for element in _named(elements, "participant")
        if (found := _participant(element)) is not None and found.participant_id not in gone
    }
    labels = {element.get("stream_id", ""): _text(element, "label") for element in _named(elements, "stream")}
    senders = {
        labels[stream]: participants[who]
        for who, stream in _sent(elements)
        if labels.get(stream) and who in participants
    }
    return RecordingMetadata(tuple(participants.values()), senders)


def _participant(element: etree._Element) -> Participant | None:
    identity = element.get("participant_id", "")
    name_id = next(_named(element.iter(), "nameID"), None)
    if not identity or name_id is None:
        return Participant(identity) if identity else None
    return Participant(identity, user_of(name_id.get("aor", "")), _text(name_id, "name"))


def user_of(address: str) -> str:
    """Return the user part of a SIP or telephone address: `13800138000` of `sip:13800138000@pbx.example`."""
    found = _USER.match(address.strip())
    return found["user"][:_MAX_TEXT] if found is not None else ""


def _gone(elements: list[etree._Element]) -> set[str]:
    """Return the participants who have left the conversation."""
    return {
        element.get("participant_id", "")
        for element in _named(elements, "participantsessionassoc")
        if _text(element, "disassociate-time")
    }


def _sent(elements: list[etree._Element]) -> Iterator[tuple[str, str]]:
    """Yield participant and stream for every voice; older products put `send` into the participant itself."""
    for kind in ("participant", "participantstreamassoc"):
        for element in _named(elements, kind):
            for sent in _named(element.iter(), "send"):
                if sent.text:
                    yield element.get("participant_id", ""), sent.text.strip()


def _named(elements: Iterator[etree._Element] | list[etree._Element], name: str) -> Iterator[etree._Element]:
    for element in elements:
        if isinstance(element.tag, str) and etree.QName(element).localname == name:
            yield element


def _text(element: etree._Element, name: str) -> str:
    found = next(_named(element.iter(), name), None)
    return (found.text or "").strip()[:_MAX_TEXT] if found is not None else ""
