"""Tells a photo from anything else by its first bytes. Pure."""

from __future__ import annotations

from kit.errors import InvalidInputError

MAX_PHOTO_BYTES = 8 * 1024 * 1024
"""A phone's picture has 2 to 6 MiB."""
_WEBP_NAME = slice(8, 12)


def photo_type(content: bytes) -> str:
    """Return the media type of a picture.

    Raises:
        InvalidInputError: `photo_type_unknown`: it is no JPEG, PNG or WebP picture.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[_WEBP_NAME] == b"WEBP":
        return "image/webp"
    text = "This is no picture; send a JPEG, PNG or WebP file."
    raise InvalidInputError(text, field="file", code="photo_type_unknown")
