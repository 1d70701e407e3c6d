"""Checks an export of the voucher ledger without trusting, or needing, the service that wrote it.

    python standalone_verifier.py EXPORT [--heads PUBLISHED_HEADS] [--key PUBLIC_KEY]

It recomputes every leaf, tree, head and signature, follows each voucher's path, and compares the outcome with heads
that were published elsewhere. It names the first row of a region that was changed, removed, inserted, truncated or
rolled back. Give it the published heads as they were when the export was made, and a public key that did not come
with the export. It needs Python 3.11 and the package `cryptography`.

Exit codes: 0 everything agrees · 1 something does not, and is named · 2 the export cannot be read.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

AGREES, DISAGREES, UNREADABLE = 0, 1, 2
PUBLISHING_LAG_MICROSECONDS = 60_000_000
"""Heads are published right after they are sealed; one that is missing for longer was taken away."""

STATES = (
    *("none", "offered", "claimed", "redeemed", "completed", "certified", "valued", "publicised", "payable", "paid"),
    *("expired", "returned", "voided", "forfeited", "rejected", "revoked", "recovered"),
)
MOVES = {
    (kind, from_state, to_state): int(number)
    for number, kind, from_state, to_state in (
        line.split()
        for line in """
        1 VoucherOffered none offered
        2 VoucherClaimed none claimed
        3 VoucherClaimed offered claimed
        4 VoucherReturned claimed returned
        5 VoucherRedeemed claimed redeemed
        6 RedemptionUndone redeemed claimed
        7 RedemptionGivenBack redeemed claimed
        8 TrainingCompleted redeemed completed
        9 VoucherCertified completed certified
        10 VoucherValued certified valued
        11 VoucherPublicised valued publicised
        12 ObjectionUpheld publicised certified
        13 VoucherReleased publicised payable
        14 VoucherPaid payable paid
        15 VoucherExpired offered expired
        16 VoucherExpired claimed expired
        17 VoucherVoided offered voided
        18 VoucherVoided claimed voided
        19 VoucherForfeited redeemed forfeited
        20 VoucherForfeited completed forfeited
        21 VoucherRejected certified rejected
        22 VoucherRejected valued rejected
        23 VoucherRejected publicised rejected
        24 VoucherRevoked redeemed revoked
        25 VoucherRevoked completed revoked
        26 VoucherRevoked certified revoked
        27 VoucherRevoked valued revoked
        28 VoucherRevoked publicised revoked
        29 VoucherRevoked payable revoked
        30 VoucherRecovered paid recovered
        """.strip().splitlines()
    )
}
"""The law is written here once more on purpose: an export cannot bring its own."""

Row = dict[str, Any]
Findings = Iterator[str]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an export of the voucher ledger.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--heads", type=Path, help="heads.jsonl as it was published")
    parser.add_argument("--key", type=Path, help="the ledger's public key, from another source")
    given = parser.parse_args(arguments)
    try:
        findings = list(verify(given.export, given.heads, given.key))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"cannot read the export: {type(error).__name__}: {error}\n")
        return UNREADABLE
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{given.export}: {f'{len(findings)} findings' if findings else 'everything agrees'}\n")
    return DISAGREES if findings else AGREES


def verify(export: Path, published_heads: Path | None = None, public_key: Path | None = None) -> Findings:
    """Yield a sentence for everything that does not agree; raises OSError and ValueError for an unreadable export."""
    key = load_pem_public_key((public_key or export / "public-key.pem").read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("the public key is not an Ed25519 key")
    heads = list(_lines(export / "heads.jsonl"))
    published = list(_lines(published_heads)) if published_heads else []
    yield from check_law(export / "state-rules.csv")
    yield from check_heads(heads, key, "head")
    if published_heads:
        yield from check_heads(published, key, "published head")
        yield from check_published(heads, published)
    yield from check_regions(export, [*heads, *published])


def check_law(sheet: Path) -> Findings:
    with sheet.open(encoding="utf-8", newline="") as file:
        rules = {(row["kind"], row["from_state"], row["to_state"]): int(row["number"]) for row in csv.DictReader(file)}
    for kind, from_state, to_state in sorted(rules.keys() ^ MOVES.keys()):
        yield f"state rules: {kind} from {from_state} to {to_state} is lawful in only one of export and verifier"


def check_heads(heads: list[Row], key: Ed25519PublicKey, name: str) -> Findings:
    """Yield what is wrong with heads by themselves: numbers, signatures, roots, and trees that shrink."""
    sizes: dict[int, int] = {}
    for number, head in enumerate(heads, start=1):
        if head["head_no"] != number:
            yield f"{name} {number} is missing: head {head['head_no']} stands in its place"
            return
        if not _is_signed(head, key):
            yield f"{name} {number} does not bear the ledger's signature"
        for region_id, size, _ in head["regions"]:
            if size < sizes.get(region_id, 0):
                yield f"{name} {number}: region {region_id} shrank from {sizes[region_id]} facts to {size}"
            sizes[region_id] = size


def check_published(heads: list[Row], published: list[Row]) -> Findings:
    for ours, theirs in zip(heads, published, strict=False):
        if ours != theirs:
            yield f"head {ours['head_no']} is not the one that was published under this number"
            return
    if len(published) > len(heads):
        yield f"the ledger was rolled back to head {len(heads)}: head {len(heads) + 1} was published and is gone"
    overdue = heads[len(published)]["sealed_at"] + PUBLISHING_LAG_MICROSECONDS if len(published) < len(heads) else None
    if overdue is not None and overdue < heads[-1]["sealed_at"]:
        yield f"the published heads were rolled back to head {len(published)}: head {len(published) + 1} is gone"


def check_regions(export: Path, heads: list[Row]) -> Findings:
    """Walk the facts, the stored leaves and the vouchers region by region; each file is ordered by region."""
    signed: dict[int, dict[int, list[tuple[str, int]]]] = {}
    for head in heads:
        for region_id, size, root in head["regions"]:
            signed.setdefault(region_id, {}).setdefault(size, []).append((root, head["head_no"]))
    facts = Grouped(export / "facts.jsonl")
    leaves = Grouped(export / "leaves.jsonl")
    vouchers = Grouped(export / "vouchers.jsonl") if (export / "vouchers.jsonl").exists() else None
    for region_id in _regions_of(facts, signed):
        region = Region(region_id, b"".join(bytes.fromhex(tile["hashes"]) for tile in leaves.take(region_id)))
        yield from region.check_facts(facts.take(region_id), signed.get(region_id, {}))
        if vouchers is not None:
            yield from region.check_vouchers(vouchers.take(region_id))
    if (left := facts.next_region) is not None:
        yield f"facts.jsonl: region {left} does not stand in the order of regions"


def _regions_of(facts: Grouped, signed: dict[int, Any]) -> Iterator[int]:
    """Yield every region, in order: those with facts and those that a head counts."""
    waiting = sorted(signed)
    last = -1
    while waiting or facts.next_region is not None:
        found = facts.next_region
        following = waiting.pop(0) if waiting and (found is None or waiting[0] <= found) else found
        if following is None or following <= last:
            return
        last = following
        yield following


@dataclass
class Region:
    """One region while it is walked: its tree so far and where each voucher stands."""

    region_id: int
    stored: bytes
    peaks: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0
    stands: dict[str, tuple[int, str]] = field(default_factory=dict)
    early: dict[tuple[str, int], Row] = field(default_factory=dict)
    last_named: str = "the beginning"
    agrees: bool = True
    proven: int = 0

    def check_facts(self, rows: Iterable[Row], signed: dict[int, list[tuple[str, int]]]) -> Findings:
        sealed = max(signed, default=0)
        for row, following in _with_following(rows):
            name = self.name(row)
            leaf = leaf_hash(row)
            if leaf is None:
                yield f"{name} is no lawful fact"
            yield from self.follow(row, name)
            if self.agrees and self.size < sealed and leaf != self.stored_leaf(self.size):
                self.agrees = False
                yield self.explain(name, leaf, following)
            self.append(leaf or b"")
            self.last_named = name
            yield from self.check_roots(signed.get(self.size, ()))
        for (voucher_id, seq), _ in sorted(self.early.items()):
            yield f"region {self.region_id}, voucher {voucher_id}: the fact before fact {seq} is missing"
        if self.size < sealed:
            left = f"{self.size} of {sealed} facts are left"
            yield f"region {self.region_id} was truncated after {self.last_named}: {left}"

    def name(self, row: Row) -> str:
        return f"region {self.region_id}, row {self.size}, voucher {row['voucher_id']}, fact {row['seq']}"

    def stored_leaf(self, index: int) -> bytes:
        return self.stored[32 * index : 32 * index + 32]

    def explain(self, name: str, leaf: bytes | None, following: Row | None) -> str:
        """Say what became of the first row whose hash is not the stored one."""
        if leaf is not None and leaf == self.stored_leaf(self.size + 1):
            return (
                f"region {self.region_id}, row {self.size} was removed; it stood between {self.last_named} and {name}"
            )
        if following is not None and leaf_hash(following) == self.stored_leaf(self.size):
            return f"{name} was inserted"
        return f"{name} was changed"

    def append(self, leaf: bytes) -> None:
        """Add a leaf to the tree, kept as the roots of its perfect subtrees."""
        self.peaks.append((1, leaf))
        self.size += 1
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (width, right), (_, left) = self.peaks.pop(), self.peaks.pop()
            self.peaks.append((2 * width, _join(left, right)))

    def check_roots(self, roots: Iterable[tuple[str, int]]) -> Findings:
        """Compare the tree with the heads that were signed at this size, until a row is known to be at fault."""
        for root, head_no in roots if self.agrees else ():
            if root != _fold(self.peaks).hex():
                self.agrees = False
                yield (
                    f"head {head_no} signs another tree of region {self.region_id}: between row {self.proven} and "
                    f"{self.last_named}, a row was changed together with its stored hash"
                )
                return
            self.proven = self.size

    def follow(self, row: Row, name: str) -> Findings:
        """Follow the voucher's path; facts of transactions that overlapped may stand before their predecessors."""
        voucher_id, seq = row["voucher_id"], row["seq"]
        stand, _ = self.stands.get(voucher_id, (0, "none"))
        if seq <= stand or (voucher_id, seq) in self.early:
            yield f"{name} is recorded twice"
            return
        self.early[voucher_id, seq] = row
        while following := self.early.pop((voucher_id, stand + 1), None):
            state = self.stands.get(voucher_id, (0, "none"))[1]
            if following["from_state"] != state:
                yield f"{name}: fact {stand + 1} starts from {following['from_state']}, the voucher stood at {state}"
            stand += 1
            self.stands[voucher_id] = (stand, following["to_state"])

    def check_vouchers(self, vouchers: Iterable[Row]) -> Findings:
        for voucher in vouchers:
            stand = self.stands.pop(voucher["voucher_id"], (0, "none"))
            if stand != (voucher["seq"], voucher["state"]):
                yield (
                    f"region {self.region_id}, voucher {voucher['voucher_id']} is {voucher['state']} by its row "
                    f"(fact {voucher['seq']}) and {stand[1]} by its facts (fact {stand[0]})"
                )
        for voucher_id in sorted(self.stands):
            yield f"region {self.region_id}, voucher {voucher_id} has facts and no row"


class Grouped:
    """The rows of a file that is ordered by region, taken region by region."""

    next_region: int | None

    def __init__(self, path: Path) -> None:
        self._groups = groupby(_lines(path), key=lambda row: int(row["region_id"]))
        self._advance()

    def _advance(self) -> None:
        nothing: tuple[None, Iterator[Row]] = (None, iter(()))
        self.next_region, self._rows = next(self._groups, nothing)

    def take(self, region_id: int) -> Iterator[Row]:
        if self.next_region == region_id:
            yield from self._rows
            self._advance()


def leaf_hash(row: Row) -> bytes | None:
    """Return the hash of a fact as version 1 packs it, or None when no lawful fact has these values."""
    try:
        role = row["actor_role"].encode("ascii")
        head = struct.pack(
            ">BIqIHBBIIIq", 1, row["region_id"], _signed(row["voucher_id"]), row["seq"],
            MOVES[row["kind"], row["from_state"], row["to_state"]], STATES.index(row["from_state"]),
            STATES.index(row["to_state"]), row["programme_id"], row["period"], row["month"], row["amount_fen"],
        )  # fmt: skip
        reference = row["reference_id"] or "0" * 16
        tail = struct.pack(">qqq", _signed(row["actor_id"]), _signed(reference), row["recorded_at"])
        commitment = b"\x00" if row["commitment"] is None else b"\x01" + bytes.fromhex(row["commitment"])
        packed = head + bytes((len(role),)) + role + tail + commitment
    except (KeyError, ValueError, struct.error):
        return None
    return hashlib.sha256(b"\x00tvl1:fact:" + packed).digest()


def _is_signed(head: Row, key: Ed25519PublicKey) -> bool:
    """Say whether the head's root is that of its regions and the signature is the key's."""
    region = Region(0, b"")
    for region_id, size, root in head["regions"]:
        packed = b"\x00tvl1:region:" + struct.pack(">IQ32s", region_id, size, bytes.fromhex(root))
        region.append(hashlib.sha256(packed).digest())
    root = _fold(region.peaks)
    signed = struct.pack(">BqqI32s", 1, head["head_no"], head["sealed_at"], region.size, root)
    try:
        key.verify(bytes.fromhex(head["signature"]), b"tvl1:head:" + signed)
    except InvalidSignature:
        return False
    return bool(head["root"] == root.hex())


def _fold(peaks: list[tuple[int, bytes]]) -> bytes:
    """Return the root over perfect subtrees, the largest first."""
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks[-1][1]
    for _, peak in reversed(peaks[:-1]):
        root = _join(peak, root)
    return root


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _signed(identifier: str) -> int:
    return int.from_bytes(bytes.fromhex(identifier), "big", signed=True)


def _with_following(rows: Iterable[Row]) -> Iterator[tuple[Row, Row | None]]:
    held: Row | None = None
    for row in chain(rows, (None,)):
        if held is not None:
            yield held, row
        held = row


def _lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
