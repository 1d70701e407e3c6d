"""What no string may hold is found however JSON spells it, and what looks like it is left alone."""

from __future__ import annotations

import pytest

from voucher_service.web.strict_json import loads


@pytest.mark.parametrize(
    "spelling", [r"\ud800", r"\uD800", r"\uDfFf", r"\udc00\ud800", r"\ud83d", r"\u0000", r"\\\u0000", r"\u5f20\uDABC"]
)
@pytest.mark.parametrize("shape", ['{"a": "%s"}', '{"%s": 1}', '[["%s"]]', '{"a": {"b": ["x%sx"]}}'])
def test_an_escaped_nul_or_lone_surrogate_is_found_anywhere(shape: str, spelling: str) -> None:
    with pytest.raises(ValueError, match="a NUL or a lone surrogate"):
        loads((shape % spelling).encode())


@pytest.mark.parametrize(
    ("spelling", "said"),
    [
        (r"\u5f20\u4e09", "张三"),
        (r"\ud83d\ude00", "😀"),
        (r"\\u0000", r"\u0000"),
        (r"\\ud800", r"\ud800"),
        (r"\u0001", "\x01"),
    ],
)
def test_what_only_looks_like_one_is_read(spelling: str, said: str) -> None:
    assert loads(f'{{"a": "{spelling}"}}'.encode()) == {"a": said}


@pytest.mark.parametrize("body", [b'{"a": "\x00"}', b'{"a": "\xed\xa0\x80"}'])
def test_a_bare_one_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"control character|decode"):
        loads(body)
