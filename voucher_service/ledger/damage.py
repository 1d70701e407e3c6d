"""Names what was done to the sealed part of the ledger: which fact, which roll-up cell, which seal or head.

A region's stored leaves say what each fact was when it was sealed, and the signed heads say what the leaves were, so
whoever rewrites a fact would have to rewrite its leaf, every seal and head after it, and what was published elsewhere.
"""

from __future__ import annotations

import json
import struct
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from flask import current_app
from sqlalchemy import select, text

from voucher_service.clock import to_microseconds
from voucher_service.database import db
from voucher_service.identifiers import to_hex
from voucher_service.ledger import tree
from voucher_service.ledger.heads import head_document, key_id, ledger_key, regions_of, root_of_roots, statement
from voucher_service.ledger.leaf import FactRow, leaf_hash
from voucher_service.ledger.models import Head, RegionLog, Seal
from voucher_service.ledger.proofs import tiles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BATCH = 5_000
PUBLISHING_LAG_MICROSECONDS = 60_000_000
"""A head is published right after it is sealed; one that is missing for longer was taken away."""

_SEALED = text(
    f"SELECT {', '.join(FactRow._fields)} FROM voucher_fact "
    "WHERE region_id = :region_id AND commit_no < :next_commit_no ORDER BY commit_no, voucher_id, seq"
)
_CELL = "region_id, programme_id, period, month, kind, from_state, to_state"
_FOLDED = text(
    "SELECT fact.region_id, fact.programme_id, fact.period, fact.month, fact.kind, fact.from_state, fact.to_state, "
    "count(*), sum(fact.amount_fen) FROM voucher_fact AS fact "
    "JOIN region_log ON region_log.region_id = fact.region_id AND fact.commit_no < region_log.next_commit_no "
    "GROUP BY fact.region_id, fact.programme_id, fact.period, fact.month, fact.kind, fact.from_state, fact.to_state"
)
_ROLLUP = text(f"SELECT {_CELL}, vouchers, fen FROM rollup")


class Sealed(NamedTuple):
    """A fact as it stands in the database now, and the leaf that it makes; None when no lawful fact reads so."""

    fact: FactRow
    leaf: bytes | None

    @property
    def name(self) -> str:
        return f"region {self.fact.region_id}, voucher {to_hex(self.fact.voucher_id)}, fact {self.fact.seq}"


def damaged_facts(log: RegionLog) -> Iterator[str]:
    """Yield what is wrong with one region's sealed facts: the first damaged one by name, then what follows from it."""
    tiles = tiles_of(log.region_id)
    grown = tree.grown(())
    named = False
    last = "the beginning"
    for sealed, following in _with_following(_sealed(log)):
        place = grown.size
        if not named and sealed.leaf != _stored(tiles, place):
            named = True
            yield _explained(sealed, following, tiles, place, last)
        grown.append(sealed.leaf or bytes(tree.HASH_LENGTH))
        last = sealed.name
    if grown.size != log.tree_size:
        yield f"region {log.region_id}: {grown.size} sealed facts, not {log.tree_size}; the last is {last}"
    if grown.root() != log.root:
        yield f"region {log.region_id}: the root of its facts is another"
    for level, tile_no in sorted(grown.changed):
        if grown.tile(level, tile_no) != tiles.tile(level, tile_no):
            yield f"region {log.region_id}: tile {tile_no} of level {level} is another"


def damaged_cells() -> Iterator[str]:
    """Compare each roll-up cell, vouchers and fen, with the sealed facts that it was folded from."""
    kept = {tuple(row[:-2]): (int(row[-2]), int(row[-1])) for row in db.session.execute(_ROLLUP)}
    folded = {tuple(row[:-2]): (int(row[-2]), int(row[-1])) for row in db.session.execute(_FOLDED)}
    for cell in sorted(kept.keys() | folded.keys()):
        if kept.get(cell) != folded.get(cell):
            yield f"{cell}: (vouchers, fen) is {kept.get(cell)}, its facts make {folded.get(cell)}"


def damaged_seals() -> Iterator[str]:
    """Follow each region's seals: each continues the one before it, and the last is where the region stands."""
    for log in db.session.scalars(select(RegionLog).order_by(RegionLog.region_id)):
        size, root, number = 0, tree.EMPTY_ROOT, 0
        for seal in db.session.scalars(select(Seal).where(Seal.region_id == log.region_id).order_by(Seal.seal_no)):
            number, size = number + 1, size + seal.facts
            if (seal.seal_no, seal.tree_size, seal.previous_root) != (number, size, root):
                yield f"region {log.region_id}, seal {seal.seal_no} does not continue the one before it"
                break
            root = seal.root
        else:
            if (number, size, root) != (log.seal_no, log.tree_size, log.root):
                yield f"region {log.region_id}: its last seal is {number}, it stands at {log.seal_no}"


def damaged_heads() -> Iterator[str]:
    """Check each head's signature, its trees against the seals, and all of them against those that were published."""
    sizes: dict[int, int] = {}
    newest: Head | None = None
    for number, head in enumerate(_heads(), start=1):
        if head.head_no != number:
            yield f"head {number} is missing: head {head.head_no} stands in its place"
            break
        if not _is_signed(head):
            yield f"head {number} does not bear the ledger's signature"
        for region in regions_of(head):
            if region.tree_size < sizes.get(region.region_id, 0):
                yield f"head {number}: region {region.region_id} shrank to {region.tree_size} facts"
            elif region.tree_size != sizes.get(region.region_id) and not _is_sealed(*region):
                yield f"head {number} signs a tree of region {region.region_id} that no seal has"
            sizes[region.region_id] = region.tree_size
        newest = head
    yield from _unlike_the_published()
    yield from _unsigned_regions(newest)


def _with_following(rows: Iterable[Sealed]) -> Iterator[tuple[Sealed, Sealed | None]]:
    held: Sealed | None = None
    for row in chain(rows, (None,)):
        if held is not None:
            yield held, row
        held = row


def _sealed(log: RegionLog) -> Iterator[Sealed]:
    rows = db.session.execute(
        _SEALED,
        {"region_id": log.region_id, "next_commit_no": log.next_commit_no},
        execution_options={"yield_per": BATCH},
    )
    return (Sealed(fact, _leaf_or_none(fact)) for fact in (FactRow(*row) for row in rows))


def _leaf_or_none(fact: FactRow) -> bytes | None:
    try:
        return leaf_hash(fact)
    except (KeyError, ValueError, TypeError, struct.error):
        return None


def _stored(tiles: tree.Tiles, place: int) -> bytes:
    tile_no, within = divmod(place, tree.TILE_WIDTH)
    return bytes(tiles.tile(0, tile_no)[within * tree.HASH_LENGTH : (within + 1) * tree.HASH_LENGTH])


def _explained(sealed: Sealed, following: Sealed | None, tiles: tree.Tiles, place: int, last: str) -> str:
    """Say what became of the first fact whose leaf is not the stored one."""
    if sealed.leaf is not None and sealed.leaf == _stored(tiles, place + 1):
        return f"leaf {place} was removed: it stood between {last} and {sealed.name}"
    if following is not None and following.leaf is not None and following.leaf == _stored(tiles, place):
        return f"{sealed.name} was inserted"
    return f"{sealed.name} was changed"


def _is_signed(head: Head) -> bool:
    key = ledger_key(current_app.extensions["settings"]).public_key()
    try:
        regions = regions_of(head)
        key.verify(head.signature, statement(head.head_no, head.sealed_at, len(regions), head.root))
        return head.key_id == key_id(key) and head.root == root_of_roots(regions)
    except (InvalidSignature, ValueError, TypeError, struct.error):
        return False


def _is_sealed(region_id: int, tree_size: int, root: bytes) -> bool:
    query = select(Seal.seal_no).where(Seal.region_id == region_id, Seal.tree_size == tree_size, Seal.root == root)
    return tree_size == 0 or db.session.scalar(query) is not None


def _heads() -> Iterator[Head]:
    return iter(db.session.scalars(select(Head).order_by(Head.head_no), execution_options={"yield_per": BATCH}))


def _unlike_the_published() -> Iterator[str]:
    """Walk both lists side by side; a year has a great many heads."""
    waiting: Head | None = None
    for head, theirs in zip_longest(_heads(), _published()):
        if head is None:
            yield f"the ledger was rolled back: head {theirs.get('head_no')} was published and is gone"
            return
        if theirs is None:
            waiting = waiting or head
            if to_microseconds(head.sealed_at) - to_microseconds(waiting.sealed_at) > PUBLISHING_LAG_MICROSECONDS:
                yield f"head {waiting.head_no} is not among the published heads"
                return
        elif head_document(head) != theirs:
            yield f"head {head.head_no} is not the one that was published under this number"
            return


def _published() -> Iterator[dict[str, Any]]:
    path = current_app.extensions["settings"].heads_file
    if path.exists():
        with path.open("rb") as file:
            yield from (_line(line) for line in file if line.endswith(b"\n"))


def _line(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _unsigned_regions(newest: Head | None) -> Iterator[str]:
    """Compare where each region stands with the newest head: sealing and signing are one transaction."""
    signed = {region.region_id: region for region in regions_of(newest)} if newest else {}
    for log in db.session.scalars(select(RegionLog).order_by(RegionLog.region_id)):
        found = signed.get(log.region_id)
        if found is None or (found.tree_size, found.root) != (log.tree_size, log.root):
            yield f"region {log.region_id} does not stand where the newest head says"
