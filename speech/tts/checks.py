"""Checks that every synthesiser makes of what it is asked to say."""

from __future__ import annotations

from collections.abc import Collection

from kit.errors import InvalidInputError

SLOWEST, FASTEST = 0.5, 2.0


def check_voice_and_speed(voice: str, voices: Collection[str], speed: float) -> None:
    """Refuse a voice that is not there and a speed at which nobody understands it.

    Raises:
        InvalidInputError: Names the field and what it may be.
    """
    if voice not in voices:
        raise InvalidInputError(f"voice: {voice} is unknown; use one of {', '.join(voices)}", field="voice")
    if not SLOWEST <= speed <= FASTEST:
        raise InvalidInputError(f"speed: give a number between {SLOWEST} and {FASTEST}", field="speed")


def check_text(text: str) -> None:
    """Refuse a text of nothing but signs.

    Raises:
        InvalidInputError: Names the field.
    """
    if not any(sign.isalnum() for sign in text):
        raise InvalidInputError("text: nothing in it can be spoken; give words or digits", field="text")
