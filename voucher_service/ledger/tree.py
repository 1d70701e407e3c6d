"""The Merkle tree of RFC 9162, section 2.1, over hashes kept in tiles of 256; pure.

A node is named by its height and its index: node (h, i) covers the 2^h leaves from i·2^h on. Tile n of level L holds
the nodes (8·L, 256·n) to (8·L, 256·n + 255), so every node lies inside one tile. A tile is only ever extended, so the
tiles of today answer for every size that the tree ever had.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Node = Callable[[int, int], bytes]
    """(height, index) → the hash of a perfect subtree."""

    ReadTile = Callable[[int, int], bytes]
    """(level, tile number) → its hashes one after another; empty when there is no such tile."""

HASH_LENGTH: Final = 32
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tiles:
    """The nodes of a tree whose tiles are read when they are asked for, each once."""

    def __init__(self, read: ReadTile) -> None:
        self._read = read
        self._held: dict[tuple[int, int], bytearray] = {}

    def node(self, height: int, index: int) -> bytes:
        """Return the hash of a perfect subtree; raises IndexError where the tree does not reach so far."""
        level, above = divmod(height, TILE_HEIGHT)
        tile_no, place = divmod(index << above, TILE_WIDTH)
        hashes = self.tile(level, tile_no)[place * HASH_LENGTH : (place + (1 << above)) * HASH_LENGTH]
        if len(hashes) < HASH_LENGTH << above:
            raise IndexError(f"there is no node {index} at height {height}")
        return _perfect_root(_split(hashes))

    def tile(self, level: int, tile_no: int) -> bytearray:
        if (level, tile_no) not in self._held:
            self._held[level, tile_no] = bytearray(self._read(level, tile_no))
        return self._held[level, tile_no]


class GrowingTree(Tiles):
    """A tree that leaves are appended to; `changed` names the tiles to be written back, as (level, tile number)."""

    def __init__(self, size: int, read: ReadTile) -> None:
        super().__init__(read)
        self.size = size
        self.changed: set[tuple[int, int]] = set()

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash; a tile that it fills hands its root to the level above."""
        level, index, node = 0, self.size, leaf
        while True:
            tile = self.tile(level, index // TILE_WIDTH)
            tile += node
            self.changed.add((level, index // TILE_WIDTH))
            if len(tile) < TILE_WIDTH * HASH_LENGTH:
                break
            level, index, node = level + 1, index // TILE_WIDTH, _perfect_root(_split(tile))
        self.size += 1

    def root(self) -> bytes:
        return root(self.size, self.node)


def root(size: int, node: Node) -> bytes:
    """Return the root over the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _range_root(0, size, node)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over a few leaf hashes at hand."""
    tree = grown(leaves)
    return tree.root()


def grown(leaves: Iterable[bytes]) -> GrowingTree:
    """Return a tree in memory over leaf hashes."""
    tree = GrowingTree(0, lambda level, tile_no: b"")  # noqa: ARG005 - nothing is stored yet
    for leaf in leaves:
        tree.append(leaf)
    return tree


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return PATH(index, D[0:size]) of section 2.1.3.1, the lowest neighbour first; IndexError for no such leaf."""
    if not 0 <= index < size:
        raise IndexError(f"there is no leaf {index} among {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """Return PROOF(first, D[0:second]) of section 2.1.4.1; empty when either tree says it all by itself."""
    if not 0 <= first <= second:
        raise IndexError(f"a tree of {second} leaves does not continue one of {first}")
    if first in {0, second}:
        return []
    path = []
    start, end = 0, second
    while first != end:
        middle = start + _largest_power_below(end - start)
        if first <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
    return ([_range_root(start, end, node)] if start else []) + path[::-1]


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> bool:
    """Say whether the proof leads from a leaf hash to the root of a tree of `size` leaves (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for neighbour in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = join(neighbour, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = join(node, neighbour)
        place, last = place >> 1, last >> 1
    return last == 0 and node == expected


def continues(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the proof shows that the second tree only appends to the first (section 2.1.4.2)."""
    if first in {0, second}:
        return not proof and (first_root == second_root if first == second else first_root == EMPTY_ROOT)
    if not 0 < first < second or not proof:
        return False
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for neighbour in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = join(neighbour, old), join(neighbour, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = join(new, neighbour)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _range_root(start: int, end: int, node: Node) -> bytes:
    """Return the root over leaves start to end - 1; `start` is a multiple of the largest subtree inside."""
    peaks = []
    while start < end:
        height = (end - start).bit_length() - 1
        peaks.append(node(height, start >> height))
        start += 1 << height
    folded = peaks.pop()
    while peaks:
        folded = join(peaks.pop(), folded)
    return folded


def _perfect_root(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = [join(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def _split(hashes: bytes | bytearray) -> list[bytes]:
    return [bytes(hashes[place : place + HASH_LENGTH]) for place in range(0, len(hashes), HASH_LENGTH)]


def _largest_power_below(width: int) -> int:
    return 1 << (width - 1).bit_length() - 1
