"""Tokens of crew links: signed, for one order, with an end. Pure."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

_PURPOSE = b"work-order-crew"
_ID_BYTES = 16
_MAC_BYTES = 32
_TOKEN_CHARACTERS = 64
"""48 bytes in base64."""


def sign(link_id: UUID, expires_at: datetime, signing_key: str) -> str:
    """Return the token of a link."""
    return urlsafe_b64encode(link_id.bytes + _mac(link_id, expires_at, signing_key)).decode()


def link_of(token: str) -> UUID | None:
    """Return the link that a token claims to be of; None where the text is no token."""
    if len(token) != _TOKEN_CHARACTERS:
        return None
    try:
        return UUID(bytes=urlsafe_b64decode(token)[:_ID_BYTES])
    except ValueError:
        return None


def is_genuine(token: str, link_id: UUID, expires_at: datetime, signing_key: str) -> bool:
    """Tell whether a token was signed with the key of the link, for this end and purpose."""
    return hmac.compare_digest(token.encode(), sign(link_id, expires_at, signing_key).encode())


def _mac(link_id: UUID, expires_at: datetime, signing_key: str) -> bytes:
    signed = b"|".join((_PURPOSE, link_id.bytes, str(int(expires_at.timestamp())).encode()))
    return hmac.new(bytes.fromhex(signing_key), signed, hashlib.sha256).digest()[:_MAC_BYTES]
