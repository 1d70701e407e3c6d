from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.errors import Refusal
from voucher_service.holders import citizen_id
from voucher_service.holders.errors import (
    IdNumberBirthDate,
    IdNumberCheckDigit,
    IdNumberMalformed,
    IdNumberOld15Digits,
    IdNumberRegion,
)

TODAY = date(2023, 6, 1)
PROVINCES = [
    11,
    12,
    13,
    14,
    15,
    21,
    22,
    23,
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
]


def satisfies_mod_11_2(text: str) -> bool:
    """ISO 7064's own definition: the whole number, read in radix 2 from the left, leaves 1 modulo 11."""
    value = 0
    for character in text:
        value = value * 2 + (10 if character == "X" else int(character))
    return value % 11 == 1


def with_check(first_17: str) -> str:
    return first_17 + next(c for c in "0123456789X" if satisfies_mod_11_2(first_17 + c))


birth_dates = st.dates(date(1900, 1, 1), TODAY)
id_numbers = st.builds(
    lambda province, place, born, sequence: with_check(f"{province}{place:04}{born:%Y%m%d}{sequence:03}"),
    st.sampled_from(PROVINCES),
    st.integers(0, 9999),
    birth_dates,
    st.integers(0, 999),
)
EXAMPLE = with_check("41990219900307001")
WITH_X = next(n for n in (with_check(f"41990219900307{i:03}") for i in range(100)) if n.endswith("X"))


@given(id_numbers)
def test_every_well_formed_number_is_accepted_as_it_stands(id_number: str) -> None:
    assert citizen_id.canonical(id_number, TODAY) == citizen_id.exact(id_number, TODAY) == id_number


@given(id_numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_refused(id_number: str, place: int, character: str) -> None:
    wrong = id_number[:place] + character + id_number[place + 1 :]
    if wrong != id_number:
        with pytest.raises((IdNumberCheckDigit, IdNumberMalformed)):
            citizen_id.canonical(wrong, TODAY)


@given(id_numbers, st.integers(0, 15))
def test_two_swapped_digits_are_always_refused(id_number: str, place: int) -> None:
    wrong = id_number[:place] + id_number[place + 1] + id_number[place] + id_number[place + 2 :]
    if wrong != id_number:
        with pytest.raises(IdNumberCheckDigit):
            citizen_id.canonical(wrong, TODAY)


@given(st.text(st.sampled_from("0123456789Xx 419"), min_size=15, max_size=19))
def test_what_is_accepted_agrees_with_the_standard(text: str) -> None:
    try:
        accepted = citizen_id.canonical(text, TODAY)
    except Refusal:
        return
    assert len(accepted) == 18
    assert satisfies_mod_11_2(accepted)
    assert accepted == text.strip().upper()


@pytest.mark.parametrize(
    "typed",
    [
        f"  {WITH_X}\n",
        WITH_X.lower(),
        WITH_X.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}),
        f"\u3000{WITH_X[:-1]}\uff58",
    ],
)
def test_spellings_people_type_are_read_and_machines_may_not_send_them(typed: str) -> None:
    assert citizen_id.canonical(typed, TODAY) == WITH_X
    with pytest.raises(IdNumberMalformed):
        citizen_id.exact(typed, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        EXAMPLE[:-1],
        EXAMPLE + "0",
        "X" + EXAMPLE[1:],
        EXAMPLE[:6] + " " + EXAMPLE[6:],
        EXAMPLE.translate({ord(str(d)): 0x0660 + d for d in range(10)}),
        EXAMPLE + "\n1",
        EXAMPLE[:17] + "\u2169X",
        "' OR 1=1 --     --",
    ],
)
def test_other_shapes_are_malformed(text: str) -> None:
    with pytest.raises(IdNumberMalformed):
        citizen_id.canonical(text, TODAY)


def test_a_number_of_the_first_generation_card_gets_its_own_help() -> None:
    with pytest.raises(IdNumberOld15Digits) as refused:
        citizen_id.canonical("419902900307001", TODAY)
    assert "18" in refused.value.sentence_zh


@pytest.mark.parametrize("born", ["19000229", "20230230", "19901301", "19900001", "19900100", "18991231", "20230602"])
def test_impossible_birth_dates_are_refused(born: str) -> None:
    with pytest.raises(IdNumberBirthDate):
        citizen_id.canonical(with_check(f"419902{born}001"), TODAY)


@pytest.mark.parametrize("born", ["19000101", "20000229", "20230601"])
def test_birth_dates_at_the_edge_are_accepted(born: str) -> None:
    id_number = with_check(f"419902{born}001")
    assert citizen_id.canonical(id_number, TODAY) == id_number


@pytest.mark.parametrize("province", range(100))
def test_exactly_the_provinces_are_known(province: int) -> None:
    id_number = with_check(f"{province:02}990219900307001")
    if province in PROVINCES:
        assert citizen_id.canonical(id_number, TODAY) == id_number
    else:
        with pytest.raises(IdNumberRegion):
            citizen_id.canonical(id_number, TODAY)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2006, 3, 6), 15), (date(2006, 3, 7), 16), (date(1990, 3, 7), 0), (date(2023, 12, 31), 33)],
)
def test_age_turns_on_the_birthday(day: date, age: int) -> None:
    assert citizen_id.age_on(EXAMPLE, day) == age


def test_a_leap_day_child_turns_older_on_the_last_of_february() -> None:
    leap_day_child = with_check("41990220000229001")
    assert citizen_id.age_on(leap_day_child, date(2018, 2, 27)) == 17
    assert citizen_id.age_on(leap_day_child, date(2018, 2, 28)) == 18
    assert citizen_id.age_on(leap_day_child, date(2020, 2, 28)) == 19
    assert citizen_id.age_on(leap_day_child, date(2020, 2, 29)) == 20


@given(id_numbers, st.integers(0, 40_000))
def test_age_never_falls_as_days_pass(id_number: str, days: int) -> None:
    day = citizen_id.birth_date(id_number) + timedelta(days=days)
    assert citizen_id.age_on(id_number, day) <= citizen_id.age_on(id_number, day + timedelta(days=1))


@given(id_numbers)
def test_birth_date_and_gender_are_read_from_their_digits(id_number: str) -> None:
    assert f"{citizen_id.birth_date(id_number):%Y%m%d}" == id_number[6:14]
    assert citizen_id.is_male(id_number) == (id_number[16] in "13579")
