from __future__ import annotations

import pytest

from assist_api.accounts.passwords import check_password_policy, generate_password, hash_password, verify_password
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit


def test_password_is_known_by_its_hash_only() -> None:
    password_hash = hash_password("正确的密码 42")
    assert password_hash.startswith("$argon2id$")
    assert verify_password(password_hash, "正确的密码 42")
    assert not verify_password(password_hash, "正确的密码 43")


def test_same_password_has_another_hash_each_time() -> None:
    assert hash_password("long enough 1") != hash_password("long enough 1")


def test_unknown_account_never_has_the_right_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "anything")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("kurz12345", "password_too_short"),
        ("aaaaaaaaaaaa", "password_too_simple"),
        ("li.na-2026-x", "password_contains_username"),
        ("LI.NA-2026-x", "password_contains_username"),
        ("password123", "password_too_weak"),
        ("Passw0rd123", "password_too_weak"),
        ("1qaz2wsx3edc", "password_too_weak"),
        ("woaini1314", "password_too_weak"),
        ("Tingzhi@2026", "password_too_weak"),
        ("95598admin", "password_too_weak"),
        ("asdfghjkl;", "password_too_weak"),
    ],
)
def test_weak_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password_policy(password, "li.na", field="new_password")
    assert (caught.value.error_code, caught.value.field) == (code, "new_password")


@pytest.mark.parametrize(
    "password", ["ten chars.", "十个汉字组成的密码啊", pytest.param(generate_password(), id="generated")]
)
def test_good_password_is_accepted(password: str) -> None:
    check_password_policy(password, "li.na", field="new_password")


def test_length_rule_is_named_in_the_error() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password_policy("kurz12345", "li.na", field="password")
    assert "10" in caught.value.message
    assert caught.value.details["min_length"] == 10


def test_password_longer_than_the_judge_takes_is_accepted() -> None:
    check_password_policy("staple and seven more " * 11, "li.na", field="new_password")


def test_generated_passwords_differ() -> None:
    assert len({generate_password() for _ in range(20)}) == 20
