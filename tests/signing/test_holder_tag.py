"""The holder tag, recomputed here from its definition."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.drawing import MINORITY, PLAIN, RARE, VOUCHER, WITH_X
from voucher_service.signing import holder_tag
from voucher_service.signing.holder_tag import HolderMatch
from voucher_service.signing.suites import SUITES

SUITE = SUITES[1]
BIND_KEY = bytes(range(32))


def hmac_of(label: bytes, value: str) -> bytes:
    return hmac.new(BIND_KEY, label + VOUCHER.to_bytes(8, "big") + value.encode(), hashlib.sha256).digest()


def compare(tag: bytes, id_number: str, name: str) -> HolderMatch:
    return holder_tag.compare(SUITE, BIND_KEY, VOUCHER, tag, id_number=id_number, name=name)


@pytest.mark.parametrize("person", [PLAIN, WITH_X, MINORITY, RARE])
def test_it_is_what_its_definition_says(person: tuple[str, str]) -> None:
    expected = hmac_of(b"tvq1:bind:id:", person[0])[:2] + hmac_of(b"tvq1:bind:nm:", person[1])[:1]
    assert holder_tag.make(SUITE, BIND_KEY, VOUCHER, *person) == expected
    assert compare(expected, *person) is HolderMatch.MATCH


def test_a_wrong_number_weighs_more_than_a_wrong_name() -> None:
    tag = holder_tag.make(SUITE, BIND_KEY, VOUCHER, *PLAIN)
    assert compare(tag, PLAIN[0], "王五试") is HolderMatch.NAME_MISMATCH
    assert compare(tag, WITH_X[0], PLAIN[1]) is HolderMatch.ID_MISMATCH
    assert compare(tag, WITH_X[0], "王五试") is HolderMatch.ID_MISMATCH


def test_the_same_person_has_another_tag_on_another_voucher_and_under_another_key() -> None:
    tags = {
        holder_tag.make(SUITE, bind_key, voucher_id, *PLAIN)
        for bind_key in (BIND_KEY, bytes(32))
        for voucher_id in (VOUCHER, -VOUCHER)
    }
    assert len(tags) == 4


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("阿卜杜拉\u2022试例", MINORITY[1]),
        ("阿卜杜拉\u30fb试例", MINORITY[1]),
        ("阿卜杜拉\uff65试例", MINORITY[1]),
        (" 阿卜杜拉\u3000· 试例\t", MINORITY[1]),
        ("\uff21张三", "A张三"),
        ("𠮷田𬭸", "𠮷田𬭸"),
        ("", ""),
    ],
)
def test_a_name_has_one_spelling(typed: str, canonical: str) -> None:
    assert holder_tag.canonical_name(typed) == canonical


@pytest.mark.parametrize(
    "wrong", ["", "1", PLAIN[0][:-1], PLAIN[0] + "0", PLAIN[0][:-1] + "7", "\uff11" * 18, "0" * 17 + "Y"]
)
def test_a_number_that_is_none_makes_no_tag_and_matches_nothing(wrong: str) -> None:
    with pytest.raises(ValueError, match="ID number"):
        holder_tag.make(SUITE, BIND_KEY, VOUCHER, wrong, PLAIN[1])
    tag = holder_tag.make(SUITE, BIND_KEY, VOUCHER, *PLAIN)
    assert compare(tag, wrong, PLAIN[1]) is HolderMatch.ID_MISMATCH


def test_a_lower_case_x_is_the_same_number() -> None:
    assert holder_tag.canonical_id(f" {WITH_X[0].lower()}\n") == WITH_X[0]


@given(st.text(), st.text(st.characters(codec=None)))
def test_whatever_a_reader_types_is_compared(id_number: str, name: str) -> None:
    tag = holder_tag.make(SUITE, BIND_KEY, VOUCHER, *PLAIN)
    assert compare(tag, id_number, name) is HolderMatch.ID_MISMATCH
    assert compare(tag, PLAIN[0], name + "试") in {HolderMatch.MATCH, HolderMatch.NAME_MISMATCH}
