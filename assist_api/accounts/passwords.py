"""Passwords: argon2id hashes and what a new password must satisfy."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from rapidfuzz.distance import OSA
from zxcvbn import zxcvbn

from kit.errors import InvalidInputError

MIN_PASSWORD_LENGTH = 10
"""NIST SP 800-63B asks for 8 or more and against composition rules; length is what counts."""
MIN_DISTINCT_CHARACTERS = 5
MIN_STRENGTH = 3
"""Of zxcvbn's scale from 0 to 4: more than 10^8 guesses, which a sign-in that waits does not allow in a lifetime."""
_JUDGED_CHARACTERS = 72
"""zxcvbn takes no more; what follows can only make a password better."""
_TRADE_WORDS = ("tingzhi", "听知", "95598", "12345", "12328", "96777", "kefu", "guowang", "dianli", "ranqi", "reli")
"""Names of the product and of hotlines: the first guesses of whoever knows where the server stands."""
_GENERATED_BYTES = 15
_NEAR_EDITS = 2
"""Signs by which a new password must differ more from the present one: a `1` or `!` behind it is the first guess."""

# argon2-cffi's defaults are RFC 9106's low-memory profile: 64 MiB, three passes.
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return an argon2id hash with its salt and parameters; takes tens of milliseconds of CPU."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password fits; costs the same when there is no such account (None)."""
    try:
        return _hasher.verify(password_hash or _UNKNOWN_ACCOUNT_HASH, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def generate_password() -> str:
    """Return 120 random bits, typeable."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def is_nearly_same(password: str, present: str) -> bool:
    """Tell whether a new password is the present one but for capitals, a few signs, or signs before or behind it."""
    new, old = password.casefold(), present.casefold()
    return new in old or old in new or OSA.distance(new, old, score_cutoff=_NEAR_EDITS) <= _NEAR_EDITS


def check_password_policy(password: str, username: str, *, field: str) -> None:
    """Judge a new password.

    Raises:
        InvalidInputError: `password_too_short`, `password_too_simple`, `password_contains_username` or
            `password_too_weak`.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        text = f"A password has at least {MIN_PASSWORD_LENGTH} characters."
        raise InvalidInputError(text, field=field, code="password_too_short", min_length=MIN_PASSWORD_LENGTH)
    if len(set(password)) < MIN_DISTINCT_CHARACTERS:
        text = f"A password has at least {MIN_DISTINCT_CHARACTERS} different characters."
        raise InvalidInputError(text, field=field, code="password_too_simple", min_distinct=MIN_DISTINCT_CHARACTERS)
    if username.casefold() in password.casefold():
        raise InvalidInputError(
            "A password does not contain the user name.", field=field, code="password_contains_username"
        )
    judged = zxcvbn(password[:_JUDGED_CHARACTERS], user_inputs=[username, *_TRADE_WORDS])
    if judged["score"] < MIN_STRENGTH:
        text = "The password is among the first that are guessed; use several words that do not belong together."
        raise InvalidInputError(text, field=field, code="password_too_weak")


_UNKNOWN_ACCOUNT_HASH = hash_password(secrets.token_urlsafe())
