from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.holders.masking import masked_id_number, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("测甲", "测*"),
        ("测小甲", "测*甲"),
        ("虚拟小甲", "虚**甲"),
        ("阿测·示拉提", "阿*·**提"),
        ("阿·测", "阿·*"),
        ("\U00020bb7测\U00030edd", "\U00020bb7*\U00030edd"),
        ("葛\U000e0100测甲\U000e0101", "葛\U000e0100*甲\U000e0101"),
        ("测 甲", "测*甲"),
        ("测", "*"),
        ("", ""),
        ("测123甲", "测***甲"),
    ],
)
def test_a_name_shows_its_first_letter_and_from_three_on_its_last(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text(min_size=1, max_size=60))
def test_a_mask_never_shows_more_than_two_letters(text: str) -> None:
    shown = masked_name(text).translate(dict.fromkeys(map(ord, "*·•‧・･.．\U000e0100")))
    assert len(shown) <= 4  # two letters, each perhaps with its variation selector


@given(st.text("0123456789", min_size=17, max_size=17))
def test_an_id_number_shows_neither_county_nor_birth_date_nor_a_run_of_digits(digits: str) -> None:
    masked = masked_id_number(digits + "X")
    assert masked == digits[0] + "*" * 16 + "X"


def test_a_phone_shows_its_last_two_digits() -> None:
    assert masked_phone("16400000037") == "*********37"
