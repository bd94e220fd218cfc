from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from uuid import uuid4

import pytest

from assist_api.customers.file_format import read_customers
from assist_api.customers.numbers import phone_digits
from assist_api.facts.observer import call_facts
from assist_api.transcripts.utterances import LegRole, Utterance
from assist_api.work_orders.areas import area_of
from assist_api.work_orders.clock import LimitKind, LimitStep
from assist_api.work_orders.crew_token import is_genuine, link_of, sign
from assist_api.work_orders.photos import photo_type
from assist_api.work_orders.policy import (
    DEFAULT_LIMITS,
    DispatchRule,
    LimitRule,
    OrderType,
    WorkOrderFields,
    limits_for,
    unit_for,
)
from assist_api.work_orders.proposal import describing, description, filled_fields, missing_fields
from assist_api.work_orders.questions import field_questions
from assist_api.work_orders.schemas import FieldSource
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit


def test_token_is_good_for_its_link_and_end_alone() -> None:
    link, end, key = uuid4(), datetime(2026, 3, 2, tzinfo=UTC), "ab" * 32
    token = sign(link, end, key)
    assert link_of(token) == link
    assert is_genuine(token, link, end, key)
    assert not is_genuine(token, link, end + timedelta(days=1), key)
    assert not is_genuine(token, link, end, "cd" * 32)
    assert not is_genuine(sign(uuid4(), end, key), link, end, key)
    assert link_of("nonsense") is None
    assert link_of("é" * 64) is None


def test_promise_that_names_most_of_the_order_counts_on_its_days() -> None:
    local = LimitRule(
        sector="power", business_type="fault", area_class="urban", step=LimitStep.ARRIVE, kind=LimitKind.LIMIT,
        minutes=60, source="地方条例", valid_from=date(2025, 1, 1), valid_until=date(2025, 12, 31),
    )  # fmt: skip
    order = {"sector": "power", "business_type": "fault", "area_class": "rural"}
    found = limits_for((local, *DEFAULT_LIMITS), **order, on=date(2026, 3, 1))
    assert [(rule.step, rule.kind, rule.minutes) for rule in found] == [
        ("arrive", "average", 90),
        ("finish", "limit", 240),
    ]
    urban = order | {"area_class": "urban"}
    assert limits_for((local, *DEFAULT_LIMITS), **urban, on=date(2025, 6, 1))[0] is local
    assert limits_for((local, *DEFAULT_LIMITS), **urban, on=date(2026, 1, 1))[0].minutes == 45


def test_dispatch_rule_with_the_area_comes_before_the_one_of_the_sector() -> None:
    general = DispatchRule(sector="power", unit_id=uuid4())
    special = DispatchRule(sector="power", area="解放路", unit_id=uuid4())
    order = {"sector": "power", "business_type": "fault"}
    assert unit_for((general, special), **order, area="解放路街道") is special
    assert unit_for((general, special), **order, area="沂蒙路") is general
    assert unit_for((special,), **order, area="沂蒙路") is None


def test_call_fills_fields_with_the_utterances_that_prove_them() -> None:
    lines = (
        (LegRole.AGENT, "您好，请问有什么可以帮您？"),
        (LegRole.CUSTOMER, "我家从早上开始就停电了，邻居家都有电。"),
        (LegRole.AGENT, "请问您的联系电话是多少？"),
        (LegRole.CUSTOMER, "13800138000"),
    )
    said = [
        Utterance(
            segment_id=uuid4(), leg_role=role, start_ms=place * 1_000, end_ms=place * 1_000 + 900, text=text,
            is_final=True, partial_index=-1, confidence=0.9, language="zh",
        )
        for place, (role, text) in enumerate(lines)
    ]  # fmt: skip
    phone = next(item for item in filled_fields(call_facts(said)) if item.field == "contact_phone")
    assert (phone.value, phone.segment_ids) == ("13800138000", [said[3].segment_id])
    matter = description(describing(said))
    assert (matter.value, matter.segment_ids) == (said[1].text, [said[1].segment_id])
    assert missing_fields(("contact_phone", "address", "description"), [phone, matter]) == ["address"]
    vague = phone.model_copy(update={"field": "address", "value": "厨房里"})
    assert missing_fields(("address",), [vague]) == ["address"]
    assert missing_fields(("address",), [vague.model_copy(update={"source": FieldSource.AGENT})]) == []
    assert missing_fields(("address",), [vague.model_copy(update={"value": "解放路口"})]) == []


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("山东省临沂市兰山区解放路12号3单元501", "解放路"),
        ("我在幸福路16号三单元", "幸福路"),
        ("人民路和建设街的路口", "人民路"),
        ("阳光花园小区3号楼", "阳光花园"),
        ("金雀山路小区东区5号", "金雀山路"),
        ("12号楼", ""),
        ("", ""),
    ],
)
def test_area_of_an_address_is_its_street_or_estate(address: str, area: str) -> None:
    assert area_of(address) == area


def test_every_required_field_has_a_question_in_both_languages() -> None:
    questions = field_questions()
    for business_type in get_args(OrderType):
        for field in WorkOrderFields().required(business_type):
            wording = questions[field].wording(business_type)
            assert wording.zh.endswith(("？", "。"))
            assert wording.en.endswith(("?", "."))
    assert questions["contact_phone"].wording("fault") != questions["contact_phone"].wording("enquiry")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"GIF89a", b"RIFF0000WAVE"])
def test_file_that_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        photo_type(content)
    assert caught.value.error_code == "photo_type_unknown"


def test_numbers_are_read_as_people_write_them() -> None:
    assert phone_digits("＋８６ 138-0013-8000") == "13800138000"
    assert phone_digits("(0539) 8881234") == "05398881234"
    assert phone_digits("解放路") is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00a", "户名,电话\n王,1".encode()])
def test_file_without_its_columns_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_customers(content)
    assert caught.value.error_code == "customer_file_invalid"
