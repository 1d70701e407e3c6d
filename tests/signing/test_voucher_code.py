"""The bytes of a code and their text, for any fields and any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.signing import voucher_code
from voucher_service.signing.errors import CodeMalformed, CodeRefusal
from voucher_service.signing.voucher_code import CodeType, Header, ListCode, RotatingCode, StaticCode

HEADERS = st.builds(
    Header,
    code_type=st.sampled_from([CodeType.ROTATING, CodeType.STATIC]),
    suite=st.integers(1, 3),
    flags=st.integers(0, 7),
    kid=st.integers(0, 2**16 - 1),
    voucher_id=st.integers(-(2**63), 2**63 - 1),
    programme_number=st.integers(0, 2**24 - 1),
    start_minute=st.integers(0, 2**24 - 1),
    lifetime=st.integers(0, 255),
    amount_yuan=st.integers(0, 2**16 - 1),
    holder_tag=st.binary(min_size=3, max_size=3),
)
VALUES = st.binary(min_size=16, max_size=16)
SIGNATURES = st.binary(min_size=64, max_size=64)


@given(HEADERS, st.integers(0, 255), VALUES, SIGNATURES)
def test_what_is_written_is_read(header: Header, step_byte: int, value: bytes, signature: bytes) -> None:
    signed_header = header.to_bytes()
    code: RotatingCode | StaticCode = (
        RotatingCode(header, signed_header, step_byte, value, signature)
        if header.code_type is CodeType.ROTATING
        else StaticCode(header, signed_header, signature)
    )
    digits = voucher_code.to_digits(code.to_bytes())
    assert len(digits) == (253 if header.code_type is CodeType.ROTATING else 212)
    assert voucher_code.parse(digits) == code


@given(st.integers(1, 3), st.integers(-(2**63), 2**63 - 1), st.integers(0, 255), VALUES)
def test_a_list_code_is_read_back(suite: int, voucher_id: int, step_byte: int, value: bytes) -> None:
    code = ListCode(suite, voucher_id, step_byte, value)
    digits = voucher_code.to_digits(code.to_bytes())
    assert len(digits) == 63
    assert voucher_code.parse(digits) == code


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(CodeMalformed):
        voucher_code.parse(text)


@given(st.sampled_from([253, 212, 63]), st.data())
def test_any_digits_are_read_or_refused(length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length))
    try:
        code = voucher_code.parse(digits)
    except CodeRefusal:
        return
    assert voucher_code.to_digits(code.to_bytes()) == digits


def test_the_layout_stands_where_it_is_said_to() -> None:
    header = Header(
        CodeType.ROTATING, 1, 0b101, 0x0203, 0x0405060708090A0B, 0x0C0D0E, 0x0F1011, 0x12, 0x1314, b"\x15\x16\x17"
    )
    assert header.to_bytes() == bytes([0b001_01_001, 0b101, *range(2, 24)])
