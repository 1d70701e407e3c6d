"""Proofs for outsiders: that a fact is under a signed head, and that a later head only adds to an earlier one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from sqlalchemy import func, select, text, tuple_

from voucher_service.database import db
from voucher_service.errors import NotFound
from voucher_service.ledger import tree
from voucher_service.ledger.errors import FactNotSealed, HeadsOutOfOrder
from voucher_service.ledger.heads import RegionHead, region_leaf, regions_of
from voucher_service.ledger.leaf import FactRow, pack
from voucher_service.ledger.models import Head, RegionLog, Seal, TreeTile, VoucherFact

_FACT = text(
    f"SELECT {', '.join(FactRow._fields)}, commit_no FROM voucher_fact "
    "WHERE region_id = :region_id AND voucher_id = :voucher_id AND seq = :seq"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that it takes to check, without the service, that a fact is under a signed head.

    SHA-256(0x00 ‖ leaf) is leaf `leaf_index` of the region's tree, `region_proof` leads to the region's root, and
    `head_proof` from leaf `region_index` of the root of roots to the root that `head` signs.
    """

    fact: FactRow
    leaf: bytes
    leaf_index: int
    region_proof: list[bytes]
    region: RegionHead
    region_index: int
    head_proof: list[bytes]
    head: Head


@dataclass(frozen=True, slots=True)
class RegionConsistency:
    """That one region's tree of the second head continues that of the first, which may not have had the region."""

    region_id: int
    first_size: int
    second_size: int
    proof: list[bytes]


def receipt(region_id: int, voucher_id: int, seq: int) -> Receipt:
    """Return the receipt of a fact under the newest head; raises NotFound and FactNotSealed."""
    row = db.session.execute(_FACT, {"region_id": region_id, "voucher_id": voucher_id, "seq": seq}).one_or_none()
    if row is None:
        raise NotFound
    fact, commit_no = FactRow(*row[:-1]), row.commit_no
    head = newest_head()
    region_index, region = _region_in(head, region_id)
    leaf_index = _leaf_index(fact, commit_no)
    if leaf_index >= region.tree_size:
        raise FactNotSealed
    return Receipt(
        fact=fact,
        leaf=pack(fact),
        leaf_index=leaf_index,
        region_proof=tree.inclusion_proof(leaf_index, region.tree_size, tiles_of(region_id).node),
        region=region,
        region_index=region_index,
        head_proof=_proof_of_region(head, region_index),
        head=head,
    )


def consistency(first_head_no: int, second_head_no: int) -> list[RegionConsistency]:
    """Return a proof for each region of the second head; raises NotFound and HeadsOutOfOrder."""
    if first_head_no > second_head_no:
        raise HeadsOutOfOrder
    first, second = (head_numbered(number) for number in (first_head_no, second_head_no))
    sizes = {region.region_id: region.tree_size for region in regions_of(first)}
    return [
        RegionConsistency(
            region.region_id,
            sizes.get(region.region_id, 0),
            region.tree_size,
            tree.consistency_proof(sizes.get(region.region_id, 0), region.tree_size, tiles_of(region.region_id).node),
        )
        for region in regions_of(second)
    ]


def region_consistency(region_id: int, first_size: int, second_size: int) -> RegionConsistency:
    """Return a proof between two sizes of one region's tree; raises NotFound and HeadsOutOfOrder."""
    log = db.session.get(RegionLog, region_id)
    if log is None or max(first_size, second_size) > log.tree_size:
        raise NotFound
    if first_size > second_size:
        raise HeadsOutOfOrder
    proof = tree.consistency_proof(first_size, second_size, tiles_of(region_id).node)
    return RegionConsistency(region_id, first_size, second_size, proof)


def root_at(region_id: int, tree_size: int) -> bytes:
    """Return the root that a region's tree had when it held so many facts; raises IndexError."""
    return tree.root(tree_size, tiles_of(region_id).node)


def tiles_of(region_id: int) -> tree.Tiles:
    """Return a region's tree as it is stored."""

    def read(level: int, tile_no: int) -> bytes:
        tile = db.session.get(TreeTile, (region_id, level, tile_no))
        return tile.hashes if tile else b""

    return tree.Tiles(read)


def head_numbered(head_no: int) -> Head:
    """Return a head by its number; raises NotFound."""
    head = db.session.get(Head, head_no)
    if head is None:
        raise NotFound
    return head


def newest_head() -> Head:
    """Return the newest signed head; raises FactNotSealed while there is none."""
    head = db.session.scalar(select(Head).order_by(Head.head_no.desc()).limit(1))
    if head is None:
        raise FactNotSealed
    return head


def _region_in(head: Head, region_id: int) -> tuple[int, RegionHead]:
    for index, region in enumerate(regions_of(head)):
        if region.region_id == region_id:
            return index, region
    raise FactNotSealed


def _proof_of_region(head: Head, region_index: int) -> list[bytes]:
    leaves = [region_leaf(region) for region in regions_of(head)]
    return tree.inclusion_proof(region_index, len(leaves), tree.grown(leaves).node)


def _leaf_index(fact: FactRow, commit_no: int) -> int:
    """Return the fact's place in its region's tree: the leaves before its seal, and its place in the seal."""
    seal = _seal_of(fact.region_id, commit_no)
    before = db.session.scalar(
        select(func.count())
        .select_from(VoucherFact)
        .where(
            VoucherFact.region_id == fact.region_id,
            VoucherFact.commit_no >= seal.first_commit_no,
            tuple_(VoucherFact.commit_no, VoucherFact.voucher_id, VoucherFact.seq)
            < tuple_(commit_no, fact.voucher_id, fact.seq),
        )
    )
    return seal.tree_size - seal.facts + (before or 0)


def _seal_of(region_id: int, commit_no: int) -> Seal:
    """Find the seal that took a commit in: their numbers have no gaps, so a bisection reads a dozen rows."""
    log = db.session.get(RegionLog, region_id)
    if log is None or commit_no >= log.next_commit_no:
        raise FactNotSealed
    seal_no = bisect_right(range(1, log.seal_no + 1), commit_no, key=lambda no: _seal(region_id, no).next_commit_no)
    return _seal(region_id, seal_no + 1)


def _seal(region_id: int, seal_no: int) -> Seal:
    return db.session.get_one(Seal, (region_id, seal_no))
