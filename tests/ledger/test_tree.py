"""The tree agrees with the recursive definitions of RFC 9162, and its proofs prove nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher_service.ledger import tree

SIZES = st.one_of(st.integers(1, 40), st.integers(250, 262), st.integers(508, 520))


def leaves_of(size: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + number.to_bytes(4, "big")).digest() for number in range(size)]


def split(width: int) -> int:
    power = 1
    while power * 2 < width:
        power *= 2
    return power


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:middle]) + naive_root(leaves[middle:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*naive_path(index, leaves[:middle]), naive_root(leaves[middle:])]
    return [*naive_path(index - middle, leaves[middle:]), naive_root(leaves[:middle])]


def naive_consistency(first: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    middle = split(len(leaves))
    if first <= middle:
        return [*naive_consistency(first, leaves[:middle], whole=whole), naive_root(leaves[middle:])]
    return [*naive_consistency(first - middle, leaves[middle:], whole=False), naive_root(leaves[:middle])]


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    assert tree.root_of([]) == hashlib.sha256(b"").digest()


@given(SIZES)
def test_the_root_is_the_definitions(size: int) -> None:
    assert tree.root_of(leaves_of(size)) == naive_root(leaves_of(size))


@given(SIZES, st.data())
def test_an_inclusion_proof_is_the_definitions_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = tree.inclusion_proof(index, size, tree.grown(leaves).node)
    assert proof == naive_path(index, leaves)
    assert tree.includes(index, size, leaves[index], proof, naive_root(leaves))
    assert not tree.includes(index, size, b"\x01" * 32, proof, naive_root(leaves))
    assert not tree.includes(index, size, leaves[index], [*proof, b"\x01" * 32], naive_root(leaves))


@given(SIZES, st.data())
def test_a_consistency_proof_is_the_definitions_and_verifies(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    leaves = leaves_of(second)
    proof = tree.consistency_proof(first, second, tree.grown(leaves).node)
    old, new = naive_root(leaves[:first]), naive_root(leaves)
    assert proof == naive_consistency(first, leaves)
    assert tree.continues(first, second, old, new, proof)
    assert not tree.continues(first, second, b"\x01" * 32, new, proof)
    assert first == second or not tree.continues(first, second, old, b"\x01" * 32, proof)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=4))
def test_a_tree_grown_in_passes_from_stored_tiles_is_the_same(passes: list[int]) -> None:
    stored: dict[tuple[int, int], bytes] = {}

    def read(level: int, tile_no: int) -> bytes:
        return stored.get((level, tile_no), b"")

    leaves = leaves_of(sum(passes))
    size = 0
    for count in passes:
        growing = tree.GrowingTree(size, read)
        for leaf in leaves[size : size + count]:
            growing.append(leaf)
        stored.update({name: bytes(growing.tile(*name)) for name in growing.changed})
        size = growing.size
        assert growing.root() == naive_root(leaves[:size])
    assert b"".join(stored.get((0, number), b"") for number in range(size // 256 + 1)) == b"".join(leaves)


def test_tiles_of_today_answer_for_an_older_size() -> None:
    leaves = leaves_of(600)
    node = tree.grown(leaves).node
    assert [tree.root(size, node) for size in (1, 255, 256, 257, 512)] == [
        naive_root(leaves[:size]) for size in (1, 255, 256, 257, 512)
    ]


def test_two_levels_of_full_tiles_hold() -> None:
    leaves = leaves_of(65_537)
    grown = tree.grown(leaves)
    assert (2, 0) in grown.changed
    assert grown.root() == naive_root(leaves)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        tree.inclusion_proof(index, size, tree.grown(leaves_of(5)).node)


def test_a_shorter_tree_continues_nothing() -> None:
    node = tree.grown(leaves_of(5)).node
    with pytest.raises(IndexError):
        tree.consistency_proof(5, 4, node)
    with pytest.raises(IndexError):
        node(0, 5)
