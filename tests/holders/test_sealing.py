from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.holders.sealing import FieldSealer, SealBrokenError, commitment, key_id_of, new_salt

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
SEALER = FieldSealer({1: OLD}, 1, INDEX)
ROTATED = FieldSealer({1: OLD, 2: NEW}, 2, INDEX)
HOLDER = -(2**63) + 5


@given(st.text(max_size=80), st.integers(-(2**63), 2**63 - 1))
def test_what_was_sealed_opens_in_its_place(text: str, holder_id: int) -> None:
    assert SEALER.open("name", holder_id, SEALER.seal("name", holder_id, text)) == text


def test_a_record_says_its_suite_and_key_and_never_repeats() -> None:
    first, second = (SEALER.seal("name", HOLDER, "测\U00020bb7") for _ in range(2))
    assert first[:3] == b"\x01\x00\x01"
    assert first != second
    assert "测".encode() not in first
    assert len(first) == 3 + 12 + len("测\U00020bb7".encode()) + 16


@given(st.integers(0), st.integers(1, 255))
def test_any_altered_byte_breaks_the_seal(place: int, change: int) -> None:
    record = bytearray(ROTATED.seal("name", HOLDER, "测小甲"))
    record[place % len(record)] ^= change
    with pytest.raises(SealBrokenError):
        ROTATED.open("name", HOLDER, bytes(record))


@pytest.mark.parametrize("kept", range(31))
def test_a_shortened_record_breaks_the_seal(kept: int) -> None:
    with pytest.raises(SealBrokenError):
        SEALER.open("name", HOLDER, SEALER.seal("name", HOLDER, "测甲")[:kept])


@pytest.mark.parametrize(
    ("column", "holder_id"), [("phone", HOLDER), ("nam", HOLDER), ("name", HOLDER + 1), ("name", 5)]
)
def test_a_record_moved_to_another_place_breaks_the_seal(column: str, holder_id: int) -> None:
    record = SEALER.seal("name", HOLDER, "测小甲")
    with pytest.raises(SealBrokenError):
        SEALER.open(column, holder_id, record)


def test_a_record_relabelled_with_another_key_breaks_the_seal() -> None:
    same_bytes_under_two_ids = SEALER.seal("name", HOLDER, "测小甲")
    relabelled = b"\x01\x00\x02" + same_bytes_under_two_ids[3:]
    with pytest.raises(SealBrokenError):
        ROTATED.open("name", HOLDER, relabelled)
    with pytest.raises(SealBrokenError, match="no key"):
        SEALER.open("name", HOLDER, relabelled)


def test_rotation_reseals_old_records_and_leaves_new_ones() -> None:
    old = SEALER.seal("name", HOLDER, "测小甲")
    new = ROTATED.reseal("name", HOLDER, old)
    assert (key_id_of(old), key_id_of(new)) == (1, 2)
    assert FieldSealer({2: NEW}, 2, INDEX).open("name", HOLDER, new) == "测小甲"
    assert ROTATED.reseal("name", HOLDER, new) is new


def test_reseal_does_not_bless_a_broken_record() -> None:
    broken = ROTATED.seal("name", HOLDER, "测小甲")[:-1] + b"\x00\x00"
    with pytest.raises(SealBrokenError):
        ROTATED.reseal("name", HOLDER, broken)


def test_the_blind_index_finds_equals_and_depends_on_key_and_column_only() -> None:
    index = SEALER.blind_index("id_number", "419902199003070015")
    assert len(index) == 32
    assert index == ROTATED.blind_index("id_number", "419902199003070015")
    assert index != SEALER.blind_index("phone", "419902199003070015")
    assert index != SEALER.blind_index("id_number", "419902199003070016")
    assert index != FieldSealer({1: OLD}, 1, b"j" * 32).blind_index("id_number", "419902199003070015")
    assert SEALER.blind_index("a", "bc") != SEALER.blind_index("ab", "c")


@pytest.mark.parametrize(
    ("keys", "active", "index_key"),
    [
        ({}, 1, INDEX),
        ({1: OLD}, 2, INDEX),
        ({1: b"short"}, 1, INDEX),
        ({1: OLD}, 1, b""),
        ({1: OLD}, 1, OLD),
        ({1: OLD, 2: OLD}, 1, INDEX),
    ],
)
def test_unfit_keys_are_turned_down_at_the_start(keys: dict[int, bytes], active: int, index_key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        FieldSealer(keys, active, index_key)


def test_a_sealer_does_not_show_its_keys() -> None:
    assert repr(OLD)[2:-1] not in repr(SEALER)


def test_a_commitment_binds_its_fields_in_order_and_hides_them_by_salt() -> None:
    salt = new_salt()
    made = commitment(salt, "测小甲", "419902199003070015")
    assert made == commitment(salt, "测小甲", "419902199003070015")
    assert len(made) == 32
    assert made != commitment(new_salt(), "测小甲", "419902199003070015")
    assert made != commitment(salt, "419902199003070015", "测小甲")


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_two_lists_of_fields_never_share_a_commitment(first: list[str], second: list[str]) -> None:
    salt = b"s" * 32
    assert (commitment(salt, *first) == commitment(salt, *second)) == (first == second)


def test_a_short_salt_is_turned_down() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"salt", "测甲")
