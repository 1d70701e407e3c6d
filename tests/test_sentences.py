"""How a sentence's figures are put for people: shares as per cent, and what is not there in words."""

from __future__ import annotations

import pytest

from voucher_service.errors import NOTHING, in_words, percent


@pytest.mark.parametrize(("permille", "read"), [(0, "0%"), (5, "0.5%"), (600, "60%"), (849, "84.9%"), (1000, "100%")])
def test_thousandths_are_read_as_per_cent(permille: int, read: str) -> None:
    assert percent(permille) == read
    assert in_words("至少占{least:%}。", {"least": permille}) == f"至少占{read}。"


@pytest.mark.parametrize(
    ("figure", "read"),
    [
        (2023, "问题在2023年"),
        ("2023-06-08", "问题在2023-06-08年"),
        (0, "没有"),
        ("", "没有"),
        (NOTHING, "没有"),
        (None, "没有"),
    ],
)
def test_what_is_not_there_is_said_in_words(figure: object, read: str) -> None:
    assert in_words("{figure:问题在#年|没有}", {"figure": figure}) == read


def test_other_figures_stand_as_they_are() -> None:
    assert in_words("{n}人，{day}起", {"n": 0, "day": "2026-03-02"}) == "0人，2026-03-02起"
    assert in_words("{n:03d}", {"n": 7}) == "007"
    with pytest.raises(KeyError):
        in_words("{gone}", {})
